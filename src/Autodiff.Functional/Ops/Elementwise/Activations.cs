using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ). Derivative: σ(x)·σ(−x), which keeps its accuracy where σ is near 1.</summary>
internal readonly struct Sigmoid : IUnary, ILowered
{
    public static OpInfo Info => OpInfo.Unary("Sigmoid", Expr.Sigmoid, "1 / (1 + e⁻ˣ)", "d·y·σ(−x)", new(-4, 4));
    public static Formula? Latex(Formula x) => Formula.Function(@"\sigma", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sigmoid(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<LogisticDensity>(x);

    /// <summary>The smaller of σ(x) and σ(−x), which is in the slope as well, or 1 minus it.</summary>
    public Func<Expr, Expr>? Lowered => static x =>
    {
        var tail = LogisticDensity.Tail(x);
        return Expr.Where(x < 0, tail, 1 - tail);
    };
}

/// <summary>σ(x)·σ(−x), the slope of σ. Its own slope is −y·tanh(x/2): the difference σ(−x) − σ(x) would cancel near 0.</summary>
internal readonly struct LogisticDensity : IUnary, ILowered
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T>
    {
        T tail = Tail(x);
        return tail * (T.Literal(1) - tail);
    }

    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -(d * y * T.Tanh(x * T.Literal(0.5)));
    public Func<Expr, Expr>? Lowered => Apply;

    /// <summary>σ(−|x|), the smaller of σ(x) and σ(−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tail<T>(T x) where T : IElementary<T>
    {
        T power = T.Exp(-T.Abs(x));
        return power / (T.Literal(1) + power);
    }
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

/// <summary>x·Φ(x), with the distribution function of the normal distribution. Derivative: Φ(x) + x·φ(x).</summary>
internal readonly struct Gelu : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Gelu", Expr.Gelu, "x·Φ(x)", "d·(Φ(x) + x·φ(x))", new(-4, 4)) with { Edges = "−0 at −∞.", HasWitness = false, Source = "Hendrycks and Gimpel 2016" };
    public static double Evaluate(double x) => ErrorFunction.Gelu(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Gelu>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * (T.Special<NormalCdf>(x) - T.Special<NormalDerivative>(T.Literal(1), x));
}

/// <summary>x above 0, α·(eˣ − 1) below. Derivative in x: 1 above 0, else α·eˣ.</summary>
internal readonly struct Elu : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Elu", Expr.Elu, "x where x > 0, else α·(eˣ − 1)", "dx where x > 0, else α·eˣ·dx + (eˣ − 1)·dα", new(-3, 3, 0.01), new(0.5, 2)) with { Signature = "Elu(x, alpha = 1)", Edges = "The derivative at 0 is α.", Source = "Clevert, Unterthiner and Hochreiter 2015" };
    public static Factors Factors => Factors.First;
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
