namespace Autodiff.Functional;

/// <summary>min(max(x, low), high). The derivative goes to the one that is selected, by halves at ties; NaN if one is NaN, with the derivative to all.</summary>
internal readonly struct Clamp : ITernary
{
    public static OpInfo Info => OpInfo.Ternary("Clamp", Expr.Clamp, "min(max(x, low), high)", "d to the one selected", null, new(-1, -0.2), new(0.2, 1)) with { Signature = "Clamp(x, low, high)", Edges = "Ties share the derivative equally, as for Maximum and Minimum; high where low > high; NaN if one is." };
    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Selecting;
    public static T Apply<T>(T x, T low, T high) where T : IElementary<T> => T.Minimum(T.Maximum(x, low), high);
    public static T DifferentialX<T>(T x, T low, T high, T y, T d) where T : IElementary<T> => Tie.UnlessLess(x, low, x, low, Below(x, low, high, d));
    public static T DifferentialY<T>(T x, T low, T high, T y, T d) where T : IElementary<T> => Tie.UnlessLess(low, x, x, low, Below(x, low, high, d));
    public static T DifferentialZ<T>(T x, T low, T high, T y, T d) where T : IElementary<T> => T.Maximum(x, low) is var raised ? Tie.UnlessLess(raised, high, raised, high, d) : d;
    public static T SelectedX<T>(T x, T low, T high) where T : IElementary<T> => DifferentialX(x, low, high, x, T.Literal(1));
    public static T SelectedY<T>(T x, T low, T high) where T : IElementary<T> => DifferentialY(x, low, high, x, T.Literal(1));
    public static T SelectedZ<T>(T x, T low, T high) where T : IElementary<T> => DifferentialZ(x, low, high, x, T.Literal(1));

    // What passes the upper bound.
    private static T Below<T>(T x, T low, T high, T d) where T : IElementary<T> => T.Maximum(x, low) is var raised ? Tie.UnlessLess(high, raised, raised, high, d) : d;
}

/// <summary>x + t·(y − x), from the nearer end, so that it is exact at both and where x = y.</summary>
internal readonly struct Lerp : ITernary
{
    public static OpInfo Info => OpInfo.Ternary("Lerp", Expr.Lerp, "x + t·(y − x)", "(1 − t)·dx + t·dy + (y − x)·dt", null, null, new(-0.5, 1.5)) with { Signature = "Lerp(x, y, t)", Edges = "Exact at t = 0, t = 1 and x = y; t may be outside." };

    // Of ends with different signs y − x may overflow: then each for itself, where nothing cancels.
    public static T Apply<T>(T x, T y, T t) where T : IElementary<T>
    {
        T one = T.Literal(1), near = T.IfLess(t, T.Literal(0.5), x + t * (y - x), y - (one - t) * (y - x));
        return T.IfLess(T.CopySign(one, x) * T.CopySign(one, y), T.Literal(0), (one - t) * x + t * y, near);
    }

    public static T DifferentialX<T>(T x, T y, T t, T w, T d) where T : IElementary<T> => d * (T.Literal(1) - t);
    public static T DifferentialY<T>(T x, T y, T t, T w, T d) where T : IElementary<T> => d * t;
    public static T DifferentialZ<T>(T x, T y, T t, T w, T d) where T : IElementary<T> => d * (y - x);
}

public sealed partial class Expr
{
    /// <summary>x between two bounds, after broadcasting; NaN if one of the three is, high where low > high. Ties share the gradient equally.</summary>
    public static Expr Clamp(Expr x, Expr low, Expr high)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(low);
        ArgumentNullException.ThrowIfNull(high);
        return Ternary<Clamp>.Of(x, low, high);
    }
    /// <summary>x + t·(y − x), after broadcasting: x at t = 0, y at t = 1.</summary>
    public static Expr Lerp(Expr x, Expr y, Expr t)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(t);
        return Ternary<Lerp>.Of(x, y, t);
    }
}
