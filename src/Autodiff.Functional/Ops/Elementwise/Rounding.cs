namespace Autodiff.Functional;

internal readonly struct Floor : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Floor", Expr.Floor, "⌊x⌋", "0", new(-4, 4));
    public static Formula? Latex(Formula x) => new Formula($@"\left\lfloor{x}\right\rfloor");
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Floor(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

internal readonly struct Ceiling : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Ceiling", Expr.Ceiling, "⌈x⌉", "0", new(-4, 4));
    public static Formula? Latex(Formula x) => new Formula($@"\left\lceil{x}\right\rceil");
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Ceiling(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

internal readonly struct Round : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Round", Expr.Round, "the nearest whole number", "0", new(-4, 4)) with { Edges = "Halves to even." };
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Round(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

internal readonly struct Truncate : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Truncate", Expr.Truncate, "x without its fraction", "0", new(-4, 4));
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Truncate(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

public sealed partial class Expr
{
    /// <summary>The largest whole number ≤ x; its derivative is 0.</summary>
    public static Expr Floor(Expr x) => Unary<Floor>.Of(x);
    /// <summary>The smallest whole number ≥ x; its derivative is 0.</summary>
    public static Expr Ceiling(Expr x) => Unary<Ceiling>.Of(x);
    /// <summary>The nearest whole number, halves to even; its derivative is 0.</summary>
    public static Expr Round(Expr x) => Unary<Round>.Of(x);
    /// <summary>x without its fraction; its derivative is 0.</summary>
    public static Expr Truncate(Expr x) => Unary<Truncate>.Of(x);
}
