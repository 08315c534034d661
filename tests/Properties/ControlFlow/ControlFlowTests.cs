using Xunit;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>What loops and branches promise beside their values: size, memory, dtypes of literals, errors, prints.</summary>
public sealed class ControlFlowTests
{
    private static readonly Expr s_rows = Tensor.Of([1.0, 2, 3]);

    private static int Size(Expr node) => KahnOrder.From(node).Sum(visit => 1 + visit.Op.Bodies.Sum(body => body.Graph.Order.Count));

    // ---- size ----

    [Theory, InlineData(2), InlineData(100_000)]
    public void The_graph_is_as_large_for_many_steps_as_for_two(int count)
    {
        var x = Expr.Variable("x", Tensor.Scalar(0.5));
        Expr Loop(Expr at, int steps) => Ad.ForLoop(steps, (i, c) => Expr.Sin(c * at) + c, at);
        Assert.Equal(Size(Loop(x, 3)), Size(Loop(x, count)));
        Assert.Equal(Size(Ad.Grad(at => Loop(at, 3), x)), Size(Ad.Grad(at => Loop(at, count), x)));
        Assert.Equal(Size(Ad.Jvp(at => Ad.Grad(b => Loop(b, 3), at), x, 1.0).Tangent), Size(Ad.Jvp(at => Ad.Grad(b => Loop(b, count), at), x, 1.0).Tangent));
    }

    [Fact]
    public void What_does_not_change_from_step_to_step_is_outside()
    {
        var w = Expr.Variable("w", Tensor.Scalar(0.5));
        var loop = Ad.ForLoop(10, (_, c) => c * Expr.Exp(Expr.Sin(w)), 1.0);
        var scan = (Scan)KahnOrder.From(loop).Single(visit => visit.Op is Scan).Op;
        Assert.Equal(["Multiply"], scan.Body.Order.Where(visit => visit.Inputs.Count > 0).Select(visit => visit.Op.Name));
        // So it is in the loop that goes back.
        var back = KahnOrder.From(Ad.Grad(v => Ad.ForLoop(10, (_, c) => c * Expr.Exp(Expr.Sin(v)), 1.0), w)).Where(visit => visit.Op is Scan).Select(visit => (Scan)visit.Op).Single(op => op.Reverse);
        Assert.DoesNotContain(back.Body.Order, visit => visit.Op.Name is "Exp" or "Sin" or "Cos");
    }

    [Fact]
    public void A_branch_keeps_its_work_to_itself()
    {
        var w = Expr.Variable("w", Tensor.Scalar(0.5));
        var branch = Ad.Cond(w > 0, () => Expr.Exp(Expr.Sin(w)), () => w);
        Assert.DoesNotContain(KahnOrder.From(branch), visit => visit.Op.Name is "Exp" or "Sin");
    }

    [Fact]
    public void A_gradient_keeps_the_carries_and_nothing_else()
    {
        const int Steps = 100_000;
        Expr Loss(Expr x) => Ad.ForLoop(Steps, (i, c) => Expr.Tanh(Expr.Sin(c) + Expr.Exp(-c * c)) * 0.5 + c * 0.25, x);
        Ad.Grad(Loss, 0.5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Ad.Grad(Loss, 0.5);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        // One double a step. The steps' numbers are not looked at, so they are not made.
        Assert.InRange(bytes, 8 * Steps, 8 * Steps + 100_000);
    }

    // ---- lengths ----

    [Fact]
    public void Without_steps_the_last_carry_is_the_first()
    {
        var (carry, outputs) = Ad.Scan((c, x) => (c * x, Expr.Stack([c, x])), 2.0, Expr.Zeros([0]));
        Assert.Equal(2, (double)carry);
        Assert.Equal(Shape.Of(0, 2), outputs.Shape);
        Assert.Equal(1, (double)Ad.Grad(c => Ad.Scan((v, x) => (v * x, v), c, Expr.Zeros([0])).Carry, 2.0));
        Assert.Equal(3, (double)Ad.ForLoop(0, (_, x) => x / 0, 3.0));
    }

    [Fact]
    public void A_length_in_place_of_inputs()
    {
        var (last, powers) = Ad.Scan(c => (2 * c, c), 1.0, 4);
        Assert.Equal(16, (double)last);
        Assert.Equal([1, 2, 4, 8], powers.Value.ToArray<double>());
        Assert.Equal([8, 4, 2, 1], Ad.Scan(c => (2 * c, c), 1.0, 4, reverse: true).Outputs.Value.ToArray<double>());
    }

    [Fact]
    public void Carries_that_change_places()
    {
        // Fibonacci: each carry is the other before.
        var (a, b) = Ad.ForLoop(10, (_, s) => (s.Item2, s.Item1 + s.Item2), (Expr.Scalar(0.0), Expr.Scalar(1.0)));
        Assert.Equal((55, 89), ((double)a, (double)b));
        Assert.Equal(34, (double)Ad.Grad(x => Ad.ForLoop(9, (_, s) => (s.Item2, s.Item1 + s.Item2), (Expr.Scalar(0.0), x)).Item1, 1.0));
    }

    // ---- dtypes ----

    [Fact]
    public void A_literal_as_carry_takes_the_dtype_that_the_body_gives()
    {
        Expr singles = Tensor.Of(new[] { 1f, 2, 3 });
        Assert.Equal(DType.Float32, Ad.Scan((c, x) => (c + x, c), 0.0, singles).Carry.DType);
        Assert.Equal(DType.Float64, Ad.Scan((c, x) => (2 * c, x), 1.0, singles).Carry.DType);
        Assert.Equal(DType.Int64, Ad.Scan((c, x) => (c + x, x), 0.0, Tensor.Of(new[] { 1L, 2 })).Carry.DType);
        // One after the other: the first takes it from the second.
        Func<(Expr, Expr), Expr, ((Expr, Expr), Expr)> step = (c, x) => ((c.Item2, c.Item2 + x), x);
        Assert.Equal(DType.Float32, Ad.Scan<(Expr, Expr), Expr, Expr>(step, (0.0, 1.0), singles).Carry.Item1.DType);
        Assert.Equal(DType.Float32, Ad.Cond(singles[0] > 0, v => v, v => 0.0, singles[0]).DType);
        Assert.Equal(DType.Float32, Ad.Cond(singles[0] > 0, () => 1.0, () => singles[1]).DType);
        Assert.Equal(DType.Float32, Ad.While(c => c < 10, c => c + singles[2], 0.0).DType);
    }

    [Fact]
    public void Masks_and_integers_are_carried()
    {
        var (any, count) = Ad.Scan<(Expr, Expr), Expr, Expr>((c, x) => ((c.Item1 | (x > 2), c.Item2 + 1), x), (Expr.Constant(Tensor.Scalar(false)), Expr.Constant(Tensor.Scalar(0))), s_rows).Carry;
        Assert.True((bool)any.Value);
        Assert.Equal(3, count.Value.ToScalar<int>());
    }

    // ---- errors ----

    private static void Says<TException>(Func<object?> call, params string[] parts) where TException : AutodiffException
    {
        var error = Assert.Throws<TException>(call);
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_carry_that_changes_is_an_error_with_its_path()
    {
        Says<ShapeException>(() => Ad.Scan((c, x) => (Expr.Stack([c, c]), x), Expr.Scalar(0.0), s_rows), "Scan", "Float64(), at carry;", "Float64(2,)");
        Says<DTypeException>(() => Ad.ForLoop(3, (_, s) => (s.Item1, Expr.Cast(s.Item2, DType.Float32)), (Expr.Scalar(0.0), Expr.Scalar(0.0))), "ForLoop", "carry.Item2", "Float32");
        Says<StructureException>(() => Ad.ForLoop(3, (_, c) => [.. c, c[0]], new Expr[] { 1.0 }), "ForLoop");
    }

    [Fact]
    public void Branches_agree()
    {
        var x = Expr.Variable("x", Tensor.Scalar(1.0));
        Says<ShapeException>(() => Ad.Cond(x > 0, v => v, v => Expr.Stack([v, v]), x), "Cond", "value", "Float64(2,) from branch 1");
        Says<DTypeException>(() => Ad.Cond(x > 0, v => (v, v), v => (v, Expr.Cast(v, DType.Int64)), x), "value.Item2", "Int64");
        Says<DTypeException>(() => Ad.Cond(x > 0, v => 0.5, v => Expr.Cast(v, DType.Int64), x), "Cond");
        Says<DTypeException>(() => Ad.Cond(x, v => v, v => v, x), "Bool predicate");
        Says<ShapeException>(() => Ad.Cond(s_rows > 0, v => v, v => v, x), "Where");
        Says<IndexException>(() => Ad.Switch(2, [v => v, v => v], x), "0 … 1", "got 2");
        Says<IndexException>(() => Ad.Switch(-1, [v => v, v => v], x), "got -1");
        Says<IndexException>(() => Ad.Switch(Expr.Cast(x, DType.Int64) * 5, [v => v, v => v], x).Value, "got 5");
        Says<IndexException>(() => Graph.Trace(i => [Ad.Switch(i[0], [v => v, v => v], x)], [new(DType.Int64, Shape.Scalar)]).Batch([Tensor.Of(new[] { 0L, 7 })], [true], 2)[0].Value, "got 7");
        Says<DTypeException>(() => Ad.Switch(x, [v => v], x), "index");
        Says<StructureException>(() => Ad.Switch(0, [], x), "branch");
    }

    [Fact]
    public void Inputs_have_one_length()
    {
        Says<ShapeException>(() => Ad.Scan<Expr, (Expr, Expr), Expr>((c, x) => (c, x.Item1), 0.0, (s_rows, Expr.Zeros([2]))), "inputs.Item2", "3", "2");
        Says<ShapeException>(() => Ad.Scan((c, x) => (c, x), 0.0, Expr.Scalar(1.0)), "first axis");
        Says<StructureException>(() => Ad.Scan<Expr, int, Expr>((c, x) => (c, c), 0.0, 3, Structure.Node, Structure.Untouched<int>(), Structure.Node), "length");
        Assert.Throws<ArgumentOutOfRangeException>(() => Ad.ForLoop(-1, (_, c) => c, 0.0));
    }

    [Fact]
    public void There_is_no_value_inside()
    {
        Says<MissingValueException>(() => Ad.Scan((c, x) => ((double)x > 0 ? c : x, c), Expr.Scalar(0.0), s_rows), "a scan", "Cond", "Where", "Scan", "While");
        Says<MissingValueException>(() => Ad.Cond(s_rows[0] > 0, v => (double)v > 0 ? v : v, v => v, s_rows[0]), "a branch");
        Says<MissingValueException>(() => Ad.While(c => (bool)(c < 3).Value ? c < 3 : c < 4, c => c + 1, Expr.Scalar(0.0)), "a while loop");
    }

    // ---- known predicates, foreign nodes, threads ----

    [Fact]
    public void A_known_predicate_leaves_its_branch()
    {
        Assert.True(Ad.Cond(Tensor.Scalar(true), v => v * v, v => v, Expr.Scalar(3.0)).IsConstant);
        var x = Expr.Variable("x", Shape.Scalar);
        Assert.Equal("Sin", Ad.Cond(Tensor.Scalar(false), v => v, v => Expr.Sin(v), x).Op.Name);
        Assert.True(Ad.Scan((c, row) => (c + row, c), 0.0, s_rows).Carry.IsConstant);
    }

    [Fact]
    public void What_is_not_taken_is_not_computed()
    {
        // Solving a singular system is an error, and so would be its derivative.
        Expr singular = Expr.Variable("a", Expr.Zeros([2, 2]).Value);
        Func<Expr, Expr> f = x => Ad.Cond(x > 0, v => v * v, v => Expr.Sum(Expr.Solve(singular * v, Expr.Ones([2]))), x);
        Assert.Equal(9, (double)f(Expr.Variable("x", Tensor.Scalar(3.0))));
        Assert.Equal(6, (double)Ad.Grad(f, Expr.Variable("x", Tensor.Scalar(3.0))));
        Assert.Throws<MatrixException>(() => f(Expr.Variable("x", Tensor.Scalar(-3.0))).Value);
    }

    [Fact]
    public void A_point_of_another_threads_trace_is_closed_over()
    {
        // Another thread's clock is behind, so that the trace's nodes look young there; stamps may not decide what is a branch's own.
        var slope = Ad.Grad(x =>
        {
            var y = Expr.Sin(x);
            Expr? result = null;
            var thread = new Thread(() => result = Ad.Cond(x > 0, () => y * x, () => x));
            thread.Start();
            thread.Join();
            return result!;
        }, 0.5);
        Assert.Equal(Math.Cos(0.5) * 0.5 + Math.Sin(0.5), (double)slope, 1e-15);
    }

    [Fact]
    public void Dual_numbers_go_through_loops()
    {
        var graph = Graph.Trace(x => [Ad.Scan((c, row) => (Ad.Cond(c > 1, v => Expr.Sin(v) * row, v => v * 2 + row, c), c), x[0], s_rows).Carry], [new(DType.Float64, Shape.Scalar)]);
        Assert.Equal((double)Ad.Grad(x => graph.Call(x)[0], 0.3), graph.Evaluate<Dual<double>>(Dual<double>.Variable(0.3))[0].ToScalar().Tangent, 1e-14);
    }

    // ---- prints ----

    [Fact]
    public void Bodies_are_printed_below_their_node()
    {
        var x = Expr.Variable("x", Shape.Scalar);
        Assert.Equal("""
            x: Float64() = variable
            v0: Float64(3,) = constant [1. 2. 3.]
            v1: Bool(1,) = Scan[length=3](x, x, v0)
                step(p0: Float64(), p1: Float64(), p2: Float64()):
                    v0: Float64() = Multiply(p1, p0)
                    v1: Float64() = Add(v0, p2)
                    return v1
            v2: Float64() = Project[0](v1)
            return v2

            """.ReplaceLineEndings("\n"), Ad.Scan((c, row) => (c * x + row, default(ValueTuple)), x, s_rows, Structure.Node, Structure.Node, Structure.Untouched<ValueTuple>()).Carry.Print());
        var branch = Ad.Cond(x > 0, v => v * v, v => v, x).Print();
        Assert.Contains("    yes(p0: Float64()):\n        v0: Float64() = Multiply(p0, p0)\n        return v0\n    no(p0: Float64()):\n        return p0\n", branch, StringComparison.Ordinal);
    }
}
