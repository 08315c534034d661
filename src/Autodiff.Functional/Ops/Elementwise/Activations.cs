using Autodiff.Functional.Compilation;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ). Derivative: σ(x)·σ(−x), which keeps its accuracy where σ is near 1.</summary>
internal readonly struct Sigmoid : IUnary, ILowered
{
    public static OpInfo Info => OpInfo.Unary("Sigmoid", Expr.Sigmoid, "1 / (1 + e⁻ˣ)", "d·y·σ(−x)", new(-4, 4));
    public static Formula? Latex(Formula x) => Formula.Function(@"\sigma", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sigmoid(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * y * T.Sigmoid(-x);

    /// <summary>The smaller of σ(x) and σ(−x), which they have in common, or what it lacks of 1.</summary>
    public Func<Expr, Expr>? Lowered => static x =>
    {
        var power = Expr.Exp(-Expr.Abs(x));
        var smaller = power / (1 + power);
        return Expr.Where(x < 0, smaller, 1 - smaller);
    };
}

/// <summary>softplus(x) = log(1 + eˣ), without overflow. Derivative: the logistic function.</summary>
internal readonly struct Softplus : IUnary, ILowered
{
    public static OpInfo Info => OpInfo.Unary("Softplus", Expr.Softplus, "ln(1 + eˣ)", "d·σ(x)", new(-4, 4, 0.01)) with { Edges = "No overflow." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Maximum(x, T.Literal(0)) + T.Log1p(T.Exp(-T.Abs(x)));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Sigmoid(x);
    public Func<Expr, Expr>? Lowered => Apply;      // which has σ's exponential
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

/// <summary>ln σ(x) = −softplus(−x), without underflow. Derivative: σ(−x).</summary>
internal readonly struct LogSigmoid : IUnary, ILowered
{
    public static OpInfo Info => OpInfo.Unary("LogSigmoid", Expr.LogSigmoid, "ln(1 / (1 + e⁻ˣ))", "d·σ(−x)", new(-4, 4, 0.01)) with { Edges = "No underflow." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Minimum(x, T.Literal(0)) - T.Log1p(T.Exp(-T.Abs(x)));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Sigmoid(-x);
    public Func<Expr, Expr>? Lowered => Apply;      // which has σ's exponential
}

/// <summary>x·σ(x). Derivative: σ(x)·(1 + x·σ(−x)), with x kept where no 0·∞ can arise: further out both factors are 0 or 1 anyway.</summary>
internal readonly struct Silu : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Silu", Expr.Silu, "x·σ(x)", "d·σ(x)·(1 + x·σ(−x))", new(-4, 4)) with { Edges = "−0 at −∞.", Source = "Elfwing, Uchibe and Doya 2017" };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Maximum(x, T.Literal(-800)) * T.Sigmoid(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T>
    {
        T near = T.Maximum(T.Minimum(x, T.Literal(800)), T.Literal(-800));
        return d * T.Sigmoid(near) * (T.Literal(1) + near * T.Sigmoid(-near));
    }
}

/// <summary>x·Φ(x), with the distribution function of the normal distribution. Derivative: Φ(x) + x·φ(x).</summary>
internal readonly struct Gelu : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Gelu", Expr.Gelu, "x·Φ(x)", "d·(Φ(x) + x·φ(x))", new(-4, 4)) with { Edges = "−0 at −∞.", HasWitness = false, Source = "Hendrycks and Gimpel 2016" };
    public static double Evaluate(double x) => ErrorFunction.Gelu(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Gelu>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * (T.Special<NormalCdf>(x) - T.Special<NormalDerivative>(T.Literal(1), x));
}

/// <summary>Gelu's approximation x·(1 + tanh u)/2 = x·σ(2u), where u = √(2/π)·(x + 0.044715·x³). Beyond ±25 it is x or 0.</summary>
internal readonly struct GeluTanh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("GeluTanh", Expr.GeluTanh, "x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2", "d·(σ(2u) + 2·x·u′·σ(2u)·σ(−2u))", new(-4, 4)) with { Edges = "−0 at −∞.", Source = "Hendrycks and Gimpel 2016" };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Maximum(x, T.Literal(-25)) * T.Sigmoid(Angle(x));

    public static T Differential<T>(T x, T y, T d) where T : IElementary<T>
    {
        T near = T.Maximum(T.Minimum(x, T.Literal(25)), T.Literal(-25)), angle = Angle(near), sigmoid = T.Sigmoid(angle);
        return d * sigmoid * (T.Literal(1) + near * T.Sigmoid(-angle) * (T.Literal(Linear) + T.Literal(3 * Cubic) * near * near));
    }

    private const double Linear = 1.59576912160573071176, Cubic = 0.044715 * Linear;   // 2·√(2/π)
    private static T Angle<T>(T x) where T : IElementary<T> => x * (T.Literal(Linear) + T.Literal(Cubic) * x * x);
}

/// <summary>x above 0, α·(eˣ − 1) below. Derivative in x: 1 above 0, else α·eˣ.</summary>
internal readonly struct Elu : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Elu", Expr.Elu, "x where x > 0, else α·(eˣ − 1)", "dx where x > 0, else α·eˣ·dx + (eˣ − 1)·dα", new(-3, 3, 0.01), new(0.5, 2)) with { Signature = "Elu(x, alpha = 1)", Edges = "The derivative at 0 is α.", Source = "Clevert, Unterthiner and Hochreiter 2015" };
    public static T Apply<T>(T x, T alpha) where T : IElementary<T> => T.IfLess(T.Literal(0), x, x, alpha * T.Expm1(x));
    public static T DifferentialX<T>(T x, T alpha, T y, T d) where T : IElementary<T> => T.IfLess(T.Literal(0), x, d, d * alpha * T.Exp(x));
    public static T DifferentialY<T>(T x, T alpha, T y, T d) where T : IElementary<T> => T.IfLess(T.Literal(0), x, T.Literal(0), d * T.Expm1(x));
}

public sealed partial class Expr
{
    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    public static Expr Sigmoid(Expr x) => Unary<Sigmoid>.Of(x);
    /// <summary>log(1 + eˣ), without overflow.</summary>
    public static Expr Softplus(Expr x) => Unary<Softplus>.Of(x);
    /// <summary>max(x, 0); its derivative at 0 is 0.</summary>
    public static Expr Relu(Expr x) => Unary<Relu>.Of(x);
    /// <summary>log(1 / (1 + e⁻ˣ)), without underflow.</summary>
    public static Expr LogSigmoid(Expr x) => Unary<LogSigmoid>.Of(x);
    /// <summary>x·σ(x), also called swish.</summary>
    public static Expr Silu(Expr x) => Unary<Silu>.Of(x);
    /// <summary>x·Φ(x), by the error function.</summary>
    public static Expr Gelu(Expr x) => Unary<Gelu>.Of(x);
    /// <summary>The approximation of <see cref="Gelu"/> by tanh.</summary>
    public static Expr GeluTanh(Expr x) => Unary<GeluTanh>.Of(x);
    /// <summary>x above 0, eˣ − 1 below.</summary>
    public static Expr Elu(Expr x) => Elu(x, One);
    /// <summary>x above 0, α·(eˣ − 1) below, after broadcasting.</summary>
    public static Expr Elu(Expr x, Expr alpha)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(alpha);
        return Binary<Elu>.Of(x, alpha);
    }
}
