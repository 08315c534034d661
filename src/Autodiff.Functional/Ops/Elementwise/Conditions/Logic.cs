namespace Autodiff.Functional;

internal readonly struct And : IBinary
{
    public static OpInfo Info => Logical.Entry("And", Expr.And, "x and y");
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, @"\wedge", y, Binding.Relation);
    public static Domain Domain => Domain.Logical;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x * y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Literal(0);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Literal(0);
}

internal readonly struct Or : IBinary
{
    public static OpInfo Info => Logical.Entry("Or", Expr.Or, "x or y");
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, @"\vee", y, Binding.Relation);
    public static Domain Domain => Domain.Logical;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x + y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Literal(0);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Literal(0);
}

internal readonly struct Not : IUnary
{
    public static OpInfo Info => new("Not", "not x", random => OpCase.Of(random.NextMask(random.NextShape()), Expr.Not, "Expr.Not(x0)"));
    public static Formula? Latex(Formula x) => new Formula($@"\neg {x.Within(Binding.Power)}", Binding.Power);
    public static Domain Domain => Domain.Logical;
    public static Slope Slope => Slope.Zero;
    public static T Apply<T>(T x) where T : IElementary<T> => T.IfEqual(x, T.Literal(0), T.Literal(1), T.Literal(0));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

file static class Logical
{
    public static OpInfo Entry(string name, Func<Expr, Expr, Expr> op, string formula) => new(name, formula, random =>
    {
        var (x, y) = random.NextShapesThatBroadcast();
        return OpCase.Of(random.NextMask(x), random.NextMask(y), op, $"Expr.{name}(x0, x1)");
    })
    {
        Signature = $"{name}(x, y)",
    };
}

public sealed partial class Expr
{
    /// <summary>Both, of two Bools, after broadcasting.</summary>
    /// <exception cref="DTypeException">One is not Bool.</exception>
    public static Expr And(Expr x, Expr y) => Binary<And>.Of(x, y);
    /// <summary>At least one, of two Bools, after broadcasting.</summary>
    /// <exception cref="DTypeException">One is not Bool.</exception>
    public static Expr Or(Expr x, Expr y) => Binary<Or>.Of(x, y);
    /// <summary>The opposite, of a Bool.</summary>
    /// <exception cref="DTypeException">It is not Bool.</exception>
    public static Expr Not(Expr x) => Unary<Not>.Of(x);

    /// <summary>Both, of two Bools.</summary>
    public static Expr operator &(Expr x, Expr y) => And(x, y);
    /// <summary>At least one, of two Bools.</summary>
    public static Expr operator |(Expr x, Expr y) => Or(x, y);
    /// <summary>The opposite, of a Bool.</summary>
    public static Expr operator !(Expr x) => Not(x);
}
