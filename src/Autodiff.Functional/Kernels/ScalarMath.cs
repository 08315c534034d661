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

    // Beyond 2³⁰ the C library's reduction leaves up to 15 ulp next to multiples of π/2.
    public static double Sin(double x) => Math.Abs(x) < 1 << 30 ? Math.Sin(x) : Trigonometry64.Sin(Vector256.CreateScalar(x)).ToScalar();

    public static double Cos(double x) => Math.Abs(x) < 1 << 30 ? Math.Cos(x) : Trigonometry64.Cos(Vector256.CreateScalar(x)).ToScalar();

    public static double Tan(double x) => Math.Abs(x) < 1 << 30 ? Math.Tan(x) : Trigonometry64.Tan(Vector256.CreateScalar(x)).ToScalar();
}
