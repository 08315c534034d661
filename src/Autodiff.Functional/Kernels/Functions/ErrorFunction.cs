namespace Autodiff.Functional.Kernels;

/// <summary>
/// The error function and its relatives in double precision. Two polynomials carry all: erf(x)/x in x² near 0, and eˣ²·erfc x for every x ≥ 0, which has no
/// tail to lose (Shepherd and Laframboise 1981, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x &lt; ∞"). eng/tables/coefficients.py makes them.
/// </summary>
internal static class ErrorFunction
{
    private const double HalfRoot2 = 0.70710678118654752440, Root2 = 1.41421356237309504880;

    // In u = x² / 0.375 − 1, on x² of [0, 0.75].
    private static ReadOnlySpan<double> ErfOverX =>
    [
        1.001880119786359478, -0.11317860791526336683, 0.012178683690588223473, -0.0010607440447577566152,
        0.000076136130031661025165, -4.6213988438425057437e-6, 2.4246238787824253973e-7, -1.118900829282164073e-8,
        4.6056991153849768367e-10, -1.7104142491157507273e-11, 5.8002109856561257339e-13, -1.7999024751774358815e-14,
    ];

    // (1 + 2x)·eˣ²·erfc x in u = (x − 3.75) / (x + 3.75).
    private static ReadOnlySpan<double> ScaledErfc =>
    [
        1.2375126308378275819, -0.14024059858554696191, 0.0035854154854637749642, 0.082276738490145159123,
        -0.10880393014171785779, 0.092304321160378767141, -0.058693398590212367225, 0.028362277418940664799,
        -0.0097465795525042429682, 0.0017556258530017257945, 0.00029371363428500812575, -0.00029015408097952713071,
        0.000051649211390702851855, 0.00002238424031422443838, -0.000011444412439171723015, -9.7356190151826641918e-7,
        1.7520579701663180125e-6, -5.7215972559909760519e-8, -2.5910696877966567379e-7, 2.3261913276696481224e-8,
        3.8965452548985881769e-8, -3.7435680336345453446e-9, -5.2842869796313826194e-9, 3.1103107198390929103e-10,
        4.4349590700095560348e-10,
    ];

    public static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a < 0.86) return x * Polynomial.At(ErfOverX, x * x / 0.375 - 1);
        return a < 6 ? Math.CopySign(1 - ExpOfMinusSquare(a) * Erfcx(a), x) : double.IsNaN(x) ? x : Math.CopySign(1, x);
    }

    public static double Erfc(double x) =>
        x < -0.5 ? 1 + Erf(-x)
        : x < 0.5 ? 1 - Erf(x)
        : x < 28 ? ExpOfMinusSquare(x) * Erfcx(x)
        : double.IsNaN(x) ? x : 0;

    /// <summary>eˣ²·erfc x for x ≥ 0.</summary>
    public static double Erfcx(double x) => x > 1e15
        ? 0.56418958354775628695 / x
        : Polynomial.At(ScaledErfc, (x - 3.75) / (x + 3.75)) / (1 + 2 * x);

    /// <summary>x with erf x = y: Halley's iteration from Winitzki 2008, "A handy approximation for the error function and its inverse".</summary>
    public static double ErfInv(double y)
    {
        double a = Math.Abs(y);
        if (a > 0.5)
            return a <= 1 ? Math.CopySign(HalfRoot2 * -LowerQuantile(Math.Log((1 - a) / 2)), y) : double.NaN;
        if (a < 1e-9)
            return y * 0.88622692545275801365;
        double x = Winitzki(Math.Log((1 - y) * (1 + y)));
        for (int i = 0; i < 2; i++)
        {
            double step = (Erf(x) - a) / (1.12837916709551257390 * Math.Exp(-x * x));
            x -= step / (1 + x * step);
        }
        return Math.CopySign(x, y);
    }

    // ---- the standard normal distribution: φ its density, Φ its distribution function ----

    public static double Cdf(double x) =>
        x < -1 ? x < -39 ? 0 : Gaussian(x * x / 2, Math.FusedMultiplyAdd(x, x, -(x * x)) / 2, Erfcx(-x * HalfRoot2) / 2)
        : x < 1 ? 0.5 + Erf(x * HalfRoot2) / 2
        : double.IsNaN(x) ? x : 1 - Cdf(-x);

    public static double LogCdf(double x) =>
        x < -1 ? -0.5 * x * x + Math.Log(Erfcx(-x * HalfRoot2) / 2)
        : x < 0.5 ? Math.Log(Cdf(x))
        : ScalarMath.Log1p(-Cdf(-x));

    /// <summary>x with Φ(x) = p.</summary>
    public static double Quantile(double p) =>
        p < 0.25 ? p < 0 ? double.NaN : LowerQuantile(Math.Log(p))
        : p <= 0.75 ? Root2 * ErfInv(2 * p - 1)
        : p <= 1 ? -LowerQuantile(Math.Log(1 - p)) : double.NaN;

    /// <summary>x with log Φ(x) = y.</summary>
    public static double QuantileOfLog(double y) =>
        y < -1.4 ? LowerQuantile(y)
        : y < -0.3 ? Root2 * ErfInv(2 * ScalarMath.Expm1(y) + 1)
        : y <= 0 ? -LowerQuantile(Math.Log(-ScalarMath.Expm1(y))) : double.NaN;

    /// <summary>φ at the quantile of p, from p itself: φ at the rounded quantile would be off by as much as x² ulps.</summary>
    public static double Profile(double p)
    {
        double lower = Math.Min(p, 1 - p);
        return lower == 0 ? 0 : lower * MillsRatio.Inverse(Quantile(lower));
    }

    /// <summary>The slope of erf where it is y, from y itself.</summary>
    public static double ErfProfile(double y) =>
        Math.Abs(y) <= 0.5 ? ErfDerivative(0, ErfInv(y)) : 2 * Root2 * Profile((1 - Math.Abs(y)) / 2);

    /// <summary>φ / Φ where log Φ is y, from y itself.</summary>
    public static double LogProfile(double y) =>
        y < -0.7 ? MillsRatio.Inverse(QuantileOfLog(y))
        : y < 0 ? Profile(-ScalarMath.Expm1(y)) * Math.Exp(-y)
        : y == 0 ? 0 : double.NaN;

    /// <summary>x &lt; 0 with log Φ(x) = y: Halley's iteration on the logarithm, which is nearly a parabola.</summary>
    private static double LowerQuantile(double y)
    {
        if (double.IsInfinity(y) || double.IsNaN(y)) return y;
        double x = y < -50 ? -Root2 * Math.Sqrt(-y - (2.531024246969290793 + Math.Log(-y)) / 2) : -Root2 * Winitzki(1.3862943611198906188 + y + ScalarMath.Log1p(-Math.Exp(y)));
        if (y < -1e10) return x;        // to the last place, and further out squares overflow
        for (int i = 0; i < 3; i++)
        {
            double slope = MillsRatio.Inverse(x), step = (LogCdf(x) - y) / slope;
            x -= step / (1 + step * (x < -5 ? MillsRatio.Excess(x) : slope + x) / 2);
        }
        return x;
    }

    // x ≥ 0 to about 0.2 %, from log(1 − erf²x).
    private static double Winitzki(double log)
    {
        double b = 4.3307467508 + log / 2;
        return Math.Sqrt(Math.Sqrt(b * b - log / 0.147) - b);
    }

    /// <summary>The derivatives up to here stay below the largest double near 0; there are none of other orders than whole ones.</summary>
    private const int MostOrder = 260;

    private static bool IsOrder(double n) => n >= 0 && n <= MostOrder && n == Math.Floor(n);

    /// <summary>The n-th derivative of φ: (−1)ⁿ·Heₙ(x)·φ(x).</summary>
    public static double NormalDerivative(double n, double x)
    {
        if (!IsOrder(n)) return double.NaN;
        if (!(Math.Abs(x) < 40)) return double.IsNaN(x) ? x : 0;
        double hermite = 1, before = 0;
        for (int k = 0; k < n; k++) (hermite, before) = (-(x * hermite + k * before), hermite);
        double square = x * x;
        return Gaussian(square / 2, Math.FusedMultiplyAdd(x, x, -square) / 2, 0.39894228040143267794 * hermite);
    }

    /// <summary>The n-th derivative of 2/√π·e⁻ˣ², the slope of erf: (−1)ⁿ·Hₙ(x) times it.</summary>
    public static double ErfDerivative(double n, double x)
    {
        if (!IsOrder(n)) return double.NaN;
        if (!(Math.Abs(x) < 30)) return double.IsNaN(x) ? x : 0;
        double hermite = 1, before = 0;
        for (int k = 0; k < n; k++) (hermite, before) = (-2 * (x * hermite + k * before), hermite);
        double square = x * x;
        return Gaussian(square, Math.FusedMultiplyAdd(x, x, -square), 1.12837916709551257390 * hermite);
    }

    /// <summary>x·Φ(x).</summary>
    public static double Gelu(double x) =>
        x < -1 ? x < -39 ? -0.0 : Gaussian(x * x / 2, Math.FusedMultiplyAdd(x, x, -(x * x)) / 2, x * Erfcx(-x * HalfRoot2) / 2)
        : x * Cdf(x);

    private static double ExpOfMinusSquare(double x) => Gaussian(x * x, Math.FusedMultiplyAdd(x, x, -(x * x)), 1);

    /// <summary>factor · e^−(square + rest), where the rest is what rounding took from the square. The product leaves the normal numbers last.</summary>
    private static double Gaussian(double square, double rest, double factor)
    {
        if (square > 600)
            return Gaussian(square - 64, rest, factor) * 1.6038108905486378530e-28;
        double e = Math.Exp(-square);
        return factor * (e - e * rest);
    }
}
