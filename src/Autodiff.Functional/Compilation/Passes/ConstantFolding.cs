namespace Autodiff.Functional.Compilation;

/// <summary>What is computed from constants alone is computed now. A value without elements is a constant.</summary>
internal static class ConstantFolding
{
    public static Program Apply(Program program) => program.Rewrite((builder, instruction) =>
    {
        if (instruction.Inputs.IsEmpty || !instruction.Op.Folds || instruction.Op is MultiOutput or Pack)
            return builder.Add(instruction);
        if (instruction.Type.Shape.Size == 0)
            return builder.Constant(ElementType.Of(instruction.Type.DType).Zeros(instruction.Type.Shape));
        var values = new Tensor[instruction.Inputs.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (builder[instruction.Inputs[i]].Constant is not { } constant)
                return builder.Add(instruction);
            values[i] = constant;
        }
        return builder.Constant(instruction.Op.Evaluate(values));
    });
}
