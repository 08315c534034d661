namespace Autodiff.Functional.Compilation;

/// <summary>An op that knows a composition of simpler ops is replaced by it, so that these fuse with their neighbors and are shared.</summary>
internal static class Lowering
{
    public static Program Apply(Program program)
    {
        if (!program.Kinds.Any(op => op is ILowered { Lowered: not null }))
            return program;
        var known = new Dictionary<(Op, TensorType), Program>();
        return program.Rewrite((builder, instruction) => instruction.Op is ILowered { Lowered: { } lowered } && builder[instruction.Inputs[0]].Type is { Shape.Size: > 0 } type
            ? builder.Inline(Simpler(instruction.Op, lowered, type), instruction.Inputs.AsSpan())
            : builder.Add(instruction));

        Program Simpler(Op op, Func<Expr, Expr> lowered, TensorType input)
        {
            if (!known.TryGetValue((op, input), out var simpler))
                known.Add((op, input), simpler = Program.Of(Graph.Trace("a compiled function", x => [lowered(x[0])], [input])).Program);
            return simpler;
        }
    }
}
