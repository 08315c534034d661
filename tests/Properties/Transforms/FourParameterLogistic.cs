using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>
/// d + (a − d) / (1 + (x/c)ᵇ), the curve of every assay, at x = 0: there it is a, whatever b and c are, though (x/c)ᵇ has an infinite slope below b = 1 and an infinite curvature below 2.
/// Right in every mode, and wherever data come from.
/// </summary>
public sealed class FourParameterLogistic
{
    private static readonly Expr s_data = Tensor.Of([0.0, 0.5, 2, 0, 10]), s_direction = Tensor.Of([1.0, -2, 3, 0.5]), s_weights = Tensor.Of([2.0, 1, -1, 3, 0.5]);

    public static TheoryData<double> Slopes => [0.5, 0.8, 1, 1.19, 2, 2.7];

    private static Expr Point(double b) => Tensor.Of([2.0, b, 3.0, 0.1]);

    private static Expr Curve(Expr p, Expr x) => p[3] + (p[0] - p[3]) / (1.0 + Expr.Pow(x / p[2], p[1]));

    private static Expr Loss(Expr p, Expr x) => Expr.Sum(Expr.Square(Curve(p, x) - 1.0) * s_weights);

    /// <summary>The same, with a in the place of what it is at x = 0.</summary>
    private static Expr Reference(Expr p) => Expr.Sum(Expr.Square(Expr.Stack([p[0], Curve(p, s_data[1]), Curve(p, s_data[2]), p[0], Curve(p, s_data[4])]) - 1.0) * s_weights);

    private static void Same(Expr expected, Expr actual) => Assert.All(expected.Value.ToArray<double>().Zip(actual.Value.ToArray<double>()), pair => Assert.Equal(pair.First, pair.Second, 1e-9 * (1 + Math.Abs(pair.First))));

    [Theory]
    [MemberData(nameof(Slopes))]
    public void Its_gradient_is_right_in_every_mode(double b)
    {
        Expr at = Point(b), expected = Ad.Grad(Reference, at);
        Expr OfData(Expr p) => Loss(p, s_data);
        Expr InScan(Expr p) => Ad.Scan((c, row) => (c + Expr.Square(Curve(p, row.x) - 1.0) * row.w, c), Expr.Scalar(0.0), (x: s_data, w: s_weights)).Carry;
        Expr ByTangents(Func<Expr, Expr> f) => Expr.Stack([.. Enumerable.Range(0, 4).Select(i => Ad.Jvp(f, at, Expr.Eye(4)[i]).Tangent)]);
        Same(expected, Ad.Grad(OfData, at));
        Same(expected, Ad.Grad(OfData, Expr.Variable("p", at.Value)));
        Same(expected, ByTangents(OfData));
        Same(expected, Ad.Compile(Ad.Grad(OfData)).Run(at));
        Same(expected, Ad.Compile(Ad.Grad(OfData), new() { GenerateCode = false }).Run(at));
        Same(expected, Ad.Compile(((Expr X, Expr P) a) => Ad.Grad(p => Loss(p, a.X), a.P)).Run((s_data, at)));
        Same(expected, Ad.ValueAndGrad<(Expr X, Expr P), Expr>(a => Loss(a.P, a.X), (s_data, at), of: a => a.P).Gradient);
        Same(expected, Ad.Vjp(OfData, at).Pullback(1.0));
        Same(expected, Ad.Linearize(OfData, at).Pushforward is var pushed ? Expr.Stack([.. Enumerable.Range(0, 4).Select(i => pushed(Expr.Eye(4)[i]))]) : at);
        Same(expected, Ad.Vmap(p => Ad.Grad(OfData, p), Expr.Stack([at, 2 * at]))[0]);
        Same(expected, Expr.Sum(Ad.Vmap(row => Ad.Grad(p => Expr.Square(Curve(p, row.x) - 1.0) * row.w, at), (x: s_data, w: s_weights)), 0));
        Same(expected, Ad.Grad(InScan, at));
        Same(expected, ByTangents(InScan));
        Same(expected, Ad.Grad(p => Ad.Cond(p[0] > 0.0, OfData, q => Expr.Sum(q), p), at));
        Same(expected, Ad.Compile(Ad.Grad((Expr p) => Ad.Cond(p[0] > 0.0, OfData, q => Expr.Sum(q), p))).Run(at));
        Same(expected, Ad.Grad(Ad.Checkpoint<Expr, Expr>(OfData), at));
        for (int i = 0; i < 150; i++)
            Same(expected, Ad.Grad(OfData, at));      // from the hundredth on by a plan
    }

    [Theory]
    [MemberData(nameof(Slopes))]
    public void Its_second_derivatives_are_right_in_every_mode(double b)
    {
        Expr at = Point(b), expected = Ad.Hessian(Reference, at), along = Ad.Grad(p => Expr.Sum(Ad.Grad(Reference, p) * s_direction), at);
        Expr OfData(Expr p) => Loss(p, s_data);
        Same(expected, Ad.Hessian(OfData, at));
        Same(expected, Ad.Compile((Expr p) => Ad.Hessian(OfData, p)).Run(at));
        Same(along, Ad.Grad(p => Expr.Sum(Ad.Grad(OfData, p) * s_direction), at));
        Same(along, Ad.Jvp(Ad.Grad(OfData), at, s_direction).Tangent);
        Same(along, Ad.Grad(p => Ad.Jvp(OfData, p, s_direction).Tangent, at));
        Same(along, Ad.Grad((Expr p) => Ad.Compile((Expr q) => Expr.Sum(Ad.Grad(OfData, q) * s_direction)).Run(p), at));
        Same(along, Ad.Vmap(p => Ad.Grad(q => Expr.Sum(Ad.Grad(OfData, q) * s_direction), p), Expr.Stack([at, 2 * at]))[0]);
        Same(Ad.Jvp(p => Ad.Jvp(Reference, p, s_direction).Tangent, at, s_direction).Tangent, Ad.Jvp(p => Ad.Jvp(OfData, p, s_direction).Tangent, at, s_direction).Tangent);
    }

    /// <summary>Dual numbers do not know that x is 0 for good. They are NaN below b = 1, never another number; the verdict is right nevertheless, and says why they are out.</summary>
    [Theory]
    [MemberData(nameof(Slopes))]
    public void It_is_not_called_wrong_where_dual_numbers_are_NaN(double b)
    {
        Expr at = Point(b), expected = Ad.Grad(Reference, at);
        var entries = Ad.CheckGradients(p => Loss(p, s_data), at).Leaves.Single().Entries;
        foreach (var entry in entries)
        {
            double right = expected.Value.ElementAsDouble(entry.Index[0]);
            Assert.Equal(GradientVerdict.Right, entry.Verdict);
            Assert.Equal(right, entry.Reverse, 1e-9 * (1 + Math.Abs(right)));
            Assert.Equal(b < 1, double.IsNaN(entry.Dual!.Value));
            Assert.Equal(b < 1, entry.Reason.Contains("dual numbers give NaN", StringComparison.Ordinal));
        }
    }

    /// <summary>What multiplies the variable is varied by another transform: nothing may have been taken for constant.</summary>
    [Fact]
    public void A_factor_that_is_0_keeps_its_own_derivative()
    {
        (Func<Expr, Expr, Expr> F, double Mixed)[] cases =
        [
            ((m, x) => m * Expr.Square(x), 6), ((m, x) => m * x * x, 6), ((m, x) => m / x, -1.0 / 9), ((m, x) => m * Expr.Sqrt(x), 0.5 / Math.Sqrt(3)), ((m, x) => m * Expr.Log(x), 1.0 / 3),
            ((m, x) => Expr.Sqrt(1 + m * x), 0.5), ((m, x) => Expr.Sqrt(1 + m * Expr.Square(x)), 3), ((m, x) => Expr.Log(1 + m / x), -1.0 / 9), ((m, x) => Expr.Square(m) / x, 0), ((m, x) => Expr.XLogY(m, x), 1.0 / 3),
        ];
        Expr zero = 0.0, three = 3.0;
        foreach (var (f, mixed) in cases)
        {
            Expr InX(Expr m) => Ad.Grad(x => f(m, x), three);
            Assert.All<Expr>(
            [
                Ad.Grad(InX, zero), Ad.Grad(x => Ad.Grad(m => f(m, x), zero), three), Ad.Jvp(InX, zero, 1.0).Tangent, Ad.Jvp(x => Ad.Grad(m => f(m, x), zero), three, 1.0).Tangent,
                Ad.Grad(m => Ad.Jvp(x => f(m, x), three, 1.0).Tangent, zero), Ad.Jvp(m => Ad.Jvp(x => f(m, x), three, 1.0).Tangent, zero, 1.0).Tangent,
                Ad.Compile(Ad.Grad(InX)).Run(zero), Ad.Grad((Expr m) => Ad.Compile<Expr, Expr>(InX).Run(m), zero), Ad.Compile(Ad.Grad(InX), new() { GenerateCode = false }).Run(zero),
                Ad.Vmap(m => Ad.Grad(InX, m), Tensor.Of([0.0, 1.0]))[0], Ad.Grad(m => Expr.Sum(Ad.Vmap(x => Ad.Grad(y => f(m, y), x), Tensor.Of([3.0]))), zero),
                Ad.Grad(m => Ad.Scan((c, row) => (c + row * InX(m), c), Expr.Scalar(0.0), Tensor.Of([1.0])).Carry, zero),
                Ad.Grad(m => Ad.Cond(m < 1.0, InX, n => n, m), zero), Ad.Grad(Ad.Checkpoint<Expr, Expr>(InX), zero),
            ], derivative => Assert.Equal(mixed, (double)derivative, 1e-12));
        }
    }

    [Fact]
    public void Where_the_value_is_none_so_is_the_derivative()
    {
        Expr zero = Expr.Scalar(0.0);
        Func<Expr, Expr>[] undefined = [c => zero / (c - 3), c => zero * c / (zero * 2), c => Expr.Sqrt(zero * c / (zero * 2)), c => zero / Expr.Sqrt(c - 3)];
        foreach (var f in undefined)
        {
            Assert.True(double.IsNaN((double)Ad.Grad(f, 3.0)));
            Assert.True(double.IsNaN((double)Ad.Jvp(f, 3.0, 1.0).Tangent));
        }
        Assert.True(double.IsNaN((double)Ad.Grad(m => Ad.Grad(x => m / Expr.Log(x), 0.0), 1.0)));
    }

    [Fact]
    public void Without_such_factors_or_poles_the_nodes_are_the_same()
    {
        Expr data = Expr.Variable("data", Tensor.Of([1.0, 0, 2])), full = Tensor.Of([1.0, 3, 2]), at = Expr.Variable("w", Tensor.Of([0.5, 1, 2]));
        Func<Expr, Expr>[] plain =
        [
            w => Expr.Sum(Expr.Exp(-Expr.Square(w)) * Expr.Sin(w) + Expr.Log(1 + Expr.Square(w))), w => Expr.Sum(Expr.Log(2 * w) / 3), w => Expr.Sum(Expr.Sqrt(full * w)), w => Expr.Sum(Expr.Relu(data * w) * data),
            w => Expr.LogSumExp(data * w), w => Expr.Mean(Expr.Softplus(-data * w)), w => Expr.Sum(Expr.Tanh(data * w) * data), w => Expr.Sum(Expr.Square(data - data * Expr.Sigmoid(w))),
        ];
        foreach (var f in plain)
        {
            var gradient = Ad.Grad(f, at);
            Assert.DoesNotContain(KahnOrder.From(gradient), visit => visit.Op is WhereVarying);
        }
        Assert.Contains(KahnOrder.From(Ad.Grad(w => Expr.Sum(Expr.Sqrt(data * w)), at)), visit => visit.Op is WhereVarying);
    }
}
