using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>The conventions at ties, NaN and infinities that no table of a smooth function holds.</summary>
public sealed class EdgesOfElementwise
{
    private const double Inf = double.PositiveInfinity, NaN = double.NaN;

    private static Tensor Of<T>(params T[] elements) where T : unmanaged => Tensor.Of(elements);

    [Theory]
    [InlineData(0.5, 0, 1, 0.5, 1, 0, 0)]
    [InlineData(-3, 0, 1, 0, 0, 1, 0)]
    [InlineData(3, 0, 1, 1, 0, 0, 1)]
    [InlineData(0, 0, 1, 0, 0.5, 0.5, 0)]
    [InlineData(1, 0, 1, 1, 0.5, 0, 0.5)]
    [InlineData(0, 0, 0, 0, 0.25, 0.25, 0.5)]
    [InlineData(5, 2, 1, 1, 0, 0, 1)]
    [InlineData(NaN, 0, 1, NaN, 1, 1, 1)]
    [InlineData(0.5, NaN, 1, NaN, 1, 1, 1)]
    [InlineData(Inf, 0, Inf, Inf, 0.5, 0, 0.5)]
    public void Clamp_shares_its_gradient_as_maximum_and_minimum_do(double x, double low, double high, double value, double dx, double dlow, double dhigh)
    {
        var (y, gradient) = Ad.ValueAndGrad<(Expr X, Expr Low, Expr High)>(at => Expr.Clamp(at.X, at.Low, at.High), (x, low, high));
        Assert.Equal([value, dx, dlow, dhigh], [(double)y, (double)gradient.X, (double)gradient.Low, (double)gradient.High]);
    }

    [Fact]
    public void Clamp_selects_so_that_what_it_cut_off_has_no_influence()
    {
        // The slope of √x at 0 is ∞: where the bound is taken it must not meet the 0.
        var gradient = Ad.Grad((Expr x) => Expr.Sum(Expr.Clamp(Expr.Sqrt(x), 1, 2)), Of(0.0, 2.25, 100.0));
        Assert.Equal([0, 1 / 3.0, 0], gradient.Value.ToArray<double>());
    }

    [Fact]
    public void Bounds_are_literals_of_any_dtype_and_broadcast()
    {
        Assert.Equal(Of(1, 2, 3), Expr.Clamp(Of(0, 2, 9), 1, 3).Value);
        Assert.Equal(Of(0.5, 2.0, 3.0), Expr.Clamp(Of(0, 2, 9), 0.5, 3).Value);
        Assert.Equal(Of(0.5f, 2f, 3f), Expr.Clamp(Of(0f, 2f, 9f), 0.5, 3).Value);
        Assert.Equal(Shape.Of(2, 3), Expr.Clamp(Of(0.0, 2, 9), Expr.Zeros(Shape.Of(2, 1)), 5).Shape);
        Assert.Equal(Of(1L, 5, 9), Expr.Clamp(5, Of(1L, 5, 9), Of(1L, 7, 9)).Value);
        Assert.Throws<DTypeException>(() => Expr.Clamp(Of(1.0), Of(1f), 2));
        Assert.Throws<ShapeException>(() => Expr.Clamp(Of(1.0, 2), Of(1.0, 2, 3), 2));
    }

    [Fact]
    public void Lerp_is_exact_at_its_ends_and_between_equals()
    {
        Tensor x = Of(0.1, -3, 1e17), y = Of(0.7, 0.3, 1);
        Assert.Equal(x, Expr.Lerp(x, y, 0).Value);
        Assert.Equal(y, Expr.Lerp(x, y, 1).Value);
        Assert.Equal(x, Expr.Lerp(x, x, Of(0.3, 0.77, -5)).Value);
    }

    [Fact]
    public void Numbers_are_told_from_what_is_none()
    {
        Tensor x = Of(0.0, -1.5, Inf, -Inf, NaN);
        Assert.Equal(Of(false, false, false, false, true), Expr.IsNaN(x).Value);
        Assert.Equal(Of(false, false, true, true, false), Expr.IsInf(x).Value);
        Assert.Equal(Of(true, true, false, false, false), Expr.IsFinite(x).Value);
        Assert.Equal(Of(false, false), Expr.IsNaN(Of(1, 2)).Value);
        Assert.Equal(Of(true, true), Expr.IsFinite(Of(1, 2)).Value);
        Assert.Equal(Of(false, true), Expr.IsInf(Of(1f, float.NegativeInfinity)).Value);
    }

    [Fact]
    public void Mod_of_integers_has_the_sign_of_the_divisor()
    {
        Assert.Equal(Of(1, -1, 0, 0, 2), Expr.Mod(Of(-3, 3, -4, 4, 5), Of(2, -2, 2, -2, 3)).Value);
        Assert.Equal(Of(0), Expr.Remainder(Of(int.MinValue), Of(-1)).Value);
    }

    [Fact]
    public void Mixed_second_derivatives_are_right_where_x_log_y_is_cut_to_0()
    {
        // ∂²/∂x∂y x·log y = 1/y, also at x = 0.
        Assert.Equal(0.5, (double)Ad.Grad(y => Ad.Grad(x => Expr.XLogY(x, y), 0.0), 2.0));
        Assert.Equal(0.5, (double)Ad.Grad(x => Ad.Grad(y => Expr.XLogY(x, y), 2.0), 0.0));
    }

    /// <summary>The radius of such numbers overflows, and its second derivatives, ±1 / (2·√2·a), are subnormal and not 0.</summary>
    [Theory, InlineData(1.7e308, DType.Float64), InlineData(1.2e308, DType.Float64), InlineData(3.3e38, DType.Float32)]
    public void Second_derivatives_of_Hypot_where_it_overflows(double a, DType dtype)
    {
        Expr x = Expr.Cast(Tensor.Of([a, a]), dtype).Value;
        static Expr Radius(Expr x) => Expr.Hypot(x[0], x[1]);
        double expected = 0.25 / a * Math.Sqrt(2), least = dtype == DType.Float64 ? double.Epsilon : float.Epsilon;
        foreach (var hessian in (Expr[])[Ad.Hessian(Radius, x), Ad.JacobianReverse(Ad.Grad(Radius), x), Ad.Compile(Ad.Hessian(Radius)).Run(x), Ad.Vmap(Ad.Hessian(Radius))(Expr.Stack([x, x]))[1]])
        {
            double[] elements = Expr.Cast(Expr.Reshape(hessian, 4), DType.Float64).Value.Elements<double>().ToArray();
            foreach (var (element, sign) in elements.Zip([1.0, -1, -1, 1]))
                Assert.InRange(sign * element, expected - 4 * least, expected + 4 * least);
        }
    }

    [Fact]
    public void Polygamma_of_a_negative_order_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => Expr.Polygamma(-1, 2.0));

    [Fact]
    public void Special_functions_keep_single_precision()
    {
        var x = Expr.Constant(Of(0.3f, 2.5f));
        Assert.Equal(DType.Float32, Expr.Polygamma(2, x).DType);
        Assert.Equal(DType.Float32, Ad.Grad((Expr at) => Expr.Sum(Expr.Lgamma(at) + Expr.Gelu(at)), x).DType);
    }
}
