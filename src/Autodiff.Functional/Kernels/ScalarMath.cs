using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>What <see cref="Math"/> lacks: <c>double.ExpM1</c> and <c>double.LogP1</c> of .NET lose all digits near 0.</summary>
internal static class ScalarMath
{
    public static double Expm1(double x) => VectorMath64.Expm1(Vector256.CreateScalar(x)).ToScalar();

    /// <summary>The library's root, which is off by up to 3 ulp, and a step of Newton's with the residual in twice the precision.</summary>
    public static double Cbrt(double x)
    {
        if (Math.Abs(x) < 1e-200) return x == 0 ? x : Math.ScaleB(Cbrt(Math.ScaleB(x, 600)), -200);
        double y = Math.Cbrt(x), square = y * y, cube = square * y;
        if (!double.IsFinite(cube)) return y;
        double rest = Math.FusedMultiplyAdd(square, y, -cube) + Math.FusedMultiplyAdd(y, y, -square) * y;
        return y - (cube - x + rest) / (3 * square);
    }

    public static double Exp2(double x) => VectorMath64.Exp2(Vector256.CreateScalar(x)).ToScalar();

    /// <summary>log(1 + x) = log u + c/u, where u is 1 + x rounded and c the part that rounding lost.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (u == 1 || !double.IsFinite(u) || u <= 0) return u == 1 ? x : Math.Log(u);
        double lost = x >= 1 ? 1 - (u - x) : x - (u - 1);
        return Math.Log(u) + lost / u;
    }

    /// <summary>Only the exponential of −|x| is taken: it cannot overflow.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }
}
