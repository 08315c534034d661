using System.Numerics;
using FsCheck.Xunit;
using Xunit;
using D = Autodiff.Functional.Dual<double>;
using D2 = Autodiff.Functional.Dual<Autodiff.Functional.Dual<double>>;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>Where there is no derivative, there is a convention; and what follows from it.</summary>
[Properties(Arbitrary = [typeof(Given)])]
public sealed class Kinks
{
    [Theory]
    [InlineData(2, 2, 1)]
    [InlineData(-2, 2, -1)]
    [InlineData(0, 0, 0)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity, -1)]
    [InlineData(double.NaN, double.NaN, double.NaN)]
    public void Absolute_value(double x, double value, double slope)
    {
        Is(D.Abs(D.Variable(x)), value, slope);
        Is(D.Abs(D.Variable(-x)), value, -slope);
        Assert.False(D.IsNegative(D.Abs(-x)));
    }

    [Fact]
    public void Absolute_value_twice() => Assert.Equal([0, 0, 0, 0], Nested.Parts(D2.Abs(D2.Variable(D.Variable(0)))));

    [Theory]
    [InlineData(3, 1, 3, 1)]
    [InlineData(1, 3, 3, 10)]
    [InlineData(2, 2, 2, 5.5)]
    [InlineData(-0.0, 0.0, 0, 5.5)]
    [InlineData(double.NaN, 2, double.NaN, 5.5)]
    [InlineData(2, double.NaN, double.NaN, 5.5)]
    public void Maximum_and_minimum_share_a_tie(double x, double y, double value, double slope)
    {
        Is(D.Max(new(x, 1), new(y, 10)), value, slope);
        Is(-D.Min(-new D(x, 1), -new D(y, 10)), value, slope);
        Assert.False(value == 0 && double.IsNegative(D.Max(x, y).Primal));
    }

    [Fact]
    public void The_other_choices_choose_the_tangent_too()
    {
        var (x, y, nan) = (new D(-3, 1), new D(2, 10), new D(double.NaN, 100));
        Is(D.MaxMagnitude(x, y), -3, 1);
        Is(D.MinMagnitude(x, y), 2, 10);
        Is(D.MaxMagnitude(x, new(3, 10)), 3, 10);
        Is(D.MinMagnitude(x, new(3, 10)), -3, 1);
        Is(D.MaxMagnitude(x, new(-3, 10)), -3, 5.5);
        Is(D.MaxNumber(nan, x), -3, 1);
        Is(D.MinNumber(x, nan), -3, 1);
        Is(D.MaxMagnitudeNumber(nan, x), -3, 1);
        Is(D.MinMagnitudeNumber(x, nan), -3, 1);
        Assert.True(D.IsNaN(D.MaxMagnitude(x, nan)));
        Is(Clamp(x, -1, 1), -1, 0);
        Is(Clamp(x, -5, 1), -3, 1);
        Is(Clamp(x, -3, 1), -3, 0.5);

        static T Clamp<T>(T x, double low, double high) where T : INumber<T> => T.Clamp(x, T.CreateChecked(low), T.CreateChecked(high));
    }

    [Theory]
    [InlineData(3, -1, -3, -1)]
    [InlineData(-3, -1, -3, 1)]
    [InlineData(-3, 1, 3, -1)]
    [InlineData(3, -0.0, -3, -1)]
    [InlineData(0, -1, -0.0, 0)]
    public void Copied_signs(double x, double y, double value, double slope) =>
        Is(D.CopySign(D.Variable(x), new(y, 100)), value, slope);

    [Sampled(100)]
    public void Rounding_has_no_slope(Fraction at)
    {
        var x = at.In((-5, 5));
        Is(D.Floor(D.Variable(x)), Math.Floor(x), 0);
        Is(D.Ceiling(D.Variable(x)), Math.Ceiling(x), 0);
        Is(D.Truncate(D.Variable(x)), Math.Truncate(x), 0);
        Is(D.Round(D.Variable(x)), Math.Round(x), 0);
        Is(D.Round(D.Variable(x), 1, MidpointRounding.AwayFromZero), Math.Round(x, 1, MidpointRounding.AwayFromZero), 0);
        Assert.Equal(Math.Sign(x), D.Variable(x).Sign);
    }

    [Sampled(100)]
    public void Remainder_is_the_sawtooth(Fraction at) // slope 1 in x, −n in y
    {
        var (x, n) = (at.In((-1, 1)), 9);
        Is(new D(x + 10 * n, 0) % new D(10, 1), (x + 10 * n) % 10, x < 0 ? 1 - n : -n);
        Is(new D(1, 1) % new D(0.1, 1), 1 % 0.1, 1 - 9); // where 1 ÷ 0.1 rounds to 10
    }

    [Theory]
    [InlineData(0.0, 1.0, 0.0, 1.0)]
    [InlineData(1.0, 0.0, -1.0, 0.0)]
    [InlineData(0.0, -1.0, -0.0, -1.0)]
    [InlineData(-1.0, 0.0, 1.0, 0.0)]
    [InlineData(1e200, 1e200, -0.5e-200, 0.5e-200)]
    public void The_angle_turns_also_on_the_axes(double y, double x, double byX, double byY)
    {
        Assert.Equal(byX, D.Atan2(y, D.Variable(x)).Tangent, Math.Abs(byX) * 1e-15);
        Assert.Equal(byY, D.Atan2(D.Variable(y), x).Tangent, Math.Abs(byY) * 1e-15);
        Assert.Equal(Math.Atan2(y, x), D.Atan2(y, x).Primal);
    }

    [Fact]
    public void Infinite_slopes()
    {
        Is(D.Sqrt(D.Variable(0)), 0, double.PositiveInfinity);
        Is(D.Cbrt(D.Variable(0)), 0, double.PositiveInfinity);
        Is(D.Log(D.Variable(0)), double.NegativeInfinity, double.PositiveInfinity);
        Is(D.Asin(D.Variable(1)), Math.PI / 2, double.PositiveInfinity);
    }

    [Fact]
    public void Known_limit_softplus_written_with_max_and_abs_has_a_wrong_second_derivative_at_its_kink()
    {
        Assert.Equal([Math.Log(2), 0.5, 0.5, 0.0], Nested.Parts(WithKinks(D2.Variable(D.Variable(0))))); // the truth is ¼
        Assert.Equal(0.25, Smooth(D2.Variable(D.Variable(0))).Tangent.Tangent, 1e-15);

        static T WithKinks<T>(T x) where T : IFloatingPointIeee754<T> => T.Max(x, T.Zero) + T.LogP1(T.Exp(-T.Abs(x)));
        static T Smooth<T>(T x) where T : IFloatingPointIeee754<T> => T.LogP1(T.Exp(x));
    }

    static void Is(D found, double value, double slope) => Assert.Equal((value, slope + 0.0), (found.Primal, found.Tangent + 0.0));
}
