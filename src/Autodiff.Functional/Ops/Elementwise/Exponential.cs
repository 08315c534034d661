using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

internal readonly struct Exp : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Exp", Expr.Exp, "eˣ", "d·y", new(-3, 3));
    public static Formula? Latex(Formula x) => new Formula($"e^{{{x}}}", Binding.Power);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Exp(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * y;
}

internal readonly struct Exp2 : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Exp2", Expr.Exp2, "2ˣ", "d·y·ln 2", new(-3, 3));
    public static Formula? Latex(Formula x) => new Formula($"2^{{{x}}}", Binding.Power);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Exp2(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * y * T.Literal(0.69314718055994530942);
}

internal readonly struct Expm1 : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Expm1", Expr.Expm1, "eˣ − 1", "d·eˣ", new(-3, 3)) with { Edges = "Accurate near 0." };
    public static Formula? Latex(Formula x) => new Formula($"e^{{{x}}} - 1", Binding.Sum);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Expm1(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Exp(x);      // y + 1 loses it in the left tail
}

internal readonly struct Log : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Log", Expr.Log, "ln x", "d / x", new(0.1, 5)) with { Edges = "−∞ at 0, NaN below." };
    public static Formula? Latex(Formula x) => Formula.Function(@"\ln", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / x;
}

internal readonly struct Log2 : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Log2", Expr.Log2, "log₂ x", "d / (x·ln 2)", new(0.1, 5)) with { Edges = "−∞ at 0, NaN below." };
    public static Formula? Latex(Formula x) => Formula.Function(@"\log_2", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log2(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(1.4426950408889634074) / x;
}

internal readonly struct Log10 : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Log10", Expr.Log10, "log₁₀ x", "d / (x·ln 10)", new(0.1, 5)) with { Edges = "−∞ at 0, NaN below." };
    public static Formula? Latex(Formula x) => Formula.Function(@"\log_{10}", x);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log10(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(0.43429448190325182765) / x;     // x·ln 10 overflows
}

internal readonly struct Log1p : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Log1p", Expr.Log1p, "ln(1 + x)", "d / (1 + x)", new(-0.8, 3)) with { Edges = "Accurate near 0; −∞ at −1, NaN below." };
    public static Formula? Latex(Formula x) => Formula.Function(@"\ln", Formula.Infix(new("1"), "+", x, Binding.Sum));
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log1p(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (T.Literal(1) + x);
}

internal readonly struct Sqrt : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Sqrt", Expr.Sqrt, "√x", "d / (2·y)", new(0.1, 5)) with { Edges = "The derivative at 0 is ∞; NaN below." };
    public static Formula? Latex(Formula x) => new Formula($@"\sqrt{{{x}}}");
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sqrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / (y + y + T.Literal(0));       // ∞ at −0 as well
}

internal readonly struct Rsqrt : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Rsqrt", Expr.Rsqrt, "1 / √x", "−d·y / (2·x)", new(0.1, 5)) with { Edges = "±∞ at ±0, NaN below." };
    public static Formula? Latex(Formula x) => new Formula($@"\frac{{1}}{{\sqrt{{{x}}}}}", Binding.Product);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Literal(1) / T.Sqrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(-0.5) * y / x;
}

internal readonly struct Cbrt : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Cbrt", Expr.Cbrt, "∛x", "d / (3·y²)", new(-3, 3, 0.1)) with { Edges = "The derivative at 0 is ∞." };
    public static Formula? Latex(Formula x) => new Formula($@"\sqrt[3]{{{x}}}");
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cbrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<CbrtSlope>(x);
}

/// <summary>1/(3·∛x²). Its slope by itself and x, so that it has its sign at ±0.</summary>
internal readonly struct CbrtSlope : IUnary
{
    public static Formula? Latex(Formula x) => new Formula($@"\frac{{1}}{{3 \sqrt[3]{{{x.Within(Binding.Atom)}^2}}}}");
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T>
    {
        T root = T.Cbrt(x);
        return T.Literal(1) / (T.Literal(3) * root * root);
    }

    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(-2.0 / 3) * y / x;
}

public sealed partial class Expr
{
    /// <summary>eˣ.</summary>
    public static Expr Exp(Expr x) => Unary<Exp>.Of(x);
    /// <summary>2ˣ.</summary>
    public static Expr Exp2(Expr x) => Unary<Exp2>.Of(x);
    /// <summary>eˣ − 1, accurate near 0.</summary>
    public static Expr Expm1(Expr x) => Unary<Expm1>.Of(x);
    /// <summary>The natural logarithm; −∞ at 0, NaN below.</summary>
    public static Expr Log(Expr x) => Unary<Log>.Of(x);
    /// <summary>The logarithm to base 2.</summary>
    public static Expr Log2(Expr x) => Unary<Log2>.Of(x);
    /// <summary>The logarithm to base 10.</summary>
    public static Expr Log10(Expr x) => Unary<Log10>.Of(x);
    /// <summary>log(1 + x), accurate near 0.</summary>
    public static Expr Log1p(Expr x) => Unary<Log1p>.Of(x);
    /// <summary>√x; its derivative at 0 is ∞.</summary>
    public static Expr Sqrt(Expr x) => Unary<Sqrt>.Of(x);
    /// <summary>1 / √x.</summary>
    public static Expr Rsqrt(Expr x) => Unary<Rsqrt>.Of(x);
    /// <summary>∛x; its derivative at 0 is ∞.</summary>
    public static Expr Cbrt(Expr x) => Unary<Cbrt>.Of(x);
}
