using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>How much memory a plan works in: the order of its steps, the layout of its arena, and what <c>Checkpoint</c> saves.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const int Side = 64, Bytes = Side * Side * sizeof(double);

    private static readonly TensorType s_matrix = new(DType.Float64, Shape.Of(Side, Side));

    // ---- constants ----

    [Theory, InlineData(true), InlineData(false)]
    public void A_constant_and_its_transpose_lie_in_memory_once(bool generateCode)
    {
        Expr matrix = Tensor.Of([.. Enumerable.Range(0, Side * Side).Select(i => Math.Sin(i))], Shape.Of(Side, Side)), at = Tensor.Of([.. Enumerable.Range(0, Side).Select(i => Math.Cos(i))]);
        var compiled = Ad.Compile(Function, new CompileOptions { GenerateCode = generateCode });
        Assert.InRange(compiled.Plan(at).Buffers.ConstantBytes, Bytes, Bytes + 1024);
        Assert.Equal(Function(at).Value.ToArray<double>(), compiled.Run(at).Value.ToArray<double>(), (expected, actual) => Math.Abs(expected - actual) <= 1e-12 * Math.Abs(expected) + 1e-12);

        Expr Function(Expr x) => Expr.MatMul(Expr.Transpose(matrix), Expr.MatMul(matrix, x)) * x;
    }

    /// <summary>Also in the step of a loop, and when the collector has been at work.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void A_large_constant_stays_in_its_tensor(bool generateCode)
    {
        const int Large = 400;
        Expr matrix = Tensor.Of([.. Enumerable.Range(0, Large * Large).Select(i => Math.Sin(i) / Large)], Shape.Of(Large, Large)), at = Tensor.Of([.. Enumerable.Range(0, Large).Select(i => Math.Cos(i))]);
        var compiled = Ad.Compile(Function, new CompileOptions { GenerateCode = generateCode });
        Assert.InRange(compiled.Plan(at).Buffers.ConstantBytes, 0, 4096);
        var first = compiled.Run(at).Value;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        Assert.True(Same.SameBits(first, compiled.Run(at).Value));
        Assert.Null(Ops.Near.Tensors("value", Function(at).Value, first, 100));

        Expr Function(Expr x) => Ad.Scan(h => (Expr.Tanh(Expr.MatMul(matrix, h)), h), x, 5).Carry + Expr.MatMul(x, matrix);
    }

    // ---- the order of steps ----

    /// <summary>What is a few steps of arithmetic from one array and single numbers is computed again by each loop that needs it.</summary>
    [Theory, InlineData("variance"), InlineData("standard deviation"), InlineData("standardized"), InlineData("mean distance")]
    public void Distances_from_a_mean_take_no_memory(string what)
    {
        const int Length = 100_000;
        Func<Expr, Expr> f = what switch
        {
            "variance" => x => Expr.Variance(x),
            "standard deviation" => x => Expr.StandardDeviation(x),
            "standardized" => x => (x - Expr.Mean(x)) / Expr.StandardDeviation(x),
            _ => x => Expr.Mean(Expr.Abs(x - Expr.Mean(x))),
        };
        Expr x = Expr.Constant(Tensor.Of([.. Enumerable.Range(0, Length).Select(i => Math.Sin(i) + 3)]));
        var compiled = Ad.Compile(f);
        Assert.InRange(compiled.Plan(x).ArenaBytes, 0, Length);
        Assert.Null(Ops.Near.Tensors(what, f(x).Value, compiled.Run(x).Value, 10));
    }

    [Fact]
    public void An_order_is_one_of_the_same_instructions_that_needs_no_more_memory() => Law.Holds(output, 100, Programs.Plain, p =>
    {
        var graph = Graph.Trace(x => [p.Run([.. x]), .. Ad.Grad<Expr[]>(p.Loss, [.. x])], [.. p.Inputs.Select(input => input.Type)]);
        var before = DeadCode.Apply(Functional.Compilation.Program.Of(graph).Program);
        var after = Scheduling.Apply(before);
        return Texts(after).SequenceEqual(Texts(before)) && Scheduling.Peak(after) <= Scheduling.Peak(before)
            ? null : $"before, {Scheduling.Peak(before)} bytes\n{before}\nafter, {Scheduling.Peak(after)} bytes\n{after}";

        static IEnumerable<string> Texts(Functional.Compilation.Program program) => program.Instructions.Select(instruction => $"{instruction.Op} : {instruction.Type}").Order(StringComparer.Ordinal);
    });

    [Theory, InlineData(10), InlineData(1000)]
    public void A_sum_over_branches_needs_the_memory_of_one(int branches)
    {
        var program = ByLevel(x => Enumerable.Range(1, branches).Select(i => Expr.Sum(Expr.Exp(Expr.MatMul(x, x * i)))).Aggregate((a, b) => a + b));
        Assert.InRange(Scheduling.Peak(program), branches * Bytes, long.MaxValue);
        Assert.InRange(Scheduling.Peak(Scheduling.Apply(program)), 2 * Bytes, 3 * Bytes);
    }

    [Fact]
    public void What_is_large_and_used_late_is_computed_late()
    {
        var program = ByLevel(x =>
        {
            var late = Enumerable.Range(2, 10).Select(i => Expr.MatMul(x, x) * i).ToArray();
            var chain = x;
            foreach (var each in late)
                chain = Expr.Sin(Expr.MatMul(chain, chain)) + each;
            return Expr.Sum(chain);
        });
        Assert.InRange(Scheduling.Peak(program), 10 * Bytes, long.MaxValue);
        Assert.InRange(Scheduling.Peak(Scheduling.Apply(program)), 2 * Bytes, 4 * Bytes);
    }

    [Fact]
    public void A_long_program_is_ordered()
    {
        const int Links = 20_000;
        var program = Ordered(x =>
        {
            var (chain, sum) = (x, Expr.Sum(x));
            for (int i = 0; i < Links; i++)
                (chain, sum) = (Expr.Sin(chain), sum + Expr.Sum(chain * 2));
            return sum;
        });
        Assert.InRange(Scheduling.Peak(Scheduling.Apply(program)), 2 * Bytes, 4 * Bytes);
    }

    /// <summary>In the order that fusion leaves: each instruction as early as its inputs allow.</summary>
    private static Functional.Compilation.Program ByLevel(Func<Expr, Expr> f)
    {
        var program = Ordered(f);
        var level = new int[program.Count];
        for (int value = 0; value < program.Count; value++)
            level[value] = program[value].Inputs.Select(input => level[input] + 1).DefaultIfEmpty().Max();
        var builder = new ProgramBuilder();
        var moved = new int[program.Count];
        foreach (int value in Enumerable.Range(0, program.Count).OrderBy(value => level[value]))
            moved[value] = value < program.Parameters ? builder.Parameter(program[value].Type) : builder.Add(program[value] with { Inputs = program[value].Inputs.In(moved) });
        return builder.Build(Functional.Compilation.Program.Renumbered(program.Outputs, moved));
    }

    private static Functional.Compilation.Program Ordered(Func<Expr, Expr> f) => CommonSubexpressions.Apply(Functional.Compilation.Program.Of(Graph.Trace(x => [f(x[0])], [s_matrix])).Program);

    // ---- the arena ----

    /// <summary>
    /// How much larger an arena may be than the values in it that are needed at once: of one program, and of all together. Places are given out in the order of the steps, so a few values of sizes that
    /// differ by much leave gaps: of 16 000 random programs the worst has 1.63 times as much, all together 1.03 times.
    /// </summary>
    private const double MostWaste = 2, MostWasteOfAll = 1.05;

    [Fact]
    public void An_arena_is_little_larger_than_what_is_needed_at_once()
    {
        double worst = 1;
        long arenas = 0, peaks = 0;
        Law.Holds(output, 100, Programs.Plain, p =>
        {
            // Of sizes that differ by much.
            var graph = Graph.Trace(x => [.. Ad.Grad<Expr[]>(Loss, [.. x])], [.. p.Inputs.Select(input => input.Type with { Shape = input.Type.Shape.Insert(0, 40) })]);
            var buffers = Same.Plan(graph).Buffers;
            double waste = (double)buffers.ArenaBytes / Math.Max(1, buffers.PeakBytes);
            worst = Math.Max(worst, waste);
            (arenas, peaks) = (arenas + buffers.ArenaBytes, peaks + buffers.PeakBytes);
            return waste <= MostWaste ? null : $"{buffers.ArenaBytes} bytes for {buffers.PeakBytes}";

            Expr Loss(Expr[] x) => Expr.Sum(Ad.Vmap<Expr[], Expr>(p.Loss)(x));
        });
        output.WriteLine($"at most {worst:F3} times as large, all together {(double)arenas / peaks:F3} times");
        Assert.InRange((double)arenas / peaks, 1, MostWasteOfAll);
    }

    [Fact]
    public void A_plan_tells_its_memory()
    {
        var plan = Ad.Compile(x => Expr.Sum(Expr.MatMul(Expr.MatMul(x, x), x))).Plan(Expr.Ones(s_matrix.Shape));
        Assert.Contains($"needed at once: {plan.Buffers.PeakBytes}", plan.Explain(), StringComparison.Ordinal);
        Assert.InRange(plan.Buffers.PeakBytes, 2 * Bytes, plan.ArenaBytes);
    }

    // ---- checkpoints ----

    [Theory, InlineData(true), InlineData(false)]
    public void Checkpoints_save_memory(bool generateCode)
    {
        const int Segments = 8, Layers = 6;
        var random = RandomKey.FromSeed(1);
        Expr at = random.Normal(s_matrix.Shape);
        ImmutableArray<Expr> weights = [.. Enumerable.Range(0, Segments * Layers).Select(i => RandomKey.FromSeed(i).Normal(s_matrix.Shape) / Math.Sqrt(Side))];
        Expr Segment(int segment, Expr h) => weights.AsSpan(segment * Layers, Layers).ToArray().Aggregate(h, (x, w) => Expr.Tanh(Expr.MatMul(x, w)));
        Expr Kept(Expr h) => Expr.Sum(Enumerable.Range(0, Segments).Aggregate(h, (x, segment) => Segment(segment, x)));
        Expr Recomputed(Expr h) => Expr.Sum(Enumerable.Range(0, Segments).Aggregate(h, (x, segment) => Ad.Checkpoint<Expr, Expr>(y => Segment(segment, y))(x)));

        var options = new CompileOptions { GenerateCode = generateCode };
        var (kept, recomputed) = (Ad.Compile(Ad.Grad<Expr>(Kept), options), Ad.Compile(Ad.Grad<Expr>(Recomputed), options));
        Assert.Null(Ops.Near.Tensors("gradient", kept.Run(at), recomputed.Run(at)));
        long with = recomputed.Plan(at).ArenaBytes, without = kept.Plan(at).ArenaBytes;
        output.WriteLine($"{without / (double)Bytes:F1} matrices without, {with / (double)Bytes:F1} with");
        // Without: all 48 layers (1 − y and 1 + y of each). With: where the segments begin, and the layers of one.
        Assert.InRange(without, Segments * Layers * (long)Bytes, (2 * Segments * Layers + 4) * (long)Bytes);
        Assert.InRange(with, Layers * (long)Bytes, (Segments + 2 * Layers + 4) * (long)Bytes);
        Assert.True(with < without / 3);
        // What is recomputed is computed twice.
        Assert.Equal(2 * Segments * Layers, Products(kept.Plan(at).Program));
        Assert.InRange(Products(recomputed.Plan(at).Program), 3 * Segments * Layers - Segments, 3 * Segments * Layers);
    }

    private static int Products(Functional.Compilation.Program program) => program.Instructions.Sum(instruction => instruction.Op is MatMul ? 1
        : instruction.Op is Checkpoint checkpoint ? Products(DeadCode.Apply(CommonSubexpressions.Apply(Functional.Compilation.Program.Of(checkpoint.Body).Program))) : 0);
}
