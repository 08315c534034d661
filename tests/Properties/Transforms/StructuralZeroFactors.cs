using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>
/// A factor that is 0 and does not depend on what is differentiated makes its path constant. At singular points derivatives in the parameters of a function of data, whose zeros are such factors,
/// are right or honestly NaN: in both modes, to second order, and when another transform varies the factor.
/// </summary>
public sealed class StructuralZeroFactors(ITestOutputHelper output)
{
    private static bool IsData(Program p, int input) => input == 0;

    [Fact]
    public void The_gradient_is_right_or_honestly_NaN() => Counted(1500, 0.8, (limits, p) => limits.Wrong(p, x => Gradient(p, x), Limits.Pushed));

    [Fact]
    public void The_tangent_is_right_or_honestly_NaN() => Counted(700, 0.8, (limits, p) => limits.Wrong(p, x => Tangents(p, x), Limits.Pushed));

    [Fact]
    public void The_second_derivative_is_right_or_honestly_NaN() => Counted(700, 0.8, (limits, p) => limits.Wrong(p,
        x => [null, .. Ad.Grad<Expr[]>(q => Along(Gradient(p, [x[0], .. q])), x[1..])], (frozen, x, i) => Limits.PushedTwice(frozen, x, i, k => k != 0)));

    [Fact]
    public void So_it_is_forward_over_reverse() => Counted(400, 0.8, (limits, p) => limits.Wrong(p,
        x => [null, .. ByEntry(x[1..], (q, d) => Ad.Jvp(q => Along(Gradient(p, [x[0], .. q])), q, d).Tangent)], (frozen, x, i) => Limits.PushedTwice(frozen, x, i, k => k != 0)));

    /// <summary>The data are varied outside: what they multiply may not have been taken for constant.</summary>
    [Fact]
    public void The_mixed_derivative_in_the_factor_is_right_or_honestly_NaN() => Counted(1000, 0.8, (limits, p) => limits.Wrong(p,
        x => [Ad.Grad(m => Along(Gradient(p, [m, .. x[1..]])), x[0]), .. x[1..].Select(_ => (Expr?)null)], (frozen, x, i) => Limits.PushedTwice(frozen, x, i, k => k != 0)), data: false);

    /// <summary>1/ln(x·m) at m = 0, which is data, is constant in x: the judge knows that 0 is right, and that another number, or 0 for √x·(1 + m), is not.</summary>
    [Fact]
    public void The_judge_knows_what_is_constant()
    {
        var limits = new Limits { IsData = IsData };
        var zeros = Tensor.Of([0.0, 0.0]);
        Program Of(Func<Expr, Expr, Expr> f) => new([zeros, zeros], [new Step("F", [0, 1], zeros.Shape, v => f(v[0], v[1]), v => $"f({v[0]}, {v[1]})")]);
        string? Judge(Func<Expr, Expr, Expr> f, double claim) => limits.Wrong(Of(f), x => [null, Expr.Full(x[1].Shape, claim)], Limits.Pushed);
        Expr Constant(Expr m, Expr x) => Expr.Reciprocal(Expr.Log(x * m));
        Assert.True(string.IsNullOrEmpty(Judge(Constant, 0)));
        Assert.Contains("finite and wrong", Judge(Constant, 1));
        Assert.Contains("finite and wrong", Judge((m, x) => Expr.Sqrt(x) * (1 + m), 0));
        Assert.Contains("finite and wrong", Judge((m, x) => Expr.Sin(x) * (1 + m), 0));
    }

    /// <summary>∂ₘ∂ₛ of (√m·√s)² is 1; the derivative in s is 0/0 under a guard whose mask depends on m.</summary>
    [Fact]
    public void What_a_moving_mask_hides_is_not_taken_for_zero() =>
        Assert.True((double)Ad.Grad(m => Ad.Grad(s => Expr.Square(Expr.Sqrt(m) * Expr.Sqrt(s)), 0.0), 0.0) is double.NaN or 1);

    [Fact]
    public void And_where_the_factor_is_differentiated_first() => Counted(700, 0.8, (limits, p) => limits.Wrong(p,
        x => [null, .. Ad.Grad<Expr[]>(q => Expr.Sum(Ad.Grad(m => Singular.Loss(p, [m, .. q]), x[0]) * Directions.Of(x[0].Shape, 0)), x[1..])],
        (frozen, x, i) => Limits.PushedTwice(frozen, x, i, k => k == 0)), data: false);

    [Fact]
    public void The_third_derivative_in_the_factor_and_twice_in_the_others_does_not_depend_on_the_order() => Law.Holds(output, 500, Singular.WithData, p =>
    {
        if (!double.IsFinite((double)Singular.Loss(p, p.At)) || !Singular.IsModerate(p))
            return "";
        Expr Twice(Expr[] x) => Along(Ad.Grad<Expr[]>(q => Along(Gradient(p, [x[0], .. q])), x[1..]));
        Expr Once(Expr[] x) => Along(Gradient(p, x));
        Expr InFactor(Expr[] x, Func<Expr[], Expr> f) => Expr.Sum(Ad.Grad(m => f([m, .. x[1..]]), x[0]) * Directions.Of(x[0].Shape, 0));
        Expr InOthers(Expr[] x, Func<Expr[], Expr> f) => Along(Ad.Grad<Expr[]>(q => f([x[0], .. q]), x[1..]));
        double[] orders =
        [
            (double)InFactor(p.At, Twice),
            (double)InOthers(p.At, x => InFactor(x, Once)),
            (double)InOthers(p.At, x => InOthers(x, y => InFactor(y, z => Singular.Loss(p, z)))),
            (double)Ad.Jvp(m => Twice([m, .. p.At[1..]]), p.At[0], Directions.Of(p.At[0].Shape, 0)).Tangent,
        ];
        double[] finite = [.. orders.Where(double.IsFinite)];
        return finite.Length < 2 ? "" : finite.Select(d => Close.Agree("", d, finite[0], 1e-8)).FirstOrDefault(wrong => wrong is not null) is { } wrong ? $"{wrong}: {string.Join(", ", orders)}" : null;
    }, atMost: 0.8);

    /// <summary>One plan, by data whose zeros lie elsewhere each time; and data that are closed over, handed on beside the parameters, and arguments.</summary>
    [Fact]
    public void Zeros_are_read_when_the_derivative_is_evaluated() => Law.Holds(output, 400, Singular.WithData, p =>
    {
        var compiled = Ad.Compile<(Expr, Expr[]), Expr[]>(a => Ad.Grad<Expr[]>(q => Singular.Loss(p, [a.Item1, .. q]), a.Item2));
        var plain = Ad.Compile<(Expr, Expr[]), Expr[]>(a => Ad.Grad<Expr[]>(q => Singular.Loss(p, [a.Item1, .. q]), a.Item2), new() { GenerateCode = false });
        var random = new Random(p.Count);
        for (int set = 0; set < 3; set++)
        {
            double[] zeros = p.Inputs[0].ToArray<double>();
            random.Shuffle(zeros);
            Expr data = Tensor.Of(zeros, p.Inputs[0].Shape);
            Expr[] at = p.At[1..], expected = Ad.Grad<Expr[]>(q => Singular.Loss(p, [data, .. q]), at);
            Expr[][] others =
            [
                compiled.Run((data, at)), plain.Run((data, at)),
                Ad.ValueAndGrad<(Expr Data, Expr[] At), Expr[]>(a => Singular.Loss(p, [a.Data, .. a.At]), (data, at), of: a => a.At).Gradient,
                Ad.Compile<Expr[], Expr[]>(Ad.Grad<Expr[]>(q => Singular.Loss(p, [data, .. q]))).Run(at),
            ];
            foreach (var other in others)
                if (other.Zip(expected, (a, b) => Close.Agree($"set {set}", Unsigned(a), Unsigned(b), 1e-9)).FirstOrDefault(wrong => wrong is not null) is { } wrong)
                    return wrong;
        }
        return null;
    });

    /// <summary>The sign of an infinite slope is that of a 0, which is one of rounding; and two of them add up to ∞ or NaN.</summary>
    private static Tensor Unsigned(Expr x) => Expr.Where(Expr.IsFinite(x), x, double.NaN).Value;

    private void Counted(int cases, double atMost, Func<Limits, Program, string?> wrong, bool data = true)
    {
        var limits = data ? new Limits { IsData = IsData } : new();
        Law.Holds(output, cases, Singular.WithData, p => wrong(limits, p), atMost);
        limits.Report(output);
    }

    private static Expr[] Gradient(Program p, Expr[] x) => [.. Ad.Grad<Expr[]>(q => Singular.Loss(p, [x[0], .. q]), x[1..]).Prepend(null!)];

    private static Expr[] Tangents(Program p, Expr[] x) => [.. ByEntry(x[1..], (q, d) => Ad.Jvp(q => Singular.Loss(p, [x[0], .. q]), q, d).Tangent).Prepend(null!)];

    /// <summary>A number for each entry of each node: what a function gives for the direction along it.</summary>
    private static Expr[] ByEntry(Expr[] at, Func<Expr[], Expr[], Expr> of) => [.. at.Select((x, i) => Expr.Reshape(Expr.Stack([.. Level.Real.Basis(x.Shape).Select(direction =>
        of(at, [.. at.Select((y, k) => k == i ? (Expr)direction : Expr.Zeros(y.Shape))]))]), x.Shape))];

    /// <summary>A gradient along a fixed direction.</summary>
    private static Expr Along(Expr[] gradient) => gradient.Select((g, i) => (g, i + (gradient[0] is null ? 0 : 1))).Where(pair => pair.g is not null)
        .Select(pair => Expr.Sum(pair.g * Directions.Of(pair.g.Shape, pair.Item2))).Aggregate((a, b) => a + b);
}
