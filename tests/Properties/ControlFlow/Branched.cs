namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>
/// Two random programs of the same inputs as branches, taken by the sign of a sum. It runs as a Cond, as a Cond over a batch of one, and as an <c>if</c> of the host language on the value.
/// </summary>
internal sealed record Branched(Program Body)
{
    public Expr[] Cond(Expr[] x) => [Ad.Cond<Expr[], Expr>(Predicate(x), Yes, i => No(i, x), x)];

    /// <summary>By closures alone.</summary>
    public Expr[] Closures(Expr[] x) => [Ad.Cond(Predicate(x), () => Yes(x), () => No(x, x))];

    public Expr[] Switch(Expr[] x) => [Ad.Switch<Expr[], Expr>(Expr.Cast(Expr.Where(Predicate(x), 1.0, 2.0), DType.Int64), [i => Expr.Zeros(Body.Shape), Yes, i => No(i, x)], x)];

    public Expr[] Host(Expr[] x) => [(bool)Predicate(x).Value ? Yes(x) : No(x, x)];

    private static Expr Predicate(Expr[] x) => x.Select(input => Expr.Sum(input)).Aggregate((a, b) => a + b) > 0.1;

    private Expr Yes(Expr[] x) => Body.Run(x);

    private Expr No(Expr[] x, Expr[] closedOver) => Expr.Sin(Expr.Sum(x[^1])) * Expr.Sum(closedOver[0]) * Expr.Ones(Body.Shape);
}
