using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Elementary functions of a register of floats, in single precision: the algorithms of <see cref="VectorMath64"/>
/// with shorter polynomials, written out again: one source for both formats costs the JIT three times the inlining, and loops of several functions lose theirs. Within 2.5 ulp (most within 1), with every special value right; a lane's result depends on that lane alone.
/// </summary>
internal static class VectorMath32
{
    private const float Ln2 = 0.693147182f, Ln2Low = -1.90465421e-09f;
    // The high part has 16 bits, so that its product with an exponent is exact.
    private const float Ln2Short = 6.9313812256e-01f, Ln2ShortLow = 9.0580006145e-06f;
    private const float Log2E = 1.44269502f, Log2ELow = 1.92596303e-08f;
    private const float Log10E = 0.434294492f, Log10ELow = -1.010305e-08f;
    private const float Log10Of2 = 0.301030010f, Log10Of2Low = -1.43209888e-08f;
    // Rounded down, so that the second part is positive and the reduction keeps the sign of −0.
    private const float HalfPi = 1.57079625f, HalfPiMiddle = 7.54979013e-08f, HalfPiLow = -1.71512451e-15f;

    /// <summary>Added to a number below 2²², it leaves that number, rounded, in the low bits.</summary>
    private const float Shifter = 12582912;

    private const float SmallestNormal = 1.17549435e-38f, TwoTo25 = 33554432;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp(Lanes x)
    {
        x = Clamp(x, -104, 89);
        Lanes k = Vector256.Round(x * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), x);
        Lanes low = k * Ln2Low;
        Lanes r = high - low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) - low);
        return Scale(Lanes.One + (r + tail), k);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp2(Lanes x)
    {
        x = Clamp(x, -160, 129);
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
        Lanes bounded = Clamp(x, -20, 89);
        Lanes k = Vector256.Round(bounded * Log2E);
        Lanes high = Fma(k, Vector256.Create(-Ln2), bounded);
        Lanes low = k * Ln2Low;
        Lanes r = high - low;
        Lanes tail = Fma(r * r, ExpTail(r), (high - r) - low);
        Lanes shift = Lanes.One - PowerOf2(-Vector256.MinNative(k, Vector256.Create(120f)));
        Lanes sum = shift + r;
        Lanes lost = (shift - sum) + r;
        return Vector256.CopySign(Scale(sum + (lost + tail), k), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sigmoid(Lanes x)
    {
        Lanes e = Exp(-Vector256.Abs(x));
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Lanes.Zero), e, Lanes.One) / (Lanes.One + e);
    }

    /// <summary>As in double precision: with e = expm1(2|x|), e/(e + 2) near 0, else 1 − 2/(e + 2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Tanh(Lanes x)
    {
        // From 20 on the result is 1: so 2ᵏ needs no care.
        Lanes magnitude = Vector256.MinNative(Vector256.Create(20f), Vector256.Abs(x));
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
        Lanes near = Vector256.LessThan(magnitude, Vector256.Create(0.55f));
        Lanes quotient = Vector256.ConditionalSelect(near, e, Vector256.Create(-2f)) / (e + Vector256.Create(2f));
        return Vector256.CopySign(quotient + Vector256.AndNot(Lanes.One, near), x);
    }

    /// <summary>1 − |tanh x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes TanhTail(Lanes x)
    {
        Lanes e = Exp(Vector256.Abs(x) * -2f);
        return (e + e) / (Lanes.One + e);
    }

    /// <summary>1 − tail, with the sign of x; near 0, where that cancels, a polynomial, to 1.3e−8 of the second term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes TanhFrom(Lanes x, Lanes tail)
    {
        Lanes z = x * x;
        Lanes series = Fma(z * z, Horner(z, -0.0539094288f, 0.0213093887f, -0.0066102278f), Fma(z, Vector256.Create(0.133331137f), Vector256.Create(-0.33333332f)));
        return Vector256.CopySign(Vector256.ConditionalSelect(Vector256.LessThan(Vector256.Abs(x), Vector256.Create(0.55f)), Fma(z * x, series, x), Lanes.One - tail), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log(Lanes x)
    {
        Lanes result = LogOfNormal(x, Lanes.Zero);
        return ArePositiveNormal(x) ? result : LogRest(x, result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes LogRest(Lanes x, Lanes result) =>
        LogSpecial(x, result, LogOfNormal(x * TwoTo25, Lanes.Zero) - Vector256.Create(25 * Ln2));

    /// <summary>log(u + lost·u) with u normal and positive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes LogOfNormal(Lanes u, Lanes lost)
    {
        (Lanes k, Lanes m) = Split(u);
        Lanes f = m - Lanes.One;
        (Lanes half, Lanes series) = LogSeries(f);
        return Fma(k, Vector256.Create(Ln2Short), f - (half - (series + Fma(k, Vector256.Create(Ln2ShortLow), lost))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log1p(Lanes x)
    {
        Lanes u = Lanes.One + x;
        Lanes back = u - Lanes.One;
        Lanes lost = (Lanes.One - (u - back)) + (x - back);
        Lanes result = Vector256.ConditionalSelect(Vector256.Equals(u, Lanes.One), x, LogOfNormal(u, lost / u));
        return ArePositiveNormal(u) ? result : LogSpecial(u, result, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log2(Lanes x) => LogToBase(x, Log2E, Log2ELow, 1, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log10(Lanes x) => LogToBase(x, Log10E, Log10ELow, Log10Of2, Log10Of2Low);

    /// <summary>log x · factor, where log 2 · factor = <paramref name="perOctave"/>; products are kept in two floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes LogToBase(Lanes x, float factor, float factorLow, float perOctave, float perOctaveLow)
    {
        Lanes tiny = Vector256.LessThan(x, Vector256.Create(SmallestNormal));
        (Lanes k, Lanes m) = Split(Vector256.ConditionalSelect(tiny, x * TwoTo25, x));
        k -= tiny & Vector256.Create(25f);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sin(Lanes x)
    {
        (Lanes r, Lanes low, Vector256<int> quadrant) = ReduceByHalfPi(x);
        Lanes result = SinOrCos(r, low, quadrant);
        return AreReducible(x) ? result : SinRest(x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cos(Lanes x)
    {
        (Lanes r, Lanes low, Vector256<int> quadrant) = ReduceByHalfPi(x);
        Lanes result = SinOrCos(r, low, quadrant + Vector256<int>.One);
        return AreReducible(x) ? result : CosRest(x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Tan(Lanes x)
    {
        (Lanes r, Lanes low, Vector256<int> quadrant) = ReduceByHalfPi(x);
        Lanes sin = SinNearZero(r, low), cos = CosNearZero(r, low);
        Lanes even = Even(quadrant);
        Lanes result = Vector256.ConditionalSelect(even, sin, -cos) / Vector256.ConditionalSelect(even, cos, sin);
        return AreReducible(x) ? result : TanRest(x, result);
    }

    // Larger arguments go through double precision, where the reduction reaches further.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes SinRest(Lanes x, Lanes result) => Vector256.ConditionalSelect(IsReducible(x), result,
        Vector256.Narrow(Trigonometry64.Sin(Vector256.WidenLower(x)), Trigonometry64.Sin(Vector256.WidenUpper(x))));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes CosRest(Lanes x, Lanes result) => Vector256.ConditionalSelect(IsReducible(x), result,
        Vector256.Narrow(Trigonometry64.Cos(Vector256.WidenLower(x)), Trigonometry64.Cos(Vector256.WidenUpper(x))));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes TanRest(Lanes x, Lanes result) => Vector256.ConditionalSelect(IsReducible(x), result,
        Vector256.Narrow(Trigonometry64.Tan(Vector256.WidenLower(x)), Trigonometry64.Tan(Vector256.WidenUpper(x))));

    /// <summary>Through double precision, as an exponent magnifies the error of the logarithm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Pow(Lanes x, Lanes y) => Vector256.Narrow(
        VectorMath64.PowOfFloats(Vector256.WidenLower(x), Vector256.WidenLower(y)),
        VectorMath64.PowOfFloats(Vector256.WidenUpper(x), Vector256.WidenUpper(y)));

    // These are computed in double precision, half by half.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cbrt(Lanes x) => Vector256.Narrow(VectorMath64.Cbrt(Vector256.WidenLower(x)), VectorMath64.Cbrt(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sinh(Lanes x) => Vector256.Narrow(VectorMath64.Sinh(Vector256.WidenLower(x)), VectorMath64.Sinh(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cosh(Lanes x) => Vector256.Narrow(VectorMath64.Cosh(Vector256.WidenLower(x)), VectorMath64.Cosh(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Asin(Lanes x) => Vector256.Narrow(Trigonometry64.Asin(Vector256.WidenLower(x)), Trigonometry64.Asin(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Acos(Lanes x) => Vector256.Narrow(Trigonometry64.Acos(Vector256.WidenLower(x)), Trigonometry64.Acos(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Atan(Lanes x) => Vector256.Narrow(Trigonometry64.Atan(Vector256.WidenLower(x)), Trigonometry64.Atan(Vector256.WidenUpper(x)));

    // ---- pieces ----

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Fma(Lanes x, Lanes y, Lanes z) => Vector256.FusedMultiplyAdd(x, y, z);

    /// <summary>Bounds x; a NaN stays one, as the native minimum gives its second argument then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Clamp(Lanes x, float low, float high) =>
        Vector256.MaxNative(Vector256.Create(low), Vector256.MinNative(Vector256.Create(high), x));

    /// <summary>(eʳ − 1 − r)/r² for |r| ≤ ½ log 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes ExpTail(Lanes r) =>
        Fma(Fma(Horner(r, 0.0416665561f, 0.00836320315f, 0.00139262131f), r, Vector256.Create(0.166665763f)), r, Vector256.Create(0.5f));

    /// <summary>2ᵏ for whole k in [−126, 127].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes PowerOf2(Lanes k) => ((k + Vector256.Create(Shifter + 127)).AsInt32() << 23).AsSingle();

    /// <summary>x·2ᵏ for whole k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Scale(Lanes x, Lanes k) => PowersOfTwo.CanScale(x) ? PowersOfTwo.Scale(x, k) : ScaleInSteps(x, k);

    /// <summary>The same without an instruction for it: two steps, of which only the last may round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes ScaleInSteps(Lanes x, Lanes k)
    {
        Lanes half = Vector256.Round(k * 0.5f);
        return x * PowerOf2(half) * PowerOf2(k - half);
    }

    // Of the bits as whole numbers those from the smallest normal's on and below infinity's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ArePositiveNormal(Lanes x) =>
        Vector256.LessThanAll(x.AsUInt32() - Vector256.Create(1U << 23), Vector256.Create(0xFEU << 23));

    /// <summary>x = 2ᵏ·m with √½ ≤ m &lt; √2, for positive normal x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes K, Lanes M) Split(Lanes x)
    {
        Vector256<int> sqrtHalf = Vector256.Create(0x3F3504F3), mantissa = Vector256.Create(0x007FFFFF);
        Vector256<int> bits = x.AsInt32() - sqrtHalf;
        return (Vector256.ConvertToSingle(bits >> 23), ((bits & mantissa) + sqrtHalf).AsSingle());
    }

    /// <summary>log(1 + f) = f − (half − series), half = f²/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes Half, Lanes Series) LogSeries(Lanes f)
    {
        Lanes s = f / (f + Vector256.Create(2f));
        Lanes z = s * s;
        Lanes half = f * f * 0.5f;
        Lanes r = z * Fma(Horner(z, 0.400001228f, 0.285507798f, 0.233316138f), z, Vector256.Create(0.666666687f));
        return (half, s * (half + r));
    }

    /// <summary>Outside the usual: −∞ at 0, ∞ at ∞, NaN at NaN and below 0, <paramref name="tiny"/> at subnormal numbers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes LogSpecial(Lanes x, Lanes result, Lanes tiny)
    {
        Lanes usual = Vector256.GreaterThanOrEqual(x, Vector256.Create(SmallestNormal)) & Vector256.LessThan(x, Vector256.Create(float.PositiveInfinity));
        Lanes special = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Lanes.Zero), tiny, Vector256.Create(float.NaN));
        special = Vector256.ConditionalSelect(Vector256.Equals(x, Lanes.Zero), Vector256.Create(float.NegativeInfinity), special);
        special = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256.Create(float.PositiveInfinity)), x, special);
        return Vector256.ConditionalSelect(usual, result, special);
    }

    /// <summary>Up to here the reduction below is exact enough.</summary>
    private const float Reducible = 1 << 19;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreReducible(Lanes x) => Vector256.LessThanAll(Vector256.Abs(x), Vector256.Create(Reducible));

    private static Lanes IsReducible(Lanes x) => Vector256.LessThan(Vector256.Abs(x), Vector256.Create(Reducible));

    /// <summary>x = quadrant·π/2 + r + low with |r| ≤ π/4; the first subtraction is exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes R, Lanes Low, Vector256<int> Quadrant) ReduceByHalfPi(Lanes x)
    {
        Lanes shifted = Fma(x, Vector256.Create((float)(2 / Math.PI)), Vector256.Create(Shifter));
        Lanes n = shifted - Vector256.Create(Shifter);
        Lanes first = Fma(-n, Vector256.Create(HalfPi), x);
        Lanes w = n * HalfPiMiddle;
        Lanes wLow = Fma(n, Vector256.Create(HalfPiMiddle), -w);
        Lanes r = first - w;
        Lanes back = r - first;
        Lanes lost = (first - (r - back)) - (w + back);
        return (r, lost - Fma(n, Vector256.Create(HalfPiLow), wLow), shifted.AsInt32());
    }

    /// <summary>The sine of quadrant·π/2 + r + low.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes SinOrCos(Lanes r, Lanes low, Vector256<int> quadrant)
    {
        Lanes magnitude = Vector256.ConditionalSelect(Even(quadrant), SinNearZero(r, low), CosNearZero(r, low));
        return magnitude ^ ((quadrant & Vector256.Create(2)) << 30).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Even(Vector256<int> quadrant) => Vector256.Equals(quadrant & Vector256<int>.One, Vector256<int>.Zero).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes SinNearZero(Lanes r, Lanes low)
    {
        Lanes z = r * r;
        Lanes v = z * r;
        Lanes p = Fma(z, Vector256.Create(-0.000195873872f), Vector256.Create(0.0083327461f));
        return r - Fma(v, Vector256.Create(0.166666642f), Fma(z, Fma(-v, p, low * 0.5f), -low));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes CosNearZero(Lanes r, Lanes low)
    {
        Lanes z = r * r;
        Lanes p = z * Horner(z, 0.0416666642f, -0.00138883002f, 2.45474366e-05f);
        Lanes half = z * 0.5f;
        Lanes w = Lanes.One - half;
        return w + (((Lanes.One - w) - half) + Fma(z, p, -(r * low)));
    }

    /// <summary>c0 + x·(c1 + x·c2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Horner(Lanes x, float c0, float c1, float c2) =>
        Fma(Fma(Vector256.Create(c2), x, Vector256.Create(c1)), x, Vector256.Create(c0));
}
