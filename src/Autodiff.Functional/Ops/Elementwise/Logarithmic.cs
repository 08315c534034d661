namespace Autodiff.Functional;

/// <summary>x·ln y, 0 at x = 0. The derivative in y is x/y, also 0 at (0, 0); that in x is ln y, so −∞ at y = 0.</summary>
internal readonly struct XLogY : IBinary
{
    public static OpInfo Info => OpInfo.Binary("XLogY", Expr.XLogY, "x·ln y", "ln y·dx + x/y·dy", null, new(0.1, 3)) with { Edges = "0 at x = 0, whatever y is; the derivative in y at (0, 0) is 0." };
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.IfEqual(x, T.Literal(0), T.Literal(0), x * T.Log(y));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Log(y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => Quotient.ZeroAtZero(d, x, y);
}

/// <summary>x·ln(1 + y), 0 at x = 0. Derivatives as those of <see cref="XLogY"/>.</summary>
internal readonly struct XLog1pY : IBinary
{
    public static OpInfo Info => OpInfo.Binary("XLog1pY", Expr.XLog1pY, "x·ln(1 + y)", "ln(1 + y)·dx + x/(1 + y)·dy", null, new(-0.8, 3)) with { Edges = "0 at x = 0, whatever y is; accurate near y = 0; the derivative in y at (0, −1) is 0." };
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.IfEqual(x, T.Literal(0), T.Literal(0), x * T.Log1p(y));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Log1p(y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => Quotient.ZeroAtZero(d, x, T.Literal(1) + y);
}

file static class Quotient
{
    /// <summary>d·x/y, 0 where x and y are. Elsewhere at x = 0 it stays a quotient, whose derivative in x is right.</summary>
    public static T ZeroAtZero<T>(T d, T x, T y) where T : IElementary<T> =>
        d * (x / T.IfEqual(x, T.Literal(0), T.IfEqual(y, T.Literal(0), T.Literal(1), y), y));
}

/// <summary>ln(eˣ + eʸ), without overflow. Derivatives: σ(x − y) and σ(y − x); halves where both are ∞, 0 where both are −∞.</summary>
internal readonly struct LogAddExp : IBinary
{
    public static OpInfo Info => OpInfo.Binary("LogAddExp", Expr.LogAddExp, "ln(eˣ + eʸ)", "σ(x − y)·dx + σ(y − x)·dy", new(-3, 3), new(-3, 3)) with { Edges = "No overflow; −∞ with derivative 0 where both are −∞." };
    public static T Apply<T>(T x, T y) where T : IElementary<T> =>
        T.IfEqual(x, y, x + T.Literal(0.69314718055994530942), T.Maximum(x, y) + T.Log1p(T.Exp(-T.Abs(x - y))));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => Weighted(x, y, z, d);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => Weighted(y, x, z, d);

    private static T Weighted<T>(T x, T y, T z, T d) where T : IElementary<T> => T.IfEqual(z, T.Literal(double.NegativeInfinity), T.Literal(0),
        d * T.Sigmoid(T.IfEqual(T.Minimum(x, y), T.Literal(double.PositiveInfinity), T.Literal(0), x - y)));
}

public sealed partial class Expr
{
    /// <summary>x·log y, 0 at x = 0, after broadcasting.</summary>
    public static Expr XLogY(Expr x, Expr y) => Binary<XLogY>.Of(x, y);
    /// <summary>x·log(1 + y), 0 at x = 0, after broadcasting.</summary>
    public static Expr XLog1pY(Expr x, Expr y) => Binary<XLog1pY>.Of(x, y);
    /// <summary>log(eˣ + eʸ), without overflow, after broadcasting.</summary>
    public static Expr LogAddExp(Expr x, Expr y) => Binary<LogAddExp>.Of(x, y);
}
