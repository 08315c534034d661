using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Leaves out of loops the rows that nobody reads, the carries that only they themselves depend on, and the inputs that no step reads.</summary>
internal static class UnusedCarries
{
    public static Program Apply(Program program)
    {
        if (!program.Has<Iteration>())
            return program;
        var used = new bool[program.Count];
        var parts = new bool[program.Count][];
        var loops = new Loop?[program.Count];
        foreach (int output in program.Outputs)
            used[output] = true;
        for (int value = program.Count - 1; value >= program.Parameters; value--)
        {
            if (!used[value])
                continue;
            var instruction = program[value];
            if (instruction.Op is Project part && program[instruction.Inputs[0]].Op is Iteration of)
                (parts[instruction.Inputs[0]] ??= new bool[of.Body.Outputs.Length])[part.Index] = true;
            if (instruction.Op is Iteration iteration)
                loops[value] = Loop.Of(iteration, parts[value] ?? [.. iteration.Body.Outputs.Select(_ => true)]);
            for (int i = 0; i < instruction.Inputs.Length; i++)
                used[instruction.Inputs[i]] |= loops[value]?.Inputs.Contains(i) ?? true;
        }

        int next = program.Parameters;
        var bundles = new Dictionary<int, Loop>();         // by their new numbers
        return program.Rewrite((builder, instruction) =>
        {
            int value = next++;
            if (!used[value])
                return 0;
            if (instruction.Op is Project part && bundles.TryGetValue(instruction.Inputs[0], out var of))
                instruction = instruction with { Op = new Project(of.Parts.IndexOf(part.Index)) };
            if (loops[value] is not { } loop)
                return builder.Add(instruction);
            int bundle = builder.Add(instruction with { Op = loop.Op, Inputs = [.. loop.Inputs.Select(input => instruction.Inputs[input])], Type = loop.Op.Type });
            bundles.Add(bundle, loop);
            return bundle;
        });
    }

    /// <summary>The inputs and parts that a loop keeps.</summary>
    private sealed record Loop(Iteration Op, ImmutableArray<int> Inputs, ImmutableArray<int> Parts)
    {
        public static Loop Of(Iteration loop, bool[] used)
        {
            var body = loop.Body;
            var needed = new bool[body.Count];
            bool more = true;
            while (more)
            {
                for (int i = 0; i < used.Length; i++)
                    needed[body.Outputs[i]] |= used[i];
                for (int value = body.Count - 1; value >= 0; value--)
                    if (needed[value])
                        foreach (int input in body[value].Inputs)
                            needed[input] = true;
                more = false;
                for (int i = 0; i < loop.Carries; i++)
                    if (needed[loop.Captures + i] && !used[i])
                        more = used[i] = true;
            }
            ImmutableArray<int> parts = [.. Enumerable.Range(0, used.Length).Where(i => used[i])];
            // A carry that is used for what it begins with is never read by a step, and is there all the same.
            ImmutableArray<int> inputs = [.. Enumerable.Range(0, body.Parameters).Where(i => i >= loop.Captures && i < loop.Captures + loop.Carries ? used[i - loop.Captures] : needed[i])];
            return new(loop with
            {
                Body = body.With(inputs, [.. parts.Select(part => body.Outputs[part])]),
                Captures = inputs.Count(i => i < loop.Captures),
                Carries = parts.Count(part => part < loop.Carries),
            }, inputs, parts);
        }
    }
}
