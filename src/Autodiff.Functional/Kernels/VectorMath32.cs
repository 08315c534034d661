using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Autodiff.Functional.Kernels;

/// <summary>Elementary functions of eight floats at once, computed in two halves of four doubles.</summary>
internal static class VectorMath32
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp(Lanes x) => Vector256.Narrow(VectorMath64.Exp(Vector256.WidenLower(x)), VectorMath64.Exp(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Exp2(Lanes x) => Vector256.Narrow(VectorMath64.Exp2(Vector256.WidenLower(x)), VectorMath64.Exp2(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Expm1(Lanes x) => Vector256.Narrow(VectorMath64.Expm1(Vector256.WidenLower(x)), VectorMath64.Expm1(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sigmoid(Lanes x) => Vector256.Narrow(VectorMath64.Sigmoid(Vector256.WidenLower(x)), VectorMath64.Sigmoid(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Tanh(Lanes x) => Vector256.Narrow(VectorMath64.Tanh(Vector256.WidenLower(x)), VectorMath64.Tanh(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log(Lanes x) => Vector256.Narrow(VectorMath64.Log(Vector256.WidenLower(x)), VectorMath64.Log(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log1p(Lanes x) => Vector256.Narrow(VectorMath64.Log1p(Vector256.WidenLower(x)), VectorMath64.Log1p(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log2(Lanes x) => Vector256.Narrow(VectorMath64.Log2(Vector256.WidenLower(x)), VectorMath64.Log2(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Log10(Lanes x) => Vector256.Narrow(VectorMath64.Log10(Vector256.WidenLower(x)), VectorMath64.Log10(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Sin(Lanes x) => Vector256.Narrow(VectorMath64.Sin(Vector256.WidenLower(x)), VectorMath64.Sin(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Cos(Lanes x) => Vector256.Narrow(VectorMath64.Cos(Vector256.WidenLower(x)), VectorMath64.Cos(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Tan(Lanes x) => Vector256.Narrow(VectorMath64.Tan(Vector256.WidenLower(x)), VectorMath64.Tan(Vector256.WidenUpper(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes Pow(Lanes x, Lanes y) => Vector256.Narrow(
        VectorMath64.PowOfFloats(Vector256.WidenLower(x), Vector256.WidenLower(y)),
        VectorMath64.PowOfFloats(Vector256.WidenUpper(x), Vector256.WidenUpper(y)));
}
