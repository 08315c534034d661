namespace Autodiff.Functional;

/// <summary>The larger of two; NaN if one is. The derivative goes to the larger, to both by halves at a tie, and to both at NaN.</summary>
internal readonly struct Maximum : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Maximum", Expr.Maximum, "the larger of x and y", "d to the larger") with { Edges = "Ties share the derivative equally; NaN if one is." };
    public static Formula? Latex(Formula x, Formula y) => Formula.Function(@"\max", x, y);
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Selecting;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Maximum(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => Tie.UnlessLess(x, y, x, y, d);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => Tie.UnlessLess(y, x, x, y, d);
    public static T SelectedX<T>(T x, T y) where T : IElementary<T> => Tie.UnlessLess(x, y, x, y, T.Literal(1));
    public static T SelectedY<T>(T x, T y) where T : IElementary<T> => Tie.UnlessLess(y, x, x, y, T.Literal(1));
}

/// <summary>The smaller of two; NaN if one is. The derivative goes to the smaller, to both by halves at a tie, and to both at NaN.</summary>
internal readonly struct Minimum : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Minimum", Expr.Minimum, "the smaller of x and y", "d to the smaller") with { Edges = "Ties share the derivative equally; NaN if one is." };
    public static Formula? Latex(Formula x, Formula y) => Formula.Function(@"\min", x, y);
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Selecting;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Minimum(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => Tie.UnlessLess(y, x, x, y, d);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => Tie.UnlessLess(x, y, x, y, d);
    public static T SelectedX<T>(T x, T y) where T : IElementary<T> => Tie.UnlessLess(y, x, x, y, T.Literal(1));
    public static T SelectedY<T>(T x, T y) where T : IElementary<T> => Tie.UnlessLess(x, y, x, y, T.Literal(1));
}

internal static class Tie
{
    /// <summary>Nothing where low &lt; high, half of d where x and y tie, else d.</summary>
    public static T UnlessLess<T>(T low, T high, T x, T y, T d) where T : IElementary<T> =>
        T.IfLess(low, high, T.Literal(0), T.IfEqual(x, y, d * T.Literal(0.5), d));
}

public sealed partial class Expr
{
    /// <summary>The larger of two, element by element, after broadcasting; NaN if one is. Ties share the gradient equally.</summary>
    public static Expr Maximum(Expr x, Expr y) => Binary<Maximum>.Of(x, y);
    /// <summary>The smaller of two, element by element, after broadcasting; NaN if one is. Ties share the gradient equally.</summary>
    public static Expr Minimum(Expr x, Expr y) => Binary<Minimum>.Of(x, y);
}
