using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional;

internal readonly struct Add : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Add", Expr.Add, "x + y", "dx + dy") with { Edges = "Integers wrap." };
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, "+", y, Binding.Sum);
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Constant;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x + y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d;
}

internal readonly struct Subtract : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Subtract", Expr.Subtract, "x − y", "dx − dy") with { Edges = "Integers wrap." };
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, "-", y, Binding.Sum, associative: false);
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Constant;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x - y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -d;
}

internal readonly struct Multiply : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Multiply", Expr.Multiply, "x·y", "dx·y + x·dy") with { Edges = "Integers wrap." };
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, @"\cdot", y, Binding.Product);
    public static Domain Domain => Domain.Numeric;
    public static Factors Factors => Factors.Both;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x * y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * y;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * x;
}

/// <summary>True division: integers become Float64.</summary>
internal readonly struct Divide : IBinary
{
    public static IEnumerable<OpInfo> Entries =>
    [
        OpInfo.Binary("Divide", Expr.Divide, "x / y", "(dx − z·dy) / y", null, new(-2, 2, 0.2)) with { Edges = "Integers give Float64." },
        new("DivideByInt", "x / n", random => random.Next(1, 5) is var n ? OpCase.Of(random.NextTensor(random.NextShape()), x => Expr.DivideByInt(x, n), $"Expr.DivideByInt(x0, {n})") : null!) { Signature = "DivideByInt(x, n)", Derivative = "d / n" },
    ];
    public static Formula? Latex(Formula x, Formula y) => new Formula($@"\frac{{{x}}}{{{y}}}", Binding.Product);
    public static Factors Factors => Factors.First;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x / y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d / y;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -(d * (z / y));     // z / y first: where d / y overflows, z may be 0
}

internal readonly struct Negate : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Negate", Expr.Negate, "−x", "−d");
    public static Formula? Latex(Formula x) => new Formula($"-{x.Within(Binding.Product)}", Binding.Product);
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Constant;
    public static T Apply<T>(T x) where T : IElementary<T> => -x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d;
}

internal readonly struct Square : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Square", Expr.Square, "x²", "2·x·d");
    public static Formula? Latex(Formula x) => new Formula($"{x.Within(Binding.Atom)}^2", Binding.Power);
    public static Domain Domain => Domain.Numeric;
    public static T Apply<T>(T x) where T : IElementary<T> => x * x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * (x + x);
}

internal readonly struct Reciprocal : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Reciprocal", Expr.Reciprocal, "1 / x", "−d·y²", new(-2, 2, 0.3));
    public static Formula? Latex(Formula x) => new Formula($@"\frac{{1}}{{{x}}}", Binding.Product);
    public static T Apply<T>(T x) where T : IElementary<T> => T.Literal(1) / x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => -d * y * y;
}

/// <summary>|x|. Derivative: the sign of x, 0 at 0 (also to second order), NaN at NaN; selected, not multiplied.</summary>
internal readonly struct Abs : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Abs", Expr.Abs, "|x|", "d·sign x", new(-2, 2, 0.01)) with { Edges = "The derivative at 0 is 0." };
    public static Formula? Latex(Formula x) => new Formula($@"\left|{x}\right|");
    public static Domain Domain => Domain.Numeric;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Abs(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> =>
        T.IfLess(x, T.Literal(0), -d, T.IfLess(T.Literal(0), x, d, T.IfEqual(x, T.Literal(0), T.Literal(0), x * d)));   // the last at NaN
}

/// <summary>−1, 0 or 1; NaN at NaN. Derivative: 0.</summary>
internal readonly struct Sign : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Sign", Expr.Sign, "−1, 0 or 1", "0", new(-2, 2, 0.01)) with { Edges = "NaN at NaN." };
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x) where T : IElementary<T> =>
        T.IfLess(x, T.Literal(0), T.Literal(-1), T.IfLess(T.Literal(0), x, T.Literal(1), T.Abs(x)));     // |x|, whose slope at 0 is 0 as well
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

/// <summary>|x| with the sign of y, where y may be −0. Derivative in x: ±1, 0 at 0; in y: 0.</summary>
internal readonly struct CopySign : IBinary
{
    public static OpInfo Info => OpInfo.Binary("CopySign", Expr.CopySign, "|x| with the sign of y", "dx where the signs agree, else −dx", new(-2, 2, 0.01), new(-2, 2, 0.01)) with { Edges = "y may be −0; the derivative at x = 0 is 0." };
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.CopySign(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> =>
        T.IfEqual(x, T.Literal(0), T.Literal(0), d * T.CopySign(T.Literal(1), x) * T.CopySign(T.Literal(1), y));
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Literal(0);
}

[SuppressMessage("Design", "CA2225", Justification = "The named forms are the ops.")]
public sealed partial class Expr : IElementary<Expr>
{
    /// <summary>0, as a weak literal.</summary>
    public static Expr Zero { get; } = Literal(0);
    /// <summary>1, as a weak literal.</summary>
    public static Expr One { get; } = Literal(1);

    /// <summary>x + y, after broadcasting.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">Two strong dtypes differ, or one is Bool.</exception>
    public static Expr Add(Expr x, Expr y) => Binary<Add>.Of(x, y);
    /// <summary>x − y, after broadcasting.</summary>
    public static Expr Subtract(Expr x, Expr y) => Binary<Subtract>.Of(x, y);
    /// <summary>x · y, element by element, after broadcasting.</summary>
    public static Expr Multiply(Expr x, Expr y) => SquaredRoot(x, y) ?? Binary<Multiply>.Of(x, y);
    /// <summary>x ÷ y, after broadcasting: true division; integers give Float64.</summary>
    public static Expr Divide(Expr x, Expr y) => Binary<Divide>.Of(x, y);
    /// <summary>The remainder of x ÷ y with the sign of x, as .NET's <c>%</c>.</summary>
    public static Expr FMod(Expr x, Expr y) => Binary<FMod>.Of(x, y);
    /// <summary>The remainder with the sign of the divisor, after broadcasting, as NumPy's.</summary>
    public static Expr Mod(Expr x, Expr y) => Binary<Mod>.Of(x, y);
    /// <summary>The other name of <see cref="Mod"/>.</summary>
    public static Expr Remainder(Expr x, Expr y) => Binary<Mod>.Of(x, y, "Remainder");
    /// <summary>√(x² + y²), without overflow, after broadcasting. All derivatives at (0, 0) are 0 by convention; its square, written as that of a <see cref="Norm(Expr, Axes, bool)"/>, has its exact ones.</summary>
    public static Expr Hypot(Expr x, Expr y) => Binary<Hypot>.Of(x, y);
    /// <summary>−x.</summary>
    public static Expr Negate(Expr x) => Unary<Negate>.Of(x);
    /// <summary>xʸ, after broadcasting; right at x = 0, and at negative x with whole y. Integers to a negative power are an error.</summary>
    public static Expr Power(Expr x, Expr y) => Power(x, y, "Power");
    /// <summary>xʸ: the name that F#'s <c>**</c> looks for.</summary>
    public static Expr Pow(Expr x, Expr y) => Power(x, y, "Pow");
    /// <summary>xʸ: the overload that F#'s <c>x ** 2.0</c> looks for.</summary>
    public static Expr Pow(Expr x, double y) => Pow(x, (Expr)y);
    private static Expr Power(Expr x, Expr y, string called) => (IsTwo(y) ? SquaredRoot(x, x) : null) ?? Binary<Power>.Of(x, y, called);
    /// <summary>x².</summary>
    public static Expr Square(Expr x) => SquaredRoot(x, x) ?? Unary<Square>.Of(x);
    /// <summary>1 ÷ x.</summary>
    public static Expr Reciprocal(Expr x) => Unary<Reciprocal>.Of(x);
    /// <summary>|x|; its derivative at 0 is 0.</summary>
    public static Expr Abs(Expr x) => Unary<Abs>.Of(x);
    /// <summary>−1, 0 or 1; its derivative is 0 everywhere.</summary>
    public static Expr Sign(Expr x) => Unary<Sign>.Of(x);
    /// <summary>|x| with the sign of y, where y may be −0.</summary>
    public static Expr CopySign(Expr x, Expr y) => Binary<CopySign>.Of(x, y);
    /// <summary>x ÷ n: what F#'s <c>List.average</c> looks for.</summary>
    public static Expr DivideByInt(Expr x, int n) => Binary<Divide>.Of(x, (double)n, "DivideByInt");

    /// <summary>x + y, after broadcasting.</summary>
    public static Expr operator +(Expr x, Expr y) => Binary<Add>.Of(x, y);
    /// <summary>x − y, after broadcasting.</summary>
    public static Expr operator -(Expr x, Expr y) => Binary<Subtract>.Of(x, y);
    /// <summary>x · y, element by element, after broadcasting.</summary>
    public static Expr operator *(Expr x, Expr y) => Multiply(x, y);
    /// <summary>x ÷ y, after broadcasting.</summary>
    public static Expr operator /(Expr x, Expr y) => Binary<Divide>.Of(x, y);
    /// <summary>The remainder with the sign of the dividend.</summary>
    public static Expr operator %(Expr x, Expr y) => Binary<FMod>.Of(x, y);
    /// <summary>−x.</summary>
    public static Expr operator -(Expr x) => Unary<Negate>.Of(x);
    /// <summary>x.</summary>
    public static Expr operator +(Expr x) => x;

    // F# applies no implicit conversions to operands, so that literals need operators of their own.

    /// <summary>x + y, where y is a weak literal.</summary>
    public static Expr operator +(Expr x, double y) => x + Literal(y);
    /// <summary>x + y, where x is a weak literal.</summary>
    public static Expr operator +(double x, Expr y) => Literal(x) + y;
    /// <summary>x − y, where y is a weak literal.</summary>
    public static Expr operator -(Expr x, double y) => x - Literal(y);
    /// <summary>x − y, where x is a weak literal.</summary>
    public static Expr operator -(double x, Expr y) => Literal(x) - y;
    /// <summary>x · y, where y is a weak literal.</summary>
    public static Expr operator *(Expr x, double y) => x * Literal(y);
    /// <summary>x · y, where x is a weak literal.</summary>
    public static Expr operator *(double x, Expr y) => Literal(x) * y;
    /// <summary>x ÷ y, where y is a weak literal.</summary>
    public static Expr operator /(Expr x, double y) => x / Literal(y);
    /// <summary>x ÷ y, where x is a weak literal.</summary>
    public static Expr operator /(double x, Expr y) => Literal(x) / y;
    /// <summary>The remainder, where y is a weak literal.</summary>
    public static Expr operator %(Expr x, double y) => x % Literal(y);
    /// <summary>The remainder, where x is a weak literal.</summary>
    public static Expr operator %(double x, Expr y) => Literal(x) % y;

    static Expr IElementary<Expr>.IfLess(Expr a, Expr b, Expr yes, Expr no) => Where(Less(a, b), yes, no);
    static Expr IElementary<Expr>.IfEqual(Expr a, Expr b, Expr yes, Expr no) => Where(Equal(a, b), yes, no);
    static Expr IElementary<Expr>.Special<TFunction>(Expr x) => Unary<TFunction>.Of(x);
    static Expr IElementary<Expr>.Special<TFunction>(Expr x, Expr y) => Binary<TFunction>.Of(x, y);
    static Expr IElementary<Expr>.Call<TFunction>(Expr x) => Unary<TFunction>.Of(x);
    static Expr IElementary<Expr>.Call<TFunction>(Expr x, Expr y) => Binary<TFunction>.Of(x, y);
    static Expr IElementary<Expr>.Call<TFunction>(Expr x, Expr y, Expr z) => Ternary<TFunction>.Of(x, y, z);
}
