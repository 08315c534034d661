using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Long programs go through a pass segment by segment, so that time grows with their length where the pass makes a new program again and again.</summary>
internal static class Segments
{
    /// <param name="program">The program.</param>
    /// <param name="length">The instructions of a segment. A program of no more than two is taken as a whole.</param>
    /// <param name="pass">The pass for each segment.</param>
    public static Program Apply(Program program, int length, Func<Program, Program> pass)
    {
        if (program.Count <= 2 * length)
            return pass(program);
        var builder = new ProgramBuilder(program.Count);
        var moved = new int[program.Count];
        for (int value = 0; value < program.Parameters; value++)
            moved[value] = builder.Parameter(program[value].Type);
        int[] last = LastReads(program);
        for (int start = program.Parameters, end; start < program.Count; start = end)
        {
            for (end = Math.Min(program.Count, start + length); end < program.Count && program[end].Op is Part;)
                end++;       // parts follow their op
            var (segment, inputs, outputs) = Of(program, start, end, last);
            var results = builder.InlineAll(pass(segment), [.. inputs.Select(input => moved[input])]);
            for (int i = 0; i < outputs.Length; i++)
                moved[outputs[i]] = results[i];
        }
        return builder.Build(Program.Renumbered(program.Outputs, moved));
    }

    /// <summary>The last instruction that reads each value, also through a view; one past the last if it is returned.</summary>
    private static int[] LastReads(Program program)
    {
        var last = new int[program.Count];
        foreach (int output in program.Outputs)
            last[output] = program.Count;
        for (int value = program.Count - 1; value >= program.Parameters; value--)
            foreach (int input in program[value].Inputs)
                last[input] = Math.Max(last[input], program[value].Op is View ? last[value] : value);
        return last;
    }

    /// <summary>Some instructions as a program: the values that it takes, and those that are read after it. Views of earlier values are in it.</summary>
    private static (Program Segment, List<int> Inputs, ImmutableArray<int> Outputs) Of(Program program, int start, int end, int[] last)
    {
        var builder = new ProgramBuilder(end - start);
        var inputs = new List<int>();
        var moved = new Dictionary<int, int>();
        for (int value = start; value < end; value++)
            foreach (int input in program[value].Inputs)
                if ((program[input].Op is View ? program[input].Inputs[0] : input) is var outside && outside < start && moved.TryAdd(outside, inputs.Count))
                {
                    builder.Parameter(program[outside].Type);
                    inputs.Add(outside);
                }
        for (int value = start; value < end; value++)
        {
            foreach (int input in program[value].Inputs)
                if (!moved.ContainsKey(input))
                    Add(input);
            Add(value);
        }
        ImmutableArray<int> outputs = [.. Enumerable.Range(start, end - start).Where(value => last[value] == program.Count || (last[value] >= end && program[value].Op is not View))];
        return (builder.Build([.. outputs.Select(output => moved[output])]), inputs, outputs);

        void Add(int value) => moved.Add(value, builder.Add(program[value] with { Inputs = [.. program[value].Inputs.Select(input => moved[input])] }));
    }
}
