using System.Collections.Immutable;
using System.Diagnostics;
using Autodiff.Functional.Compilation;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation.Loops;

/// <summary>Loops of hundreds and thousands of instructions, which generated code is cut into parts for: the same bits as interpreted, and as the ops themselves.</summary>
public sealed class LongLoopLaws
{
    /// <summary>Over lanes: numbers of points below a register, of some, and of many tiles.</summary>
    [Theory]
    [InlineData(60)]
    [InlineData(250)]
    [InlineData(700)]
    public void Over_many_points(int length)
    {
        foreach (var dtype in (DType[])[DType.Float64, DType.Float32])
            foreach (int points in (int[])[2, 7, 64, 1000, 5003])
                Holds(Drawn(new Random(length + points), dtype, length, [points]));
    }

    /// <summary>Over one point, around the lengths of a method.</summary>
    [Theory]
    [InlineData(109)]
    [InlineData(110)]
    [InlineData(111)]
    [InlineData(221)]
    [InlineData(3_000)]
    [InlineData(12_000)]
    public void Over_one_point(int length)
    {
        foreach (var dtype in length > 1000 ? [DType.Float64] : (DType[])[DType.Float64, DType.Float32])
            Holds(Drawn(new Random(length), dtype, length, []));
    }

    /// <summary>A long loop over one point turns from interpreted into generated code while several threads run it, and all its results are the same.</summary>
    [Theory]
    [InlineData(1_500)]
    [InlineData(4_000)]
    public async Task While_it_warms(int length)
    {
        var run = Drawn(new Random(length), DType.Float64, length, []);
        var expected = run.Run(LoopKernel.Compile(run.Program, generateCode: false), LoopRun.AllAtOnce);
        var kernel = new WarmingLoop(run.Program, patience: 20);
        Assert.False(kernel.IsWarm);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(UntilWarm, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.True(kernel.IsWarm);
        Same();

        void UntilWarm()
        {
            for (var begin = Stopwatch.StartNew(); !kernel.IsWarm && begin.Elapsed < TimeSpan.FromMinutes(2);)
                Same();
        }

        void Same()
        {
            var actual = run.Run(kernel, LoopRun.AllAtOnce);
            for (int r = 0; r < expected.Length; r++)
                Assert.Equal(run.Result(expected, r), run.Result(actual, r));
        }
    }

    private static void Holds(LoopRun run)
    {
        var interpreter = LoopKernel.Compile(run.Program, generateCode: false);
        var results = run.Run(interpreter, LoopRun.AllAtOnce);
        if (run.Program.Space.Size > 1)
            Assert.Null(LoopLaws.Wrong(run, results));
        var generated = run.Run(run.Program.Space.Size > 1 ? LoopKernel.Compile(run.Program, generateCode: true) : StraightLine.Of(run.Program), LoopRun.Backwards);
        for (int r = 0; r < results.Length; r++)
            Assert.Equal(run.Result(results, r), run.Result(generated, r));
    }

    // ---- programs whose values stay moderate, however long they are ----

    private static readonly Expr s_x = Expr.Variable("x", Shape.Scalar), s_y = Expr.Variable("y", Shape.Scalar);
    private static readonly Expr s_mask = Expr.Variable("mask", Shape.Scalar, DType.Bool);

    private static readonly ImmutableArray<Op> s_unary = [Expr.Sin(s_x).Op, Expr.Cos(s_x).Op, Expr.Tanh(s_x).Op, Expr.Sigmoid(s_x).Op, Expr.Abs(s_x).Op, (-s_x).Op],
        s_binary = [(s_x * s_y).Op, Expr.Minimum(s_x, s_y).Op, Expr.Maximum(s_x, s_y).Op, Expr.Atan2(s_x, s_y).Op], s_comparison = [Expr.Less(s_x, s_y).Op, Expr.Equal(s_x, s_y).Op],
        s_logical = [Expr.And(s_mask, s_mask).Op, Expr.Or(s_mask, s_mask).Op];

    private static readonly Op s_where = Expr.Where(s_mask, s_x, s_y).Op;

    /// <summary>Arguments are drawn from all values before, so that many live long.</summary>
    private static LoopRun Drawn(Random random, DType dtype, int length, ImmutableArray<int> space)
    {
        ImmutableArray<int> dense = space.IsEmpty ? [] : [1];
        ImmutableArray<LoopInput> inputs = [.. Enumerable.Range(0, 4).Select(i => new LoopInput(dtype, i == 3 && !space.IsEmpty ? [0] : dense))];
        List<int> numbers = [0, 1, 2, 3], masks = [];
        var instructions = ImmutableArray.CreateBuilder<LoopInstruction>(length);
        while (instructions.Count < length)
        {
            bool isMask = random.Next(8) == 0;
            LoopInstruction instruction = random.Next(4) switch
            {
                _ when isMask && masks.Count > 1 && random.Next(2) == 0 => new(Any(s_logical), [One(masks), One(masks)], DType.Bool),
                _ when isMask => new(Any(s_comparison), [One(numbers), One(numbers)], DType.Bool),
                0 when masks.Count > 0 => new(s_where, [One(masks), One(numbers), One(numbers)], dtype),
                1 => new(Any(s_unary), [One(numbers)], dtype),
                _ => new(Any(s_binary), [One(numbers), One(numbers)], dtype),
            };
            (instruction.DType == DType.Bool ? masks : numbers).Add(inputs.Length + instructions.Count);
            instructions.Add(instruction);
        }
        LoopResult[] results = [new(numbers[^1], dtype, dense), new(One(numbers), dtype, dense), new(numbers[^2], dtype, [.. space.Select(_ => 0)], space.IsEmpty ? LoopFold.None : LoopFold.Sum), new(One(numbers), dtype, dense)];
        return LoopRun.Of(new(Shape.Of([.. space]), inputs, instructions.ToImmutable(), [.. results]), random,
            (type, count) => type == DType.Float32 ? Enumerable.Range(0, count).Select(_ => (float)Number()).ToArray() : Enumerable.Range(0, count).Select(_ => Number()).ToArray());

        Op Any(ImmutableArray<Op> ops) => ops[random.Next(ops.Length)];
        int One(List<int> values) => values[random.Next(3) == 0 ? random.Next(values.Count) : Math.Max(0, values.Count - 1 - random.Next(12))];
        double Number() => random.Next(12) switch { 0 => -0.0, 1 => double.NaN, _ => 2 * random.NextDouble() - 1 };
    }
}
