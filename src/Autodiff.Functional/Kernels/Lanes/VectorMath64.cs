using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<double>;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Elementary functions of a register of doubles: within 2.5 ulp, most within 1 (see the tests), with every special value right.
/// A lane's result depends on that lane alone.
/// </summary>
/// <remarks>
/// Reductions and reconstructions follow fdlibm (Sun Microsystems 1993) with fused multiply-adds; the polynomials are
/// Chebyshev interpolants of degree chosen for an error below 1/8 ulp. <c>FusedMultiplyAdd</c> stands where exactness is needed.
/// </remarks>
internal static class VectorMath64
{
    private const double Ln2 = 0.69314718055994529, Ln2Low = 2.3190468138462996e-17;
    // The high part has 32 bits, so that its product with an exponent is exact.
    private const double Ln2Short = 6.93147180369123816490e-01, Ln2ShortLow = 1.90821492927058770002e-10;
    private const double Log2E = 1.4426950408889634, Log2ELow = 2.0355273740931033e-17;
    private const double Log10E = 0.43429448190325182, Log10ELow = 1.0983196502167651e-17;
    private const double Log10Of2 = 0.3010299956639812, Log10Of2Low = -2.8037281277851704e-18;

    /// <summary>Added to a number below 2⁵¹, it leaves that number, rounded, in the low bits.</summary>
    public const double Shifter = 6755399441055744.0;

    private const double SmallestNormal = 2.2250738585072014e-308, TwoTo54 = 18014398509481984;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp(Lanes x)
    {
        x = Clamp(x, -746, 710);
        Lanes k = Vector256.Round(x * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), x);
        Lanes low = k * Ln2Low;
        Lanes r = high - low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) - low);
        return Scale(Lanes.One + (r + tail), k);
    }

    /// <summary>e^(x + low) for |low| far below |x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Exp(Lanes x, Lanes low)
    {
        x = Clamp(x, -746, 710);
        Lanes k = Vector256.Round(x * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), x);
        low -= k * Ln2Low;
        Lanes r = high + low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) + low);
        return Scale(Lanes.One + (r + tail), k);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp2(Lanes x)
    {
        x = Clamp(x, -1100, 1025);
        Lanes k = Vector256.Round(x);
        Lanes r = x - k;
        Lanes high = r * Ln2;
        Lanes low = Fma(r, Vector256.Create(Ln2), -high) + r * Ln2Low;
        Lanes tail = Fma(high * high, ExpTail(high), low);
        return Scale(Lanes.One + (high + tail), k);
    }

    /// <summary>2ᵏ·(eʳ − 1 + (1 − 2⁻ᵏ)), the bracket summed with its rounding error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Expm1(Lanes x)
    {
        Lanes bounded = Clamp(x, -40, 710);
        Lanes k = Vector256.Round(bounded * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), bounded);
        Lanes low = k * Ln2Low;
        Lanes r = high - low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) - low);
        Lanes shift = Lanes.One - PowerOf2(-Vector256.MinNative(k, Vector256.Create(1000.0)));
        Lanes sum = shift + r;
        Lanes lost = (shift - sum) + r;
        return Vector256.CopySign(Scale(sum + (lost + tail), k), x);
    }

    /// <summary>eˣ/2, which does not overflow where cosh x doesn't.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes HalfExp(Lanes x)
    {
        x = Clamp(x, -746, 712);
        Lanes k = Vector256.Round(x * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), x);
        Lanes low = k * Ln2Low;
        Lanes r = high - low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) - low);
        return Scale(Lanes.One + (r + tail), k - Lanes.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cosh(Lanes x)
    {
        Lanes h = HalfExp(Vector256.Abs(x));
        return h + Vector256.Create(0.25) / h;
    }

    /// <summary>(e + e/(e + 1))/2 with e = expm1 |x| near 0, else eˣ/2 − e⁻ˣ/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sinh(Lanes x)
    {
        Lanes magnitude = Vector256.Abs(x);
        Lanes e = Expm1(magnitude), h = HalfExp(magnitude);
        Lanes near = (e + e / (e + Lanes.One)) * 0.5, far = h - Vector256.Create(0.25) / h;
        return Vector256.CopySign(Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Lanes.One), near, far), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sigmoid(Lanes x)
    {
        Lanes e = Exp(-Vector256.Abs(x));
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Lanes.Zero), e, Lanes.One) / (Lanes.One + e);
    }

    /// <summary>With e = expm1(2|x|): tanh |x| = e/(e + 2) near 0, else 1 − 2/(e + 2), which forgives an error of e.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Tanh(Lanes x)
    {
        // From 20 on the result is 1: so 2ᵏ needs no care.
        Lanes magnitude = Vector256.MinNative(Vector256.Create(20.0), Vector256.Abs(x));
        Lanes twice = magnitude + magnitude;
        Lanes k = Vector256.Round(twice * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), twice);
        Lanes low = k * Ln2Low;
        Lanes r = high - low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) - low);
        Lanes power = PowerOf2(k);
        Lanes shift = power - Lanes.One;
        Lanes sum = Fma(power, r, shift);
        Lanes e = sum + Fma(power, tail, Fma(power, r, shift - sum));
        Lanes near = Vector256.LessThan(magnitude, Vector256.Create(0.55));
        Lanes quotient = Vector256.ConditionalSelect(near, e, Vector256.Create(-2.0)) / (e + Vector256.Create(2.0));
        return Vector256.CopySign(quotient + Vector256.AndNot(Lanes.One, near), x);
    }

    /// <summary>1 − |tanh x| = 2e/(1 + e) with e = e^(−2|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes TanhTail(Lanes x)
    {
        Lanes e = Exp(Vector256.Abs(x) * -2.0);
        return (e + e) / (Lanes.One + e);
    }

    /// <summary>1 − tail, with the sign of x; near 0, where that cancels, a polynomial, to 8e−18 (eng/tables/coefficients.py).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes TanhFrom(Lanes x, Lanes tail)
    {
        Lanes z = x * x, zz = z * z, fourth = zz * zz;
        Lanes low = Fma(zz, Horner(z, -0.053968253967434014504, 0.021869488493666941903), Horner(z, -0.33333333333333332561, 0.13333333333332714826));
        Lanes middle = Fma(zz, Horner(z, -0.0014556618301007160336, 0.00058893605200740577697), Horner(z, -0.0088632343978143548378, 0.0035921103786890238773));
        Lanes high = Fma(zz, Vector256.Create(-0.000020602765376366341605), Horner(z, -0.00023463474108872371445, 0.000085113136855776715155));
        Lanes near = Fma(z * x, Fma(fourth, Fma(fourth, high, middle), low), x);
        return Vector256.CopySign(Vector256.ConditionalSelect(Vector256.LessThan(Vector256.Abs(x), Vector256.Create(0.55)), near, Lanes.One - tail), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log(Lanes x)
    {
        Lanes result = LogOfNormal(x, Lanes.Zero);
        return ArePositiveNormal(x) ? result : LogRest(x, result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes LogRest(Lanes x, Lanes result) =>
        LogSpecial(x, result, LogOfNormal(x * TwoTo54, Lanes.Zero) - Vector256.Create(54 * Ln2));

    /// <summary>log(u + lost·u) with u normal and positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes LogOfNormal(Lanes u, Lanes lost)
    {
        (Lanes k, Lanes m) = Split(u);
        Lanes f = m - Lanes.One;
        (Lanes half, Lanes series) = LogSeries(f);
        return Fma(k, Vector256.Create(Ln2Short), f - (half - (series + Fma(k, Vector256.Create(Ln2ShortLow), lost))));
    }

    /// <summary>log(1 + x) = log u + c/u, where u is 1 + x rounded and c what rounding lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log1p(Lanes x)
    {
        Lanes u = Lanes.One + x;
        Lanes back = u - Lanes.One;
        Lanes lost = (Lanes.One - (u - back)) + (x - back);
        Lanes result = LogOfNormal(u, lost / u);
        result = Vector256.ConditionalSelect(Vector256.Equals(u, Lanes.One), x, result);
        return ArePositiveNormal(u) ? result : LogSpecial(u, result, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log2(Lanes x) => LogToBase(x, Log2E, Log2ELow, 1, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log10(Lanes x) => LogToBase(x, Log10E, Log10ELow, Log10Of2, Log10Of2Low);

    /// <summary>log x · factor, where log 2 · factor = <paramref name="perOctave"/>; products are kept in two doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes LogToBase(Lanes x, double factor, double factorLow, double perOctave, double perOctaveLow)
    {
        (Lanes k, Lanes m) = SplitAny(x);
        Lanes f = m - Lanes.One;
        (Lanes half, Lanes series) = LogSeries(f);
        Lanes high = f - half;
        Lanes low = ((f - high) - half) + series;

        Lanes octaves = k * perOctave;
        Lanes octavesLow = Fma(k, Vector256.Create(perOctave), -octaves) + k * perOctaveLow;
        Lanes product = high * factor;
        Lanes productLow = Fma(high, Vector256.Create(factor), -product) + Fma(low, Vector256.Create(factor), high * factorLow);
        Lanes sum = octaves + product;
        Lanes result = sum + (((octaves - sum) + product) + (productLow + octavesLow));
        return ArePositiveNormal(x) ? result : LogSpecial(x, result, result);
    }

    /// <summary>A polynomial's guess, a step of Halley's iteration, and one more that works on the residual.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cbrt(Lanes x)
    {
        Lanes magnitude = Vector256.Abs(x);
        (Lanes k, Lanes m) = SplitAny(magnitude);
        Lanes third = Vector256.Round(k * (1.0 / 3));
        Lanes a = m * PowerOf2(Fma(third, Vector256.Create(-3.0), k));                   // in [2⁻³ᐟ², 2³ᐟ²]
        Lanes y = Horner(a, 0.462394738482617, 0.8242007640343884, -0.38424571281458514, 0.11167619577655563, -0.013016008894633956);
        Lanes cube = y * y * y;
        y *= (cube + a + a) / (cube + cube + a);
        Lanes square = y * y;
        cube = square * y;
        y = Fma(y, Fma(-square, y, a) / (cube + cube + a), y);
        Lanes result = y * PowerOf2(third);
        Lanes itself = Vector256.Equals(x, Lanes.Zero) | ~Vector256.LessThan(magnitude, Vector256.Create(double.PositiveInfinity));
        return Vector256.ConditionalSelect(itself, x, Vector256.CopySign(result, x));
    }

    /// <summary>exp(y·log x) with the logarithm and the product in two doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Pow(Lanes x, Lanes y) => ArePositiveNormal(x) && AreFinite(y) ? ExpOfProduct(y, PreciseLog(Split(x))) : PowRest(x, y);

    /// <summary>The power of numbers that are floats: one double holds the logarithm well enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes PowOfFloats(Lanes x, Lanes y) => ArePositiveNormal(x) && AreFinite(y) ? Exp(y * LogOfNormal(x, Lanes.Zero)) : PowRest(x, y);

    /// <summary>The power of the magnitude, then what the signs and zeros say, and ∞ and NaN one by one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes PowRest(Lanes x, Lanes y)
    {
        Lanes magnitude = ExpOfProduct(y, PreciseLog(SplitAny(Vector256.Abs(x))));
        Lanes ofZero = Vector256.ConditionalSelect(Vector256.LessThan(y, Lanes.Zero), Vector256.Create(double.PositiveInfinity),
            Vector256.ConditionalSelect(Vector256.Equals(y, Lanes.Zero), Lanes.One, Lanes.Zero));
        Lanes result = Vector256.ConditionalSelect(Vector256.Equals(x, Lanes.Zero), ofZero, magnitude);

        Lanes half = y * 0.5;
        Lanes whole = Vector256.Equals(Vector256.Round(y), y);
        Lanes odd = whole & ~Vector256.Equals(Vector256.Round(half), half);
        result ^= x & odd & Vector256.Create(-0.0);
        result |= Vector256.LessThan(x, Lanes.Zero) & ~whole;          // all bits set is a NaN

        Lanes finite = IsFinite(x) & IsFinite(y);
        for (int lane = 0; lane < Lanes.Count; lane++)
            if (finite.AsInt64()[lane] == 0) result = result.WithElement(lane, Math.Pow(x[lane], y[lane]));
        return result;
    }

    /// <summary>e^(y·log) with a logarithm in two doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes ExpOfProduct(Lanes y, (Lanes High, Lanes Low) log)
    {
        Lanes product = y * log.High, low = Fma(y, log.High, -product) + y * log.Low;
        low &= Vector256.LessThan(Vector256.Abs(product), Vector256.Create(760.0));
        return Exp(product, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreFinite(Lanes x) => Vector256.LessThanAll(Vector256.Abs(x), Vector256.Create(double.PositiveInfinity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes IsFinite(Lanes x) => Vector256.LessThan(Vector256.Abs(x), Vector256.Create(double.PositiveInfinity));

    /// <summary>log x of x = 2ᵏ·m in two doubles, to a relative 2⁻⁶³: 2·artanh(s) with s = (m − 1)/(m + 1), the terms s, s³/3 in two doubles each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes High, Lanes Low) PreciseLog((Lanes K, Lanes M) split)
    {
        (Lanes k, Lanes m) = split;
        Lanes f = m - Lanes.One;
        Lanes g = m + Lanes.One, gLow = m - (g - Lanes.One);
        Lanes reciprocal = Lanes.One / g, s = f * reciprocal, sLow = Fma(-s, gLow, Fma(-s, g, f)) * reciprocal;
        Lanes z = s * s, zLow = Fma(s, s, -z) + 2 * s * sLow;

        const double third = 0.33333333333333331, thirdLow = 1.8503717077085941e-17;
        Lanes rest = z * Horner(z, 0.20000000000000001, 0.14285714285714282, 0.11111111111114234, 0.090909090898224951,
            0.076923078814540746, 0.066666481989819171, 0.058834095108147771, 0.052280975552007461, 0.053818107575056298);
        Lanes t = rest + Vector256.Create(third), tLow = ((Vector256.Create(third) - t) + rest) + Vector256.Create(thirdLow);
        Lanes u = z * t, uLow = Fma(z, t, -u) + Fma(z, tLow, zLow * t);

        s *= 2;
        sLow *= 2;
        Lanes p = s * u, pLow = Fma(s, u, -p) + Fma(s, uLow, sLow * u);
        Lanes log = s + p, logLow = ((s - log) + p) + (sLow + pLow);

        Lanes octaves = k * Ln2Short;
        Lanes high = octaves + log;
        return (high, ((octaves - high) + log) + Fma(k, Vector256.Create(Ln2ShortLow), logLow));
    }

    // ---- pieces ----

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Fma(Lanes x, Lanes y, Lanes z) => Vector256.FusedMultiplyAdd(x, y, z);

    /// <summary>Bounds x; a NaN stays one, as the native minimum gives its second argument then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Clamp(Lanes x, double low, double high) =>
        Vector256.MaxNative(Vector256.Create(low), Vector256.MinNative(Vector256.Create(high), x));

    /// <summary>(eʳ − 1 − r)/r² for |r| ≤ ½ log 2, by Estrin's scheme: what follows waits for four steps instead of nine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes ExpTail(Lanes r)
    {
        Lanes square = r * r, fourth = square * square;
        Lanes low = Fma(Horner(r, 0.04166666666662399, 0.0083333333333300511), square, Horner(r, 0.50000000000000011, 0.16666666666666669));
        Lanes high = Fma(Horner(r, 2.4801521190217729e-05, 2.7557268378684192e-06), square, Horner(r, 0.0013888888917281794, 0.00019841269863105968));
        return Fma(Fma(Horner(r, 2.7620138719733994e-07, 2.5100424157005067e-08), fourth, high), fourth, low);
    }

    /// <summary>2ᵏ for whole k in [−1022, 1023].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes PowerOf2(Lanes k) => ((k + Vector256.Create(Shifter + 1023)).AsInt64() << 52).AsDouble();

    /// <summary>x·2ᵏ for whole k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Scale(Lanes x, Lanes k) => PowersOfTwo.CanScale(x) ? PowersOfTwo.Scale(x, k) : ScaleInSteps(x, k);

    /// <summary>The same without an instruction for it: two steps, of which only the last may round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes ScaleInSteps(Lanes x, Lanes k)
    {
        Lanes half = Vector256.Round(k * 0.5);
        return x * PowerOf2(half) * PowerOf2(k - half);
    }

    // Of the bits as whole numbers those from the smallest normal's on and below infinity's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ArePositiveNormal(Lanes x) =>
        Vector256.LessThanAll(x.AsUInt64() - Vector256.Create(1UL << 52), Vector256.Create(0x7FEUL << 52));

    /// <summary>x = 2ᵏ·m with √½ ≤ m &lt; √2, for positive normal x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes K, Lanes M) Split(Lanes x)
    {
        const long sqrtHalf = 0x3FE6A09E667F3BCD, mantissa = 0x000FFFFFFFFFFFFF, bias = 1024L << 52;
        const long twoTo52 = 0x4330000000000000;
        Vector256<long> bits = x.AsInt64() - Vector256.Create(sqrtHalf);
        Vector256<long> exponent = ((bits + Vector256.Create(bias)) >>> 52) | Vector256.Create(twoTo52);
        Lanes k = exponent.AsDouble() - Vector256.Create(4503599627370496.0 + 1024);
        return (k, ((bits & Vector256.Create(mantissa)) + Vector256.Create(sqrtHalf)).AsDouble());
    }

    /// <summary>The same for subnormal x as well.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes K, Lanes M) SplitAny(Lanes x)
    {
        Lanes tiny = Vector256.LessThan(x, Vector256.Create(SmallestNormal));
        (Lanes k, Lanes m) = Split(Vector256.ConditionalSelect(tiny, x * TwoTo54, x));
        return (k - (tiny & Vector256.Create(54.0)), m);
    }

    /// <summary>log(1 + f) = f − (half − series), half = f²/2: fdlibm's series in s = f/(2 + f).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes Half, Lanes Series) LogSeries(Lanes f)
    {
        Lanes s = f / (f + Vector256.Create(2.0));
        Lanes z = s * s;
        Lanes half = f * f * 0.5;
        Lanes r = z * Horner(z, 0.66666666666666696, 0.39999999999898889, 0.28571428626253836, 0.22222211089379496,
            0.18182892432536871, 0.15331611722055008, 0.14617807153417325);
        return (half, s * (half + r));
    }

    /// <summary>Outside the usual: −∞ at 0, ∞ at ∞, NaN at NaN and below 0, <paramref name="tiny"/> at subnormal numbers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes LogSpecial(Lanes x, Lanes result, Lanes tiny)
    {
        Lanes usual = Vector256.GreaterThanOrEqual(x, Vector256.Create(SmallestNormal)) & Vector256.LessThan(x, Vector256.Create(double.PositiveInfinity));
        Lanes special = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Lanes.Zero), tiny, Vector256.Create(double.NaN));
        special = Vector256.ConditionalSelect(Vector256.Equals(x, Lanes.Zero), Vector256.Create(double.NegativeInfinity), special);
        special = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256.Create(double.PositiveInfinity)), x, special);
        return Vector256.ConditionalSelect(usual, result, special);
    }

    /// <summary>c0 + x·(c1 + x·(c2 + …)), each written out: what is inlined in layers uses up the JIT's budget for a loop sooner.
    /// The sum comes first in a product, as the JIT computes in its place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1) => Vector256.FusedMultiplyAdd(Vector256.Create(c1), x, Vector256.Create(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1, double c2, double c3, double c4) =>
        Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.Create(c4), x, Vector256.Create(c3)), x, Vector256.Create(c2)), x, Vector256.Create(c1)), x, Vector256.Create(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1, double c2, double c3, double c4, double c5) =>
        Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.Create(c5), x, Vector256.Create(c4)), x, Vector256.Create(c3)), x, Vector256.Create(c2)), x, Vector256.Create(c1)), x, Vector256.Create(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1, double c2, double c3, double c4, double c5, double c6) =>
        Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.Create(c6), x, Vector256.Create(c5)), x, Vector256.Create(c4)), x, Vector256.Create(c3)), x, Vector256.Create(c2)), x, Vector256.Create(c1)), x, Vector256.Create(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1, double c2, double c3, double c4, double c5, double c6, double c7, double c8) =>
        Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(Vector256.Create(c8), x, Vector256.Create(c7)), x, Vector256.Create(c6)), x, Vector256.Create(c5)), x, Vector256.Create(c4)), x, Vector256.Create(c3)), x, Vector256.Create(c2)), x, Vector256.Create(c1)), x, Vector256.Create(c0));

    /// <summary>The first terms, before a rest that is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1, double c2, Lanes rest) =>
        Fma(Fma(Fma(rest, x, Vector256.Create(c2)), x, Vector256.Create(c1)), x, Vector256.Create(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Horner(Lanes x, double c0, double c1, double c2, double c3, Lanes rest) =>
        Fma(Horner(x, c1, c2, c3, rest), x, Vector256.Create(c0));
}
