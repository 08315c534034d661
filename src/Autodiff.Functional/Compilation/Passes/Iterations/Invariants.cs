using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Hoisting: a value of a loop's body that depends on captures alone is computed once, before the loop. Views stay: they cost nothing inside.</summary>
internal static class Invariants
{
    public static Program Apply(Program program)
    {
        if (!program.Has<Iteration>())
            return program;
        bool moved = false;
        var after = program.Rewrite((builder, instruction) =>
        {
            if (instruction.Op is not Iteration { Length: > 1 } loop || Hoisted(loop) is not { Length: > 0 } hoisted)
                return builder.Add(instruction);
            moved = true;
            return builder.Add(Outside(builder, instruction, loop, hoisted));
        });
        return moved ? CommonSubexpressions.Apply(after) : program;
    }

    /// <summary>The values of the body that are to be captures.</summary>
    private static int[] Hoisted(Iteration loop)
    {
        var body = loop.Body;
        var same = new bool[body.Count];       // in each step
        var hoisted = new SortedSet<int>();
        for (int value = 0; value < body.Count; value++)
        {
            same[value] = value < body.Parameters ? value < loop.Captures : body[value].Inputs.All(input => same[input]);
            if (!same[value])
                foreach (int input in body[value].Inputs)
                    Hoist(input);
        }
        foreach (int output in body.Outputs)
            Hoist(output);
        return [.. hoisted];

        void Hoist(int value)
        {
            while (same[value] && body[value].Op is IView or View)
                value = body[value].Inputs[0];
            if (same[value] && body[value].Op is not Leaf)
                hoisted.Add(value);
        }
    }

    /// <summary>The loop with more captures, whose values are computed before it.</summary>
    private static Instruction Outside(ProgramBuilder builder, Instruction instruction, Iteration loop, int[] hoisted)
    {
        ImmutableArray<int> captures = [.. Enumerable.Range(0, loop.Captures)];
        var values = builder.InlineAll(loop.Body.With(captures, [.. hoisted]), instruction.Inputs.AsSpan()[..loop.Captures]);
        return instruction with
        {
            Op = loop with { Body = loop.Body.With([.. captures, .. hoisted, .. Enumerable.Range(loop.Captures, loop.Carries + loop.Rows)], loop.Body.Outputs), Captures = loop.Captures + hoisted.Length },
            Inputs = [.. instruction.Inputs[..loop.Captures], .. values, .. instruction.Inputs[loop.Captures..]],
        };
    }
}
