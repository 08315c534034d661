using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<double>;

namespace Autodiff.Functional.Kernels;

/// <summary>Sine, cosine, tangent and their inverses of a register of doubles: within 2.5 ulp, most within 1, every special value right.</summary>
internal static class Trigonometry64
{
    private const double Pi = 3.1415926535897931, PiLow = 1.2246467991473532e-16;
    private const double HalfPi = Pi / 2, HalfPiLow = PiLow / 2, HalfPiLowest = -1.4973849048591698e-33;
    private const double QuarterPi = Pi / 4, QuarterPiLow = PiLow / 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sin(Lanes x)
    {
        (Lanes r, Lanes low, Vector256<long> quadrant) = ReduceByHalfPi(x);
        Lanes result = SinOrCos(r, low, quadrant);
        return AreReducible(x) ? result : SinRest(x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cos(Lanes x)
    {
        (Lanes r, Lanes low, Vector256<long> quadrant) = ReduceByHalfPi(x);
        Lanes result = SinOrCos(r, low, quadrant + Vector256<long>.One);
        return AreReducible(x) ? result : CosRest(x, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Tan(Lanes x)
    {
        (Lanes r, Lanes low, Vector256<long> quadrant) = ReduceByHalfPi(x);
        Lanes result = TanOfReduced(r, low, quadrant);
        return AreReducible(x) ? result : TanRest(x, result);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes SinRest(Lanes x, Lanes result)
    {
        Lanes usual = IsReducible(x);
        (Lanes r, Lanes low, Vector256<long> quadrant) = ReduceLarge(usual, x);
        return Vector256.ConditionalSelect(usual, result, SinOrCos(r, low, quadrant));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes CosRest(Lanes x, Lanes result)
    {
        Lanes usual = IsReducible(x);
        (Lanes r, Lanes low, Vector256<long> quadrant) = ReduceLarge(usual, x);
        return Vector256.ConditionalSelect(usual, result, SinOrCos(r, low, quadrant + Vector256<long>.One));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lanes TanRest(Lanes x, Lanes result)
    {
        Lanes usual = IsReducible(x);
        (Lanes r, Lanes low, Vector256<long> quadrant) = ReduceLarge(usual, x);
        return Vector256.ConditionalSelect(usual, result, TanOfReduced(r, low, quadrant));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Asin(Lanes x)
    {
        (Lanes small, Lanes s, Lanes tail) = Arc(x);
        Lanes large = Vector256.Create(HalfPi) - (2 * (s + tail) - Vector256.Create(HalfPiLow));
        return Vector256.CopySign(Vector256.ConditionalSelect(small, s + tail, large), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Acos(Lanes x)
    {
        (Lanes small, Lanes s, Lanes tail) = Arc(x);
        Lanes middle = Vector256.Create(HalfPi) - (x - (Vector256.Create(HalfPiLow) - Vector256.CopySign(tail, x)));
        Lanes twice = 2 * (s + tail);
        Lanes large = Vector256.ConditionalSelect(Vector256.LessThan(x, Lanes.Zero), Vector256.Create(Pi) - (twice - Vector256.Create(PiLow)), twice);
        return Vector256.ConditionalSelect(small, middle, large);
    }

    /// <summary>arcsin |x| = s + tail where |x| &lt; ½, else π/2 − 2·(s + tail) with s = √((1 − |x|)/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes Small, Lanes S, Lanes Tail) Arc(Lanes x)
    {
        Lanes magnitude = Vector256.Abs(x);
        Lanes small = Vector256.LessThan(magnitude, Vector256.Create(0.5));
        Lanes half = (Lanes.One - magnitude) * 0.5;
        Lanes z = Vector256.ConditionalSelect(small, magnitude * magnitude, half);
        Lanes s = Vector256.ConditionalSelect(small, magnitude, Vector256.Sqrt(half));
        Lanes p = VectorMath64.Horner(z, 0.022372173062100795, 0.01735238980570733, 0.013971257700218363, 0.011478727335132069,
            0.010325825844686153, 0.0054442363584000439, 0.017437866186062991, -0.014910967384172082, 0.028799050522138873);
        p = VectorMath64.Horner(z, 0.16666666666666669, 0.074999999999984149, 0.044642857146391421, 0.030381944135632818, p);
        return (small, s, s * z * p);
    }

    /// <summary>The angle is turned by 0, π/4 or π/2 into where the series is short.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Atan(Lanes x)
    {
        Lanes magnitude = Vector256.Abs(x);
        Lanes large = Vector256.GreaterThan(magnitude, Vector256.Create(2.4142135623730949));       // tan 3π/8
        Lanes turned = Vector256.GreaterThan(magnitude, Vector256.Create(0.41421356237309503));     // tan π/8
        Lanes over = Vector256.ConditionalSelect(large, Vector256.Create(-1.0), Vector256.ConditionalSelect(turned, magnitude - Lanes.One, magnitude));
        Lanes under = Vector256.ConditionalSelect(large, magnitude, Vector256.ConditionalSelect(turned, magnitude + Lanes.One, Lanes.One));
        Lanes start = Vector256.ConditionalSelect(large, Vector256.Create(HalfPi), turned & Vector256.Create(QuarterPi));
        Lanes startLow = Vector256.ConditionalSelect(large, Vector256.Create(HalfPiLow), turned & Vector256.Create(QuarterPiLow));

        Lanes t = over / under, z = t * t;
        Lanes p = VectorMath64.Horner(z, 0.11111111105106693, -0.090909087510760281, 0.07692296304956911, -0.066664236277542033,
            0.058789145407817524, -0.052303478463894312, 0.045511080049881907, -0.034558089433987527, 0.016271941300250316);
        p = VectorMath64.Horner(z, -0.33333333333333331, 0.19999999999999801, -0.14285714285659326, p);
        Lanes sum = start + t;
        return Vector256.CopySign(sum + (((start - sum) + t) + (startLow + t * z * p)), x);
    }

    // ---- pieces ----

    /// <summary>Up to here the reduction below is exact enough; beyond, a lane is reduced by itself.</summary>
    private const double Reducible = 1 << 30;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreReducible(Lanes x) => Vector256.LessThanAll(Vector256.Abs(x), Vector256.Create(Reducible));

    private static Lanes IsReducible(Lanes x) => Vector256.LessThan(Vector256.Abs(x), Vector256.Create(Reducible));

    /// <summary>x = quadrant·π/2 + r + low with |r| ≤ π/4. The first subtraction is exact: both sides are multiples of 2⁻⁵³ or x's own ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes R, Lanes Low, Vector256<long> Quadrant) ReduceByHalfPi(Lanes x)
    {
        Lanes shifted = VectorMath64.Fma(x, Vector256.Create(2 / Math.PI), Vector256.Create(VectorMath64.Shifter));
        Lanes n = shifted - Vector256.Create(VectorMath64.Shifter);
        Lanes first = VectorMath64.Fma(-n, Vector256.Create(HalfPi), x);
        Lanes w = n * HalfPiLow;
        Lanes wLow = VectorMath64.Fma(n, Vector256.Create(HalfPiLow), -w);
        Lanes r = first - w;
        Lanes back = r - first;
        Lanes lost = (first - (r - back)) - (w + back);
        return (r, lost - VectorMath64.Fma(n, Vector256.Create(HalfPiLowest), wLow), shifted.AsInt64());
    }

    /// <summary>The sine of quadrant·π/2 + r + low.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes SinOrCos(Lanes r, Lanes low, Vector256<long> quadrant)
    {
        Lanes magnitude = Vector256.ConditionalSelect(Even(quadrant), SinNearZero(r, low), CosNearZero(r, low));
        return magnitude ^ ((quadrant & Vector256.Create(2L)) << 62).AsDouble();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes TanOfReduced(Lanes r, Lanes low, Vector256<long> quadrant)
    {
        Lanes sin = SinNearZero(r, low), cos = CosNearZero(r, low);
        Lanes even = Even(quadrant);
        return Vector256.ConditionalSelect(even, sin, -cos) / Vector256.ConditionalSelect(even, cos, sin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Even(Vector256<long> quadrant) => Vector256.Equals(quadrant & Vector256<long>.One, Vector256<long>.Zero).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes SinNearZero(Lanes r, Lanes low)
    {
        Lanes z = r * r;
        Lanes v = z * r;
        Lanes p = VectorMath64.Horner(z, 0.0083333333333309254, -0.00019841269836722418, 2.7557316083816358e-06, -2.5051127944014188e-08, 1.5917848524808262e-10);
        return r - VectorMath64.Fma(v, Vector256.Create(0.16666666666666666), VectorMath64.Fma(z, VectorMath64.Fma(-v, p, low * 0.5), -low));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes CosNearZero(Lanes r, Lanes low)
    {
        Lanes z = r * r;
        Lanes p = z * VectorMath64.Horner(z, 0.041666666666666664, -0.0013888888888887382, 2.480158729874307e-05, -2.7557317260008837e-07, 2.0876143827993133e-09, -1.1382456778061306e-11);
        Lanes half = z * 0.5;
        Lanes w = Lanes.One - half;
        return w + (((Lanes.One - w) - half) + VectorMath64.Fma(z, p, -(r * low)));
    }

    /// <summary>The lanes that are not reducible above: exactly, or NaN at ∞ and NaN.</summary>
    private static (Lanes R, Lanes Low, Vector256<long> Quadrant) ReduceLarge(Lanes usual, Lanes x)
    {
        Lanes r = x - x, low = Lanes.Zero;
        Vector256<long> quadrant = Vector256<long>.Zero;
        for (int lane = 0; lane < Lanes.Count; lane++)
            if (usual.AsInt64()[lane] == 0 && double.IsFinite(x[lane]))
            {
                (double rOfLane, double lowOfLane, long quadrantOfLane) = PayneHanek.Reduce(x[lane]);
                r = r.WithElement(lane, rOfLane);
                low = low.WithElement(lane, lowOfLane);
                quadrant = quadrant.WithElement(lane, quadrantOfLane);
            }
        return (r, low, quadrant);
    }
}
