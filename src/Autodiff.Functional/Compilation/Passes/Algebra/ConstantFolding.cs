namespace Autodiff.Functional.Compilation;

/// <summary>Values that depend on constants alone are computed now. A value without elements is a constant.</summary>
internal static class ConstantFolding
{
    public static Program Apply(Program program) => program.Rewrite((builder, instruction) =>
    {
        if (instruction.Inputs.IsEmpty || !instruction.Op.Folds || instruction.Op is MultiOutput or Pack)
            return builder.Add(instruction);
        if (instruction.Type.Shape.Size == 0)
            return builder.Constant(ElementType.Of(instruction.Type.DType).Zeros(instruction.Type.Shape));
        foreach (int input in instruction.Inputs)
            if (builder[input].Op is not Constant)
                return builder.Add(instruction);
        var values = new Tensor[instruction.Inputs.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = builder[instruction.Inputs[i]].Constant!;
        return builder.Constant(instruction.Op.Evaluate(values));
    });
}
