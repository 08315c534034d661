using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

internal readonly struct Sin : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Sin", Expr.Sin, "sin x", "d·cos x", new(-6, 6));
    public static Formula? Latex(Formula x) => Formula.Function(@"\sin", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sin(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Cos(x);
}

internal readonly struct Cos : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Cos", Expr.Cos, "cos x", "−d·sin x", new(-6, 6));
    public static Formula? Latex(Formula x) => Formula.Function(@"\cos", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cos(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * T.Sin(x);
}

internal readonly struct Tan : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Tan", Expr.Tan, "tan x", "d·(1 + y²)", new(-1.3, 1.3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\tan", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Tan(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * (T.Literal(1) + y * y);
}

internal readonly struct Asin : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Asin", Expr.Asin, "arcsin x", "d / √(1 − x²)", new(-0.9, 0.9)) with { Edges = "NaN outside −1 … 1; the derivative at the ends is ∞." };
    public static Formula? Latex(Formula x) => Formula.Function(@"\arcsin", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Asin(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / T.Sqrt(T.Call<OneMinusSquare>(x));
}

internal readonly struct Acos : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Acos", Expr.Acos, "arccos x", "−d / √(1 − x²)", new(-0.9, 0.9)) with { Edges = "NaN outside −1 … 1; the derivative at the ends is −∞." };
    public static Formula? Latex(Formula x) => Formula.Function(@"\arccos", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Acos(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d / T.Sqrt(T.Call<OneMinusSquare>(x));
}

/// <summary>1 − x², without cancellation near ±1. Its slope is −2x: the slopes of the two factors would cancel near 0.</summary>
internal readonly struct OneMinusSquare : IUnary
{
    public static Formula? Latex(Formula x) => new Formula($"1 - {x.Within(Binding.Atom)}^2", Binding.Sum);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> => (T.Literal(1) - x) * (T.Literal(1) + x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * (x + x);
}

internal readonly struct Atan : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Atan", Expr.Atan, "arctan x", "d / (1 + x²)", new(-4, 4));
    public static Formula? Latex(Formula x) => Formula.Function(@"\arctan", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Atan(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<AtanSlope>(x);
}

/// <summary>1/(1 + x²); far out, where the 1 is lost in rounding and the square may overflow, the square of 1/x. Its slope is −2·x·y·y, with x·y = 1/(x + 1/x), which is 0 at ±∞.</summary>
internal readonly struct AtanSlope : IUnary
{
    public static Formula? Latex(Formula x) => new Formula($@"\frac{{1}}{{1 + {x.Within(Binding.Atom)}^2}}");
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T>
    {
        T one = T.Literal(1), size = T.Abs(x), far = T.Literal(1e15), quotient = one / T.IfLess(size, far, one + x * x, x);
        return T.IfLess(size, far, quotient, quotient * quotient);
    }

    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> =>
        T.Literal(-2) * d * y * T.IfLess(T.Abs(x), T.Literal(1), x * y, T.Literal(1) / (x + T.Literal(1) / x));
}

public sealed partial class Expr
{
    /// <summary>Sine, of radians.</summary>
    public static Expr Sin(Expr x) => Unary<Sin>.Of(x);
    /// <summary>Cosine, of radians.</summary>
    public static Expr Cos(Expr x) => Unary<Cos>.Of(x);
    /// <summary>Tangent, of radians.</summary>
    public static Expr Tan(Expr x) => Unary<Tan>.Of(x);
    /// <summary>Arcsine, in radians.</summary>
    public static Expr Asin(Expr x) => Unary<Asin>.Of(x);
    /// <summary>Arccosine, in radians.</summary>
    public static Expr Acos(Expr x) => Unary<Acos>.Of(x);
    /// <summary>Arctangent, in radians.</summary>
    public static Expr Atan(Expr x) => Unary<Atan>.Of(x);
    /// <summary>The angle of the point (x, y), in radians, in (−π, π], after broadcasting.</summary>
    public static Expr Atan2(Expr y, Expr x) => Binary<Atan2>.Of(y, x);
}
