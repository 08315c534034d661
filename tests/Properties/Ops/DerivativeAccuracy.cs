using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Over its whole range, tails, thresholds and limits included, an elementwise function has first and second derivatives within 16 ulp of tables of 30 digits: in double and
/// in single precision, and in whatever way they are computed.
/// </summary>
public sealed class DerivativeAccuracy(ITestOutputHelper output)
{
    private const double Allowed = 16;

    public static TheoryData<string, DType> All
    {
        get
        {
            var all = new TheoryData<string, DType>();
            foreach (string name in TabulatedFunctions.OfOneArgument.Keys)
            {
                all.Add(name, DType.Float64);
                all.Add(name, DType.Float32);
            }
            return all;
        }
    }

    /// <summary>The ways to differentiate once.</summary>
    private static (string Way, Func<Func<Expr, Expr>, Expr, Expr> Derivative)[] Ways =>
    [
        ("reverse", static (f, x) => Ad.Grad((Expr at) => Expr.Sum(f(at)), x)),
        ("forward", static (f, x) => Ad.Jvp(f, x, Expr.OnesLike(x)).Tangent),
    ];

    [Theory, MemberData(nameof(All))]
    public void Derivatives_are_right_over_the_whole_range(string name, DType dtype)
    {
        var f = TabulatedFunctions.OfOneArgument[name];
        var table = Table.Named(name).Of(dtype, "x");
        Expr x = Expr.Cast(Tensor.Of(table["x"]), dtype).Value;
        var wrong = new List<string>();

        // Each first and second derivative, op by op and batched.
        var derivatives = (
            from first in Ways
            select (What: first.Way, Column: "first", Derivative: (Func<Expr, Expr>)(x => first.Derivative(f, x)))).Concat(
            from second in Ways
            from first in Ways
            select (What: $"{second.Way} over {first.Way}", Column: "second", Derivative: (Func<Expr, Expr>)(x => second.Derivative(x => first.Derivative(f, x), x)))).ToArray();
        foreach (var (what, column, derivative) in derivatives)
        {
            Check(what, column, derivative(x));
            Check($"batched {what}", column, Ad.Vmap(derivative)(x));
        }

        // All of them in one plan, over all points and point by point.
        foreach (bool code in (bool[])[true, false])
        {
            string compiled = code ? "compiled" : "interpreted plan";
            var plan = Ad.Compile<Expr, Expr[]>(x => [.. derivatives.Select(each => each.Derivative(x))], new CompileOptions { Threads = 1, GenerateCode = code });
            var results = plan.Run(x);
            Expr[][] scalars = [.. Enumerable.Range(0, table.Count).Select(row => plan.Run(x[row]))];
            for (int i = 0; i < derivatives.Length; i++)
            {
                Check($"{compiled}, {derivatives[i].What}", derivatives[i].Column, results[i]);
                Check($"{compiled}, scalar {derivatives[i].What}", derivatives[i].Column, Expr.Stack(scalars.Select(result => result[i])));
            }
        }

        // Scalars op by op, which go a way of their own.
        foreach (var (what, column, derivative) in derivatives)
            Check($"scalar {what}", column, Expr.Stack(Enumerable.Range(0, table.Count).Select(row => derivative(x[row].Value))));

        Assert.True(wrong.Count == 0, $"{name} in {dtype}:\n{string.Join('\n', wrong)}");

        void Check(string what, string column, Expr actual)
        {
            var errors = table.Compare(column, dtype, Expr.Cast(actual, DType.Float64).Value.ToArray<double>());
            output.WriteLine($"{what,-50} {errors}");
            if (errors.Beyond(Allowed) is { } beyond)
                wrong.Add($"{what}: {beyond}");
        }
    }

    /// <summary>A slope that only third derivatives ask for.</summary>
    [Theory, InlineData(-1e5, 1.6772811229934797539e-13), InlineData(-50.0, 0.000032710094018780438682), InlineData(-3.0, 0.055307079679805232726), InlineData(-1.0, 1.1535064881347415796)]
    public void Third_derivatives_of_a_quantile(double at, double third) =>
        Assert.Equal(1, (double)Ad.Grad((Expr x) => Ad.Grad((Expr x) => Ad.Grad(Expr.NormalQuantileOfLog, x), x), at) / third, 1e-14);
}
