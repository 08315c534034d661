namespace Autodiff.Functional.Compilation;

/// <summary>
/// Puts after each op with several outputs in memory (a loop, a branch, a fused loop) all its parts, in order, also those that nobody reads.
/// Loops and branches read dense arrays: other inputs are copied first.
/// </summary>
internal static class Parts
{
    public static Program Apply(Program program) => !program.Has<IParts>() ? program : program.Rewrite((builder, instruction) =>
    {
        if (instruction.Op is Project project && builder[instruction.Inputs[0]].Op is IParts)
            return instruction.Inputs[0] + 1 + project.Index;
        if (instruction.Op is Part part)
            return instruction.Inputs[0] + 1 + part.Index;
        if (instruction.Op is not IParts op)
            return builder.Add(instruction);
        int value = builder.Add(instruction);
        var parts = op.Parts;
        for (int i = 0; i < parts.Length; i++)
            builder.Add(new Part(i), [value], parts[i]);
        return value;
    });

    /// <summary>Copies the views that an op with parts reads. To be done when views are known.</summary>
    public static Program OfDense(Program program) => !program.Has<IParts>() ? program : program.Rewrite((builder, instruction) => builder.Add(instruction.Op is IParts and not Fused
        ? instruction with { Inputs = [.. instruction.Inputs.Select(input => builder[input].Op is View ? builder.Add(Copy.Op, [input], builder[input].Type) : input)] }
        : instruction));
}
