namespace Autodiff.Functional.Compilation;

/// <summary>Leaves out instructions that no output depends on. Parameters stay.</summary>
internal static class DeadCode
{
    public static Program Apply(Program program)
    {
        var live = new bool[program.Count];
        foreach (int output in program.Outputs)
            live[output] = true;
        for (int i = program.Count - 1; i >= program.Parameters; i--)
            if (live[i])
                foreach (int input in program[i].Inputs)
                    live[input] = true;
        // What gives several values is followed by all of them, also by those that nobody reads: that is how they are found.
        for (int i = program.Parameters; i < program.Count; i++)
            live[i] |= program[i].Op is Part && live[program[i].Inputs[0]];
        if (!live.AsSpan(program.Parameters).Contains(false))
            return program;
        int at = program.Parameters;   // rules are asked in order, for all instructions but parameters
        return program.Rewrite((builder, instruction) => live[at++] ? builder.Add(instruction) : 0);
    }
}
