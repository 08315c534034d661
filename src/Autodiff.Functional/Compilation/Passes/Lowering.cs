namespace Autodiff.Functional.Compilation;

/// <summary>An op of one input that may know simpler ops that compute the same: equal up to rounding, with the same NaN, infinities and edges.</summary>
internal interface ILowered
{
    /// <summary>The value by simpler ops; null if there are none.</summary>
    Expr? Lowered(Expr x);
}

/// <summary>Ops that know simpler ones are replaced by those, which are fused with what stands around.</summary>
internal static class Lowering
{
    public static Program Apply(Program program)
    {
        if (!program.Has<ILowered>())
            return program;
        var known = new Dictionary<(Op, TensorType), Program>();
        return program.Rewrite((builder, instruction) => instruction.Op is ILowered op
            ? builder.Inline(Lowered(op, builder[instruction.Inputs[0]].Type), instruction.Inputs.AsSpan())
            : builder.Add(instruction));

        Program Lowered(ILowered op, TensorType input)
        {
            if (!known.TryGetValue(((Op)op, input), out var lowered))
                known.Add(((Op)op, input), lowered = Program.Of(Graph.Trace("a compiled function", x => [op.Lowered(x[0]) ?? Expr.Apply((Op)op, x[0])], [input])).Program);
            return lowered;
        }
    }
}
