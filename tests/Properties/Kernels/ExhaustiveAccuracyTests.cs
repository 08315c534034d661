using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>
/// The vector functions at all 2³² floats and at 10⁸ doubles drawn at random (AUTODIFF_LONG=1; else at some thousands, of which AUTODIFF_CASES=N makes N times as many),
/// and always at the arguments that the literature calls hardest.
/// </summary>
public class ExhaustiveAccuracyTests(ITestOutputHelper output)
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1";

    /// <summary>Name, the ulps allowed in double and in single precision, and a range of doubles where the function is neither constant nor linear.</summary>
    public static TheoryData<string, double, double, double, double> Functions => new()
    {
        { "Exp", 1, 1, -745, 710 }, { "Exp2", 1, 1, -1075, 1024 }, { "Expm1", 1.5, 1.5, -40, 710 },
        { "Log", 1, 1, 0, 4 }, { "Log2", 1, 1, 0, 4 }, { "Log10", 1, 1.5, 0, 4 }, { "Log1p", 1.5, 1.5, -1, 4 },
        { "Sin", 1, 1, -100, 100 }, { "Cos", 1, 1, -100, 100 }, { "Tan", 2.5, 2.5, -100, 100 },
        { "Tanh", 2.5, 2.6, -20, 20 }, { "Sigmoid", 2.5, 2.5, -745, 40 }, { "Sinh", 2.5, 1, -710, 710 }, { "Cosh", 2, 1, -710, 710 },
        { "Asin", 2.5, 1, -1, 1 }, { "Acos", 2, 1, -1, 1 }, { "Atan", 2, 1, -5, 5 }, { "Cbrt", 1, 1, -1000, 1000 },
    };

    [Theory, MemberData(nameof(Functions))]
    public void Every_float(string name, double _1, double allowed, double _2, double _3)
    {
        const int chunk = 1 << 12;
        // The short run meets every exponent: its numbers are 2²⁰ − 3 apart in a chunk, and no two chunks have one in common.
        int chunks = s_long ? 1 << 20 : Math.Min(1 << 20, Cases.Of(17));
        Function function = Function.Named(name);
        object gate = new();
        double worst = 0;
        float at = 0;
        Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = s_long ? -1 : 1 }, index =>
        {
            float[] x = new float[chunk], z = new float[chunk];
            double[] wide = new double[chunk], exact = new double[chunk];
            for (int i = 0; i < chunk; i++) wide[i] = x[i] = BitConverter.UInt32BitsToSingle((uint)(s_long ? index * chunk + i : index * chunk + (long)i * 1_048_573));
            function.Loop32(x, z);
            function.Loop64(wide, exact);
            double most = 0;
            float where = 0;
            for (int i = 0; i < chunk; i++)
            {
                // A double is exact enough to judge a float.
                double error = AccuracyTests.UlpsOfFloat(exact[i], z[i]);
                if (!(error <= most)) (most, where) = (error, x[i]);
            }
            lock (gate)
                if (!(most <= worst)) (worst, at) = (most, where);
        });
        output.WriteLine($"{name}, {(long)chunks * chunk} floats: worst ulp {worst:F3} at {at:R}");
        Assert.True(worst <= allowed, $"{name} is off by {worst} ulp at {at:R}");
    }

    [Theory, MemberData(nameof(Functions))]
    public void Doubles_at_random(string name, double allowed, double _1, double low, double high)
    {
        const int chunk = 4096;
        Function function = Function.Named(name);
        Func<double, Precise> truth = AccuracyTests.Truth(name);
        object gate = new();
        double worst = 0, at = 0;
        long exact = 0;
        Parallel.For(0, s_long ? 100_000_000 / chunk : Cases.Of(4), new ParallelOptions { MaxDegreeOfParallelism = s_long ? -1 : 1 }, index =>
        {
            var random = new Random(index);
            double[] x = new double[chunk], z = new double[chunk];
            for (int i = 0; i < chunk; i++)
                x[i] = i % 4 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)) : low + (high - low) * random.NextDouble();
            function.Loop64(x, z);
            for (int i = 0; i < chunk; i++)
            {
                double expected = function.Scalar64(x[i]);
                if (expected.Equals(z[i]) || double.IsNaN(expected) && double.IsNaN(z[i]) || expected == 0 && z[i] == 0) continue;
                long apart = Math.Abs(BitConverter.DoubleToInt64Bits(expected) - BitConverter.DoubleToInt64Bits(z[i]));
                // The scalar function is itself within an ulp or two: it says which arguments deserve 256 bits.
                if (apart < 2) continue;
                double error = double.IsFinite(expected) ? truth(x[i]).UlpsTo(z[i]) : double.PositiveInfinity;
                lock (gate)
                {
                    exact++;
                    if (error > worst) (worst, at) = (error, x[i]);
                }
            }
        });
        output.WriteLine($"{name}, doubles: worst ulp {worst:F3} at {at:R}, of {exact} that differ from the scalar function by 2 ulp or more");
        Assert.True(worst <= allowed, $"{name} is off by {worst} ulp at {at:R}");
    }

    /// <summary>Where the value lies closest to the middle between two doubles, or the argument closest to a multiple of π/2.</summary>
    /// <remarks>
    /// From Lefèvre and Muller 2001, "Worst cases for correct rounding of the elementary functions in double precision", Kahan's and Muller's arguments
    /// for range reduction, and the lists that CORE-MATH and LLVM's libc test with.
    /// </remarks>
    public static TheoryData<string, double[]> Hardest
    {
        get
        {
            double[] turns =
            [
                .. Bits(0x3EBE0000000001C2, 0x7506AC5B262CA1FF, 0x54A3EEC5912EA7CD, 0x407DCBFDA0C7559E, 0x403A65D441EA6DCE, 0x401E639103A05997, 0x40313114266F9764,
                    0x77608087E9AAD90B, 0x7862B5FE88A9D8D5, unchecked((long)0xFFEA880417B7B119), 0x7FEF6D7518808571, unchecked((long)0xF4C8BB5847D49973), 0x779F08B14E1C4D0F, 0x409AE945054939C2),
                6381956970095103 * Math.ScaleB(1, 797), 5.319372648326541e+255, 1e22, 1e300, double.MaxValue, Math.PI, Math.PI / 2, 1.5 * Math.PI, 11 * Math.PI, 355, 710, 103993, 833719, 4272943,
            ];
            return new()
            {
                { "Sin", turns }, { "Cos", turns }, { "Tan", turns },
                {
                    "Exp", [.. Bits(0x3FD79289C6E6A5C0, 0x3FD05DE80A173EA0, unchecked((long)0xBF1EB7A4CB841FCC), unchecked((long)0xBF19A61FB925970D), 0x3FDA7B764E2CF47A, unchecked((long)0xC04757852A4B93AA)),
                        7.541752774995959e-10, 709.782712893384, -708.3964185322641, -745.1332191019411, 5e-324]
                },
                { "Expm1", [7.541752774995959e-10, -7.541752774995959e-10, 0.34657359027997264, -0.34657359027997264, 0.4, -0.2876820724517809, 1e-5, 5e-324, 36.7, -36.7] },
                { "Log", [.. Bits(s_hardLogs), 1 + 2.220446049250313e-16, 1 - 1.1102230246251565e-16, 5e-324, double.MaxValue] },
                { "Log1p", [1e-16, -1e-16, 1.1102230246251565e-16, -1.1102230246251565e-16, 0.41421356237309503, -0.29289321881345254, -0.9999999999999999, 9007199254740991, 1e300] },
                { "Tanh", [0.55, 0.5499999999999999, 0.17328679513998632, 0.17328679513998635, 0.5198603854199589, 18.9, 19.1, 22, 1e-8, 5e-324] },
            };
        }
    }

    [Theory, MemberData(nameof(Hardest))]
    public void Hardest_arguments(string name, double[] arguments)
    {
        Function function = Function.Named(name);
        double allowed = Functions.Where(row => (string)row[0] == name).Select(row => (double)row[1]).Single();
        foreach (double x in arguments)
        {
            double error = AccuracyTests.Truth(name)(x).UlpsTo(function.Lane64(x));
            Assert.True(error <= allowed, $"{name} is off by {error} ulp at {x:R}");
        }
    }

    [Fact]
    public void The_cosine_closest_to_zero() =>
        Assert.Equal(-4.6871659242546277e-19, Function.Named("Cos").Lane64(6381956970095103 * Math.ScaleB(1, 797)), 1e-34);

    [Fact]
    public void The_float_closest_to_a_multiple_of_a_quarter_turn()
    {
        float x = 16367173 * MathF.ScaleB(1, 72);
        foreach (string name in (string[])["Sin", "Cos", "Tan"])
            Assert.True(AccuracyTests.UlpsOfFloat(Function.Named(name).Scalar64(x), Function.Named(name).Lane32(x)) <= 1, name);
    }

    private static readonly long[] s_hardLogs = [0x3FEFFFFFFFEF06AD, 0x3FEFDE0F22C7D0EB, 0x225E7812FAADB32F, 0x3FEE1076964C2903, 0x3FDFE93FFF7FCEB0, 0x3FF012631AD8DF10, 0x3FEFBFDAA448ED98];

    private static IEnumerable<double> Bits(params long[] bits) => bits.Select(BitConverter.Int64BitsToDouble);
}
