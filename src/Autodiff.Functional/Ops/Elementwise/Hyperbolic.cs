using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

internal readonly struct Sinh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Sinh", Expr.Sinh, "sinh x", "d·cosh x", new(-3, 3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\sinh", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sinh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Cosh(x);
}

internal readonly struct Cosh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Cosh", Expr.Cosh, "cosh x", "d·sinh x", new(-3, 3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\cosh", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cosh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Sinh(x);
}

/// <summary>tanh x. Derivative: c·(2 − c) with c = 1 − |tanh x|, which keeps its accuracy where tanh x is near ±1.</summary>
internal readonly struct Tanh : IUnary, ILowered
{
    public static OpInfo Info => OpInfo.Unary("Tanh", Expr.Tanh, "tanh x", "d / cosh² x", new(-3, 3));
    public static Formula? Latex(Formula x) => Formula.Function(@"\tanh", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Tanh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<TanhSlope>(x);

    /// <summary>By what its slope has in common with it.</summary>
    public Func<Expr, Expr>? Lowered => static x => Binary<TanhFrom>.Of(x, Unary<TanhTail>.Of(x));
}

/// <summary>1/cosh² x, the slope of tanh. Its own slope is −2·y·tanh x.</summary>
internal readonly struct TanhSlope : IUnary, ILowered
{
    public static Formula? Latex(Formula x) => Formula.Function(@"\operatorname{sech}^2", x);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> => Of(T.TanhTail(x));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(-2) * d * y * T.Tanh(x);
    public Func<Expr, Expr>? Lowered => static x => Of(Unary<TanhTail>.Of(x));

    // 1 − (1 − tail)².
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Of<T>(T tail) where T : IElementary<T> => tail * (T.Literal(2) - tail);
}

/// <summary>1 − |tanh x|.</summary>
internal readonly struct TanhTail : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.TanhTail(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * T.CopySign(T.Call<TanhSlope>(x), x);
}

/// <summary>tanh x, where the tail 1 − |tanh x| is known, which tells nothing more.</summary>
internal readonly struct TanhFrom : IBinary, IRest
{
    private static readonly Op s_tanh = Expr.Tanh(Expr.Variable("x", Shape.Scalar)).Op;
    public Op Whole => s_tanh;
    public static T Apply<T>(T x, T tail) where T : IElementary<T> => T.TanhFrom(x, tail);
    public static T DifferentialX<T>(T x, T tail, T y, T d) where T : IElementary<T> => d * T.Call<TanhSlope>(x);
    public static T DifferentialY<T>(T x, T tail, T y, T d) where T : IElementary<T> => T.Literal(0);
}

internal readonly struct Asinh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Asinh", Expr.Asinh, "arsinh x", "d / √(x² + 1)", new(-3, 3));
    public static T Apply<T>(T x) where T : IElementary<T> => T.Asinh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<AsinhSlope>(x);
}

/// <summary>1/√(x² + 1). Its slope is −x·y·y·y, with x·y = ±1 far out.</summary>
internal readonly struct AsinhSlope : IUnary
{
    public static Formula? Latex(Formula x) => new Formula($@"\frac{{1}}{{\sqrt{{{x.Within(Binding.Atom)}^2 + 1}}}}");
    private const double Far = 1e15;      // from here on the 1 is lost in rounding, and somewhere the square overflows

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> =>
        T.Literal(1) / T.IfLess(T.Abs(x), T.Literal(Far), T.Sqrt(x * x + T.Literal(1)), T.Abs(x));

    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> =>
        -d * y * T.IfLess(T.Abs(x), T.Literal(Far), x * y, T.CopySign(T.Literal(1), x)) * y;
}

internal readonly struct Acosh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Acosh", Expr.Acosh, "arcosh x", "d / √(x² − 1)", new(1.1, 4)) with { Edges = "NaN below 1; the derivative at 1 is ∞." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Acosh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<AcoshSlope>(x);
}

/// <summary>1/√(x² − 1). Its slope is −x·y·y·y, with x·y = 1 far out.</summary>
internal readonly struct AcoshSlope : IUnary
{
    public static Formula? Latex(Formula x) => new Formula($@"\frac{{1}}{{\sqrt{{{x.Within(Binding.Atom)}^2 - 1}}}}");
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> => T.Literal(1) / (T.Sqrt(x - T.Literal(1)) * T.Sqrt(x + T.Literal(1)));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * y * T.IfLess(x, T.Literal(1e15), x * y, T.Literal(1)) * y;
}

internal readonly struct Atanh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Atanh", Expr.Atanh, "artanh x", "d / (1 − x²)", new(-0.85, 0.85)) with { Edges = "±∞ at ±1, NaN outside." };
    public static T Apply<T>(T x) where T : IElementary<T> => T.Atanh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / T.Call<OneMinusSquare>(x);
}

public sealed partial class Expr
{
    /// <summary>Hyperbolic sine.</summary>
    public static Expr Sinh(Expr x) => Unary<Sinh>.Of(x);
    /// <summary>Hyperbolic cosine.</summary>
    public static Expr Cosh(Expr x) => Unary<Cosh>.Of(x);
    /// <summary>Hyperbolic tangent.</summary>
    public static Expr Tanh(Expr x) => Unary<Tanh>.Of(x);
    /// <summary>Inverse hyperbolic sine.</summary>
    public static Expr Asinh(Expr x) => Unary<Asinh>.Of(x);
    /// <summary>Inverse hyperbolic cosine.</summary>
    public static Expr Acosh(Expr x) => Unary<Acosh>.Of(x);
    /// <summary>Inverse hyperbolic tangent.</summary>
    public static Expr Atanh(Expr x) => Unary<Atanh>.Of(x);
}
