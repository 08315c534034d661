using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>log |Γ(x)|. Derivative: digamma.</summary>
internal readonly struct Lgamma : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Lgamma", Expr.Lgamma, "ln |Γ(x)|", "d·ψ(x)", new(0.3, 6)) with { Edges = "∞ at 0, −1, −2 … and at ±∞.", HasWitness = false, Source = "Abramowitz and Stegun 6.1" };
    public static double Evaluate(double x) => GammaFunction.LogGamma(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Lgamma>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<Digamma>(x);
}

/// <summary>ψ, the derivative of log Γ. Derivative: polygamma 1.</summary>
internal readonly struct Digamma : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Digamma", Expr.Digamma, "ψ(x) = (ln Γ)′(x)", "d·ψ⁽¹⁾(x)", new(0.3, 6)) with { Edges = "∓∞ at ±0, NaN at −1, −2 … and −∞.", HasWitness = false, Source = "Abramowitz and Stegun 6.3" };
    public static double Evaluate(double x) => GammaFunction.Digamma(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Digamma>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<Polygamma>(T.Literal(1), x);
}

/// <summary>The n-th derivative of ψ, where n is a whole number ≥ 0, and a literal. Derivative in x: polygamma n + 1.</summary>
internal readonly struct Polygamma : ISpecialBinary
{
    public static OpInfo Info => new("Polygamma", "ψ⁽ⁿ⁾(x)", random => random.Next(4) is var n ? OpCase.Of(random.NextTensor(random.NextShape(), new(0.5, 4)), x => Expr.Polygamma(n, x), $"Expr.Polygamma({n}, x0)") : null!)
    {
        Signature = "Polygamma(n, x)",
        Derivative = "d·ψ⁽ⁿ⁺¹⁾(x)",
        Edges = "∞ at 0, −1, −2 … for odd n; for even n ∓∞ at ±0 and NaN at the others.",
        HasWitness = false,
        Source = "Abramowitz and Stegun 6.4",
    };
    public static double Evaluate(double n, double x) => GammaFunction.Polygamma(n, x);
    public static T Apply<T>(T n, T x) where T : IElementary<T> => T.Special<Polygamma>(n, x);
    public static T DifferentialX<T>(T n, T x, T z, T d) where T : IElementary<T> => T.Literal(double.NaN);
    public static T DifferentialY<T>(T n, T x, T z, T d) where T : IElementary<T> => d * T.Special<Polygamma>(n + T.Literal(1), x);
}

public sealed partial class Expr
{
    /// <summary>log |Γ(x)|; ∞ at the poles 0, −1, −2 …</summary>
    public static Expr Lgamma(Expr x) => Unary<Lgamma>.Of(x);
    /// <summary>The derivative of log Γ; NaN at −1, −2 …</summary>
    public static Expr Digamma(Expr x) => Unary<Digamma>.Of(x);
    /// <summary>The n-th derivative of digamma.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is negative.</exception>
    public static Expr Polygamma(int n, Expr x)
    {
        OutOfRange.Below("Polygamma", n, 0, "Digamma is that of 0; Lgamma is what it is the derivative of.");
        return Binary<Polygamma>.Of(Literal(n), x);
    }
}
