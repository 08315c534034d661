using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>A fused loop in a program: it reads its inputs and gives one array for each part.</summary>
/// <param name="Loop">What is computed.</param>
/// <param name="Reads">For each of the loop's inputs: which input of the instruction it reads, from which element on.</param>
/// <param name="Writes">For each of the loop's results: which part it is written to, from which element on.</param>
/// <param name="Parts">The types of the arrays that it gives.</param>
internal sealed record Fused(LoopProgram Loop, ImmutableArray<ArrayElement> Reads, ImmutableArray<ArrayElement> Writes, ImmutableArray<TensorType> Parts) : ProgramOp, IParts
{
    public override string Attributes => $"{Loop.Space}: {(Loop.Inputs.Any(input => input.Rows is not null) ? "indexed " : "")}{string.Join(" ", Loop.Instructions.Select(instruction => instruction.Op.Name))}"
        + string.Concat(Loop.Results.Where(result => result.Fold != LoopFold.None).Select(result => $" → {result.Fold}"));

    /// <summary>The element for each point of a space: what a loop must read.</summary>
    /// <param name="range">The rows.</param>
    /// <param name="array">The array that they lie in, from an element on.</param>
    /// <param name="offset">The element.</param>
    /// <param name="strides">The distance between neighbors in a row, along each axis.</param>
    /// <param name="indices">The index for each point.</param>
    public static Tensor Rows(IndexRange range, Tensor array, int offset, ImmutableArray<int> strides, Tensor indices)
    {
        var space = indices.Shape;
        int reach = 1 + strides.Select((stride, axis) => (space[axis] - 1) * stride).Sum(), length = (range.Length - 1) * range.Inner + reach;
        long[] named = indices.DType == DType.Int64 ? indices.ToArray<long>() : Array.ConvertAll(indices.ToArray<int>(), index => (long)index);
        long[] places = Tensor.Of([.. Enumerable.Range(0, reach).Select(i => (long)i)]).View(space, 0, [.. strides]).ToArray<long>();
        for (int point = 0; point < places.Length; point++)
            places[point] += (long)range.Position(named[point]) * range.Inner;
        return new Gather(0).Evaluate([array.View(Shape.Of(length), array.Offset + offset, [1]), Tensor.Of(places, space)]);
    }

    /// <summary>For each instruction of a program that is a loop its kernel. Equal loops share one: what is written out again and again is made ready once.</summary>
    /// <param name="program">The program.</param>
    /// <param name="generateCode">May code be generated?</param>
    public static ImmutableArray<LoopKernel?> Kernels(Program program, bool generateCode)
    {
        var kernels = new LoopKernel?[program.Count];
        var known = new Dictionary<LoopProgram, LoopKernel>();
        for (int value = program.Parameters; value < kernels.Length; value++)
            if (program[value].Op is Fused { Loop: var loop })
            {
                if (!known.TryGetValue(loop, out var kernel))
                    known.Add(loop, kernel = LoopKernel.Compile(loop, generateCode));
                kernels[value] = kernel;
            }
        return ImmutableCollectionsMarshal.AsImmutableArray(kernels);
    }

    /// <summary>Op by op, each on whole arrays: what the loop must give.</summary>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var (values, arrays) = (new List<Tensor>(), inputs.ToArray());
        for (int i = 0; i < Loop.Inputs.Length; i++)
        {
            var input = Loop.Inputs[i];
            values.Add(input.Rows is { } rows ? Rows(rows.Range, arrays[Reads[i].Array].Dense(), Reads[i].Offset, input.Strides, Whole(rows.Index)) : Whole(i));
        }
        foreach (var instruction in Loop.Instructions)
            values.Add(instruction.Op.Evaluate([.. instruction.Arguments.Select(argument => values[argument])]));
        Tensor[] parts = [.. Parts.Select(part => new Tensor(ElementType.Of(part.DType), part.Shape, ElementType.Of(part.DType).Allocate(part.Shape.Size)))];
        for (int i = 0; i < Loop.Results.Length; i++)
            Write(Loop.Results[i], values[Loop.Results[i].Value], parts[Writes[i].Array], Writes[i].Offset);
        return Tensor.Bundle(parts);

        Tensor Whole(int read)
        {
            var dense = arrays[Reads[read].Array].Dense();
            return dense.View(Loop.Space, dense.Offset + Reads[read].Offset, [.. Loop.Inputs[read].Strides]);
        }
    }

    private void Write(LoopResult result, Tensor value, Tensor part, int offset)
    {
        int[] strides = [.. result.Strides];
        if (result.Fold != LoopFold.None)
        {
            Axes folded = [.. Enumerable.Range(0, Loop.Space.Rank).Where(axis => strides[axis] == 0)];
            value = result.Fold == LoopFold.Sum ? new Sum(folded).Evaluate([value]) : new Extremum(folded, result.Fold == LoopFold.Max).Evaluate([value]);
            strides = [.. strides.Where((_, axis) => !folded.Contains(axis))];
        }
        value.Element.Run<Writer, bool>(new(value, part, offset, strides));
    }

    private readonly struct Writer(Tensor value, Tensor part, int offset, int[] strides) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E>
        {
            var destination = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(part.Buffer<E>()), part.Size);
            Strided.Write(value.Elements<E>(), destination, offset, value.Shape.Dimensions, strides);
            return true;
        }
    }
}

/// <summary>An element of one of several arrays.</summary>
/// <param name="Array">Which array.</param>
/// <param name="Offset">Which element.</param>
internal readonly record struct ArrayElement(int Array, int Offset);

/// <summary>One of the arrays that a <see cref="Fused"/> loop gives.</summary>
/// <param name="Index">Which.</param>
internal sealed record Part(int Index) : ProgramOp
{
    public override string Attributes => $"{Index}";

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Part(Index);
}
