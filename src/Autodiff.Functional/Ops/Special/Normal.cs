using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

// The standard normal distribution: φ its density, Φ its distribution function.

internal readonly struct NormalPdf : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("NormalPdf", Expr.NormalPdf, "φ(x) = e^(−x²/2) / √2π", "−d·x·y", new(-3, 3)) with { Edges = "0 at ±∞, and so is every derivative.", HasWitness = false };
    public static double Evaluate(double x) => ErrorFunction.NormalDerivative(0, x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalPdf>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<NormalDerivative>(T.Literal(1), x);
}

internal readonly struct NormalLogPdf : IUnary
{
    public static OpInfo Info => OpInfo.Unary("NormalLogPdf", Expr.NormalLogPdf, "ln φ(x) = −x²/2 − ln(2π)/2", "−d·x");
    public static T Apply<T>(T x) where T : IElementary<T> => T.Literal(-0.5) * x * x - T.Literal(0.91893853320467274178);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * x;
}

internal readonly struct NormalCdf : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("NormalCdf", Expr.NormalCdf, "Φ(x) = ∫₋∞ˣ φ", "d·φ(x)", new(-3, 3)) with { Edges = "Accurate in the left tail.", HasWitness = false };
    public static double Evaluate(double x) => ErrorFunction.Cdf(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalCdf>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<NormalPdf>(x);
}

internal readonly struct NormalLogCdf : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("NormalLogCdf", Expr.NormalLogCdf, "ln Φ(x)", "d·φ(x) / Φ(x)", new(-4, 3)) with { Edges = "Accurate in both tails.", HasWitness = false };
    public static double Evaluate(double x) => ErrorFunction.LogCdf(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalLogCdf>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<InverseMillsRatio>(x);
}

internal readonly struct NormalQuantile : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("NormalQuantile", Expr.NormalQuantile, "the x with Φ(x) = p", "d / φ(y)", new(0.05, 0.95)) with { Edges = "∓∞ at 0 and 1, NaN outside.", HasWitness = false, Source = "Winitzki 2008, with Halley's iteration on ln Φ" };
    public static double Evaluate(double x) => ErrorFunction.Quantile(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalQuantile>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / T.Special<NormalProfile>(x);
}

internal readonly struct NormalQuantileOfLog : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("NormalQuantileOfLog", Expr.NormalQuantileOfLog, "the x with ln Φ(x) = y", "d·Φ(y) / φ(y)", new(-8, -0.05)) with { Edges = "−∞ at −∞, ∞ at 0, NaN above: the quantile of probabilities too small for a double.", HasWitness = false, Source = "Winitzki 2008, with Halley's iteration on ln Φ" };
    public static double Evaluate(double x) => ErrorFunction.QuantileOfLog(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalQuantileOfLog>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / T.Special<NormalLogProfile>(x);
}

/// <summary>φ(x) / Φ(x), the slope of ln Φ: −x in the left tail.</summary>
internal readonly struct InverseMillsRatio : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("InverseMillsRatio", Expr.InverseMillsRatio, "φ(x) / Φ(x)", "−d·y·(x + y)", new(-4, 3)) with { Edges = "∞ at −∞, 0 at ∞; derivatives up to the eighth.", HasWitness = false, Source = "Laplace's continued fraction" };
    public static double Evaluate(double x) => MillsRatio.Inverse(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<InverseMillsRatio>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<InverseMillsDerivative>(T.Literal(1), x);
}

/// <summary>The n-th derivative of φ / Φ: its terms, which are 1 in the left tail, would cancel to 2/|x|³ at n = 2. n is a literal.</summary>
internal readonly struct InverseMillsDerivative : ISpecialBinary
{
    public static double Evaluate(double n, double x) => MillsRatio.InverseDerivative(n, x);
    public static T Apply<T>(T n, T x) where T : IElementary<T> => T.Special<InverseMillsDerivative>(n, x);
    public static T DifferentialX<T>(T n, T x, T z, T d) where T : IElementary<T> => T.Literal(double.NaN);
    public static T DifferentialY<T>(T n, T x, T z, T d) where T : IElementary<T> => d * T.Special<InverseMillsDerivative>(n + T.Literal(1), x);
}

/// <summary>φ(x) / Φ(x) + x, without the cancellation of the left tail, where it is −1/x.</summary>
internal readonly struct InverseMillsExcess : ISpecial
{
    public static double Evaluate(double x) => MillsRatio.Excess(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<InverseMillsExcess>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<InverseMillsExcessSlope>(x);
}

/// <summary>The slope of φ / Φ + x: 1/x² in the left tail.</summary>
internal readonly struct InverseMillsExcessSlope : ISpecial
{
    public static double Evaluate(double x) => MillsRatio.ExcessSlope(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<InverseMillsExcessSlope>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Special<InverseMillsDerivative>(T.Literal(2), x);
}

/// <summary>φ at the quantile of a probability: what the quantile's slope is one over. Its own slope is minus the quantile.</summary>
internal readonly struct NormalProfile : ISpecial
{
    public static double Evaluate(double x) => ErrorFunction.Profile(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalProfile>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * T.Special<NormalQuantile>(x);
}

/// <summary>φ / Φ at the quantile of a probability that is given by its logarithm.</summary>
internal readonly struct NormalLogProfile : ISpecial
{
    public static double Evaluate(double x) => ErrorFunction.LogProfile(x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<NormalLogProfile>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * T.Special<InverseMillsExcess>(T.Special<NormalQuantileOfLog>(x));
}

/// <summary>The n-th derivative of φ: a Hermite polynomial times φ, without an 0·∞ at either end. n is a literal.</summary>
internal readonly struct NormalDerivative : ISpecialBinary
{
    public static double Evaluate(double n, double x) => ErrorFunction.NormalDerivative(n, x);
    public static T Apply<T>(T n, T x) where T : IElementary<T> => T.Special<NormalDerivative>(n, x);
    public static T DifferentialX<T>(T n, T x, T z, T d) where T : IElementary<T> => T.Literal(double.NaN);
    public static T DifferentialY<T>(T n, T x, T z, T d) where T : IElementary<T> => d * T.Special<NormalDerivative>(n + T.Literal(1), x);
}

public sealed partial class Expr
{
    /// <summary>The density of the standard normal distribution, φ.</summary>
    public static Expr NormalPdf(Expr x) => Unary<NormalPdf>.Of(x);
    /// <summary>The logarithm of the density of the standard normal distribution.</summary>
    public static Expr NormalLogPdf(Expr x) => Unary<NormalLogPdf>.Of(x);
    /// <summary>The distribution function of the standard normal distribution, Φ.</summary>
    public static Expr NormalCdf(Expr x) => Unary<NormalCdf>.Of(x);
    /// <summary>The logarithm of the distribution function of the standard normal distribution, accurate in both tails.</summary>
    public static Expr NormalLogCdf(Expr x) => Unary<NormalLogCdf>.Of(x);
    /// <summary>φ(x) / Φ(x), the slope of <see cref="NormalLogCdf"/>: Heckman's correction.</summary>
    public static Expr InverseMillsRatio(Expr x) => Unary<InverseMillsRatio>.Of(x);
    /// <summary>The quantile of a probability: the x with Φ(x) = p.</summary>
    public static Expr NormalQuantile(Expr p)
    {
        ArgumentNullException.ThrowIfNull(p);
        return Unary<NormalQuantile>.Of(p);
    }
    /// <summary>The quantile of a probability that is given by its logarithm: the x with ln Φ(x) = y.</summary>
    public static Expr NormalQuantileOfLog(Expr y)
    {
        ArgumentNullException.ThrowIfNull(y);
        return Unary<NormalQuantileOfLog>.Of(y);
    }
}
