namespace Autodiff.Functional;

// Questions about one number are comparisons: no ops of their own.
file static class Entry
{
    public static IEnumerable<OpInfo> Infos =>
    [
        Of("IsNaN", Expr.IsNaN, "x ≠ x"),
        Of("IsInf", Expr.IsInf, "|x| = ∞"),
        Of("IsFinite", Expr.IsFinite, "|x| < ∞"),
    ];

    private static OpInfo Of(string name, Func<Expr, Expr> op, string formula) => new(name, formula, random =>
    {
        double[] drawn = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -1.5];
        var elements = new double[random.Next(4)];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = drawn[random.Next(drawn.Length)];
        return OpCase.Of(Tensor.Of(elements), op, $"Expr.{name}(x0)");
    });
}

public sealed partial class Expr
{
    /// <summary>Which elements are NaN, as Bool.</summary>
    public static Expr IsNaN(Expr x) => NotEqual(x, x);
    /// <summary>Which elements are ∞ or −∞, as Bool.</summary>
    public static Expr IsInf(Expr x) => Equal(Abs(x), double.PositiveInfinity);
    /// <summary>Which elements are neither infinite nor NaN, as Bool.</summary>
    public static Expr IsFinite(Expr x) => Less(Abs(x), double.PositiveInfinity);
}
