using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>x·ln y, 0 at x = 0. The derivative in y is x/y, also 0 at (0, 0); that in x is ln y, so −∞ at y = 0.</summary>
internal readonly struct XLogY : IBinary
{
    public static OpInfo Info => OpInfo.Binary("XLogY", Expr.XLogY, "x·ln y", "ln y·dx + x/y·dy", null, new(0.1, 3)) with { Edges = "0 at x = 0, whatever y is; the derivative in y at (0, 0) is 0." };
    public static Factors Factors => Factors.First;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T> => Quotient.Times(x, T.Log(y));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Log(y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<Quotient>(x, y);
}

/// <summary>x·ln(1 + y), 0 at x = 0. Derivatives as those of <see cref="XLogY"/>.</summary>
internal readonly struct XLog1pY : IBinary
{
    public static OpInfo Info => OpInfo.Binary("XLog1pY", Expr.XLog1pY, "x·ln(1 + y)", "ln(1 + y)·dx + x/(1 + y)·dy", null, new(-0.8, 3)) with { Edges = "0 at x = 0, whatever y is; accurate near y = 0; the derivative in y at (0, −1) is 0." };
    public static Factors Factors => Factors.Both;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T> => Quotient.Times(x, T.Log1p(y));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Log1p(y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<Quotient>(x, T.Literal(1) + y);
}

/// <summary>x / y, 0 where both are 0. The derivative in x is 1 / y also there, so that it is that of a logarithm.</summary>
internal readonly struct Quotient : IBinary
{
    public static Factors Factors => Factors.First;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x / T.IfEqual(x, T.Literal(0), T.IfEqual(y, T.Literal(0), T.Literal(1), y), y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d / y;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -d * T.Call<Quotient>(z, y);

    /// <summary>
    /// x·log, 0 where x is 0 although the logarithm is not finite. There it is ±√x, which has the value 0 and the slope ±∞: a plain 0 would hide the slope from dual numbers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Times<T>(T x, T log) where T : IElementary<T>
    {
        T zero = T.Literal(0), product = x * log + zero, root = T.Sqrt(x) + zero;
        return T.IfEqual(product, product, product, T.IfEqual(x, zero, T.IfLess(log, zero, zero - root, root), product));
    }
}

/// <summary>ln(eˣ + eʸ), without overflow. Derivatives: σ(x − y) and σ(y − x); halves where both are ∞, 0 where both are −∞.</summary>
internal readonly struct LogAddExp : IBinary
{
    public static OpInfo Info => OpInfo.Binary("LogAddExp", Expr.LogAddExp, "ln(eˣ + eʸ)", "σ(x − y)·dx + σ(y − x)·dy", new(-3, 3), new(-3, 3)) with { Edges = "No overflow; −∞ with derivative 0 where both are −∞." };

    // The two cases are one function, smooth where x = y, and at infinity what carries the slopes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T high = T.IfLess(x, y, y, x), low = T.IfLess(x, y, x, y), infinity = T.Literal(double.PositiveInfinity);
        return T.IfEqual(T.Maximum(x, y), -infinity, -infinity, T.IfEqual(low, infinity, (high + low) * T.Literal(0.5), high + T.Log1p(T.Exp(low - high))));
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<Share>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<Share>(y, x);
}

/// <summary>
/// eˣ / (eˣ + eʸ) = σ(x − y), with what the difference has lost by rounding, which the exponential would magnify. ½ where both are ∞, 0 where both are
/// −∞. Derivative: σ(x − y)·σ(y − x)·(dx − dy).
/// </summary>
internal readonly struct Share : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T zero = T.Literal(0), infinity = T.Literal(double.PositiveInfinity), gap = T.IfEqual(T.Abs(x), infinity, T.IfEqual(x, y, zero, x - y), x - y);
        // Knuth, The Art of Computer Programming, volume 2, 4.2.2, theorem B: what x − y has lost.
        T left = gap + y, lost = (x - left) - (y + (gap - left)), share = T.Sigmoid(gap);
        return T.IfEqual(T.Maximum(x, y), -infinity, zero, share + share * (T.Literal(1) - share) * T.IfEqual(lost - lost, zero, lost, zero));
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * z * T.Call<Share>(y, x);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -d * z * T.Call<Share>(y, x);
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
