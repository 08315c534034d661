using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional.Properties.Compilation.Loops;

/// <summary>A loop program with arrays to run it on, and what it should give by the ops' own evaluation over whole tensors.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arrays">For each input an array as long as its strides reach.</param>
/// <param name="Lengths">For each result the length of its array.</param>
internal sealed record LoopRun(LoopProgram Program, ImmutableArray<Array> Arrays, ImmutableArray<int> Lengths)
{
    /// <summary>The program over inputs that lie dense.</summary>
    public static LoopRun Of(LoopProgram program, Random random, Func<DType, int, Array> draw) => new(program,
        [.. program.Inputs.Select((input, k) => program.Inputs.Select(other => other.Rows).FirstOrDefault(rows => rows?.Index == k) is { Range.Length: var length }
            ? Indices(random, input.DType, Reach(program.Space, input.Strides), length)
            : draw(input.DType, Reach(program.Space, input.Strides) + (input.Rows is { Range: var range } ? (range.Length - 1) * range.Inner : 0)))],
        [.. program.Results.Select(result => Reach(program.Space, result.Strides))]);

    private static Array Indices(Random random, DType dtype, int count, int length)
    {
        int[] indices = [.. Enumerable.Range(0, count).Select(_ => random.Next(-length, length))];
        return dtype == DType.Int32 ? indices : Array.ConvertAll(indices, index => (long)index);
    }

    public static int Reach(Shape space, ImmutableArray<int> strides) => 1 + strides.Select((stride, axis) => Math.Max(0, space[axis] - 1) * stride).Sum();

    /// <summary>Runs the chunks in an order, in pieces.</summary>
    public unsafe Array[] Run(LoopKernel kernel, Func<int, IEnumerable<(int First, int End)>> pieces)
    {
        Array[] results = [.. Program.Results.Select((result, r) => Allocate(result.DType, Lengths[r]))];
        GCHandle[] handles = [.. Arrays.Concat(results).Select(array => GCHandle.Alloc(array, GCHandleType.Pinned))];
        nint[] addresses = [.. handles.Select(handle => handle.AddrOfPinnedObject())];
        byte[] scratch = new byte[kernel.ScratchBytes + 8];
        Random.Shared.NextBytes(scratch);
        fixed (byte* at = scratch)
        {
            nint aligned = ((nint)at + 7) & -8;
            foreach (var (first, end) in pieces(kernel.Chunks))
                kernel.Run(addresses, first, end, aligned);
            kernel.Finish(addresses, aligned);
        }
        foreach (var handle in handles)
            handle.Free();
        return results;
    }

    public static IEnumerable<(int, int)> AllAtOnce(int chunks) => [(0, chunks)];

    /// <summary>One by one, last first.</summary>
    public static IEnumerable<(int, int)> Backwards(int chunks) => Enumerable.Range(0, chunks).Reverse().Select(chunk => (chunk, chunk + 1));

    /// <summary>The values that each result has over the whole space, or folded over its reduced axes.</summary>
    public Tensor[] Expected()
    {
        var values = new List<Tensor>();
        for (int i = 0; i < Arrays.Length; i++)
            values.Add(Program.Inputs[i] is { Rows: { } rows } input ? Fused.Rows(rows.Range, new(ElementType.Of(input.DType), Shape.Of(Arrays[i].Length), Arrays[i], 0, [1]), 0, input.Strides, View(rows.Index)) : View(i));
        foreach (var instruction in Program.Instructions)
            values.Add(instruction.Op.Evaluate([.. instruction.Arguments.Select(argument => values[argument])]));
        return [.. Program.Results.Select(result =>
        {
            var value = Expr.Constant(values[result.Value]);
            if (result.Fold == LoopFold.None)
                return value.Value;
            Axes reduced = Axes.Of([.. Enumerable.Range(0, Program.Space.Rank).Where(axis => result.Strides[axis] == 0)]);
            return (result.Fold switch { LoopFold.Sum => Expr.Sum(value, reduced), LoopFold.Max => Expr.Max(value, reduced), _ => Expr.Min(value, reduced) }).Value;
        })];
    }

    /// <summary>Σ|x| in place of a sum: what its rounding errors are relative to.</summary>
    public Tensor Magnitude(int r)
    {
        var (value, dtype, strides, _) = Program.Results[r];
        var magnitudes = Program with
        {
            Instructions = Program.Instructions.Add(new(Expr.Abs(Expr.Variable("x", Shape.Scalar, dtype)).Op, [value], dtype)),
            Results = [new(Arrays.Length + Program.Instructions.Length, dtype, strides, LoopFold.Sum)],
        };
        return (this with { Program = magnitudes }).Expected()[0];
    }

    /// <summary>The program, to be read.</summary>
    public string Text => string.Join('\n', [$"over {Program.Space}",
        .. Program.Inputs.Select((input, i) => $"v{i} = {input.DType} at strides [{string.Join(", ", input.Strides)}]{(input.Rows is { } rows ? $" of row v{rows.Index} of {rows.Range.Data}" : "")}"),
        .. Program.Instructions.Select((step, i) => $"v{Arrays.Length + i} = {step.Op}({string.Join(", ", step.Arguments.Select(argument => $"v{argument}"))}) : {step.DType}"),
        .. Program.Results.Select((result, r) => $"result {r} = v{result.Value}, {result.Fold} at strides [{string.Join(", ", result.Strides)}]")]);

    /// <summary>The elements of a result in row-major order of the axes that it keeps.</summary>
    public Tensor Result(Array[] results, int r)
    {
        var result = Program.Results[r];
        int[] kept = [.. Enumerable.Range(0, Program.Space.Rank).Where(axis => result.Fold == LoopFold.None || result.Strides[axis] != 0)];
        return View(results[r], result.DType, [.. kept.Select(axis => result.Strides[axis])], Shape.Of([.. kept.Select(axis => Program.Space[axis])]));
    }

    private Tensor View(int input) => View(Arrays[input], Program.Inputs[input].DType, Program.Inputs[input].Strides, Program.Space);

    private static Tensor View(Array array, DType dtype, ImmutableArray<int> strides, Shape shape) => new Tensor(ElementType.Of(dtype), shape, array, 0, [.. strides]).Dense();

    private static Array Allocate(DType dtype, int length) => ElementType.Of(dtype).Allocate(length);
}
