namespace Autodiff.Functional;

internal readonly struct Less : IPredicate
{
    public static IEnumerable<OpInfo> Entries => [Comparison.Entry("Less", Expr.Less, "x < y"), Comparison.Entry("Greater", Expr.Greater, "x > y")];
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, "<", y, Binding.Relation, associative: false);
    public static T Select<T>(T x, T y, T yes, T no) where T : IElementary<T> => T.IfLess(x, y, yes, no);
}

internal readonly struct LessEqual : IPredicate
{
    public static IEnumerable<OpInfo> Entries => [Comparison.Entry("LessEqual", Expr.LessEqual, "x ≤ y"), Comparison.Entry("GreaterEqual", Expr.GreaterEqual, "x ≥ y")];
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, @"\le", y, Binding.Relation, associative: false);
    public static T Select<T>(T x, T y, T yes, T no) where T : IElementary<T> => T.IfLess(x, y, yes, T.IfEqual(x, y, yes, no));
}

internal readonly struct Equal : IPredicate
{
    public static OpInfo Info => Comparison.Entry("Equal", Expr.Equal, "x = y");
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, "=", y, Binding.Relation, associative: false);
    public static T Select<T>(T x, T y, T yes, T no) where T : IElementary<T> => T.IfEqual(x, y, yes, no);
}

internal readonly struct NotEqual : IPredicate
{
    public static OpInfo Info => Comparison.Entry("NotEqual", Expr.NotEqual, "x ≠ y") with { Edges = "True at NaN." };
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, @"\ne", y, Binding.Relation, associative: false);
    public static T Select<T>(T x, T y, T yes, T no) where T : IElementary<T> => T.IfEqual(x, y, no, yes);
}

file static class Comparison
{
    public static OpInfo Entry(string name, Func<Expr, Expr, Expr> op, string formula) => new(name, formula, random =>
    {
        var (x, y) = random.NextShapesThatBroadcast();
        return OpCase.Of(Whole(x), Whole(y), op, $"Expr.{name}(x0, x1)");

        // Whole numbers, so that some are equal.
        Tensor Whole(Shape shape) => Expr.Round(random.NextTensor(shape)).Value;
    })
    {
        Signature = $"{name}(x, y)",
        Edges = "False at NaN.",
    };
}

public sealed partial class Expr
{
    /// <summary>x &lt; y, as Bool, after broadcasting; false at NaN.</summary>
    public static Expr Less(Expr x, Expr y) => Predicate<Less>.Of(x, y);
    /// <summary>x ≤ y, as Bool, after broadcasting; false at NaN.</summary>
    public static Expr LessEqual(Expr x, Expr y) => Predicate<LessEqual>.Of(x, y);
    /// <summary>x &gt; y, as Bool, after broadcasting; false at NaN.</summary>
    public static Expr Greater(Expr x, Expr y) => Predicate<Less>.Of(y, x, "Greater");
    /// <summary>x ≥ y, as Bool, after broadcasting; false at NaN.</summary>
    public static Expr GreaterEqual(Expr x, Expr y) => Predicate<LessEqual>.Of(y, x, "GreaterEqual");
    /// <summary>x = y, as Bool, element by element, after broadcasting; false at NaN. (<c>==</c> on nodes compares references.)</summary>
    public static Expr Equal(Expr x, Expr y) => Predicate<Equal>.Of(x, y);
    /// <summary>x ≠ y, as Bool, after broadcasting; true at NaN.</summary>
    public static Expr NotEqual(Expr x, Expr y) => Predicate<NotEqual>.Of(x, y);

    /// <summary>x &lt; y, as Bool.</summary>
    public static Expr operator <(Expr x, Expr y) => Less(x, y);
    /// <summary>x &gt; y, as Bool.</summary>
    public static Expr operator >(Expr x, Expr y) => Greater(x, y);
    /// <summary>x ≤ y, as Bool.</summary>
    public static Expr operator <=(Expr x, Expr y) => LessEqual(x, y);
    /// <summary>x ≥ y, as Bool.</summary>
    public static Expr operator >=(Expr x, Expr y) => GreaterEqual(x, y);
}
