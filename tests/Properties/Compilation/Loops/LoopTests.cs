using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.ControlFlow;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Loops compiled are loops, with any number of steps; what the reverse of one finds kept, and what is moved out of it or left out.</summary>
public sealed class LoopTests(ITestOutputHelper output)
{
    private static readonly TensorType s_row = new(DType.Float64, Shape.Of(5));

    [Fact]
    public void A_loop_compiled_is_the_loop() => Law.Holds(output, 40, Programs.Plain, body =>
    {
        var loop = Looped.Of(body);
        Graph Traced(Func<Expr[], Expr[]> f) => Graph.Trace(x => [.. f([.. x])], [.. body.Inputs.Select(input => input.Type)]);
        return Same.Results(Traced(loop.Scan), body.Inputs, steps: () => Traced(loop.Unroll));
    });

    [Fact]
    public void The_gradient_of_a_loop_compiled_is_its_gradient() => Law.Holds(output, 40, Programs.Plain, body =>
    {
        var loop = Looped.Of(body);
        if (!body.IsTame || !loop.Unroll(body.At).All(node => node.Value.ToArray<double>().All(e => Math.Abs(e) < 1e4)))
            return "";
        return Same.Results(Graph.Trace(x => [.. Ad.Grad<Expr[]>(i => Looped.Loss(loop.Scan(i)), [.. x])], [.. body.Inputs.Select(input => input.Type)]), body.Inputs, 1e3);
    }, atMost: 0.5);

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(7)]
    public void Carries_that_change_places_end_where_they_should(int length) => Holds(length, (w, start, rows) =>
    {
        var ((a, b, c), outputs) = Ad.Scan(((Expr A, Expr B, Expr C) carry, Expr row) => ((carry.B, carry.A + row * w, Expr.Sin(carry.C)), carry.A - carry.B), (start, start * 2, start), rows, reverse: length % 2 == 1);
        return [a, b, c, outputs];
    });

    [Theory]
    [InlineData(1), InlineData(6)]
    public void Steps_of_products_and_sums_too(int length) => Holds(length, (w, start, rows) =>
    {
        var (last, outputs) = Ad.Scan((h, row) => (Expr.Tanh(Expr.MatMul(Expr.Reshape(w, Shape.Of(5, 1)) * Expr.Reshape(w, Shape.Of(1, 5)), h) + row), Expr.Sum(h * row)), start, rows);
        return [last, outputs];
    });

    [Theory]
    [InlineData(0), InlineData(1), InlineData(5)]
    public void While_loops_too(int steps) => Holds(1, (w, start, _) =>
    {
        var (count, x) = Ad.While<(Expr Count, Expr X)>(c => c.Count < steps, c => (c.Count + 1, Expr.Sin(c.X + w)), (Expr.Constant(Tensor.Scalar(0.0)), start));
        return [count, x];
    }, differentiable: false);

    [Fact]
    public void A_branch_may_be_taken_at_the_second_step_first() => Holds(4, (w, start, rows) =>
        [Ad.Scan((h, row) => (h + Ad.Cond(Expr.Sum(row) > 1, x => x, x => Expr.Sort(Expr.Cos(x * w)), row), h), start, rows).Carry]);

    // ---- what is kept ----

    private static Expr Recurrent(Expr w, Expr start, Expr rows) => Expr.Sum(Ad.Scan((h, row) => Expr.Tanh(h * w + row) is var next ? (next * Expr.Sigmoid(h), next) : default, start, rows).Outputs);

    [Fact]
    public void The_reverse_of_a_loop_finds_what_is_dear()
    {
        var loops = Loops(Residuals(Gradient(Recurrent)));
        Assert.Equal(2, loops.Length);
        Assert.Equal(["Divide", "Exp", "TanhFrom", "TanhTail"], Dear(loops[0]));      // σ(h) has an exponential and a quotient, tanh what it lacks of ±1
        Assert.Equal([], Dear(loops[1]));                                            // and their slopes, which only the way back asks for, have the same
        Assert.Contains(loops[1].Body.Instructions, instruction => instruction.Op is Binary<Multiply>);
    }

    [Fact]
    public void A_loop_without_outputs_keeps_what_a_later_one_needs() => Holds(1, (w, start, _) =>
    {
        var (value, tangent) = Ad.Jvp(x => Ad.ForLoop(3, (i, h) => h * Expr.Sin(Expr.Cast(i, DType.Float64)), x), start, w);
        return [value, tangent];
    });

    [Fact]
    public void Nothing_of_a_checkpoint_is_kept()
    {
        var loops = Loops(Residuals(Gradient((w, start, rows) => Expr.Sum(Ad.Scan((h, row) => Ad.Checkpoint<(Expr, Expr, Expr), Expr>(c => Expr.Tanh(c.Item1 * c.Item2 + c.Item3))((h, w, row)) is var next ? (next, next) : default, start, rows).Outputs))));
        Assert.Equal(2, loops.Length);
        // The carries before each step and the outputs, no more.
        Assert.True(loops[0].Parts.Length <= 3, $"{loops[0].Body}");
        Assert.All(loops, loop => Assert.DoesNotContain(loop.Body.Instructions, instruction => instruction.Op is Unary<Tanh>));
    }

    [Fact]
    public void More_than_memory_is_good_for_is_computed_again()
    {
        var type = new TensorType(DType.Float64, Shape.Of(40_000));
        static Expr F(Expr x) => Expr.Sum(Ad.ForLoop(40, (_, c) => Expr.Sin(Expr.Sin(Expr.Sin(Expr.Sin(Expr.Sin(Expr.Sin(Expr.Sin(Expr.Sin(c)))))))), x));
        var loops = Loops(Residuals(Functional.Compilation.Program.Of(Graph.Trace(x => [Ad.Grad(F, x[0])], [type])).Program));
        long before = 40L * 40_000 * sizeof(double), kept = loops[0].Parts[loops[0].Carries..].Sum(part => (long)part.Shape.Size * sizeof(double));
        Assert.InRange(kept, 2 * before, 5 * before);
    }

    [Fact]
    public void A_loop_keeps_its_length_of_code()
    {
        // Compile time does not depend on the number of steps.
        int Instructions(int length) => Loops(Residuals(Gradient(Recurrent, length))).Sum(loop => loop.Body.Count);
        Assert.Equal(Instructions(3), Instructions(30_000));
    }

    [Fact]
    public void Powers_are_kept_as_functions_are()
    {
        var loops = Loops(Residuals(Gradient((w, start, rows) => Expr.Sum(Ad.Scan((h, row) => Expr.Pow(h * h + row * row, w) is var next ? (next, Expr.Sin(next)) : default, start, rows).Outputs))));
        Assert.Contains("Power", Dear(loops[0]));
        Assert.Equal("Power 1, PowerX 1, PowerY 1", string.Join(", ", loops.SelectMany(Dear).Where(op => op.StartsWith("Power", StringComparison.Ordinal)).CountBy(op => op).OrderBy(op => op.Key).Select(op => $"{op.Key} {op.Value}")));
    }

    /// <summary>Bodies so long that no pass may go into them by recursion: of cheap ops that the way back computes again, and of views of what is the same in each step.</summary>
    [Fact]
    public void Bodies_are_of_any_length()
    {
        const int Length = 100_000;
        var gradient = Iteration.Of(Gradient((w, start, rows) => Expr.Sum(Ad.Scan((h, row) => Expr.Square(Enumerable.Range(0, Length).Aggregate(h * w, (x, i) => i % 2 == 0 ? x + row : x - row)) is var next ? (next, next) : default, start, rows).Outputs)), []);
        OnASmallStack(Functional.Compilation.Residuals.Apply, gradient);

        var body = new ProgramBuilder();
        int view = body.Parameter(s_row), carry = body.Parameter(s_row), row = body.Parameter(s_row);
        for (int i = 0; i < Length; i++)
            view = body.Add(new Reshape(s_row.Shape), [view], s_row);
        var loop = new Iteration(body.Build([body.Add((Expr.Variable("x", s_row.Shape) + Expr.Variable("y", s_row.Shape)).Op, [view, carry], s_row), row]), Captures: 1, Carries: 1, Length: 6, Reverse: false);
        var program = new ProgramBuilder();
        int[] arguments = [program.Parameter(s_row), program.Parameter(s_row), program.Parameter(s_row with { Shape = Shape.Of(6, 5) })];
        OnASmallStack(Invariants.Apply, program.Build([program.Add(loop, arguments, loop.Type)]));

        static void OnASmallStack(Func<Functional.Compilation.Program, Functional.Compilation.Program> pass, Functional.Compilation.Program program)
        {
            Functional.Compilation.Program? after = null;
            var thread = new Thread(() => after = pass(program), 256 << 10);
            thread.Start();
            thread.Join();
            Assert.All(Loops(after!), loop => Assert.InRange(loop.Body.Count, Length, 10 * Length));
        }
    }

    /// <summary>Of any number of points, rows beside rows: the last register of a row has lanes without a point.</summary>
    [Theory]
    [InlineData(DType.Float64), InlineData(DType.Float32)]
    public void Steps_of_any_width(DType dtype)
    {
        for (int width = 1; width <= 36; width++)
        {
            var (row, rows) = (new TensorType(dtype, Shape.Of(width)), new TensorType(dtype, Shape.Of(4, width)));
            Tensor Numbers(TensorType type, double phase) => new Cast(dtype).Evaluate([Tensor.Of([.. Enumerable.Range(0, type.Shape.Size).Select(i => Math.Cos(i + phase))], type.Shape)]);
            var graph = Graph.Trace(x =>
            {
                var (carry, (outputs, masks)) = Ad.Scan((Expr h, Expr each) => Expr.Where(each < 0.1, Expr.Tanh(h) + 1, Expr.Sigmoid(h) * each + x[2]) is var next ? (next, (Expr.Log(Expr.Square(next) + 0.1), next < h)) : default, x[0], x[1], reverse: true);
                return [carry, outputs, masks];
            }, [row, rows, row]);
            Assert.True(Same.Results(graph, [Numbers(row, 0.3), Numbers(rows, 0.7), Numbers(row, 0.9)], dtype == DType.Float32 ? 1e6 : 1) is var wrong && wrong is null, wrong);
        }
    }

    // ---- what is moved and left out ----

    [Fact]
    public void What_each_step_computes_alike_is_computed_once()
    {
        var loops = Loops(Residuals(Traced((w, start, rows) => [Ad.Scan((h, row) => (h * Expr.Exp(Expr.Sin(w)) + row, h), start, rows).Carry], 4)));
        Assert.Equal([], Dear(loops[0]));
        Assert.Equal(1, loops[0].Captures);
    }

    [Fact]
    public void Carries_that_matter_only_to_themselves_are_left_out()
    {
        var loops = Loops(Residuals(Traced((w, start, rows) => [Ad.Scan(((Expr A, Expr B) c, Expr row) => ((c.A + row, Expr.Sin(c.B * w)), c.B), (start, start * 2), rows).Carry.Item1], 4)));
        Assert.Equal((0, 1, 1), (loops[0].Captures, loops[0].Carries, loops[0].Parts.Length));
    }

    private static Functional.Compilation.Program Residuals(Functional.Compilation.Program program) =>
        Pipeline.Of(new()).TakeWhile(pass => pass.Name != "parts").Aggregate(program, (current, pass) => pass.Apply(current));

    private static ImmutableArray<Iteration> Loops(Functional.Compilation.Program program) => [.. program.Instructions.Select(instruction => instruction.Op).OfType<Iteration>()];

    private static IEnumerable<string> Dear(Iteration loop) => loop.Body.Instructions.Select(instruction => instruction.Op).Where(op => op is IPointwise { Function.Cost.IsArithmetic: false }).Select(op => op.Name).Order();

    private static Functional.Compilation.Program Gradient(Func<Expr, Expr, Expr, Expr> loss, int length = 6) => Traced((w, start, rows) => [Ad.Grad(at => loss(at, start, rows), w)], length);

    private static Functional.Compilation.Program Traced(Func<Expr, Expr, Expr, ImmutableArray<Expr>> f, int length) => Functional.Compilation.Program.Of(Graphed(f, length)).Program;

    private static Graph Graphed(Func<Expr, Expr, Expr, ImmutableArray<Expr>> f, int length) => Graph.Trace(x => f(x[0], x[1], x[2]), [s_row, s_row, new(DType.Float64, Shape.Of(length, 5))]);

    /// <summary>The function and its gradient, compiled in all ways.</summary>
    private static void Holds(int length, Func<Expr, Expr, Expr, ImmutableArray<Expr>> f, bool differentiable = true)
    {
        ImmutableArray<Tensor> inputs = [Numbers(5, 0.3), Numbers(5, 0.7), Tensor.Of([.. Enumerable.Range(0, 5 * length).Select(i => Math.Sin(i))], Shape.Of(length, 5))];
        Assert.Null(Same.Results(Graphed(f, length), inputs));
        if (!differentiable)
            return;
        Expr Loss((Expr, Expr, Expr) at) => f(at.Item1, at.Item2, at.Item3).Select((output, i) => (i + 1) * Expr.Sum(output)).Aggregate((a, b) => a + b);
        Assert.Null(Same.Results(Graphed((w, start, rows) => Ad.Grad<(Expr, Expr, Expr)>(Loss, (w, start, rows)) is var (a, b, c) ? [a, b, c] : [], length), inputs, 1e2));
    }

    private static Tensor Numbers(int count, double phase) => Tensor.Of([.. Enumerable.Range(0, count).Select(i => Math.Cos(i + phase))], Shape.Of(count));
}
