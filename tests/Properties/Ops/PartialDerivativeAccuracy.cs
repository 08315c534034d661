using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Over its whole range, infinities included, a function of two arguments has first and second partial derivatives within 16 ulp of tables of 30 digits
/// (eng/tables/pairs.py): in double and in single precision, and in whatever way they are computed.
/// </summary>
public sealed class PartialDerivativeAccuracy(ITestOutputHelper output)
{
    private const double Allowed = 16;

    public static TheoryData<string, DType> All
    {
        get
        {
            var all = new TheoryData<string, DType>();
            foreach (string name in TabulatedFunctions.OfTwoArguments.Keys)
            {
                all.Add(name, DType.Float64);
                all.Add(name, DType.Float32);
            }
            return all;
        }
    }

    private delegate Expr Function(Expr x, Expr y);
    private delegate Function Derivative(Function f);

    /// <summary>The ways to differentiate once in an argument.</summary>
    private static (string Way, Derivative InX, Derivative InY)[] Ways =>
    [
        ("reverse", static f => (x, y) => Ad.Grad(at => Expr.Sum(f(at, y)), x), static f => (x, y) => Ad.Grad(at => Expr.Sum(f(x, at)), y)),
        ("forward", static f => (x, y) => Ad.Jvp(at => f(at, y), x, Expr.OnesLike(x)).Tangent, static f => (x, y) => Ad.Jvp(at => f(x, at), y, Expr.OnesLike(y)).Tangent),
    ];

    [Theory, MemberData(nameof(All))]
    public void Partial_derivatives_are_right_over_the_whole_range(string name, DType dtype)
    {
        var function = TabulatedFunctions.OfTwoArguments[name];
        Function f = (x, y) => function(x, y);
        var table = Table.Named(name).Of(dtype, "x", "y");
        Expr x = Expr.Cast(Tensor.Of(table["x"]), dtype).Value, y = Expr.Cast(Tensor.Of(table["y"]), dtype).Value;
        var wrong = new List<string>();

        var derivatives = Ways.SelectMany(first => new (string What, string Column, Function At)[] { ($"∂x {first.Way}", "dx", first.InX(f)), ($"∂y {first.Way}", "dy", first.InY(f)) }).Concat(
            from second in Ways
            from first in Ways
            from each in new (string What, string Column, Function At)[]
            {
                ("∂x∂x", "dxx", second.InX(first.InX(f))), ("∂y∂x", "dxy", second.InY(first.InX(f))), ("∂x∂y", "dxy", second.InX(first.InY(f))), ("∂y∂y", "dyy", second.InY(first.InY(f))),
            }
            select (What: $"{each.What} {second.Way} over {first.Way}", each.Column, each.At)).ToArray();

        // Op by op, batched, and scalars, which go a way of their own.
        foreach (var (what, column, derivative) in derivatives)
        {
            Check(what, column, derivative(x, y));
            Check($"batched {what}", column, Ad.Vmap<(Expr X, Expr Y), Expr>(at => derivative(at.X, at.Y))((x, y)));
            Check($"scalar {what}", column, Expr.Stack(Enumerable.Range(0, table.Count).Select(row => derivative(x[row].Value, y[row].Value))));
        }

        // All of them in one plan, over all points and point by point.
        foreach (bool code in (bool[])[true, false])
        {
            string compiled = code ? "compiled" : "interpreted plan";
            var plan = Ad.Compile<(Expr X, Expr Y), Expr[]>(at => [.. derivatives.Select(each => each.At(at.X, at.Y))], new CompileOptions { Threads = 1, GenerateCode = code });
            var results = plan.Run((x, y));
            Expr[][] scalars = [.. Enumerable.Range(0, table.Count).Select(row => plan.Run((x[row], y[row])))];
            for (int i = 0; i < derivatives.Length; i++)
            {
                Check($"{compiled}, {derivatives[i].What}", derivatives[i].Column, results[i]);
                Check($"{compiled}, scalar {derivatives[i].What}", derivatives[i].Column, Expr.Stack(scalars.Select(result => result[i])));
            }
        }
        Assert.True(wrong.Count == 0, $"{name} in {dtype}: {wrong.Count} ways\n{string.Join('\n', wrong)}");

        void Check(string what, string column, Expr actual)
        {
            var errors = table.Compare(column, dtype, Expr.Cast(Expr.BroadcastTo(actual, [table.Count]), DType.Float64).Value.ToArray<double>());
            output.WriteLine($"{what,-50} {errors}");
            if (errors.Beyond(Allowed) is { } beyond)
                wrong.Add($"{what}: {beyond}");
        }
    }
}
