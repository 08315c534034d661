using Autodiff.Functional.Kernels;
using Xunit;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>±0, ±∞, NaN, subnormal and extreme numbers: the SIMD functions say there what the scalar ones say.</summary>
public class SpecialValueTests
{
    private static readonly double[] Values64 =
    [
        0.0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-20, -1e-20, 5e-324, -5e-324, 1e-310, -1e-310, 2.2250738585072014e-308, 1e300, -1e300,
        double.MaxValue, double.MinValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 709.782712893384, 709.7827128933841, 710, -745.1332191019411,
        -745.1332191019412, -746, 1023.9999999999999, 1024, -1074, -1075, -1076, -708.5, -37.5, 9007199254740993, 4503599627370497, 1 << 30, -(1 << 30), Math.PI, Math.PI / 2,
    ];

    private static readonly float[] Values32 =
    [
        0f, -0f, 1, -1, 2, -2, 3, -3, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 1e-20f, -1e-20f, 1e-45f, -1e-45f, 1e-40f, -1e-40f, 1.17549435e-38f, 1e30f, -1e30f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88.72283f, 88.72284f, 89, -103.97f, -104, -87.5f, 127.99999f, 128, -149, -150, -151,
        16777217f, 8388609f, 1 << 30, -(1 << 30), MathF.PI, MathF.PI / 2,
    ];

    public static TheoryData<string> Names => [.. Function.All.Select(function => function.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Doubles(string name)
    {
        Function function = Function.Named(name);
        foreach (double x in Values64)
            Assert.True(Same(function.Scalar64(x), function.Lane64(x)), $"{name}({x:R}) is {function.Scalar64(x):R}, the vector code says {function.Lane64(x):R}");
    }

    [Theory, MemberData(nameof(Names))]
    public void Floats(string name)
    {
        Function function = Function.Named(name);
        foreach (float x in Values32)
            Assert.True(Same(function.Scalar32(x), function.Lane32(x)), $"{name}({x:R}) is {function.Scalar32(x):R}, the vector code says {function.Lane32(x):R}");
    }

    [Fact]
    public void Powers()
    {
        Binary<Pow>();
        Assert.Equal(-8.0, new Lanes64(System.Runtime.Intrinsics.Vector256.Create(-2.0)) is var x ? Lanes64.Pow(x, Lanes64.Literal(3)).Value[0] : 0);
    }

    [Fact] public void Maxima() => Binary<Maximum>();
    [Fact] public void Minima() => Binary<Minimum>();
    [Fact] public void Signs() => Binary<CopySign>();
    [Fact] public void Remainders() => Binary<Remainder>();
    [Fact] public void Quotients() => Binary<Divide>();
    [Fact] public void Angles() => Binary<Atan2>();

    [Fact]
    public void Comparisons_with_NaN_are_false()
    {
        Predicate<Less>((x, y) => x < y);
        Predicate<Equal>((x, y) => x == y);
    }

    [Theory]
    [InlineData("Expm1", -0.0, -0.0)]
    [InlineData("Log1p", -0.0, -0.0)]
    [InlineData("Tanh", -0.0, -0.0)]
    [InlineData("Sin", -0.0, -0.0)]
    [InlineData("Tan", -0.0, -0.0)]
    [InlineData("Abs", -0.0, 0.0)]
    [InlineData("Log", 0.0, double.NegativeInfinity)]
    [InlineData("Log", -1.0, double.NaN)]
    [InlineData("Log1p", -1.0, double.NegativeInfinity)]
    [InlineData("Expm1", double.NegativeInfinity, -1.0)]
    [InlineData("Sigmoid", double.NegativeInfinity, 0.0)]
    [InlineData("Sigmoid", double.PositiveInfinity, 1.0)]
    [InlineData("Sin", double.PositiveInfinity, double.NaN)]
    [InlineData("Tanh", double.NegativeInfinity, -1.0)]
    [InlineData("Round", 2.5, 2.0)]
    [InlineData("Round", -0.5, -0.0)]
    [InlineData("Log2", 8.0, 3.0)]
    [InlineData("Log10", 1000.0, 3.0)]
    [InlineData("Exp2", 10.0, 1024.0)]
    [InlineData("Expm1", 1e-300, 1e-300)]
    [InlineData("Log1p", 1e-300, 1e-300)]
    public void By_table(string name, double x, double expected)
    {
        Function function = Function.Named(name);
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(Canonical(function.Lane64(x))));
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(Canonical(function.Scalar64(x))));

        static double Canonical(double value) => double.IsNaN(value) ? double.NaN : value;
    }

    private static void Binary<F>() where F : struct, IBinary
    {
        foreach (double x in Values64)
        {
            Real64[] z = new Real64[Values64.Length];
            Loops.Binary<F, Real64>([new(x)], [.. Values64.Select(y => new Real64(y))], z);
            for (int i = 0; i < z.Length; i++)
                Assert.True(Same(F.Apply(new Real64(x), new Real64(Values64[i])).Value, z[i].Value),
                    $"{typeof(F).Name}({x:R}, {Values64[i]:R}) is {F.Apply(new Real64(x), new Real64(Values64[i])).Value:R}, the vector code says {z[i].Value:R}");
        }
        foreach (float x in Values32)
        {
            Real32[] z = new Real32[Values32.Length];
            Loops.Binary<F, Real32>([new(x)], [.. Values32.Select(y => new Real32(y))], z);
            for (int i = 0; i < z.Length; i++)
                Assert.True(Same(F.Apply(new Real32(x), new Real32(Values32[i])).Value, z[i].Value),
                    $"{typeof(F).Name}({x:R}, {Values32[i]:R}) is {F.Apply(new Real32(x), new Real32(Values32[i])).Value:R}, the vector code says {z[i].Value:R}");
        }
    }

    private static void Predicate<F>(Func<double, double, bool> truth) where F : struct, IPredicate
    {
        foreach (double x in Values64)
        {
            bool[] z = new bool[Values64.Length];
            Loops.Predicate<F, Real64>([new(x)], [.. Values64.Select(y => new Real64(y))], z);
            Assert.Equal(Values64.Select(y => truth(x, y)), z);
        }
        foreach (float x in Values32)
        {
            bool[] z = new bool[Values32.Length];
            Loops.Predicate<F, Real32>([new(x)], [.. Values32.Select(y => new Real32(y))], z);
            Assert.Equal(Values32.Select(y => truth(x, y)), z);
        }
    }

    /// <summary>Derivatives of other orders than the whole numbers that doubles reach are NaN, at once.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(1e9)]
    [InlineData(1e300)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Of_no_order_there_is_no_derivative(double order)
    {
        Assert.Equal(double.NaN, ErrorFunction.NormalDerivative(order, 0.5));
        Assert.Equal(double.NaN, ErrorFunction.ErfDerivative(order, 0.5));
    }

    /// <summary>The same NaN-ness, infinity and sign, also of zeros, and within a few ulp.</summary>
    private static bool Same(double expected, double actual) =>
        double.IsNaN(expected) || double.IsNaN(actual) ? double.IsNaN(expected) == double.IsNaN(actual)
        : double.IsNegative(expected) == double.IsNegative(actual)
            && (expected == actual || double.IsFinite(expected) && double.IsFinite(actual) && Math.Abs(BitConverter.DoubleToInt64Bits(expected) - BitConverter.DoubleToInt64Bits(actual)) <= 4);

    private static bool Same(float expected, float actual) =>
        float.IsNaN(expected) || float.IsNaN(actual) ? float.IsNaN(expected) == float.IsNaN(actual)
        : float.IsNegative(expected) == float.IsNegative(actual)
            && (expected == actual || float.IsFinite(expected) && float.IsFinite(actual) && Math.Abs(BitConverter.SingleToInt32Bits(expected) - BitConverter.SingleToInt32Bits(actual)) <= 3);
}
