using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FsCheck.Xunit;
using Xunit;
using D = Autodiff.Functional.Dual<double>;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>The adapter that lets functions over <see cref="IElementary{T}"/> run on dual numbers.</summary>
[Properties(Arbitrary = [typeof(Given)])]
public sealed class NumberLaws
{
    [Sampled(100)]
    public void What_is_written_over_elementary_functions_is_differentiated(Fraction at)
    {
        var x = at.In((-3, 3));
        Assert.Equal(Math.Cos(x * x) * 2 * x + 0.5 * Math.Exp(0.5 * x), Wave(new Number<D>(D.Variable(x))).Value.Tangent, 1e-13);
        Assert.Equal(Math.Sin(x * x) + Math.Exp(0.5 * x), Wave(new Number<double>(x)).Value, 1e-14);

        static T Wave<T>(T x) where T : IElementary<T> => T.Sin(x * x) + T.Exp(T.Literal(0.5) * x);
    }

    [Fact]
    public void An_array_of_numbers_can_be_read_as_adapters()
    {
        Assert.Equal(Unsafe.SizeOf<D>(), Unsafe.SizeOf<Number<D>>());
        Assert.Equal([1.0, 2.0], MemoryMarshal.Cast<double, Number<double>>([1.0, 2.0]).ToArray().Select(n => n.Value));
    }

    [Theory]
    [InlineData(1, 2, 10)]
    [InlineData(2, 2, 20)]
    [InlineData(3, 2, 20)]
    [InlineData(double.NaN, 2, 20)]
    public void Less_selects(double a, double b, double chosen) => Assert.Equal(chosen, Number<D>.IfLess(N(a), N(b), N(10), N(20)).Value.Primal);

    [Theory]
    [InlineData(2, 2, 10)]
    [InlineData(0.0, -0.0, 10)]
    [InlineData(1, 2, 20)]
    [InlineData(double.NaN, double.NaN, 20)]
    public void Equality_selects(double a, double b, double chosen) => Assert.Equal(chosen, Number<D>.IfEqual(N(a), N(b), N(10), N(20)).Value.Primal);

    [Fact]
    public void Signs_and_NaN()
    {
        Assert.False(double.IsNegative(Number<double>.Abs(new(-0.0)).Value));
        Assert.True(double.IsNaN(Number<double>.Maximum(new(double.NaN), new(1)).Value) && double.IsNaN(Number<double>.Minimum(new(1), new(double.NaN)).Value));
        Assert.True(double.IsNegative(Number<double>.Minimum(new(0.0), new(-0.0)).Value) && !double.IsNegative(Number<double>.Maximum(new(-0.0), new(0.0)).Value));
    }

    [Theory]
    [InlineData(1000, 1, 0)]
    [InlineData(-1000, 0, 0)]
    [InlineData(0, 0.5, 0.25)]
    [InlineData(double.PositiveInfinity, 1, 0)]
    [InlineData(double.NegativeInfinity, 0, 0)]
    public void Sigmoid_does_not_overflow(double x, double value, double slope)
    {
        var y = Number<D>.Sigmoid(new(D.Variable(x))).Value;
        Assert.Equal((value, slope), (y.Primal, y.Tangent));
    }

    [Fact]
    public void A_special_function_has_no_witness()
    {
        var error = Assert.Throws<NotSupportedException>(() => Number<D>.Special<Bessel>(N(1)));
        Assert.StartsWith("Bessel is a special function", error.Message, StringComparison.Ordinal);
    }

    static Number<D> N(double x) => new(x);

    readonly struct Bessel : ISpecial
    {
        public static double Evaluate(double x) => x;
        public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Bessel>(x);
        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d;
    }
}
