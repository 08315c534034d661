using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>A rule is judged by what depends on its direction: whatever is linear in it is transposed, with branches, loops, checkpoints and solvers inside; whatever is not is refused.</summary>
public sealed class LinearityLaws(ITestOutputHelper output)
{
    private const int Size = 3;

    /// <summary>A rule: from x and a direction to a direction, both of three entries; and how it reads.</summary>
    private sealed record Rule(Func<Expr, Expr, Expr> Of, string Text, bool HasWhile = false)
    {
        public override string ToString() => Text;
    }

    private static readonly Rule s_direction = new((_, d) => d, "d");

    private static Expr Weights(Expr x) => 1 + Expr.Outer(Expr.Sin(x), Expr.Cos(x)) / 4 + 3 * Expr.Eye(Size);

    // Ways to make a linear rule of linear rules.
    private static readonly Func<Rule, Rule, Rule>[] s_linear =
    [
        (a, b) => new((x, d) => a.Of(x, d) + b.Of(x, d), $"({a} + {b})", a.HasWhile || b.HasWhile),
        (a, b) => new((x, d) => Expr.Sin(x) * a.Of(x, d), $"sin x * {a}", a.HasWhile),
        (a, b) => new((x, d) => -a.Of(x, d) / (2 + Expr.Cos(x)), $"-{a} / (2 + cos x)", a.HasWhile),
        (a, b) => new((x, d) => Expr.Where(x > 0, a.Of(x, d), b.Of(x, d)), $"where(x > 0, {a}, {b})", a.HasWhile || b.HasWhile),
        (a, b) => new((x, d) => Expr.Where(x > 0.3, a.Of(x, d), 0), $"where(x > 0.3, {a}, 0)", a.HasWhile),
        (a, b) => new((x, d) => Ad.Cond(Expr.Sum(x) > 0, v => v, v => -2 * v, a.Of(x, d)), $"cond(Σx > 0, v => v, v => -2v, {a})", a.HasWhile),
        (a, b) => new((x, d) => Ad.Cond(x[0] > 0, v => a.Of(x, v), v => b.Of(Expr.Exp(x), v), d), $"cond(x[0] > 0, v => {a}, v => {b} at exp x, d)", a.HasWhile || b.HasWhile),
        (a, b) => new((x, d) => Ad.Switch(Expr.ArgMax(x), [v => v, v => Expr.Flip(v), v => 0 * v], a.Of(x, d)), $"switch(argmax x, v, flip v, 0, {a})", a.HasWhile),
        (a, b) => new((x, d) => Ad.Checkpoint((Expr v) => Expr.Tanh(x) * a.Of(x, v))(d), $"checkpoint(v => tanh x * {a})(d)", a.HasWhile),
        (a, b) => new((x, d) => Ad.ForLoop(3, (i, v) => Expr.Sin(x) * v + a.Of(x, d), b.Of(x, d)), $"for(3, v => sin x * v + {a}, {b})", a.HasWhile || b.HasWhile),
        (a, b) => new((x, d) => Ad.Scan((c, r) => (c * Expr.Sum(x) / 4 + r, Expr.Cos(c.Shape.Rank + x[0]) * c), Expr.Sum(a.Of(x, d)), b.Of(x, d)).Outputs, $"scan(c => cΣx/4 + r, Σ{a}, {b})", a.HasWhile || b.HasWhile),
        (a, b) => new((x, d) => Ad.While(c => c.N < 3, c => (c.N + 1, Expr.Cos(x) * c.V), (N: Expr.Constant(Tensor.Scalar(0L)), V: a.Of(x, d))).V, $"while(v => cos x * v, {a})", HasWhile: true),
        (a, b) => new((x, d) => Expr.MatMul(Weights(x), a.Of(x, d)), $"W(x)·{a}", a.HasWhile),
        (a, b) => new((x, d) => Expr.Solve(Weights(x), a.Of(x, d)), $"solve(W(x), {a})", a.HasWhile),
        (a, b) => new((x, d) => Expr.TriangularSolve(Weights(x), a.Of(x, d)), $"triangularSolve(W(x), {a})", a.HasWhile),
        (a, b) => new((x, d) => Expr.LinearRecurrence(Expr.Sin(x), a.Of(x, d)), $"recurrence(sin x, {a})", a.HasWhile),
        (a, b) => new((x, d) => Expr.CumSum(a.Of(x, d)), $"cumsum({a})", a.HasWhile),
        (a, b) => new((x, d) => Ad.Fix(v => Expr.Sin(x) * v / 2 + a.Of(x, d), Expr.ZerosLike(x)), $"fix(v => sin x * v / 2 + {a})", a.HasWhile),
        (a, b) => new((x, d) => Ad.CustomJvp((Expr v, Expr dv) => (3 * v, 3 * dv))(a.Of(x, d)), $"custom({a})", a.HasWhile),
        (a, b) => new((x, d) => Ad.Jvp(v => Expr.Sin(v) * Expr.Sum(v), x, a.Of(x, d)).Tangent, $"jvp({a})", a.HasWhile),
        (a, b) => new((x, d) => Expr.Cast(Expr.Cast(a.Of(x, d), DType.Float32), DType.Float64) * 0 + a.Of(x, d), $"{a}", a.HasWhile),
        (a, b) => new((x, d) => 0 * Expr.Exp(a.Of(x, d)) + a.Of(x, d), $"0 * exp {a} + {a}", a.HasWhile),
    ];

    // Ways to make one that is not.
    private static readonly Func<Rule, Rule>[] s_others =
    [
        a => new((x, d) => a.Of(x, d) + Expr.Sin(x), $"({a} + sin x)"),
        a => new((x, d) => a.Of(x, d) + 1, $"({a} + 1)"),
        a => new((x, d) => Expr.Where(x > 0, a.Of(x, d), x), $"where(x > 0, {a}, x)"),
        a => new((x, d) => a.Of(x, d) * d, $"{a} * d"),
        a => new((x, d) => x / (2 + Expr.Square(a.Of(x, d))), $"x / (2 + {a}²)"),
        a => new((x, d) => Expr.Clamp(a.Of(x, d), -1, 1), $"clamp({a})"),
        a => new((x, d) => Expr.Round(a.Of(x, d)), $"round({a})"),
        a => new((x, d) => Expr.StopGradient(a.Of(x, d)), $"stop({a})"),
        a => new((x, d) => Expr.Cast(Expr.Cast(a.Of(x, d), DType.Int64), DType.Float64), $"cast({a})"),
        a => new((x, d) => Ad.Cond(Expr.Sum(a.Of(x, d)) > 0, v => v, v => -2 * v, d), $"cond(Σ{a} > 0, v, -2v, d)"),
        a => new((x, d) => Ad.Cond(Expr.Sum(x) > 0, v => v, v => v + Expr.Exp(x), a.Of(x, d)), $"cond(Σx > 0, v, v + exp x, {a})"),
        a => new((x, d) => Ad.Checkpoint((Expr v) => Expr.Abs(v))(a.Of(x, d)), $"checkpoint(abs)({a})"),
        a => new((x, d) => Ad.ForLoop(2, (i, v) => Expr.Sin(v), a.Of(x, d)), $"for(sin, {a})"),
        a => new((x, d) => Ad.ForLoop(2, (i, v) => v + x, a.Of(x, d)), $"for(v + x, {a})"),
        a => new((x, d) => Ad.While(c => Expr.Sum(Expr.Square(c)) > 1, c => c / 2, a.Of(x, d)), $"while(|v|² > 1, v / 2, {a})"),
        a => new((x, d) => Expr.Take(x, Expr.ArgSort(a.Of(x, d))), $"x[argsort {a}]"),
        a => new((x, d) => Expr.Sort(a.Of(x, d)), $"sort({a})"),
        a => new((x, d) => Expr.Solve(Weights(a.Of(x, d)), x), $"solve(W({a}), x)"),
        a => new((x, d) => Ad.Fix(v => Expr.Sin(v + a.Of(x, d)) / 2, Expr.ZerosLike(x)), $"fix(sin(v + {a}) / 2)"),
        a => new((x, d) => Expr.LogSumExp(a.Of(x, d)) * x, $"logsumexp({a}) * x"),
    ];

    private static Rule Draw(Random random, int depth) => depth == 0 ? s_direction : s_linear[random.Next(s_linear.Length)](Draw(random, random.Next(depth)), Draw(random, random.Next(depth)));

    private static Arbitrary<int> Seeds { get; } = Arb.From(Gen.Choose(0, int.MaxValue));

    [Fact]
    public void Rules_that_are_linear_are_transposed() => Law.Holds(output, 150, Seeds, seed =>
    {
        var random = new Random(seed);
        var rule = Draw(random, 1 + random.Next(4));
        if (rule.HasWhile)
            return "";      // has no reverse mode, whatever the rule
        Expr x = random.NextTensor(Shape.Of(Size)), d = random.NextTensor(Shape.Of(Size)), w = random.NextTensor(Shape.Of(Size));
        var pushes = Ad.CustomJvp((Expr x, Expr d) => (Expr.Sin(x), rule.Of(x, d)));
        var pulls = Ad.CustomVjp((Expr x) => (Expr.Sin(x), x), rule.Of);
        double truth = (double)Expr.Sum(w * rule.Of(x, d)), transposed = (double)Expr.Sum(d * rule.Of(x, w));
        double scale = 1e-10 * (1 + (double)Expr.Sum(Expr.Abs(rule.Of(x, d))) + (double)Expr.Sum(Expr.Abs(rule.Of(x, w))));
        Expr Pull(Func<Expr, Expr> f, Expr x) => Ad.Grad(v => Expr.Sum(w * f(v)), x);
        Expr Push(Func<Expr, Expr> f, Expr x) => Ad.Jvp(f, x, d).Tangent;
        foreach (var (way, got, right) in new (string, Func<Expr>, double)[]
        {
            ("reverse", () => Expr.Sum(d * Pull(pushes, x)), truth),
            ("forward", () => Expr.Sum(w * Push(pulls, x)), transposed),
            ("compiled", () => Expr.Sum(d * Ad.Compile((Expr v) => Pull(pushes, v)).Run(x)), truth),
            ("batched", () => Expr.Sum(d * Ad.Vmap((Expr v) => Pull(pushes, v), Expr.Stack([x, 2 * x]))[0]), truth),
            ("batched, forward", () => Expr.Sum(w * Ad.Vmap((Expr v) => Push(pulls, v), Expr.Stack([x, 2 * x]))[0]), transposed),
            ("in a loop", () => Expr.Sum(d * Ad.ForLoop(1, (_, v) => Pull(pushes, x) + 0 * v, x)), truth),
            ("checkpointed", () => Expr.Sum(d * Pull(Ad.Checkpoint(pushes), x)), truth),
        })
            if (Math.Abs((double)got() - right) is var error && !(error <= scale))
                return $"{way}: {got()} instead of {right} by {rule}";
        return null;
    }, atMost: 0.5);

    [Fact]
    public void Rules_that_are_not_linear_are_refused() => Law.Holds(output, 100, Seeds, seed =>
    {
        var random = new Random(seed);
        var inner = Draw(random, random.Next(3));
        if (inner.HasWhile || inner.Text.Contains("-> 0", StringComparison.Ordinal))
            return "";
        var rule = s_others[random.Next(s_others.Length)](inner);
        Expr x = random.NextTensor(Shape.Of(Size));
        var pushes = Ad.CustomJvp((Expr x, Expr d) => (Expr.Sin(x), rule.Of(x, d)));
        var pulls = Ad.CustomVjp((Expr x) => (Expr.Sin(x), x), rule.Of);
        string reverse = Assert.Throws<DerivativeException>(() => Ad.Grad(v => Expr.Sum(pushes(v)), x).Value).Message;
        string forward = Assert.Throws<DerivativeException>(() => Ad.Jvp(pulls, x, x).Tangent.Value).Message;
        return reverse.Contains("linear in the tangent", StringComparison.Ordinal) && forward.Contains("linear in the cotangent", StringComparison.Ordinal) ? null : $"{rule}: {reverse}; {forward}";
    }, atMost: 0.5);

    [Fact]
    public void A_loop_that_ends_by_the_point_has_a_forward_mode()
    {
        var f = Ad.CustomJvp((Expr x, Expr d) => (Expr.Sin(x), Ad.While(c => c.N < 3, c => (c.N + 1, Expr.Cos(x) * c.V), (N: Expr.Constant(Tensor.Scalar(0L)), V: d)).V));
        Assert.Equal(Math.Pow(Math.Cos(0.5), 3), (double)Ad.Jvp(f, 0.5, 1.0).Tangent, 1e-15);
        Assert.Contains("While", Assert.Throws<DerivativeException>(() => Ad.Grad(f, 0.5)).Message, StringComparison.Ordinal);
    }
}
