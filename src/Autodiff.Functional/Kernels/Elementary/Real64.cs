using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Kernels;

/// <summary>A <c>double</c> with the elementary functions; an array of one may be read as an array of the other.</summary>
internal readonly record struct Real64(double Value) : IMasked<Real64, Bit>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Literal(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator +(Real64 x, Real64 y) => new(x.Value + y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator -(Real64 x, Real64 y) => new(x.Value - y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator *(Real64 x, Real64 y) => new(x.Value * y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator /(Real64 x, Real64 y) => new(x.Value / y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator %(Real64 x, Real64 y) => new(x.Value % y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 operator -(Real64 x) => new(-x.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 IfLess(Real64 a, Real64 b, Real64 yes, Real64 no) => a.Value < b.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 IfEqual(Real64 a, Real64 b, Real64 yes, Real64 no) => a.Value == b.Value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Choose(Bit mask, Real64 yes, Real64 no) => mask.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Holds<TQuestion>(Real64 x, Real64 y) where TQuestion : struct, IPredicate => new(TQuestion.Select(x, y, new(1), new(0)).Value != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Maximum(Real64 x, Real64 y) => new(Math.Max(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Minimum(Real64 x, Real64 y) => new(Math.Min(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Abs(Real64 x) => new(Math.Abs(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 CopySign(Real64 x, Real64 y) => new(Math.CopySign(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Floor(Real64 x) => new(Math.Floor(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Ceiling(Real64 x) => new(Math.Ceiling(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Round(Real64 x) => new(Math.Round(x.Value, MidpointRounding.ToEven));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Truncate(Real64 x) => new(Math.Truncate(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 FusedMultiplyAdd(Real64 x, Real64 y, Real64 z) => new(Math.FusedMultiplyAdd(x.Value, y.Value, z.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Sqrt(Real64 x) => new(Math.Sqrt(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Cbrt(Real64 x) => new(ScalarMath.Cbrt(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Exp(Real64 x) => new(Math.Exp(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Exp2(Real64 x) => new(ScalarMath.Exp2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Expm1(Real64 x) => new(ScalarMath.Expm1(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Log(Real64 x) => new(Math.Log(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Log2(Real64 x) => new(Math.Log2(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Log10(Real64 x) => new(Math.Log10(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Log1p(Real64 x) => new(ScalarMath.Log1p(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Pow(Real64 x, Real64 y) => new(Math.Pow(x.Value, y.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Sigmoid(Real64 x) => new(ScalarMath.Sigmoid(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Sin(Real64 x) => new(ScalarMath.Sin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Cos(Real64 x) => new(ScalarMath.Cos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Tan(Real64 x) => new(ScalarMath.Tan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Asin(Real64 x) => new(Math.Asin(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Acos(Real64 x) => new(Math.Acos(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Atan(Real64 x) => new(Math.Atan(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Atan2(Real64 y, Real64 x) => new(Math.Atan2(y.Value, x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Sinh(Real64 x) => new(Math.Sinh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Cosh(Real64 x) => new(Math.Cosh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Tanh(Real64 x) => new(ScalarMath.Tanh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 TanhTail(Real64 x) => new(ScalarMath.TanhTail(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 TanhFrom(Real64 x, Real64 tail) => new(ScalarMath.TanhFrom(x.Value, tail.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Asinh(Real64 x) => new(Math.Asinh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Acosh(Real64 x) => new(Math.Acosh(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Atanh(Real64 x) => new(Math.Atanh(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Special<TFunction>(Real64 x) where TFunction : struct, ISpecial => new(TFunction.Evaluate(x.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real64 Special<TFunction>(Real64 x, Real64 y) where TFunction : struct, ISpecialBinary => new(TFunction.Evaluate(x.Value, y.Value));
}
