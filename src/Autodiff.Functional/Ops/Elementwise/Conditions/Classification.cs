namespace Autodiff.Functional;

// Questions about one number are comparisons: no ops of their own.
file static class Entry
{
    public static IEnumerable<OpInfo> Infos =>
    [
        Of("IsNaN", Expr.IsNaN, "x ≠ x", Expr.Log, "Expr.Log(x0)"),
        Of("IsInf", Expr.IsInf, "|x| = ∞", x => 1 / Expr.Floor(x), "1 / Expr.Floor(x0)"),
        Of("IsFinite", Expr.IsFinite, "|x| < ∞", x => 1 / Expr.Floor(x), "1 / Expr.Floor(x0)"),
    ];

    // Asked of a function that has such values.
    private static OpInfo Of(string name, Func<Expr, Expr> op, string formula, Func<Expr, Expr> of, string text) => new(name, formula, random =>
        OpCase.Of(random.NextTensor(random.NextShape()), x => op(of(x)), $"Expr.{name}({text})"));
}

public sealed partial class Expr
{
    /// <summary>Which elements are NaN, as Bool.</summary>
    public static Expr IsNaN(Expr x) => NotEqual(x, x);
    /// <summary>Which elements are ∞ or −∞, as Bool.</summary>
    public static Expr IsInf(Expr x) => Composite.Of("IsInf", x, static x => Equal(Abs(x), double.PositiveInfinity));
    /// <summary>Which elements are neither infinite nor NaN, as Bool.</summary>
    public static Expr IsFinite(Expr x) => Composite.Of("IsFinite", x, static x => Less(Abs(x), double.PositiveInfinity));
}
