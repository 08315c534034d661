using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Truth values for the lanes of a register, each as wide as its lane: all its bits are set, or none. A <see cref="Bit"/> for each lane, whatever
/// their number: + and maximum are "or", × and minimum are "and".
/// </summary>
internal readonly struct LaneMask(Vector256<long> value) : IMasked<LaneMask, LaneMask>
{
    public readonly Vector256<long> Value = value;      // no property, which is a call to inline wherever it is read

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Literal(double value) => new(value != 0 ? Vector256<long>.AllBitsSet : Vector256<long>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask operator +(LaneMask x, LaneMask y) => new(x.Value | y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask operator *(LaneMask x, LaneMask y) => new(x.Value & y.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask IfLess(LaneMask a, LaneMask b, LaneMask yes, LaneMask no) => Choose(new(Vector256.AndNot(b.Value, a.Value)), yes, no);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask IfEqual(LaneMask a, LaneMask b, LaneMask yes, LaneMask no) => Choose(new(~(a.Value ^ b.Value)), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Choose(LaneMask mask, LaneMask yes, LaneMask no) => new(Vector256.ConditionalSelect(mask.Value, yes.Value, no.Value));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Holds<TQuestion>(LaneMask x, LaneMask y) where TQuestion : struct, IPredicate => TQuestion.Select(x, y, Literal(1), Literal(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Maximum(LaneMask x, LaneMask y) => x + y;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneMask Minimum(LaneMask x, LaneMask y) => x * y;

    public static LaneMask operator -(LaneMask x, LaneMask y) => throw NumbersOnly("−");
    public static LaneMask operator /(LaneMask x, LaneMask y) => throw NumbersOnly("÷");
    public static LaneMask operator %(LaneMask x, LaneMask y) => throw NumbersOnly("%");
    public static LaneMask operator -(LaneMask x) => throw NumbersOnly("−");
    public static LaneMask Abs(LaneMask x) => throw NumbersOnly(nameof(Abs));
    public static LaneMask CopySign(LaneMask x, LaneMask y) => throw NumbersOnly(nameof(CopySign));
    public static LaneMask Floor(LaneMask x) => throw NumbersOnly(nameof(Floor));
    public static LaneMask Ceiling(LaneMask x) => throw NumbersOnly(nameof(Ceiling));
    public static LaneMask Round(LaneMask x) => throw NumbersOnly(nameof(Round));
    public static LaneMask Truncate(LaneMask x) => throw NumbersOnly(nameof(Truncate));
    public static LaneMask Sqrt(LaneMask x) => throw NumbersOnly(nameof(Sqrt));
    public static LaneMask Cbrt(LaneMask x) => throw NumbersOnly(nameof(Cbrt));
    public static LaneMask Exp(LaneMask x) => throw NumbersOnly(nameof(Exp));
    public static LaneMask Exp2(LaneMask x) => throw NumbersOnly(nameof(Exp2));
    public static LaneMask Expm1(LaneMask x) => throw NumbersOnly(nameof(Expm1));
    public static LaneMask Log(LaneMask x) => throw NumbersOnly(nameof(Log));
    public static LaneMask Log2(LaneMask x) => throw NumbersOnly(nameof(Log2));
    public static LaneMask Log10(LaneMask x) => throw NumbersOnly(nameof(Log10));
    public static LaneMask Log1p(LaneMask x) => throw NumbersOnly(nameof(Log1p));
    public static LaneMask Pow(LaneMask x, LaneMask y) => throw NumbersOnly(nameof(Pow));
    public static LaneMask Sigmoid(LaneMask x) => throw NumbersOnly(nameof(Sigmoid));
    public static LaneMask Sin(LaneMask x) => throw NumbersOnly(nameof(Sin));
    public static LaneMask Cos(LaneMask x) => throw NumbersOnly(nameof(Cos));
    public static LaneMask Tan(LaneMask x) => throw NumbersOnly(nameof(Tan));
    public static LaneMask Asin(LaneMask x) => throw NumbersOnly(nameof(Asin));
    public static LaneMask Acos(LaneMask x) => throw NumbersOnly(nameof(Acos));
    public static LaneMask Atan(LaneMask x) => throw NumbersOnly(nameof(Atan));
    public static LaneMask Atan2(LaneMask y, LaneMask x) => throw NumbersOnly(nameof(Atan2));
    public static LaneMask Sinh(LaneMask x) => throw NumbersOnly(nameof(Sinh));
    public static LaneMask Cosh(LaneMask x) => throw NumbersOnly(nameof(Cosh));
    public static LaneMask Tanh(LaneMask x) => throw NumbersOnly(nameof(Tanh));
    public static LaneMask Asinh(LaneMask x) => throw NumbersOnly(nameof(Asinh));
    public static LaneMask Acosh(LaneMask x) => throw NumbersOnly(nameof(Acosh));
    public static LaneMask Atanh(LaneMask x) => throw NumbersOnly(nameof(Atanh));
    public static LaneMask Special<TFunction>(LaneMask x) where TFunction : struct, ISpecial => throw NumbersOnly(typeof(TFunction).Name);
    public static LaneMask Special<TFunction>(LaneMask x, LaneMask y) where TFunction : struct, ISpecialBinary => throw NumbersOnly(typeof(TFunction).Name);

    private static NotSupportedException NumbersOnly(string function) =>
        new($"{function} is not defined on Bool; cast it to a number first.");
}
