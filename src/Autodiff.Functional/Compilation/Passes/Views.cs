namespace Autodiff.Functional.Compilation;

/// <summary>
/// Layout: reshapes, transposes, broadcasts and slices, and chains of them, become one view of the value that they start from, which products and loops read in place.
/// Where no strides say it, the elements are copied.
/// </summary>
internal static class Views
{
    private static readonly double[] s_nowhere = [0];

    public static Program Apply(Program program) => !program.Has(IsSeen) ? program : program.Rewrite((builder, instruction) => instruction switch
    {
        { Constant: { IsUniform: true, Size: > 1 } uniform } => builder.Add(new View(uniform.Shape, 0, Axes.Of(new int[uniform.Rank])), [builder.Constant(uniform.First(1).Reshape(Shape.Scalar))], uniform.Type),
        { Op: IView view } => See(builder, instruction, view),
        _ => builder.Add(instruction),
    });

    private static bool IsSeen(Instruction instruction) => instruction is { Op: IView } or { Constant: { IsUniform: true, Size: > 1 } };

    private static int See(ProgramBuilder builder, Instruction instruction, IView view)
    {
        int input = instruction.Inputs[0];
        var (at, value) = builder[input].Op is View outer ? (outer, builder[input].Inputs[0]) : (View.Of(builder[input].Type.Shape), input);
        if (Seen(at, instruction.Type.DType, view) is not { } seen)
        {
            value = builder.Add(Copy.Op, [input], builder[input].Type);
            seen = Seen(View.Of(builder[input].Type.Shape), instruction.Type.DType, view)!;
        }
        var type = builder[value].Type;
        return seen.To == type.Shape && seen.IsWhole(type.Shape.Size) ? value : builder.Add(seen, [value], instruction.Type);
    }

    /// <summary>How the op sees a view: asked of a tensor that has its strides and no elements.</summary>
    private static View? Seen(View at, DType dtype, IView view) =>
        view.See(new Tensor(ElementType.Of(dtype), at.To, s_nowhere, at.Offset, [.. at.Strides])) is { } seen
            ? new(seen.Shape, seen.Offset, Axes.Of(seen.Strides))
            : null;

    /// <summary>Each output gets memory of its own. After this equal copies are not to be joined.</summary>
    public static Program OwnOutputs(Program program)
    {
        var taken = new HashSet<int>();
        if (program.Outputs.All(output => program[output].Op is not (View or Leaf or Project) && taken.Add(output)))
            return program;
        taken.Clear();
        var builder = new ProgramBuilder(program.Count);
        foreach (var instruction in program.Instructions)
            if (instruction.Op is Parameter)
                builder.Parameter(instruction.Type);
            else
                builder.Add(instruction);
        return builder.Build([.. program.Outputs.Select(output => program[output].Op is View or Leaf or Project || !taken.Add(output)
            ? builder.Add(Copy.Op, [output], program[output].Type)
            : output)]);
    }
}
