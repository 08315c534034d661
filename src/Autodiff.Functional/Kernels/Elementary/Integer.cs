using System.Runtime.CompilerServices;
using System.Numerics;

namespace Autodiff.Functional.Kernels;

/// <summary>An integer with those elementary functions that stay among the integers; overflow wraps, also in −x and |x|.</summary>
internal readonly record struct Integer<T>(T Value) : IMasked<Integer<T>, Bit> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Literal(double value) => new(T.CreateChecked(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> operator +(Integer<T> x, Integer<T> y) => new(x.Value + y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> operator -(Integer<T> x, Integer<T> y) => new(x.Value - y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> operator *(Integer<T> x, Integer<T> y) => new(x.Value * y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> operator -(Integer<T> x) => new(-x.Value);

    // The hardware traps on MinValue ÷ −1; everywhere else overflow wraps, so here too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> operator /(Integer<T> x, Integer<T> y) => IsMinusOne(y.Value) ? -x : new(x.Value / y.Value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> operator %(Integer<T> x, Integer<T> y) => IsMinusOne(y.Value) ? default : new(x.Value % y.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> IfLess(Integer<T> a, Integer<T> b, Integer<T> yes, Integer<T> no) => a.Value < b.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> IfEqual(Integer<T> a, Integer<T> b, Integer<T> yes, Integer<T> no) => a.Value == b.Value ? yes : no;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Choose(Bit mask, Integer<T> yes, Integer<T> no) => mask.Value ? yes : no;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bit Holds<TQuestion>(Integer<T> x, Integer<T> y) where TQuestion : struct, IPredicate => new(TQuestion.Select(x, y, new(T.One), new(T.Zero)).Value != T.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Maximum(Integer<T> x, Integer<T> y) => x.Value < y.Value ? y : x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Minimum(Integer<T> x, Integer<T> y) => y.Value < x.Value ? y : x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Abs(Integer<T> x) => T.IsNegative(x.Value) ? -x : x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> CopySign(Integer<T> x, Integer<T> y) => T.IsNegative(x.Value) == T.IsNegative(y.Value) ? x : -x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Floor(Integer<T> x) => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Ceiling(Integer<T> x) => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Round(Integer<T> x) => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Integer<T> Truncate(Integer<T> x) => x;

    /// <summary>By repeated squaring; a negative exponent is an error, as its result is no integer.</summary>
    public static Integer<T> Pow(Integer<T> x, Integer<T> y)
    {
        if (T.IsNegative(y.Value))
            throw new DomainException("Power", "powers ≥ 0 of integers", $"{x.Value} to the power {y.Value}", "Cast to a floating-point dtype first.");
        T power = T.One;
        T square = x.Value;
        for (T left = y.Value; !T.IsZero(left); left >>>= 1)
        {
            if (T.IsOddInteger(left)) power *= square;
            square *= square;
        }
        return new(power);
    }

    public static Integer<T> Sqrt(Integer<T> x) => throw RealOnly(nameof(Sqrt));
    public static Integer<T> Cbrt(Integer<T> x) => throw RealOnly(nameof(Cbrt));
    public static Integer<T> Exp(Integer<T> x) => throw RealOnly(nameof(Exp));
    public static Integer<T> Exp2(Integer<T> x) => throw RealOnly(nameof(Exp2));
    public static Integer<T> Expm1(Integer<T> x) => throw RealOnly(nameof(Expm1));
    public static Integer<T> Log(Integer<T> x) => throw RealOnly(nameof(Log));
    public static Integer<T> Log2(Integer<T> x) => throw RealOnly(nameof(Log2));
    public static Integer<T> Log10(Integer<T> x) => throw RealOnly(nameof(Log10));
    public static Integer<T> Log1p(Integer<T> x) => throw RealOnly(nameof(Log1p));
    public static Integer<T> Sigmoid(Integer<T> x) => throw RealOnly(nameof(Sigmoid));
    public static Integer<T> Sin(Integer<T> x) => throw RealOnly(nameof(Sin));
    public static Integer<T> Cos(Integer<T> x) => throw RealOnly(nameof(Cos));
    public static Integer<T> Tan(Integer<T> x) => throw RealOnly(nameof(Tan));
    public static Integer<T> Asin(Integer<T> x) => throw RealOnly(nameof(Asin));
    public static Integer<T> Acos(Integer<T> x) => throw RealOnly(nameof(Acos));
    public static Integer<T> Atan(Integer<T> x) => throw RealOnly(nameof(Atan));
    public static Integer<T> Atan2(Integer<T> y, Integer<T> x) => throw RealOnly(nameof(Atan2));
    public static Integer<T> Sinh(Integer<T> x) => throw RealOnly(nameof(Sinh));
    public static Integer<T> Cosh(Integer<T> x) => throw RealOnly(nameof(Cosh));
    public static Integer<T> Tanh(Integer<T> x) => throw RealOnly(nameof(Tanh));
    public static Integer<T> Asinh(Integer<T> x) => throw RealOnly(nameof(Asinh));
    public static Integer<T> Acosh(Integer<T> x) => throw RealOnly(nameof(Acosh));
    public static Integer<T> Atanh(Integer<T> x) => throw RealOnly(nameof(Atanh));
    public static Integer<T> Special<TFunction>(Integer<T> x) where TFunction : struct, ISpecial => throw RealOnly(typeof(TFunction).Name);
    public static Integer<T> Special<TFunction>(Integer<T> x, Integer<T> y) where TFunction : struct, ISpecialBinary => throw RealOnly(typeof(TFunction).Name);

    private static bool IsMinusOne(T value) => value + T.One == T.Zero && T.IsNegative(value);

    private static NotSupportedException RealOnly(string function) =>
        new($"{function} is a function of real numbers; cast the {typeof(T).Name} argument to a floating-point dtype first.");
}
