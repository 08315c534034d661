using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>What <see cref="Math"/> lacks or does badly: <c>double.ExpM1</c> and <c>double.LogP1</c> of .NET lose all digits near 0.</summary>
internal static class ScalarMath
{
    public static double Expm1(double x) => VectorMath64.Expm1(Vector256.CreateScalar(x)).ToScalar();

    public static double Exp2(double x) => VectorMath64.Exp2(Vector256.CreateScalar(x)).ToScalar();

    // The C library's is off by 2.6 ulp.
    public static double Cbrt(double x) => VectorMath64.Cbrt(Vector256.CreateScalar(x)).ToScalar();

    /// <summary>log(1 + x) = log u + c/u, where u is 1 + x rounded and c the part that rounding lost.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1 || !double.IsFinite(u) || u <= 0) return u == 1 ? x : Math.Log(u);
        double lost = x >= 1 ? 1 - (u - x) : x - (u - 1);
        return Math.Log(u) + lost / u;
    }

    /// <summary>Only the exponential of −|x| is taken: it cannot overflow. What 1 + e loses in rounding is given back.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x)), sum = 1 + e, lost = (1 - sum) + e;
        double result = (x < 0 ? e : 1) / sum;
        return result - result * (lost / sum);
    }

    // Near 0 the series alone is twice as fast as the C library, which always has a call and a reduction before it. Beyond 2³⁰ its reduction leaves up to 15 ulp next to multiples of π/2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sin(double x) => Math.Abs(x) <= QuarterPi ? SinNearZero(x) : SinFar(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Cos(double x) => Math.Abs(x) <= QuarterPi ? CosNearZero(x) : CosFar(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Tanh(double x) => Math.Abs(x) < 0.625 ? TanhNearZero(x) : TanhFar(x);

    /// <summary>1 − |tanh x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double TanhTail(double x) => Math.Abs(x) < 0.625 ? 1 - Math.Abs(TanhNearZero(x)) : TanhTailFar(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double TanhFrom(double x, double tail) => Math.Abs(x) < 0.625 ? TanhNearZero(x) : Math.CopySign(1 - tail, x);

    public static double Tan(double x) => Math.Abs(x) < 1 << 30 ? Math.Tan(x) : Trigonometry64.Tan(Vector256.CreateScalar(x)).ToScalar();

    // ---- near zero: terms in pairs, so that they do not wait for one another; the sign is set last, as a sum would lose that of −0 ----

    private const double QuarterPi = Math.PI / 4;

    // The polynomials of fdlibm (Sun Microsystems 1993), k_sin.c and k_cos.c.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double SinNearZero(double x)
    {
        double z = x * x, zz = z * z;
        double p = Fma(zz, Fma(zz, Fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08), Fma(z, 2.75573137070700676789e-06, -1.98412698298579493134e-04)),
            Fma(z, 8.33333333332248946124e-03, -1.66666666666666324348e-01));
        return Math.CopySign(Fma(z * x, p, x), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double CosNearZero(double x)
    {
        double z = x * x, zz = z * z;
        double p = Fma(zz, Fma(zz, Fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09), Fma(z, -2.75573143513906633035e-07, 2.48015872894767294178e-05)),
            Fma(z, -1.38888888888741095749e-03, 4.16666666666666019037e-02));
        double half = 0.5 * z, w = 1 - half;
        return w + Fma(zz, p, (1 - w) - half);
    }

    // Moshier, Cephes, tanh.c.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double TanhNearZero(double x)
    {
        double z = x * x, zz = z * z;
        double p = Fma(zz, -9.64399179425052238628e-1, Fma(z, -9.92877231001918586564e1, -1.61468768441708447952e3));
        double q = Fma(zz, z + 1.12811678491632931402e2, Fma(z, 2.23548839060100448583e3, 4.84406305325125486048e3));
        return Math.CopySign(Fma(z * x, p / q, x), x);
    }

    // ---- elsewhere ----

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double SinFar(double x) => Math.Abs(x) < 1 << 30 ? Math.Sin(x) : Trigonometry64.Sin(Vector256.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double CosFar(double x) => Math.Abs(x) < 1 << 30 ? Math.Cos(x) : Trigonometry64.Cos(Vector256.CreateScalar(x)).ToScalar();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double TanhFar(double x) => Math.CopySign(1 - 2 / (Math.Exp(2 * Math.Abs(x)) + 1), x);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double TanhTailFar(double x)
    {
        double power = Math.Exp(-2 * Math.Abs(x));
        return (power + power) / (1 + power);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Fma(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);
}
