using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Kernels;

/// <summary>A <c>bool</c> with the elementary functions that mean something on it: + and maximum are "or", × and minimum are "and".</summary>
internal readonly record struct Bit(bool Value) : IMasked<Bit, Bit>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Literal(double value) => new(value != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit operator +(Bit x, Bit y) => new(x.Value | y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit operator *(Bit x, Bit y) => new(x.Value & y.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit IfLess(Bit a, Bit b, Bit yes, Bit no) => !a.Value & b.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit IfEqual(Bit a, Bit b, Bit yes, Bit no) => a.Value == b.Value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Choose(Bit mask, Bit yes, Bit no) => mask.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Holds<TQuestion>(Bit x, Bit y) where TQuestion : struct, IPredicate => TQuestion.Select(x, y, new(true), new(false));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Maximum(Bit x, Bit y) => x + y;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Minimum(Bit x, Bit y) => x * y;

    public static Bit operator -(Bit x, Bit y) => throw NumbersOnly("−");
    public static Bit operator /(Bit x, Bit y) => throw NumbersOnly("÷");
    public static Bit operator %(Bit x, Bit y) => throw NumbersOnly("%");
    public static Bit operator -(Bit x) => throw NumbersOnly("−");
    public static Bit Abs(Bit x) => throw NumbersOnly(nameof(Abs));
    public static Bit CopySign(Bit x, Bit y) => throw NumbersOnly(nameof(CopySign));
    public static Bit Floor(Bit x) => throw NumbersOnly(nameof(Floor));
    public static Bit Ceiling(Bit x) => throw NumbersOnly(nameof(Ceiling));
    public static Bit Round(Bit x) => throw NumbersOnly(nameof(Round));
    public static Bit Truncate(Bit x) => throw NumbersOnly(nameof(Truncate));
    public static Bit Sqrt(Bit x) => throw NumbersOnly(nameof(Sqrt));
    public static Bit Cbrt(Bit x) => throw NumbersOnly(nameof(Cbrt));
    public static Bit Exp(Bit x) => throw NumbersOnly(nameof(Exp));
    public static Bit Exp2(Bit x) => throw NumbersOnly(nameof(Exp2));
    public static Bit Expm1(Bit x) => throw NumbersOnly(nameof(Expm1));
    public static Bit Log(Bit x) => throw NumbersOnly(nameof(Log));
    public static Bit Log2(Bit x) => throw NumbersOnly(nameof(Log2));
    public static Bit Log10(Bit x) => throw NumbersOnly(nameof(Log10));
    public static Bit Log1p(Bit x) => throw NumbersOnly(nameof(Log1p));
    public static Bit Pow(Bit x, Bit y) => throw NumbersOnly(nameof(Pow));
    public static Bit Sigmoid(Bit x) => throw NumbersOnly(nameof(Sigmoid));
    public static Bit Sin(Bit x) => throw NumbersOnly(nameof(Sin));
    public static Bit Cos(Bit x) => throw NumbersOnly(nameof(Cos));
    public static Bit Tan(Bit x) => throw NumbersOnly(nameof(Tan));
    public static Bit Asin(Bit x) => throw NumbersOnly(nameof(Asin));
    public static Bit Acos(Bit x) => throw NumbersOnly(nameof(Acos));
    public static Bit Atan(Bit x) => throw NumbersOnly(nameof(Atan));
    public static Bit Atan2(Bit y, Bit x) => throw NumbersOnly(nameof(Atan2));
    public static Bit Sinh(Bit x) => throw NumbersOnly(nameof(Sinh));
    public static Bit Cosh(Bit x) => throw NumbersOnly(nameof(Cosh));
    public static Bit Tanh(Bit x) => throw NumbersOnly(nameof(Tanh));
    public static Bit Asinh(Bit x) => throw NumbersOnly(nameof(Asinh));
    public static Bit Acosh(Bit x) => throw NumbersOnly(nameof(Acosh));
    public static Bit Atanh(Bit x) => throw NumbersOnly(nameof(Atanh));
    public static Bit Special<TFunction>(Bit x) where TFunction : struct, ISpecial => throw NumbersOnly(typeof(TFunction).Name);
    public static Bit Special<TFunction>(Bit x, Bit y) where TFunction : struct, ISpecialBinary => throw NumbersOnly(typeof(TFunction).Name);

    private static NotSupportedException NumbersOnly(string function) =>
        new($"{function} is not defined on Bool; cast it to a number first.");
}
