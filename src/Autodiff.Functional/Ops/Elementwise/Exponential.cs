namespace Autodiff.Functional;

internal readonly struct Exp : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Exp(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * y;
}

internal readonly struct Exp2 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Exp2(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * y * T.Literal(0.69314718055994530942);
}

internal readonly struct Expm1 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Expm1(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * (y + T.Literal(1));
}

internal readonly struct Log : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / x;
}

internal readonly struct Log2 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log2(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (x * T.Literal(0.69314718055994530942));
}

internal readonly struct Log10 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log10(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (x * T.Literal(2.30258509299404568402));
}

internal readonly struct Log1p : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log1p(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (T.Literal(1) + x);
}

internal readonly struct Sqrt : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sqrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (y + y);
}

internal readonly struct Cbrt : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cbrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (T.Literal(3) * y * y);
}

public sealed partial class Expr
{
    /// <summary>eˣ.</summary>
    public static Expr Exp(Expr x) => Unary<Exp>.Of(x);
    /// <summary>2ˣ.</summary>
    public static Expr Exp2(Expr x) => Unary<Exp2>.Of(x);
    /// <summary>eˣ − 1, accurate near 0.</summary>
    public static Expr Expm1(Expr x) => Unary<Expm1>.Of(x);
    /// <summary>The natural logarithm; −∞ at 0, NaN below.</summary>
    public static Expr Log(Expr x) => Unary<Log>.Of(x);
    /// <summary>The logarithm to base 2.</summary>
    public static Expr Log2(Expr x) => Unary<Log2>.Of(x);
    /// <summary>The logarithm to base 10.</summary>
    public static Expr Log10(Expr x) => Unary<Log10>.Of(x);
    /// <summary>log(1 + x), accurate near 0.</summary>
    public static Expr Log1p(Expr x) => Unary<Log1p>.Of(x);
    /// <summary>√x; its derivative at 0 is ∞.</summary>
    public static Expr Sqrt(Expr x) => Unary<Sqrt>.Of(x);
    /// <summary>∛x; its derivative at 0 is ∞.</summary>
    public static Expr Cbrt(Expr x) => Unary<Cbrt>.Of(x);
}
