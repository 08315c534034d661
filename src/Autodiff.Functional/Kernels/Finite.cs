namespace Autodiff.Functional.Kernels;

/// <summary>
/// Is a number finite wherever those that it is computed from are? A slope that is not has a pole: the function itself says so, when it is asked for this instead of numbers.
/// Overflow does not count.
/// </summary>
internal readonly record struct Finite(bool Always) : IElementary<Finite>
{
    /// <summary>A number that is finite.</summary>
    public static Finite Number => new(true);

    private static Finite Both(Finite x, Finite y) => new(x.Always && y.Always);

    public static Finite Literal(double value) => new(double.IsFinite(value));

    public static Finite operator +(Finite x, Finite y) => Both(x, y);
    public static Finite operator -(Finite x, Finite y) => Both(x, y);
    public static Finite operator *(Finite x, Finite y) => Both(x, y);
    public static Finite operator /(Finite x, Finite y) => default;
    public static Finite operator %(Finite x, Finite y) => default;
    public static Finite operator -(Finite x) => x;

    public static Finite IfLess(Finite a, Finite b, Finite yes, Finite no) => Both(yes, no);
    public static Finite IfEqual(Finite a, Finite b, Finite yes, Finite no) => Both(yes, no);
    public static Finite Maximum(Finite x, Finite y) => Both(x, y);
    public static Finite Minimum(Finite x, Finite y) => Both(x, y);
    public static Finite CopySign(Finite x, Finite y) => x;
    public static Finite Abs(Finite x) => x;
    public static Finite Floor(Finite x) => x;
    public static Finite Ceiling(Finite x) => x;
    public static Finite Round(Finite x) => x;
    public static Finite Truncate(Finite x) => x;
    public static Finite Sqrt(Finite x) => x;

    public static Finite Cbrt(Finite x) => x;
    public static Finite Exp(Finite x) => x;
    public static Finite Exp2(Finite x) => x;
    public static Finite Expm1(Finite x) => x;
    public static Finite Log(Finite x) => default;
    public static Finite Log2(Finite x) => default;
    public static Finite Log10(Finite x) => default;
    public static Finite Log1p(Finite x) => default;
    public static Finite Sigmoid(Finite x) => x;
    public static Finite Sin(Finite x) => x;
    public static Finite Cos(Finite x) => x;
    public static Finite Tan(Finite x) => x;
    public static Finite Asin(Finite x) => x;
    public static Finite Acos(Finite x) => x;
    public static Finite Atan(Finite x) => x;
    public static Finite Sinh(Finite x) => x;
    public static Finite Cosh(Finite x) => x;
    public static Finite Tanh(Finite x) => x;
    public static Finite Asinh(Finite x) => x;
    public static Finite Acosh(Finite x) => x;
    public static Finite Atanh(Finite x) => default;
    public static Finite Pow(Finite x, Finite y) => default;
    public static Finite Atan2(Finite y, Finite x) => Both(x, y);
    public static Finite Special<TFunction>(Finite x) where TFunction : struct, ISpecial => default;
    public static Finite Special<TFunction>(Finite x, Finite y) where TFunction : struct, ISpecialBinary => default;
}
