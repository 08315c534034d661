using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>A gather along the first axis that only one loop reads becomes part of the loop: it reads the rows in the source, as it goes.</summary>
internal static class IndexedReads
{
    /// <summary>Less than this stays in the first cache.</summary>
    private const int LeastBytes = 32 << 10;

    public static Program Apply(Program program) => Apply(program, LeastBytes);

    /// <param name="program">The program.</param>
    /// <param name="leastBytes">What is taken has at least so many bytes.</param>
    public static Program Apply(Program program, int leastBytes)
    {
        if (!program.Has<Gather>())
            return program;
        var uses = new int[program.Count];
        foreach (int value in program.Instructions.SelectMany(instruction => instruction.Inputs).Concat(program.Outputs))
            uses[value]++;
        return DeadCode.Apply(program.Rewrite((builder, instruction) => builder.Add(instruction.Op is Fused ? Reading(builder, instruction) : instruction)));

        Instruction Reading(ProgramBuilder builder, Instruction loop)
        {
            foreach (int value in loop.Inputs)
                if (builder[value] is { Op: Gather { Axis: 0, Leading: 0 }, Type: var type } taken && uses[value] == 1 && type.Bytes >= leastBytes)
                    loop = Read(builder, loop, value, taken) ?? loop;
            return loop;
        }
    }

    /// <summary>The loop with what is taken read from where it is taken; null if it can't be.</summary>
    private static Instruction? Read(ProgramBuilder builder, Instruction loop, int value, Instruction taken)
    {
        var (table, indices) = (Dense(builder, taken.Inputs[0]), Dense(builder, taken.Inputs[1]));
        var range = new IndexRange(taken.Op.Name, builder[taken.Inputs[0]].Type.Shape, 0);
        var fused = (Fused)loop.Op;
        var space = fused.Loop.Space;
        int array = loop.Inputs.AsSpan().IndexOf(value), count = taken.Type.Shape.Size / range.Inner;
        int[] reads = [.. Enumerable.Range(0, fused.Reads.Length).Where(read => fused.Reads[read].Array == array)];
        // Each row is read about once, and all indices are: one that is wrong is found.
        if (table is null || indices is null || fused.Loop.Inputs.Any(input => input.Rows?.Index is { } index && reads.Contains(index)) || (long)reads.Length * space.Size > 2L * taken.Type.Shape.Size
            || !reads.All(read => IsWithinRows(space, fused.Reads[read].Offset, fused.Loop.Inputs[read].Strides, range.Inner))
            || !reads.Any(read => fused.Reads[read].Offset < range.Inner && Covers(space, Along(fused.Loop.Inputs[read].Strides, range.Inner), count)))
            return null;

        // Each read by the value that it reads: several reads may be of one value, which is one input of the new loop.
        var places = fused.Reads.Select(read => (Value: loop.Inputs[read.Array], read.Offset)).ToList();
        var program = fused.Loop;
        foreach (int read in reads)
        {
            var (at, strides) = (fused.Reads[read].Offset, fused.Loop.Inputs[read].Strides);
            var place = (indices.Value.Value, indices.Value.Offset + at / range.Inner);
            var along = Along(strides, range.Inner);
            int index = Enumerable.Range(0, places.Count).FirstOrDefault(i => places[i] == place && program.Inputs[i].Rows is null && program.Inputs[i].Strides.SequenceEqual(along), places.Count);
            if (index == places.Count)
            {
                places.Add(place);
                program = program.WithInput(new(builder[indices.Value.Value].Type.DType, along));
            }
            places[read] = (table.Value.Value, table.Value.Offset + at % range.Inner);
            program = program with { Inputs = program.Inputs.SetItem(read, program.Inputs[read] with { Strides = [.. strides.Select(stride => stride % range.Inner)], Rows = new(index, range) }) };
        }
        int[] inputs = [.. places.Select(place => place.Value).Distinct()];
        return loop with { Op = fused with { Loop = program, Reads = [.. places.Select(place => new ArrayElement(Array.IndexOf(inputs, place.Value), place.Offset))] }, Inputs = [.. inputs] };
    }

    /// <summary>The array in which a value lies without gaps, and from which element on; null if it has gaps.</summary>
    private static (int Value, int Offset)? Dense(ProgramBuilder builder, int value) => builder[value] switch
    {
        { Op: View view, Inputs: [var seen] } => Strided.IsContiguous(view.To.Dimensions, view.Strides.Span) ? (seen, view.Offset) : null,
        _ => (value, 0),
    };

    /// <summary>Does each stride go from row to row, or stay in the row?</summary>
    private static bool IsWithinRows(Shape space, int offset, ImmutableArray<int> strides, int row)
    {
        long reach = offset % row;
        for (int axis = 0; axis < strides.Length; axis++)
            if (strides[axis] % row != 0 || strides[axis] < 0)
                reach += strides[axis] is var stride && stride > 0 && stride < row ? (long)(space[axis] - 1) * stride : row;
        return reach < row;
    }

    /// <summary>By how many rows the place moves along each axis.</summary>
    private static ImmutableArray<int> Along(ImmutableArray<int> strides, int row) => [.. strides.Select(stride => stride / row)];

    /// <summary>Are so many rows walked through, one by one?</summary>
    private static bool Covers(Shape space, ImmutableArray<int> steps, int count)
    {
        int next = 1;
        foreach (int axis in Enumerable.Range(0, steps.Length).Where(axis => steps[axis] != 0 && space[axis] != 1).OrderBy(axis => steps[axis]))
        {
            if (steps[axis] != next)
                return false;
            next *= space[axis];
        }
        return next == count;
    }
}
