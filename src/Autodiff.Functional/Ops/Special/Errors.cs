using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

internal readonly struct Erf : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Erf", Expr.Erf, "2/√π·∫₀ˣ e⁻ᵗ² dt", "d·2/√π·e⁻ˣ²", new(-3, 3)) with { Edges = "±1 at ±∞.", HasWitness = false, Source = "Shepherd and Laframboise 1981" };
    public static double Evaluate(double x) => ErrorFunction.Erf(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Erf>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<ErfDerivative>(T.Literal(0), x);
}

internal readonly struct Erfc : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Erfc", Expr.Erfc, "1 − erf x", "−d·2/√π·e⁻ˣ²", new(-3, 3)) with { Edges = "0 at ∞ and accurate in the tail, 2 at −∞.", HasWitness = false, Source = "Shepherd and Laframboise 1981" };
    public static double Evaluate(double x) => ErrorFunction.Erfc(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Erfc>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * T.Special<ErfDerivative>(T.Literal(0), x);
}

internal readonly struct ErfInv : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("ErfInv", Expr.ErfInv, "the x with erf x = y", "d·√π/2·e^(y²)", new(-0.95, 0.95)) with { Edges = "±∞ at ±1, NaN outside.", HasWitness = false, Source = "Winitzki 2008, with Halley's iteration" };
    public static double Evaluate(double x) => ErrorFunction.ErfInv(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<ErfInv>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / T.Special<ErfProfile>(x);
}

/// <summary>The slope of erf where its value is x: what ErfInv's slope is one over. Its own slope is −2·erf⁻¹(x).</summary>
internal readonly struct ErfProfile : ISpecial
{
    public static double Evaluate(double x) => ErrorFunction.ErfProfile(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<ErfProfile>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(-2) * d * T.Special<ErfInv>(x);
}

/// <summary>The n-th derivative of 2/√π·e⁻ˣ²: what the derivatives of erf are, without an 0·∞ at either end. n is a literal.</summary>
internal readonly struct ErfDerivative : ISpecialBinary
{
    public static double Evaluate(double n, double x) => ErrorFunction.ErfDerivative(n, x);
    public static T Apply<T>(T n, T x) where T : IElementary<T> => T.Special<ErfDerivative>(n, x);
    public static T DifferentialX<T>(T n, T x, T z, T d) where T : IElementary<T> => T.Literal(double.NaN);
    public static T DifferentialY<T>(T n, T x, T z, T d) where T : IElementary<T> => d * T.Special<ErfDerivative>(n + T.Literal(1), x);
}

public sealed partial class Expr
{
    /// <summary>The error function.</summary>
    public static Expr Erf(Expr x) => Unary<Erf>.Of(x);
    /// <summary>1 − erf x, accurate in its right tail.</summary>
    public static Expr Erfc(Expr x) => Unary<Erfc>.Of(x);
    /// <summary>The inverse of the error function; ±∞ at ±1.</summary>
    public static Expr ErfInv(Expr x) => Unary<ErfInv>.Of(x);
}
