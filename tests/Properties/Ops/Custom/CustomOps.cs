namespace Autodiff.Functional.Properties.Ops.Custom;

/// <summary>
/// Functions with a derivative of their own that is the true one, and checkpoints, as entries of the catalogue: so that every law of the ops is tried on them, first and second order, batches, supports and dual numbers.
/// </summary>
internal static class CustomOps
{
    private static readonly Func<Expr, Expr> s_exp = Ad.CustomVjp((Expr x) => Twice(Expr.Exp(x)), (y, c) => c * y);
    private static readonly Func<Expr, Expr> s_tanh = Ad.CustomVjp((Expr x) => (2 * Expr.Tanh(x), Expr.Cosh(x)), (cosh, c) => 2 * c / (cosh * cosh));
    private static readonly Func<(Expr X, Expr Y), (Expr, Expr)> s_polar = Ad.CustomVjp(
        ((Expr X, Expr Y) p) => ((p.X * Expr.Cos(p.Y), p.X * Expr.Sin(p.Y)), p),
        ((Expr X, Expr Y) p, (Expr Right, Expr Up) c) =>
            (c.Right * Expr.Cos(p.Y) + c.Up * Expr.Sin(p.Y), p.X * (c.Up * Expr.Cos(p.Y) - c.Right * Expr.Sin(p.Y))));
    private static readonly Func<Expr, Expr> s_logistic = Ad.CustomJvp((Expr x, Expr d) =>
    {
        var y = 1 / (1 + Expr.Exp(-x));
        return (y, d * y * (1 - y));
    });
    private static readonly Func<(Expr X, Expr Y), (Expr, Expr)> s_spiral = Ad.CustomJvp(((Expr X, Expr Y) p, (Expr X, Expr Y) d) =>
    {
        var (sin, cos) = (Expr.Sin(p.Y), Expr.Cos(p.Y));
        return ((p.X * cos, p.X * sin), (d.X * cos - p.X * sin * d.Y, d.X * sin + p.X * cos * d.Y));
    });
    private static readonly Func<(Expr X, Expr Y), Expr> s_segment = Ad.Checkpoint(((Expr X, Expr Y) p) => Expr.Sin(p.X) * Expr.Exp(p.Y / 2) + p.X);
    private static readonly Func<Expr, (Expr, Expr)> s_nested = Ad.Checkpoint((Expr x) => (Ad.Checkpoint((Expr t) => Expr.Tanh(t) * t)(x), s_exp(s_logistic(x))));

    public static IEnumerable<OpInfo> Infos =>
    [
        Of("CustomVjp of exp", s_exp, "eˣ, its residual the value", "d·y"),
        Of("CustomVjp of tanh", s_tanh, "2·tanh x, its residual neither parameter nor value", "2d/cosh²x"),
        Pair("CustomVjp of a pair", (x, y) => s_polar((x, y)) is var (a, b) ? a * b + a : x),
        Of("CustomJvp of a logistic function", s_logistic, "1/(1 + e⁻ˣ)", "d·y·(1 − y)"),
        Pair("CustomJvp of a pair", (x, y) => s_spiral((x, y)) is var (a, b) ? a * b + b : x),
        Pair("Checkpoint of a pair", (x, y) => s_segment((x, y))),
        Of("Checkpoint of checkpoints and rules", x => s_nested(x) is var (a, b) ? a * b : x, "tanh(x)·x·exp(logistic(x))", "by recomputation"),
        Of("Checkpoint of a selection", Ad.Checkpoint((Expr x) => Expr.Where(x > 0.5, Expr.Sqrt(x), Expr.Sum(x * x))), "√x over ½, else Σx²", "by recomputation"),
    ];

    private static OpInfo Of(string name, Func<Expr, Expr> f, string formula, string derivative) => OpInfo.Unary(name, x => f(Real(name, x)), formula, derivative);

    private static OpInfo Pair(string name, Func<Expr, Expr, Expr> f) => new(name, "of two tensors of a shape", random =>
    {
        var shape = random.NextShape();
        return OpCase.Of(random.NextTensor(shape), random.NextTensor(shape), (x, y) => f(Real(name, x), y), name);
    });

    private static Expr Real(string name, Expr x) => x.DType.IsFloating() ? x : throw new DTypeException(name, "real numbers", $"{x.DType}");

    private static (Expr, Expr) Twice(Expr x) => (x, x);
}
