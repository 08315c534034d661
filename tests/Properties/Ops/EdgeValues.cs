using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Values and derivatives at kinks, poles, ties, zeros and infinities: the conventions, by table.</summary>
public sealed class EdgeValues
{
    private const double Infinity = double.PositiveInfinity, NaN = double.NaN;

    /// <summary>A function at a point, with its value, slope, and (if it has one there) second derivative.</summary>
    private sealed record Edge(Func<Expr, Expr> F, double X, double Value, double Slope, double? Second = null);

    private static readonly Dictionary<string, Edge> s_edges = new()
    {
        ["relu at 0"] = new(Expr.Relu, 0, 0, 0, 0),
        ["relu at NaN"] = new(Expr.Relu, NaN, NaN, 0),
        ["abs at 0"] = new(Expr.Abs, 0, 0, 0, 0),
        ["abs at −0"] = new(Expr.Abs, -0.0, 0, 0, 0),
        ["abs at −∞"] = new(Expr.Abs, -Infinity, Infinity, -1),
        ["sign at 0"] = new(Expr.Sign, 0, 0, 0, 0),
        ["sign at NaN"] = new(Expr.Sign, NaN, NaN, 0),
        ["square root at 0"] = new(Expr.Sqrt, 0, 0, Infinity),
        ["square root below 0"] = new(Expr.Sqrt, -1, NaN, NaN),
        ["cube root at 0"] = new(Expr.Cbrt, 0, 0, Infinity),
        ["cube root below 0"] = new(Expr.Cbrt, -8, -2, 1.0 / 12),
        ["logarithm at 0"] = new(Expr.Log, 0, -Infinity, Infinity, -Infinity),
        ["log1p near 0"] = new(Expr.Log1p, 1e-20, 1e-20, 1),
        ["expm1 near 0"] = new(Expr.Expm1, 1e-20, 1e-20, 1),
        ["exp of −∞"] = new(Expr.Exp, -Infinity, 0, 0, 0),
        ["exp of much"] = new(Expr.Exp, 1000, Infinity, Infinity),
        ["reciprocal at 0"] = new(Expr.Reciprocal, 0, Infinity, -Infinity),
        ["sin at ∞"] = new(Expr.Sin, Infinity, NaN, NaN),
        ["tanh near 0"] = new(Expr.Tanh, 1e-20, 1e-20, 1),
        ["tanh of much"] = new(Expr.Tanh, 1000, 1, 0, 0),
        ["sigmoid of much"] = new(Expr.Sigmoid, 1000, 1, 0, 0),
        ["sigmoid of little"] = new(Expr.Sigmoid, -1000, 0, 0, 0),
        ["softplus at 0"] = new(Expr.Softplus, 0, 0.6931471805599453, 0.5, 0.25),
        ["softplus of much"] = new(Expr.Softplus, 1000, 1000, 1, 0),
        ["softplus of little"] = new(Expr.Softplus, -1000, 0, 0, 0),
        ["arcsine at 1"] = new(Expr.Asin, 1, Math.PI / 2, Infinity),
        ["round, half to even"] = new(Expr.Round, 2.5, 2, 0, 0),
        ["round, half to even, below 0"] = new(Expr.Round, -1.5, -2, 0, 0),
        ["floor below 0"] = new(Expr.Floor, -0.5, -1, 0, 0),
        ["truncate below 0"] = new(Expr.Truncate, -1.5, -1, 0, 0),

        ["x⁰ at 0"] = new(x => Expr.Power(x, 0), 0, 1, 0, 0),
        ["x¹ at 0"] = new(x => Expr.Power(x, 1), 0, 0, 1, 0),
        ["x² at 0"] = new(x => Expr.Power(x, 2), 0, 0, 0, 2),
        ["x³ at 0"] = new(x => Expr.Power(x, 3), 0, 0, 0, 0),
        ["x² below 0"] = new(x => Expr.Power(x, 2), -3, 9, -6, 2),
        ["x³ below 0"] = new(x => Expr.Power(x, 3), -2, -8, 12, -12),
        ["x⁻¹ below 0"] = new(x => Expr.Power(x, -1), -2, -0.5, -0.25, -0.25),
        ["√ as a power below 0"] = new(x => Expr.Power(x, 0.5), -1, NaN, NaN),
        ["√ as a power at 0"] = new(x => Expr.Power(x, 0.5), 0, 0, Infinity),
        ["0ˣ at 2"] = new(x => Expr.Power(0, x), 2, 0, 0, 0),
        ["2ˣ at 3"] = new(x => Expr.Power(2, x), 3, 8, 8 * 0.6931471805599453, 8 * 0.6931471805599453 * 0.6931471805599453),
        ["xˣ at 1"] = new(x => Expr.Power(x, x), 1, 1, 1, 2),

        ["maximum at a tie"] = new(x => Expr.Maximum(x, 1), 1, 1, 0.5, 0),
        ["maximum with itself"] = new(x => Expr.Maximum(x, x), 3, 3, 1, 0),
        ["minimum at a tie"] = new(x => Expr.Minimum(1, x), 1, 1, 0.5, 0),
        ["maximum with NaN"] = new(x => Expr.Maximum(x, NaN), 1, NaN, 1),
        ["maximum at NaN"] = new(x => Expr.Maximum(x, 1), NaN, NaN, 1),
        ["minimum with ∞"] = new(x => Expr.Minimum(x, Infinity), 1, 1, 1, 0),
        ["remainder below 0"] = new(x => x % 3, -7, -1, 1, 0),
        ["remainder by less than 0"] = new(x => x % -3, 7, 1, 1, 0),
        ["remainder, in the divisor"] = new(x => 7 % x, 3, 1, -2, 0),
        ["remainder whose quotient rounds to the next whole number"] = new(x => 1 % x, 0.1, 0.09999999999999995, -9, 0),
        ["remainder by ∞ of less than 0"] = new(x => Expr.Mod(-1, x), Infinity, Infinity, 1, 0),
        ["x⁰ near 0"] = new(x => Expr.Power(x, 0), 1e-160, 1, 0, 0),
        ["x to a small power"] = new(x => Expr.Power(x, 0.1), 1e-300, 1e-30, 1e269),
        ["0ˣ at 1"] = new(x => Expr.Power(0, x), 1, 0, 0, 0),
        ["0ˣ at −1"] = new(x => Expr.Power(0, x), -1, Infinity, -Infinity, Infinity),
        ["the angle near ∞"] = new(x => Expr.Atan2(x, Infinity), 1, 0, 0, 0),
        ["the angle of an infinite ordinate"] = new(x => Expr.Atan2(Infinity, x), 1, Math.PI / 2, 0, 0),
        ["the radius near the largest number"] = new(x => Expr.Hypot(x, 1.7e308), 1.7e308, Infinity, 0.7071067811865475),
        ["the radius beside a long leg"] = new(x => Expr.Hypot(1e5, x), 1e-3, 1e5, 1e-8, 1e-5),
        ["the radius, in the long leg"] = new(x => Expr.Hypot(x, 1e-3), 1e5, 1e5, 1, 1e-21),
        ["0 / x near 0"] = new(x => 0 / x, 1e-200, 0, 0, 0),
        ["a line from one end of the numbers to the other"] = new(x => Expr.Lerp(-1.7e308, 1.7e308, x), 0.5, 0, Infinity, 0),
        ["the sign of −0"] = new(x => Expr.CopySign(x, -0.0), 2, -2, -1, 0),
        ["copysign at 0"] = new(x => Expr.CopySign(x, -1), 0, -0.0, 0, 0),
        ["the angle to the left"] = new(x => Expr.Atan2(0, x), -1, Math.PI, 0, 0),
        ["0 / 0"] = new(x => x / 0, 0, NaN, Infinity),

        ["a branch not taken, √"] = new(x => Expr.Where(x > 0, Expr.Sqrt(x), 0), -1, 0, 0, 0),
        ["a branch not taken, √ at 0"] = new(x => Expr.Where(x > 0, Expr.Sqrt(x), 0), 0, 0, 0, 0),
        ["a branch not taken, x·ln x"] = new(x => Expr.Where(x > 0, x * Expr.Log(x), 0), 0, 0, 0, 0),
        ["√(x²) at 0 is honest"] = new(x => Expr.Sqrt(Expr.Square(x)), 0, 0, NaN),
        ["stopGradient"] = new(x => x * Expr.StopGradient(x), 3, 9, 3, 0),
        ["norm of one"] = new(x => Expr.Norm(Expr.Stack([x])), 0, 0, 0),
    };

    public static TheoryData<string> Edges => [.. s_edges.Keys];

    [Theory, MemberData(nameof(Edges))]
    public void The_table_holds(string name)
    {
        var (f, x, value, slope, second) = s_edges[name];
        Same("the value", value, (double)f(x));
        Same("the slope by reverse mode", slope, (double)Ad.Grad(f, x));
        Same("the slope by forward mode", slope, (double)Ad.Jvp(f, x, 1.0).Tangent);
        if (second is not { } curvature)
            return;
        Same("the second derivative, reverse over reverse", curvature, (double)Ad.Grad(Ad.Grad(f), x));
        Same("the second derivative, forward over reverse", curvature, (double)Ad.Jvp(Ad.Grad(f), x, 1.0).Tangent);

        static void Same(string what, double expected, double actual) =>
            Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= 1e-14 * Math.Abs(expected), $"{what}: expected {expected:R}, got {actual:R}");
    }

    [Fact]
    public void The_Hessian_of_a_power_at_0_is_symmetric()
    {
        // The slope of x¹ in x is 1, whose own slope in y is x⁰·(1 + ln x). (Forward mode, by numbers, has 0·∞ on the diagonal.)
        Func<Expr, Expr> power = at => Expr.Power(at[0], at[1]);
        Assert.Equal([0, -Infinity, -Infinity, 0], Ad.JacobianReverse(Ad.Grad(power), Of(0, 1)).Value.ToArray<double>());
        Assert.Equal([-Infinity, -Infinity], Ad.Hessian(power, Of(0, 1)).Value.ToArray<double>()[1..3]);
        Assert.Equal([2, 0, 0, 0], Ad.Hessian(power, Of(0, 2)).Value.ToArray<double>());
    }

    [Fact]
    public void LogSumExp_of_nothing_but_minus_infinity_has_no_slope() => Vector(x => Expr.LogSumExp(x), [-Infinity, -Infinity], -Infinity, [0, 0]);

    [Fact]
    public void LogSumExp_ignores_a_minus_infinity() => Vector(x => Expr.LogSumExp(x), [-Infinity, 3], 3, [0, 1]);

    [Fact]
    public void LogSumExp_of_much_does_not_overflow() => Vector(x => Expr.LogSumExp(x), [1000, 1000], 1000 + Math.Log(2), [0.5, 0.5], 1e-12);

    [Fact]
    public void The_norm_at_zero_has_the_subgradient_zero() => Vector(x => Expr.Norm(x), [0, 0, 0], 0, [0, 0, 0]);

    [Fact]
    public void The_norm_neither_overflows_nor_vanishes()
    {
        Vector(x => Expr.Norm(x), [3e200, 4e200], 5e200, [0.6, 0.8]);
        Vector(x => Expr.Norm(x), [3e-200, 4e-200], 5e-200, [0.6, 0.8]);
        Assert.Equal(Infinity, (double)Expr.Norm(Of(Infinity, 1)));
        Assert.Equal(NaN, (double)Expr.Norm(Of(NaN, 1)));
    }

    [Fact]
    public void Ties_share_the_slope_of_max_and_min()
    {
        Vector(x => Expr.Max(x), [2, 1, 2], 2, [0.5, 0, 0.5]);
        Vector(x => Expr.Min(x), [1, 1, 1, 5], 1, [1.0 / 3, 1.0 / 3, 1.0 / 3, 0]);
    }

    [Fact]
    public void Softmax_of_much_is_a_choice()
    {
        Assert.Equal(new double[] { 1, 0 }, Expr.Softmax(Of(1000, 0)).Value.ToArray<double>());
        Assert.Equal(new double[] { 0, -1000 }, Expr.LogSoftmax(Of(1000, 0)).Value.ToArray<double>());
        Assert.Equal(new double[] { 0, 1 }, Expr.Softmax(Of(-Infinity, 0)).Value.ToArray<double>());
        Vector(x => Expr.LogSoftmax(x)[1], [1000, 0], -1000, [-1, 1]);
    }

    [Fact]
    public void A_product_with_zeros_has_right_derivatives_of_first_and_second_order()
    {
        Vector(x => Expr.Product(x), [0, 3, 4], 0, [12, 0, 0]);
        Vector(x => Expr.Product(x), [0, 0, 4], 0, [0, 0, 0]);
        Assert.Equal(new double[] { 0, 4, 3, 4, 0, 0, 3, 0, 0 }, Ad.Hessian(x => Expr.Product(x), Of(0, 3, 4)).Value.ToArray<double>());
        Assert.Equal(new double[] { 0, 4, 0, 4, 0, 0, 0, 0, 0 }, Ad.Hessian(x => Expr.Product(x), Of(0, 0, 4)).Value.ToArray<double>());
    }

    [Fact]
    public void The_place_of_the_largest_is_the_first_and_that_of_a_NaN()
    {
        Assert.Equal(1, Expr.ArgMax(Of(1, 3, 3)).Value.ToScalar<long>());
        Assert.Equal(0, Expr.ArgMin(Of(1, 3, 1)).Value.ToScalar<long>());
        Assert.Equal(1, Expr.ArgMax(Of(1, NaN, 3, NaN)).Value.ToScalar<long>());
        Assert.Equal(1, Expr.ArgMin(Of(1, NaN, 0)).Value.ToScalar<long>());
        Assert.Equal(NaN, (double)Expr.Max(Of(1, NaN, 3)));
    }

    [Fact]
    public void Reductions_of_nothing_have_their_unit_or_are_an_error()
    {
        var nothing = Of();
        Assert.Equal(0, (double)nothing.Sum());
        Assert.Equal(1, (double)nothing.Product());
        Assert.Equal(0, (double)nothing.Norm());
        Assert.False((bool)(nothing > 0).Any().Value);
        Assert.True((bool)(nothing > 0).All().Value);
        foreach (var reduction in (Func<Expr, Expr>[])[x => x.Max(), x => x.Min(), x => x.Mean(), x => x.Variance(), x => x.ArgMax(), x => x.ArgMin(), x => x.LogSumExp()])
            Assert.Contains("at least one element", Assert.Throws<ShapeException>(() => reduction(nothing)).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Integers_wrap_and_their_quotient_is_a_fraction()
    {
        Assert.Equal(int.MinValue, (Expr.Constant(Tensor.Scalar(int.MaxValue)) + 1).Value.ToScalar<int>());
        Assert.Equal(long.MinValue, (Expr.Constant(Tensor.Scalar(long.MaxValue)) + 1).Value.ToScalar<long>());
        Assert.Equal(3.5, (Expr.Constant(Tensor.Scalar(7)) / Expr.Constant(Tensor.Scalar(2))).Value.ToScalar<double>());
        Assert.Equal(-1, (Expr.Constant(Tensor.Scalar(-7)) % 3).Value.ToScalar<int>());
        Assert.Equal(1, (Expr.Constant(Tensor.Scalar(7)) % -3).Value.ToScalar<int>());
        Assert.Equal(8, Expr.Power(Tensor.Scalar(2), Tensor.Scalar(3)).Value.ToScalar<int>());
    }

    [Fact]
    public void Dtypes_of_results_follow_the_table()
    {
        Expr whole = Tensor.Of([1, 2, 3]), mask = Tensor.Of([true, false, true]), single = Tensor.Of([1f, 2f]);
        Assert.Equal(DType.Int64, whole.Sum().DType);
        Assert.Equal(DType.Int64, whole.Product().DType);
        Assert.Equal(2, mask.Sum().Value.ToScalar<long>());
        Assert.Equal(DType.Float64, whole.Mean().DType);
        Assert.Equal(DType.Float64, mask.Mean().DType);
        Assert.Equal(DType.Int32, whole.Max().DType);
        Assert.Equal(DType.Int64, whole.ArgMax().DType);
        Assert.Equal(DType.Float64, Expr.Exp(whole).DType);
        Assert.Equal(DType.Int32, (2 * whole).DType);
        Assert.Equal(DType.Float64, (2.5 * whole).DType);
        Assert.Equal(DType.Float32, (2.5 * single).DType);
        Assert.Equal(DType.Float32, single.Mean().DType);
        Assert.Equal(DType.Float32, Expr.Softmax(single).DType);
        Assert.Equal(DType.Int32, Expr.Maximum(whole, 2).DType);
        Assert.Equal(new[] { 2, -2 }, Expr.Cast(Of(2.9, -2.9), DType.Int32).Value.ToArray<int>());
    }

    private static Expr Of(params double[] elements) => Tensor.Of(elements);

    private static void Vector(Func<Expr, Expr> f, double[] at, double value, double[] gradient, double tolerance = 1e-15)
    {
        Assert.Equal(value, (double)f(Of(at)), 1e-14 * Math.Max(1, Math.Abs(double.IsFinite(value) ? value : 1)));
        var reverse = Ad.Grad(f, Of(at)).Value.ToArray<double>();
        for (int i = 0; i < at.Length; i++)
        {
            Assert.Equal(gradient[i], reverse[i], tolerance);
            Assert.Equal(gradient[i], (double)Ad.Jvp(f, Of(at), Expr.Cast(Expr.Equal(Expr.Arange(at.Length), i), DType.Float64)).Tangent, tolerance);
        }
    }

    [Fact]
    public void A_mask_or_an_index_made_of_literals_is_no_literal()
    {
        Expr weak = Expr.BroadcastTo(2.0, [3]);
        Assert.Equal(2.0, (double)weak.Take(weak.ArgMax()));
        Assert.Equal(DType.Bool, (weak > 1.0 & weak < 3.0).DType);
    }
}
