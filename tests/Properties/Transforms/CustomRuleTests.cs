using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>Derivatives of one's own: which rule is used where, and what is said where none can be.</summary>
public sealed class CustomRuleTests(ITestOutputHelper output)
{
    // A rule that is not the derivative of what is computed shows where it is used.
    private static readonly Func<Expr, Expr> s_tenfold = Ad.CustomVjp((Expr x) => (x * x, x), (x, c) => 10 * c * x);
    private static readonly Func<Expr, Expr> s_tenfoldForwards = Ad.CustomJvp((Expr x, Expr d) => (x * x, 10 * x * d));
    private static readonly Func<Expr, Expr> s_clipped = Ad.CustomVjp((Expr x) => (x, x), (_, c) => Expr.Clamp(c, -1, 1));

    [Fact]
    public void The_rule_is_used_in_both_modes_and_in_higher_orders()
    {
        foreach (var f in (Func<Expr, Expr>[])[s_tenfold, s_tenfoldForwards])
        {
            Assert.Equal(9, (double)f(3.0));
            Assert.Equal(30, (double)Ad.Grad(f, 3.0));
            Assert.Equal(30, (double)Ad.Jvp(f, 3.0, 1.0).Tangent);
            Assert.Equal(10, (double)Ad.Grad(Ad.Grad(f), 3.0));              // of the rule's own expression, 10·x
            Assert.Equal(10, (double)Ad.Hessian(f, 3.0));
            Assert.Equal(0, (double)Ad.Grad(Ad.Grad(Ad.Grad(f)), 3.0));
            Assert.Equal(10 * 3 * 10 * 9.0, (double)Ad.Grad(x => f(f(x)), 3.0));
        }
    }

    [Fact]
    public void A_residual_that_is_the_value_follows_the_rule_in_higher_orders()
    {
        var f = Ad.CustomVjp((Expr x) => (x * x * x, x * x * x) is var (y, _) ? (y, y) : default, (y, c) => 2 * c * y);      // as if y′ = 2y
        Assert.Equal(2 * 8.0, (double)Ad.Grad(f, 2.0));
        Assert.Equal(4 * 8.0, (double)Ad.Grad(Ad.Grad(f), 2.0));
    }

    [Fact]
    public void A_rule_that_is_not_linear_serves_reverse_mode_and_the_hessian_but_not_forward_mode()
    {
        Assert.Equal(1, (double)Ad.Grad(x => 5 * s_clipped(x), 3.0));
        Assert.Equal(2, (double)Ad.HessianVectorProduct(x => s_clipped(x * x) / 4, 3.0, 4.0), 1e-15);
        var error = Assert.Throws<DerivativeException>(() => Ad.Jvp(s_clipped, 3.0, 1.0).Tangent.Value);
        Assert.Equal("CustomVjp: expected a rule that is linear in the cotangent, so that forward mode is its transpose; got one that is not (it clips, or branches on it). "
            + "Use reverse mode; or give a pushforward, with Ad.CustomJvp.", error.Message);
        var bent = Ad.CustomJvp((Expr x, Expr d) => (x, Expr.Abs(d)));
        Assert.Equal(2, (double)Ad.Jvp(bent, 3.0, -2.0).Tangent);
        Assert.Contains("linear in the tangent", Assert.Throws<DerivativeException>(() => Ad.Grad(bent, 3.0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_closed_over_has_a_value_but_no_derivative()
    {
        foreach (var make in (Func<Expr, Func<Expr, Expr>>[])[
            w => Ad.CustomVjp((Expr x) => (w * x, x), (x, c) => w * c),
            w => Ad.CustomJvp((Expr x, Expr d) => (w * x, w * d))])
        {
            Assert.Equal(5, (double)Ad.Grad(make(5.0), 3.0));
            Assert.Equal(5, (double)Ad.Grad(x => Ad.Grad(make(Expr.StopGradient(x)), x), 5.0) + 5, 1e-15);
            Assert.Contains("make it a parameter", Assert.Throws<DerivativeException>(() => Ad.Grad(w => make(w)(3.0), 5.0)).Message, StringComparison.Ordinal);
            Assert.Contains("closes over", Assert.Throws<DerivativeException>(() => Ad.Jvp(w => make(w)(3.0), 5.0, 1.0).Tangent.Value).Message, StringComparison.Ordinal);
            // A variable is closed over as well, and may change its value.
            var v = Expr.Variable("v", Shape.Scalar);
            Assert.Equal(7, (double)Graph.Of([v], [Ad.Grad(make(v), 3.0)]).Evaluate(Tensor.Scalar(7.0))[0]);
        }
    }

    [Fact]
    public void A_rule_may_branch_on_values()
    {
        var relu = Ad.CustomVjp((Expr x) => (Expr.Maximum(x, 0), x), (x, c) => (double)x > 0 ? c : 0);
        Assert.Equal((1, 0), ((double)Ad.Grad(relu, 3.0), (double)Ad.Grad(relu, -3.0)));
        Assert.Throws<MissingValueException>(() => Graph.Trace(x => [relu(x[0])], [new(DType.Float64, Shape.Scalar)]));
    }

    [Fact]
    public void Integers_and_weak_literals_need_no_care()
    {
        var pick = Ad.CustomVjp(((Expr Table, Expr Index) p) => (Expr.Take(p.Table, p.Index), p),
            (p, c) => (10 * Expr.Where(Expr.Equal(Expr.Arange(3), Expr.Cast(p.Index, DType.Int64)), c, 0), p.Index));
        var gradient = Ad.Grad(t => pick((t, Tensor.Scalar(1))), Tensor.Of([1.0, 2, 3]));
        Assert.Equal([0.0, 10, 0], gradient.Value.ToArray<double>());
        var straightThrough = Ad.CustomVjp((Expr x) => (Expr.Round(x), 0), (_, c) => c);
        Assert.Equal(1, (double)Ad.Grad(straightThrough, 0.3));
        Assert.Equal(1f, Ad.Grad(straightThrough, Expr.Scalar(0.3f)).Value.ToArray<float>()[0]);
    }

    [Fact]
    public void What_a_rule_gives_is_checked()
    {
        var x = Expr.Constant(Tensor.Of([1.0, 2]));
        var scalar = Ad.CustomVjp((Expr x) => (Expr.Sum(x), x), (_, c) => c);
        Assert.Equal("CustomVjp: expected a cotangent of the shape (2,) that it belongs to; got ().", Assert.Throws<ShapeException>(() => scalar(x)).Message);
        var list = Ad.CustomVjp((Expr[] x) => (x[0] * x[1], x), (x, c) => [c]);
        Assert.Throws<StructureException>(() => list([1.0, 2.0]));
        var swapped = Ad.CustomJvp((Expr x, Expr d) => (d * x, x));
        Assert.Contains("(value, tangent)", Assert.Throws<DerivativeException>(() => swapped(1.0)).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Ad.CustomJvp((Expr x, Expr d) => (x, Expr.Cast(d, DType.Float32)))(1.0));
    }

    [Fact]
    public void What_a_batch_shares_gets_the_cotangents_of_all()
    {
        var product = Ad.CustomVjp(((Expr W, Expr X) p) => (p.W * p.X, p), (p, c) => (10 * c * p.X, 10 * c * p.W));
        var graph = Graph.Trace(p => [product((p[0], p[1]))], [new(DType.Float64, Shape.Scalar), new(DType.Float64, Shape.Scalar)]);
        var x = Expr.Constant(Tensor.Of([1.0, 2, 3]));
        Assert.Equal(60, (double)Ad.Grad(w => Expr.Sum(graph.Batch([w, x], [false, true], 3)[0]), 5.0));
        Assert.Equal(60, (double)Ad.Jvp(w => Expr.Sum(graph.Batch([w, x], [false, true], 3)[0]), 5.0, 1.0).Tangent);
    }

    // ---- values by code that no trace sees ----

    private static double Outside(Func<double, double> f, Expr x) => f((double)x);

    [Fact]
    public void A_residual_that_is_a_value_by_outside_code_follows_the_rule()
    {
        var exp = Ad.CustomVjp((Expr x) => (Expr)Outside(Math.Exp, x) is var y ? (y, y) : default, (y, c) => c * y);
        var pushed = Ad.CustomJvp((Expr x, Expr d) => (Expr)Outside(Math.Exp, x) is var y ? (y, y * d) : default);
        foreach (var f in (Func<Expr, Expr>[])[exp, pushed])
            foreach (double x in (double[])[0.7, 0, -1.5])
            {
                double right = Math.Exp(x);
                Assert.Equal(right, (double)Ad.Grad(f, x), 1e-15);
                Assert.Equal(right, (double)Ad.Grad(Ad.Grad(f), x), 1e-15);
                Assert.Equal(right, (double)Ad.Grad(Ad.Grad(Ad.Grad(f)), x), 1e-15);
                Assert.Equal(right, (double)Ad.Hessian(f, x), 1e-15);
                Assert.Equal(right, (double)Ad.Jvp(Ad.Grad(f), x, 1.0).Tangent, 1e-15);
            }
        // A rule inside of a rule has derivatives of its own.
        var doubled = Ad.CustomVjp((Expr x) => (2 * exp(x), exp(x)), (y, c) => 2 * c * y);
        Assert.Equal(2 * Math.Exp(0.7), (double)Ad.Grad(Ad.Grad(doubled), 0.7), 1e-15);
        var pair = Ad.CustomVjp((Expr x) => (Checked.Apply(Math.Exp, x), Checked.Apply(Math.Sin, x)) is var y ? (y, (x, y)) : default,
            ((Expr X, (Expr Exp, Expr Sin) Y) r, (Expr Exp, Expr Sin) c) => c.Exp * r.Y.Exp + c.Sin * Expr.Cos(r.X));
        Expr at = Tensor.Of([0.3, -0.8]);
        var second = Ad.Grad(x => Expr.Sum(Ad.Grad(x => Expr.Sum(pair(x) is var (exp, sin) ? exp + sin : x), x)), at);
        Assert.Equal([Math.Exp(0.3) - Math.Sin(0.3), Math.Exp(-0.8) - Math.Sin(-0.8)], second.Value.ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-14);
    }

    /// <summary>What was made of a value by code that no trace sees has no derivative, and is never 0.</summary>
    [Fact]
    public void Numbers_by_outside_code_have_no_derivative()
    {
        Func<Expr, Expr>[] all =
        [
            Ad.CustomVjp((Expr x) => (Expr)Outside(Math.Exp, x) is var y ? (y, 2 * y) : default, (y, c) => c * y / 2),
            Ad.CustomVjp((Expr x) => ((Expr)Outside(Math.Exp, x), (Expr)Outside(Math.Exp, x)), (y, c) => c * y),
            Ad.CustomVjp((Expr x) => (Expr.Exp(x), x), (x, c) => c * Outside(Math.Exp, x)),
            Ad.CustomVjp((Expr x) => (Expr.Exp(x), Expr.Exp(x)), (y, c) => c * (double)y),
            Ad.CustomJvp((Expr x, Expr d) => (Expr.Exp(x), d * Outside(Math.Exp, x))),
            Ad.CustomJvp((Expr x, Expr d) => (Expr)Outside(Math.Exp, x) is var y ? (y, 2 * y * (d / 2)) : default),
            Ad.CustomVjp((Expr x) => (Expr.Exp(x), x), (x, c) => Ad.Cond(x > 0, v => v * Outside(Math.Exp, x), v => v, c)),
            Ad.CustomVjp((Expr x) => (Expr.Exp(x), x), (x, c) => Ad.ForLoop(1, (_, v) => v * Outside(Math.Exp, x), c)),
            Ad.CustomJvp((Expr x, Expr d) => (Expr.Exp(x), Ad.Checkpoint((Expr v) => Ad.Cond(x > 0, u => u * Outside(Math.Exp, x), u => u, v))(d))),
        ];
        foreach (var f in all)
        {
            Assert.Equal(Math.Exp(0.7), (double)Ad.Grad(f, 0.7), 1e-15);
            Assert.Equal(Math.Exp(0.7), (double)Ad.Jvp(f, 0.7, 1.0).Tangent, 1e-15);
            foreach (var second in (Func<Expr>[])[() => Ad.Grad(Ad.Grad(f), 0.7), () => Ad.Hessian(f, 0.7), () => Ad.Jvp(Ad.Grad(f), 0.7, 1.0).Tangent, () => Ad.Grad(x => Ad.Jvp(f, x, 1.0).Tangent, 0.7)])
                Assert.Contains("return that node itself as a residual", Assert.Throws<DerivativeException>(() => second().Value).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Numbers_that_do_not_change_nearby_are_constants()
    {
        var leaky = Ad.CustomVjp((Expr x) => (Expr.Where(x > 0, x, 0.01 * x), x), (x, c) => (double)x > 0 ? c : 0.01 * c);
        var rounded = Ad.CustomJvp((Expr x, Expr d) => (Expr.Round(x), d * (1 + Math.Round((double)x))));
        foreach (double x in (double[])[0.7, -0.7, 0])
        {
            Assert.Equal(x > 0 ? 1 : 0.01, (double)Ad.Grad(leaky, x));
            Assert.Equal(0, (double)Ad.Grad(Ad.Grad(leaky), x));
            Assert.Equal(0, (double)Ad.Hessian(leaky, x));
            Assert.Equal(0, (double)Ad.Grad(Ad.Grad(rounded), x));
        }
    }

    // ---- checkpoints ----

    [Fact]
    public void A_checkpoint_changes_no_bit() => Law.Holds(output, 300, Programs.Plain, p =>
    {
        var kept = Ad.ValueAndGrad<Expr[]>(p.Loss, p.At);
        var again = Ad.ValueAndGrad(Ad.Checkpoint<Expr[], Expr>(p.Loss), p.At);
        var w = Directions.Of(p.Shape, 3);
        return Same("value", kept.Value, again.Value)
            ?? kept.Gradient.Zip(again.Gradient, (a, b) => Same("gradient", a, b)).FirstOrDefault(wrong => wrong is not null)
            ?? Same("tangent", Ad.Jvp<Expr[], Expr>(p.Run, p.At, p.Tangents().Constants()).Tangent, Ad.Jvp(Ad.Checkpoint<Expr[], Expr>(p.Run), p.At, p.Tangents().Constants()).Tangent)
            ?? Ad.Vjp<Expr[], Expr>(p.Run, p.At).Pullback(w).Zip(Ad.Vjp(Ad.Checkpoint<Expr[], Expr>(p.Run), p.At).Pullback(w), (a, b) => Same("pullback", a, b)).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void A_checkpoint_of_nested_transforms_changes_no_bit() => Law.Holds(output, 60, Programs.Nested, p =>
        Ad.Grad<Expr[]>(p.Loss, p.At).Zip(Ad.Grad(Ad.Checkpoint<Expr[], Expr>(p.Loss), p.At), (a, b) => Same("gradient", a, b)).FirstOrDefault(wrong => wrong is not null));

    [Fact]
    public void A_checkpoint_may_close_over_what_is_differentiated()
    {
        Expr Model(Expr w, Func<Func<Expr, Expr>, Func<Expr, Expr>> each) =>
            Enumerable.Range(0, 5).Aggregate(w * 0 + 0.3, (x, _) => each(x => Expr.Sin(w * x) + w)(x));
        Assert.Equal((double)Ad.Grad(w => Model(w, f => f), 0.7), (double)Ad.Grad(w => Model(w, f => Ad.Checkpoint(f)), 0.7), 1e-15);
        Assert.Equal((double)Ad.Hessian(w => Model(w, f => f), 0.7), (double)Ad.Hessian(w => Model(w, f => Ad.Checkpoint(f)), 0.7), 1e-13);
    }

    /// <summary>What a chain of 32 segments of 32 steps remembers of its values and its gradient's: all of them, or those between segments.</summary>
    [Fact]
    public void A_checkpoint_keeps_its_inputs_only()
    {
        int kept = Remembered(f => f), recomputed = Remembered(f => Ad.Checkpoint(f));
        output.WriteLine($"{kept} tensors kept, {recomputed} with checkpoints");
        Assert.InRange(kept, 4 * 1024, 6 * 1024);       // the sines, the products, their slopes …
        Assert.InRange(recomputed, 2 * 32, 2 * 32 + 4);
    }

    private static int Remembered(Func<Func<Expr, Expr>, Func<Expr, Expr>> each)
    {
        var segment = each(x => Enumerable.Range(0, 32).Aggregate(x, (y, _) => Expr.Sin(y) * 1.01));
        var at = Expr.Variable("x", Tensor.Full(Shape.Of(10), 0.5));
        var loss = Expr.Sum(Enumerable.Range(0, 32).Aggregate(at, (x, _) => segment(x)));
        var gradient = Ad.Gradients(loss)[at];
        _ = gradient.Value;
        return KahnOrder.From(loss, gradient).Where(visit => visit.Node.HasValue && visit.Node.Shape.Size == 10).Select(visit => visit.Node.Value).Distinct(ReferenceEqualityComparer.Instance).Count();
    }

    private static string? Same(string what, Expr a, Expr b) => a.Value.Equals(b.Value) ? null : $"{what}: {a.Value} and {b.Value}";
}
