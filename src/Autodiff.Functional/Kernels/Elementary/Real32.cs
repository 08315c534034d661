using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Kernels;

/// <summary>A <c>float</c> with the elementary functions; an array of one may be read as an array of the other.</summary>
/// <remarks>The transcendental functions are computed in double precision and rounded once.</remarks>
internal readonly record struct Real32(float Value) : IMasked<Real32, Bit>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Literal(double value) => new((float)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator +(Real32 x, Real32 y) => new(x.Value + y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator -(Real32 x, Real32 y) => new(x.Value - y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator *(Real32 x, Real32 y) => new(x.Value * y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator /(Real32 x, Real32 y) => new(x.Value / y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator %(Real32 x, Real32 y) => new(x.Value % y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 operator -(Real32 x) => new(-x.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 IfLess(Real32 a, Real32 b, Real32 yes, Real32 no) => a.Value < b.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 IfEqual(Real32 a, Real32 b, Real32 yes, Real32 no) => a.Value == b.Value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Choose(Bit mask, Real32 yes, Real32 no) => mask.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Holds<TQuestion>(Real32 x, Real32 y) where TQuestion : struct, IPredicate => new(TQuestion.Select(x, y, new(1), new(0)).Value != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Maximum(Real32 x, Real32 y) => new(MathF.Max(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Minimum(Real32 x, Real32 y) => new(MathF.Min(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Abs(Real32 x) => new(MathF.Abs(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 CopySign(Real32 x, Real32 y) => new(MathF.CopySign(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Floor(Real32 x) => new(MathF.Floor(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Ceiling(Real32 x) => new(MathF.Ceiling(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Round(Real32 x) => new(MathF.Round(x.Value, MidpointRounding.ToEven));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Truncate(Real32 x) => new(MathF.Truncate(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 FusedMultiplyAdd(Real32 x, Real32 y, Real32 z) => new(MathF.FusedMultiplyAdd(x.Value, y.Value, z.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Sqrt(Real32 x) => new(MathF.Sqrt(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Cbrt(Real32 x) => Rounded(ScalarMath.Cbrt(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Exp(Real32 x) => Rounded(Math.Exp(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Exp2(Real32 x) => Rounded(ScalarMath.Exp2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Expm1(Real32 x) => Rounded(ScalarMath.Expm1(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Log(Real32 x) => Rounded(Math.Log(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Log2(Real32 x) => Rounded(Math.Log2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Log10(Real32 x) => Rounded(Math.Log10(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Log1p(Real32 x) => Rounded(ScalarMath.Log1p(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Pow(Real32 x, Real32 y) => Rounded(Math.Pow(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Sigmoid(Real32 x) => Rounded(ScalarMath.Sigmoid(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Sin(Real32 x) => Rounded(ScalarMath.Sin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Cos(Real32 x) => Rounded(ScalarMath.Cos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Tan(Real32 x) => Rounded(ScalarMath.Tan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Asin(Real32 x) => Rounded(Math.Asin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Acos(Real32 x) => Rounded(Math.Acos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Atan(Real32 x) => Rounded(Math.Atan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Atan2(Real32 y, Real32 x) => Rounded(Math.Atan2(y.Value, x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Sinh(Real32 x) => Rounded(Math.Sinh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Cosh(Real32 x) => Rounded(Math.Cosh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Tanh(Real32 x) => Rounded(Math.Tanh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 TanhTail(Real32 x) => Rounded(ScalarMath.TanhTail(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 TanhFrom(Real32 x, Real32 tail) => Rounded(ScalarMath.TanhFrom(x.Value, tail.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Asinh(Real32 x) => Rounded(Math.Asinh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Acosh(Real32 x) => Rounded(Math.Acosh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Atanh(Real32 x) => Rounded(Math.Atanh(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Special<TFunction>(Real32 x) where TFunction : struct, ISpecial => Rounded(TFunction.Evaluate(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real32 Special<TFunction>(Real32 x, Real32 y) where TFunction : struct, ISpecialBinary => Rounded(TFunction.Evaluate(x.Value, y.Value));

    private static Real32 Rounded(double value) => new((float)value);
}
