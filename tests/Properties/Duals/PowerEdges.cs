using Xunit;
using D = Autodiff.Functional.Dual<double>;
using D2 = Autodiff.Functional.Dual<Autodiff.Functional.Dual<double>>;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>xʸ where formulas with a logarithm fail.</summary>
public sealed class PowerEdges
{
    const double Infinity = double.PositiveInfinity;

    [Theory] //     x     y    x^y  ∂/∂x ∂²/∂x²
    [InlineData( 0.0,  0.0,   1.0,  0.0,  0.0)]
    [InlineData( 0.0,  1.0,   0.0,  1.0,  0.0)]
    [InlineData( 0.0,  2.0,   0.0,  0.0,  2.0)]
    [InlineData( 0.0,  3.0,   0.0,  0.0,  0.0)]
    [InlineData( 0.0,  4.0,   0.0,  0.0,  0.0)]
    [InlineData( 0.0,  0.5,   0.0, Infinity, double.NaN)] // 0·∞ with the tangent of the exponent
    [InlineData( 0.0,  1.5,   0.0,  0.0, Infinity)]
    [InlineData(-2.0,  0.0,   1.0,  0.0,  0.0)]
    [InlineData(-2.0,  1.0,  -2.0,  1.0,  0.0)]
    [InlineData(-2.0,  2.0,   4.0, -4.0,  2.0)]
    [InlineData(-2.0,  3.0,  -8.0, 12.0, -12.0)]
    [InlineData(-2.0, -1.0,  -0.5, -0.25, -0.25)]
    [InlineData(-2.0, -2.0,  0.25, 0.25, 0.375)]
    [InlineData(-2.0,  0.5, double.NaN, double.NaN, double.NaN)]
    public void In_the_base(double x, double y, double value, double first, double second)
    {
        var power = D2.Pow(D2.Variable(D.Variable(x)), y);
        Assert.Equal([value, first, first, second], Nested.Parts(power));
    }

    [Theory] //     x     y   ∂/∂y
    [InlineData( 0.0,  2.0,   0.0)]
    [InlineData( 0.0,  1.0,   0.0)]
    [InlineData( 0.0,  0.5, double.NaN)] // the slope in the base is infinite
    [InlineData( 0.0,  0.0,   0.0)]
    [InlineData( 1.0,  3.0,   0.0)]
    [InlineData(Math.E, 1.0, Math.E)]
    [InlineData(-2.0,  2.0, double.NaN)]
    public void In_the_exponent(double x, double y, double slope) => Assert.Equal(slope, D.Pow(x, D.Variable(y)).Tangent, 1e-15);

    [Fact]
    public void A_tangent_of_zero_is_no_proof_of_a_constant() // the truth of (x³)^⅓ at 0 is 1: NaN is honest, 0 would be wrong
    {
        var x = D.Variable(0);
        Assert.True(double.IsNaN(D.Pow(x * x * x, 1.0 / 3).Tangent));
    }

    [Fact]
    public void The_Hessian_at_a_zero_base_is_finite()
    {
        Assert.Equal(0, Mixed(0, 2));
        Assert.Equal(2, D2.Pow(D2.Variable(D.Variable(0)), 2).Tangent.Tangent);
        Assert.Equal(2 + 4 * Math.Log(2), Mixed(2, 2), 1e-14); // x^(y−1)·(1 + y·log x)

        static double Mixed(double x, double y) => D2.Pow(D2.Constant(D.Variable(x)), D2.Variable(D.Constant(y))).Tangent.Tangent;
    }

    [Fact]
    public void An_exponent_whose_tangent_vanishes_only_here_counts() // ∂²/∂s∂t x^(s·t) at s = t = 0 is log x
    {
        var (s, t) = (D2.Constant(D.Variable(0)), D2.Variable(D.Constant(0)));
        Assert.Equal(Math.Log(3), D2.Pow(D2.CreateChecked(3), s * t).Tangent.Tangent, 1e-15);
        Assert.True(double.IsNaN(D2.Pow(D2.CreateChecked(-3), s * t).Tangent.Tangent));
    }
}
