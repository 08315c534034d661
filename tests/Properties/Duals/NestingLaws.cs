using System.Numerics;
using FsCheck.Xunit;
using Xunit;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>Derivatives of derivatives, and of other people's generic functions.</summary>
[Properties(Arbitrary = [typeof(Given)])]
public sealed class NestingLaws
{
    [Sampled(100)]
    public void No_perturbation_confusion(Whole at) // d/dx (x · d/dy (x + y)) = 1
    {
        var slope = Nested.Derivative(x => x * Nested.Derivative(y => Dual<Dual<double>>.Constant(x) + y, x), at.Value);
        Assert.Equal(1, slope);
    }

    [Sampled(100)]
    public void No_perturbation_confusion_in_products(Whole at) // d/dx (x · d/dy (x · y)) = 2x
    {
        var slope = Nested.Derivative(x => x * Nested.Derivative(y => Dual<Dual<double>>.Constant(x) * y, x), at.Value);
        Assert.Equal(2 * at.Value, slope);
    }

    [Sampled(100)]
    public void A_generic_polynomial(Whole at)
    {
        var found = Nested.Derivatives(x => Horner(x, 2, -3, 5, 7), at.Value); // 2x³ − 3x² + 5x + 7
        var x = at.Value;
        Assert.Equal([((2 * x - 3) * x + 5) * x + 7, (6 * x - 6) * x + 5, 12 * x - 6, 12], found);
    }

    [Sampled(100)]
    public void A_generic_Newton_iteration(Fraction at) // the derivatives of the iteration are those of its limit, √a
    {
        var a = at.In((0.5, 10));
        var found = Nested.Derivatives(NewtonRoot, a);
        Assert.Equal(Math.Sqrt(a), found[0], 1e-14);
        Assert.Equal(0.5 / Math.Sqrt(a), found[1], 1e-14);
        Assert.Equal(-0.25 * Math.Pow(a, -1.5), found[2], 1e-13);
        Assert.Equal(0.375 * Math.Pow(a, -2.5), found[3], 1e-12);
    }

    [Sampled(100)]
    public void A_generic_branch_goes_as_for_plain_numbers(Whole at)
    {
        var found = Dual<double>.Variable(at.Value);
        Assert.Equal((Collatz(at.Value), at.Value == 0 ? 0 : double.IsEvenInteger(at.Value) ? 0.5 : 3), (Collatz(found).Primal, Collatz(found).Tangent));

        static T Collatz<T>(T x) where T : INumber<T> => T.IsZero(x) ? T.Zero : T.IsEvenInteger(x) ? x / T.CreateChecked(2) : T.CreateChecked(3) * x + T.One;
    }

    [Fact]
    public void Other_precisions()
    {
        Assert.Equal(MathF.Cos(0.5f), Dual<float>.Sin(Dual<float>.Variable(0.5f)).Tangent);
        Assert.Equal((Half)6, Nested.Derivative<Half>(x => x * x, (Half)3));
        Assert.Equal(2f, Nested.Derivative(x => Nested.Derivative(y => 2 * y * y * 0.5f, x), 3f));
        Assert.Equal(108f, Nested.Derivative<float>(x => Dual<float>.Pow(x, 4), 3f));
        Assert.Equal(1.000005e-5f, Dual<float>.ExpM1(1e-5f).Primal, 2e-12f);
    }

    [Theory]
    [InlineData(1e-10)]
    [InlineData(-1e-17)]
    [InlineData(0.5)]
    [InlineData(-0.9)]
    [InlineData(30)]
    [InlineData(700)]
    public void Accurate_near_zero_where_double_is_not(double x)
    {
        var expm1 = Math.Abs(x) > 1 ? Math.Exp(x) - 1 : Enumerable.Range(2, 25).Reverse().Aggregate(1.0, (sum, n) => 1 + x / n * sum) * x;
        var log1p = Math.Abs(x) > 0.1 ? Math.Log(1 + x) : x - x * x / 2 + x * x * x / 3;
        Assert.Equal(expm1, Dual<double>.ExpM1(x).Primal, 1e-15 * Math.Abs(expm1));
        Assert.Equal(log1p, Dual<double>.LogP1(x).Primal, 1e-15 * Math.Abs(log1p));
        Assert.Equal(expm1, Number<double>.Expm1(new(x)).Value, 1e-15 * Math.Abs(expm1));
        Assert.Equal(log1p, Number<double>.Log1p(new(x)).Value, 1e-15 * Math.Abs(log1p));
    }

    [Theory]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, -1, double.NaN)]
    [InlineData(-1, -0.6321205588285577, double.NegativeInfinity)]
    [InlineData(-2000, -1, double.NaN)]
    [InlineData(1000, double.PositiveInfinity, 6.90875477931522)]
    [InlineData(double.NaN, double.NaN, double.NaN)]
    [InlineData(0, 0, 0)]
    public void Far_from_zero_too(double x, double expm1, double log1p)
    {
        Assert.Equal(expm1, Dual<double>.ExpM1(x).Primal, 15);
        Assert.Equal(log1p, Dual<double>.LogP1(x).Primal, 14);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public void The_slope_of_tanh_keeps_its_digits_where_it_is_small(double x)
    {
        var sech2 = 1 / Math.Pow(Math.Cosh(x), 2);
        var y = Dual<Dual<double>>.Tanh(Dual<Dual<double>>.Variable(Dual<double>.Variable(x)));
        Assert.Equal(sech2, y.Primal.Tangent, 1e-14 * sech2);
        Assert.Equal(-2 * Math.Sign(x) * sech2, y.Tangent.Tangent, 1e-14 * sech2);
        Assert.Equal([1.0, 0, 0, 0], Nested.Parts(Dual<Dual<double>>.Tanh(Dual<Dual<double>>.Variable(Dual<double>.Variable(1000)))).Select(p => p + 0.0));
    }

    static T Horner<T>(T x, params ReadOnlySpan<double> coefficients) where T : INumber<T>
    {
        var sum = T.Zero;
        foreach (var coefficient in coefficients)
            sum = sum * x + T.CreateChecked(coefficient);
        return sum;
    }

    // A fixed number of steps: a stop by comparison sees primals only, and tangents converge a little later.
    static T NewtonRoot<T>(T a) where T : IFloatingPoint<T>
    {
        var x = a;
        for (var step = 0; step < 12; step++)
            x = (x + a / x) / T.CreateChecked(2);
        return x;
    }
}
