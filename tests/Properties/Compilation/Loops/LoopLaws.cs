using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation.Loops;

/// <summary>What fused loops compute, against the ops' own evaluation and in all ways to run them.</summary>
public sealed class LoopLaws(ITestOutputHelper output)
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    /// <summary>Every op of a call and of its gradient, alone in a loop: the same bits as its evaluation, which uses the same kernels.</summary>
    [Theory, MemberData(nameof(All))]
    public void A_loop_of_one_op_is_the_op(string name)
    {
        foreach (var dtype in (DType[])[DType.Float64, DType.Float32, DType.Int64])
            foreach (var node in LoopPrograms.Nodes(EachOp.Op(name), 1, dtype).Where(node => LoopKernel.Supports(node.Op, node.DType)))
            {
                var space = node.Shape;
                ImmutableArray<int> dense = [.. space.Strides()];
                ImmutableArray<Tensor> inputs = [.. Enumerable.Range(0, node.Inputs.Count).Select(i => node.Inputs[i].Value)];
                var program = new LoopProgram(space, [.. inputs.Select(input => new LoopInput(input.DType, dense))],
                    [new(node.Op, [.. Enumerable.Range(0, inputs.Length)], node.DType)], [new(inputs.Length, node.DType, dense)]);
                var run = new LoopRun(program, [.. inputs.Select(Flat)], [space.Size]);
                foreach (bool generate in (bool[])[false, true])
                {
                    var (expected, actual) = (node.Op.Evaluate(inputs.AsSpan()), run.Result(run.Run(LoopKernel.Compile(program, generate), LoopRun.AllAtOnce), 0));
                    // Scalars have code of their own, as they are folded with.
                    if (space.Size == 1)
                        Assert.Null(Near.Tensors(name, expected, actual, node.DType == DType.Float32 ? 1e9 : 1));
                    else
                        Assert.Equal(expected, actual);
                }
            }

        static Array Flat(Tensor x) => x.DType switch
        {
            DType.Bool => x.ToArray<bool>(),
            DType.Int32 => x.ToArray<int>(),
            DType.Int64 => x.ToArray<long>(),
            DType.Float32 => x.ToArray<float>(),
            _ => x.ToArray<double>(),
        };
    }

    /// <summary>What may lie over its input gives there what it gives elsewhere, also past the last full register.</summary>
    [Fact]
    public unsafe void A_loop_in_place_is_right()
    {
        for (int points = 2; points <= 80; points++)
        {
            var x = Expr.Variable("x", Shape.Scalar);
            var program = new LoopProgram(Shape.Of(points), [new(DType.Float64, [1])], [new(Expr.Exp(x).Op, [0], DType.Float64)], [new(1, DType.Float64, [1])]);
            var kernel = LoopKernel.Compile(program, generateCode: true);
            Assert.True(kernel.InPlace || points % (Vector512.IsHardwareAccelerated && points >= 8 ? 8 : 4) > 0);
            double[] data = [.. Enumerable.Range(0, points).Select(i => i / 10.0)], apart = new double[points];
            fixed (double* from = data, to = apart)
            {
                kernel.Run([(nint)from, (nint)to], 0, kernel.Chunks, 0);
                kernel.Run([(nint)from, (nint)(kernel.InPlace ? from : to)], 0, kernel.Chunks, 0);
            }
            Assert.Equal(apart, kernel.InPlace ? data : apart);
            Assert.Equal(Expr.Exp(Expr.Constant(Tensor.Of(Enumerable.Range(0, points).Select(i => i / 10.0).ToArray()))).Value.ToArray<double>(), apart);
        }
    }

    [Fact]
    public void Loops_of_any_dtypes_are_right() => Holds(300, 20_000, dtype => true);

    [Fact]
    public void Loops_of_doubles_are_right() => Holds(200, 50_000, dtype => dtype is DType.Float64 or DType.Bool);

    [Fact]
    public void Loops_of_floats_are_right() => Holds(100, 50_000, dtype => dtype is DType.Float32 or DType.Bool);

    /// <summary>Those whose code is cut into parts.</summary>
    [Fact]
    public void Long_loops_are_right() => Holds(40, 3_000, dtype => dtype is DType.Float64 or DType.Bool, 250);

    private void Holds(int cases, int largest, Func<DType, bool> dtypes, int longest = 12) => Law.Holds(output, cases, Drawn(largest, dtypes, longest), seed =>
    {
        LoopRun run;
        try
        {
            run = LoopPrograms.Next(new Random(seed.Seed), largest, dtypes, longest);
            _ = run.Expected();
        }
        catch (Exception none) when (none is DomainException or DivideByZeroException or ArgumentOutOfRangeException)
        {
            return "";      // an integer to a negative power, or a remainder by 0
        }
        var interpreter = LoopKernel.Compile(run.Program, generateCode: false);
        var results = run.Run(interpreter, LoopRun.AllAtOnce);
        if (run.Program.Space.Size > 1 && Wrong(run, results) is { } wrong)
            return $"{run.Program}: {wrong}";
        foreach (var kernel in (LoopKernel[])[interpreter, LoopKernel.Compile(run.Program, generateCode: true)])
            foreach (var pieces in (Func<int, IEnumerable<(int, int)>>[])[LoopRun.AllAtOnce, LoopRun.Backwards])
            {
                var others = run.Run(kernel, pieces);
                for (int r = 0; r < results.Length; r++)
                    if (!run.Result(results, r).Equals(run.Result(others, r)))
                        return $"{kernel} gives other bits for result {r}: {run.Result(results, r)} and {run.Result(others, r)}";
            }
        return null;
    });

    /// <summary>Elements as the ops give them, bit for bit; sums within rounding errors of the sum of magnitudes.</summary>
    internal static string? Wrong(LoopRun run, Array[] results)
    {
        var expected = run.Expected();
        for (int r = 0; r < expected.Length; r++)
        {
            var actual = run.Result(results, r);
            if (run.Program.Results[r].Fold != LoopFold.Sum || !actual.DType.IsFloating())
            {
                if (!expected[r].Equals(actual))
                    return $"result {r}: {expected[r]} and {actual}";
                continue;
            }
            double epsilon = actual.DType == DType.Float32 ? 6e-8 : 1.2e-16;
            var scale = run.Magnitude(r);
            for (int i = 0; i < actual.Size; i++)
                if (Near.Numbers($"result {r}, element {i}", expected[r].ElementAsDouble(i), actual.ElementAsDouble(i), 30 * epsilon * scale.ElementAsDouble(i)) is { } wrong)
                    return wrong;
        }
        return null;
    }

    internal sealed record Drawing(int Seed, Func<string> Print)
    {
        public override string ToString() => Print();
    }

    private static Arbitrary<Drawing> Drawn(int largest, Func<DType, bool> dtypes, int longest) => Arb.From(
        Gen.Choose(0, int.MaxValue).Select(seed => new Drawing(seed, () => $"seed {seed}: {LoopPrograms.Next(new Random(seed), largest, dtypes, longest).Text}")));
}
