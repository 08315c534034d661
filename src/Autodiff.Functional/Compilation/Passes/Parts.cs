namespace Autodiff.Functional.Compilation;

/// <summary>
/// Ops whose several outputs plans keep in memory (loops, branches, fused loops): each is followed at once by all its parts, in order, also those that nobody reads.
/// What loops and branches read row by row, or as a whole, lies dense.
/// </summary>
internal static class Parts
{
    public static Program Apply(Program program) => !program.Has<IPartsOp>() ? program : program.Rewrite((builder, instruction) =>
    {
        if (instruction.Op is Project project && builder[instruction.Inputs[0]].Op is IPartsOp)
            return instruction.Inputs[0] + 1 + project.Index;
        if (instruction.Op is Part part)
            return instruction.Inputs[0] + 1 + part.Index;
        if (instruction.Op is not IPartsOp op)
            return builder.Add(instruction);
        int value = builder.Add(instruction);
        var parts = op.Parts;
        for (int i = 0; i < parts.Length; i++)
            builder.Add(new Part(i), [value], parts[i]);
        return value;
    });

    /// <summary>Copies the views that an op with parts reads. To be done when views are known.</summary>
    public static Program OfDense(Program program) => !program.Has<IPartsOp>() ? program : program.Rewrite((builder, instruction) => builder.Add(instruction.Op is IPartsOp and not Fused
        ? instruction with { Inputs = [.. instruction.Inputs.Select(input => builder[input].Op is View ? builder.Add(Copy.Op, [input], builder[input].Type) : input)] }
        : instruction));
}
