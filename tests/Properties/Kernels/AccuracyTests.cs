using Autodiff.Functional.Kernels;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>How far the elementary functions are from the truth, in units in the last place.</summary>
public class AccuracyTests(ITestOutputHelper output)
{
    private const int Points = 1500;

    /// <summary>Name, range, the ulps allowed, and whether the points lie evenly on a scale of powers instead.</summary>
    public static TheoryData<string, double, double, double, bool> Ranges => new()
    {
        { "Exp", -745, 709, 1, false }, { "Exp", -1, 1, 1, false }, { "Exp", 1e-300, 1, 1, true },
        { "Exp2", -1074, 1023, 1, false }, { "Exp2", -1, 1, 1, false },
        { "Expm1", -40, 709, 1.5, false }, { "Expm1", -1, 1, 1.5, false }, { "Expm1", 5e-324, 1, 1.5, true },
        { "Log", 5e-324, 1e308, 1, true }, { "Log", 0.5, 2, 1, false }, { "Log", 0.999, 1.001, 1, false },
        { "Log2", 5e-324, 1e308, 1, true }, { "Log2", 0.5, 2, 1, false }, { "Log10", 5e-324, 1e308, 1, true }, { "Log10", 0.5, 2, 1, false },
        { "Log1p", 5e-324, 1e308, 1.5, true }, { "Log1p", -0.999, 2, 1.5, false }, { "Log1p", -1e-3, 1e-3, 1.5, false },
        { "Sin", -10, 10, 1, false }, { "Sin", 1e-300, 1e300, 1, true }, { "Sin", 1e5, 1.1e9, 1, false }, { "Cos", -10, 10, 1, false }, { "Cos", 1e-300, 1e300, 1, true },
        { "Tan", -10, 10, 2, false }, { "Tan", 1e-300, 1e300, 2, true },
        { "Tanh", -20, 20, 2, false }, { "Tanh", 5e-324, 20, 2, true },
        { "Sinh", -700, 710.4, 2, false }, { "Sinh", -2, 2, 2, false }, { "Sinh", 1e-300, 1, 2, true }, { "Cosh", -700, 710.4, 2, false }, { "Cosh", -1, 1, 2, false },
        { "Asin", -1, 1, 2, false }, { "Asin", 1e-300, 1, 2, true }, { "Acos", -1, 1, 2, false }, { "Acos", 0.99, 1, 2, false },
        { "Atan", -5, 5, 2, false }, { "Atan", 1e-300, 1e300, 2, true },
        { "Cbrt", -9, 9, 1, false }, { "Cbrt", 5e-324, 1e308, 1, true },
        { "Sigmoid", -740, 40, 2.5, false }, { "Sigmoid", -5, 5, 2.5, false },
    };

    [Theory, MemberData(nameof(Ranges))]
    public void Doubles(string name, double low, double high, double allowed, bool onPowers)
    {
        Function function = Function.Named(name);
        Func<double, Precise> truth = Truth(name);
        double[] x = [.. Sample(low, high, onPowers)], z = new double[x.Length];
        function.Loop64(x, z);

        double vector = 0, scalar = 0, at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            Precise exact = truth(x[i]);
            double error = exact.UlpsTo(z[i]);
            if (error > vector) (vector, at) = (error, x[i]);
            scalar = Math.Max(scalar, exact.UlpsTo(function.Scalar64(x[i])));
        }
        output.WriteLine($"{name} on [{low}, {high}]: worst ulp, vector {vector:F3} (at {at:R}), scalar {scalar:F3}");
        Assert.True(vector <= allowed, $"{name} is off by {vector} ulp at {at:R}");
        Assert.True(scalar <= 2, $"scalar {name} is off by {scalar} ulp");
    }

    [Theory, MemberData(nameof(Ranges))]
    public void Floats(string name, double low, double high, double allowed, bool onPowers)
    {
        Function function = Function.Named(name);
        float[] x = [.. Sample(Math.Max(low, -1e38), Math.Min(high, 1e38), onPowers).Select(v => (float)v)], z = new float[x.Length];
        function.Loop32(x, z);

        double worst = 0, at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double exact = function.Scalar64(x[i]);
            double error = UlpsOfFloat(exact, z[i]);
            if (error > worst) (worst, at) = (error, x[i]);
        }
        output.WriteLine($"{name} on [{low}, {high}]: worst float ulp {worst:F3} (at {at:R})");
        Assert.True(worst <= Math.Max(allowed, 1.5), $"{name} is off by {worst} ulp at {at:R}");
    }

    [Fact]
    public void Powers_of_doubles()
    {
        var random = new Random(7);
        double worst = 0;
        (double X, double Y) at = default;
        for (int i = 0; i < 6000; i++)
        {
            // The largest exponents are the hard ones: they magnify the error of the logarithm most.
            double x = i % 3 == 0 ? 0.5 + random.NextDouble() : Math.ScaleB(1 + random.NextDouble(), random.Next(-1000, 1000));
            double reach = 700 / Math.Abs(Math.Log(x));
            double y = (2 * random.NextDouble() - 1) * reach;
            Real64[] z = new Real64[1];
            Loops.Binary<Pow, Real64>([new(x)], [new(y)], z);
            double error = Precise.Pow(x, y).UlpsTo(z[0].Value);
            if (error > worst) (worst, at) = (error, (x, y));
        }
        output.WriteLine($"Pow: worst ulp {worst:F3} at {at}");
        Assert.True(worst <= 1, $"Pow is off by {worst} ulp at {at}");
    }

    internal static Func<double, Precise> Truth(string name) => name switch
    {
        "Exp" => x => Precise.Exp(x),
        "Exp2" => x => Precise.Exp(Precise.Ln2 * x),
        "Expm1" => x => Precise.Expm1(x),
        "Log" => x => Precise.Log(x),
        "Log2" => x => Precise.Log(x) / Precise.Ln2,
        "Log10" => x => Precise.Log(x) / Precise.Ln10,
        "Log1p" => x => Precise.Log1p(x),
        "Sin" => Precise.Sin,
        "Cos" => Precise.Cos,
        "Tan" => Precise.Tan,
        "Tanh" => x => Precise.Tanh(x),
        "Sinh" => x => Precise.Sinh(x),
        "Cosh" => x => Precise.Cosh(x),
        "Cbrt" => x => x < 0 ? -Precise.Exp(Precise.Log(-x) / 3) : Precise.Exp(Precise.Log(x) / 3),
        "Asin" => Precise.Asin,
        "Acos" => Precise.Acos,
        "Atan" => Precise.Atan,
        "Sigmoid" => x => Precise.Sigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no reference"),
    };

    private static IEnumerable<double> Sample(double low, double high, bool onPowers)
    {
        var random = new Random(3);
        for (int i = 0; i < Points; i++)
        {
            double t = random.NextDouble();
            yield return onPowers ? Math.Exp(Math.Log(low) + t * (Math.Log(high) - Math.Log(low))) : low + t * (high - low);
        }
    }

    internal static double UlpsOfFloat(double exact, float value)
    {
        if ((float)exact == value || double.IsNaN(exact) && float.IsNaN(value)) return 0;
        int scale = Math.Max(exact == 0 ? -149 : Math.ILogB(exact) - 23, -149);
        return Math.Abs(Math.ScaleB(value - exact, -scale));
    }
}
