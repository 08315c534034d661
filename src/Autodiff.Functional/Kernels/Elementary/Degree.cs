namespace Autodiff.Functional.Kernels;

/// <summary>
/// How a value depends on the directions of a rule: it is 0, does not depend on them, is linear in them, or neither. A function of numbers says it itself, when it is asked for degrees instead of numbers.
/// </summary>
internal readonly record struct Degree : IElementary<Degree>
{
    private enum Kind { Zero, Free, Linear, Other }

    private readonly Kind _kind;

    private Degree(Kind kind) => _kind = kind;

    /// <summary>0, whatever the directions are.</summary>
    public static Degree Zero => default;

    /// <summary>The same for all directions.</summary>
    public static Degree Free => new(Kind.Free);

    /// <summary>Linear in the directions, so 0 where they are.</summary>
    public static Degree Linear => new(Kind.Linear);

    /// <summary>None of these.</summary>
    public static Degree Other => new(Kind.Other);

    /// <summary>Does it not depend on the directions?</summary>
    public bool IsFree => _kind is Kind.Zero or Kind.Free;

    /// <summary>Is it linear in the directions, if only as 0?</summary>
    public bool IsLinear => _kind is Kind.Zero or Kind.Linear;

    private bool IsZero => _kind == Kind.Zero;

    public static Degree Literal(double value) => value == 0 ? Zero : Free;

    /// <summary>A sum; and whatever is one of two values, by something that does not depend on the directions.</summary>
    public static Degree operator +(Degree x, Degree y) => x.IsZero || x == y ? y : y.IsZero ? x : Other;
    public static Degree operator -(Degree x, Degree y) => x + y;
    public static Degree operator *(Degree x, Degree y) => x.IsZero || y.IsZero ? Zero : x.IsFree ? y : y.IsFree ? x : Other;
    public static Degree operator /(Degree x, Degree y) => x.IsZero || y.IsFree ? x : Other;
    public static Degree operator %(Degree x, Degree y) => Function(x, y);
    public static Degree operator -(Degree x) => x;

    public static Degree IfLess(Degree a, Degree b, Degree yes, Degree no) => a.IsFree && b.IsFree ? yes + no : Other;
    public static Degree IfEqual(Degree a, Degree b, Degree yes, Degree no) => IfLess(a, b, yes, no);

    /// <summary>Any other function.</summary>
    private static Degree Function(Degree x) => x.IsFree ? Free : Other;
    private static Degree Function(Degree x, Degree y) => x.IsFree && y.IsFree ? Free : Other;

    public static Degree Maximum(Degree x, Degree y) => Function(x, y);
    public static Degree Minimum(Degree x, Degree y) => Function(x, y);
    public static Degree CopySign(Degree x, Degree y) => Function(x, y);
    public static Degree Abs(Degree x) => Function(x);
    public static Degree Floor(Degree x) => Function(x);
    public static Degree Ceiling(Degree x) => Function(x);
    public static Degree Round(Degree x) => Function(x);
    public static Degree Truncate(Degree x) => Function(x);
    public static Degree Sqrt(Degree x) => Function(x);
    public static Degree Cbrt(Degree x) => Function(x);
    public static Degree Exp(Degree x) => Function(x);
    public static Degree Exp2(Degree x) => Function(x);
    public static Degree Expm1(Degree x) => Function(x);
    public static Degree Log(Degree x) => Function(x);
    public static Degree Log2(Degree x) => Function(x);
    public static Degree Log10(Degree x) => Function(x);
    public static Degree Log1p(Degree x) => Function(x);
    public static Degree Sigmoid(Degree x) => Function(x);
    public static Degree Sin(Degree x) => Function(x);
    public static Degree Cos(Degree x) => Function(x);
    public static Degree Tan(Degree x) => Function(x);
    public static Degree Asin(Degree x) => Function(x);
    public static Degree Acos(Degree x) => Function(x);
    public static Degree Atan(Degree x) => Function(x);
    public static Degree Sinh(Degree x) => Function(x);
    public static Degree Cosh(Degree x) => Function(x);
    public static Degree Tanh(Degree x) => Function(x);
    public static Degree Asinh(Degree x) => Function(x);
    public static Degree Acosh(Degree x) => Function(x);
    public static Degree Atanh(Degree x) => Function(x);
    public static Degree Pow(Degree x, Degree y) => Function(x, y);
    public static Degree Atan2(Degree y, Degree x) => Function(x, y);
    public static Degree Special<TFunction>(Degree x) where TFunction : struct, ISpecial => Function(x);
    public static Degree Special<TFunction>(Degree x, Degree y) where TFunction : struct, ISpecialBinary => Function(x, y);
}
