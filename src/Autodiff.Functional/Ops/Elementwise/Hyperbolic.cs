namespace Autodiff.Functional;

internal readonly struct Sinh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Sinh", Expr.Sinh, "sinh x", "d·cosh x", new(-3, 3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\sinh", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sinh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Cosh(x);
}

internal readonly struct Cosh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Cosh", Expr.Cosh, "cosh x", "d·sinh x", new(-3, 3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\cosh", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cosh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Sinh(x);
}

internal readonly struct Tanh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Tanh", Expr.Tanh, "tanh x", "d·(1 − y)·(1 + y)", new(-3, 3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\tanh", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Tanh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * (T.Literal(1) - y) * (T.Literal(1) + y);
}

internal readonly struct Asinh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Asinh", Expr.Asinh, "arsinh x", "d / √(x² + 1)", new(-3, 3));
    public static T Apply<T>(T x) where T : IElementary<T> => T.Asinh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> =>
        T.IfLess(T.Abs(x), T.Literal(1e15), d / T.Sqrt(x * x + T.Literal(1)), d / T.Abs(x));   // farther out the square overflows, and the 1 is lost in rounding
}

internal readonly struct Acosh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Acosh", Expr.Acosh, "arcosh x", "d / √(x² − 1)", new(1.1, 4)) with { Edges = "NaN below 1; the derivative at 1 is ∞." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Acosh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (T.Sqrt(x - T.Literal(1)) * T.Sqrt(x + T.Literal(1)));
}

internal readonly struct Atanh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Atanh", Expr.Atanh, "artanh x", "d / (1 − x²)", new(-0.85, 0.85)) with { Edges = "±∞ at ±1, NaN outside." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Atanh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / ((T.Literal(1) - x) * (T.Literal(1) + x));
}

public sealed partial class Expr
{
    /// <summary>Hyperbolic sine.</summary>
    public static Expr Sinh(Expr x) => Unary<Sinh>.Of(x);
    /// <summary>Hyperbolic cosine.</summary>
    public static Expr Cosh(Expr x) => Unary<Cosh>.Of(x);
    /// <summary>Hyperbolic tangent.</summary>
    public static Expr Tanh(Expr x) => Unary<Tanh>.Of(x);
    /// <summary>Inverse hyperbolic sine.</summary>
    public static Expr Asinh(Expr x) => Unary<Asinh>.Of(x);
    /// <summary>Inverse hyperbolic cosine.</summary>
    public static Expr Acosh(Expr x) => Unary<Acosh>.Of(x);
    /// <summary>Inverse hyperbolic tangent.</summary>
    public static Expr Atanh(Expr x) => Unary<Atanh>.Of(x);
}
