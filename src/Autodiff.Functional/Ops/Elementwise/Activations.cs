namespace Autodiff.Functional;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ). Derivative: σ(x)·σ(−x), which keeps its accuracy where σ is near 1.</summary>
internal readonly struct Sigmoid : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Sigmoid", Expr.Sigmoid, "1 / (1 + e⁻ˣ)", "d·y·σ(−x)", new(-4, 4));
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sigmoid(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * y * T.Sigmoid(-x);
}

/// <summary>softplus(x) = log(1 + eˣ), without overflow. Derivative: the logistic function.</summary>
internal readonly struct Softplus : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Softplus", Expr.Softplus, "ln(1 + eˣ)", "d·σ(x)", new(-4, 4, 0.01)) with { Edges = "No overflow." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Maximum(x, T.Literal(0)) + T.Log1p(T.Exp(-T.Abs(x)));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Sigmoid(x);
}

/// <summary>max(x, 0). Derivative: 1 above 0, else 0; selected, not multiplied.</summary>
internal readonly struct Relu : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Relu", Expr.Relu, "max(x, 0)", "d where x > 0, else 0", new(-2, 2, 0.01)) with { Edges = "The derivative at 0 is 0." };
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Selecting;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Maximum(x, T.Literal(0));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.IfLess(T.Literal(0), x, d, T.Literal(0));
    public static T Selected<T>(T x) where T : IElementary<T> => T.IfLess(x, T.Literal(0), T.Literal(0), T.Literal(1));
}

public sealed partial class Expr
{
    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    public static Expr Sigmoid(Expr x) => Unary<Sigmoid>.Of(x);
    /// <summary>log(1 + eˣ), without overflow.</summary>
    public static Expr Softplus(Expr x) => Unary<Softplus>.Of(x);
    /// <summary>max(x, 0); its derivative at 0 is 0.</summary>
    public static Expr Relu(Expr x) => Unary<Relu>.Of(x);
}
