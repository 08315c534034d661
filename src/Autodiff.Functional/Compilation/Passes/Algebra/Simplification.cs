namespace Autodiff.Functional.Compilation;

/// <summary>
/// Algebra that changes no bit of a result, whatever it is (NaN, an infinity, a zero of either sign): x·1, x/1, x − 0, x + −0, −−x, |−x|, signs moved out of products and quotients
/// and into sums and differences, selections by a constant mask, masks combined with themselves, and masks of what is one constant or another. Asked to, it also uses what
/// holds for finite numbers only. What is the same then is computed once.
/// </summary>
internal static class Simplification
{
    private static readonly Expr s_x = Expr.Variable("x", Shape.Scalar), s_y = Expr.Variable("y", Shape.Scalar);
    private static readonly Op s_not = Expr.Not(Expr.Variable("x", Shape.Scalar, DType.Bool)).Op, s_negate = (-s_x).Op, s_add = (s_x + s_y).Op, s_subtract = (s_x - s_y).Op;

    public static Program Apply(Program program, bool finite = false, bool structuralZeros = true)
    {
        bool simpler = false;
        var after = program.Rewrite((builder, instruction) =>
        {
            if (Rule(builder, instruction, finite, structuralZeros) is not { } value)
                return builder.Add(instruction);
            simpler = true;
            return value;
        });
        return simpler ? CommonSubexpressions.Apply(after) : program;
    }

    private static int? Rule(ProgramBuilder builder, Instruction instruction, bool finite, bool structuralZeros)
    {
        var inputs = instruction.Inputs;
        return instruction.Op switch
        {
            Binary<Multiply> when Is(1, 1) => inputs[0],
            Binary<Multiply> when Is(0, 1) => inputs[1],
            Binary<Divide> when Is(1, 1) => inputs[0],
            Binary<Subtract> when Is(1, 0) => inputs[0],
            Binary<Add> when Is(1, -0.0) || (finite && Is(1, 0)) => inputs[0],
            Binary<Add> when Is(0, -0.0) || (finite && Is(0, 0)) => inputs[1],
            Binary<Multiply> when finite && Is(1, 0) => inputs[1],
            Binary<Multiply> when finite && Is(0, 0) => inputs[0],
            Unary<Negate> when builder[inputs[0]].Op is Unary<Negate> => builder[inputs[0]].Inputs[0],
            Unary<Abs> when Negated(0) is { } x => builder.Add(instruction.Op, [x], instruction.Type),
            Binary<Multiply> or Binary<Divide> when Negated(0) is { } x => Minus(x, inputs[1]),
            Binary<Multiply> or Binary<Divide> when Negated(1) is { } y => Minus(inputs[0], y),
            Binary<Add> when Negated(1) is { } y => builder.Add(s_subtract, [inputs[0], y], instruction.Type),
            Binary<Add> when Negated(0) is { } x => builder.Add(s_subtract, [inputs[1], x], instruction.Type),
            Binary<Subtract> when Negated(1) is { } y => builder.Add(s_add, [inputs[0], y], instruction.Type),
            Unary<Not> when builder[inputs[0]].Op is Unary<Not> => builder[inputs[0]].Inputs[0],
            Binary<And> when Is(1, 1) => inputs[0],
            Binary<And> when Is(0, 1) => inputs[1],
            Binary<Or> when Is(1, 0) => inputs[0],
            Binary<Or> when Is(0, 0) => inputs[1],
            Binary<And> or Binary<Or> when inputs[0] == inputs[1] => inputs[0],
            Binary<Or> when IsNot(0, 1) || IsNot(1, 0) => Mask(true),
            Binary<And> when IsNot(0, 1) || IsNot(1, 0) => Mask(false),
            Predicate<Equal> or Predicate<NotEqual> when Chosen() is { } chosen => chosen,
            Where when Is(0, 1) || inputs[1] == inputs[2] => inputs[1],
            Where when Is(0, 0) => inputs[2],
            Guard when Is(0, 1) || !structuralZeros => inputs[1],
            WhereVarying when Is(0, 1) || !structuralZeros => inputs[2],
            Guard when Is(0, 0) => builder.Constant(ElementType.Of(instruction.Type.DType).Zeros(instruction.Type.Shape)),
            Sum sum when Drops(builder[inputs[0]].Type.Shape, sum.Axes) => builder.Add(new Reshape(instruction.Type.Shape), inputs.AsSpan(), instruction.Type),
            Extremum extremum when Drops(builder[inputs[0]].Type.Shape, extremum.Axes) => builder.Add(new Reshape(instruction.Type.Shape), inputs.AsSpan(), instruction.Type),
            _ => null,
        };

        // The input at an index is this number everywhere, with this sign if it is a zero.
        bool Is(int index, double number) => builder[inputs[index]].Constant is { Size: > 0 } constant && (constant.IsUniform || constant.Size == 1)
            && BitConverter.DoubleToInt64Bits(constant.First(1).ElementAsDouble(0)) == BitConverter.DoubleToInt64Bits(number);

        bool IsNot(int index, int other) => builder[inputs[index]] is { Op: Unary<Not> } not && not.Inputs[0] == inputs[other];

        // Of integers the least has no opposite.
        int? Negated(int index) => builder[inputs[index]] is { Op: Unary<Negate> } negation && negation.Type.DType.IsFloating() ? negation.Inputs[0] : null;

        // −(x ∘ y), of which a sign may be taken out again.
        int Minus(int x, int y)
        {
            var without = new Instruction(instruction.Op, [x, y], instruction.Type);
            int value = Rule(builder, without, finite, structuralZeros) ?? builder.Add(without);
            return builder[value].Op is Unary<Negate> ? builder[value].Inputs[0] : builder.Add(s_negate, [value], instruction.Type);
        }

        int Mask(bool all) => builder.Constant(Tensor.Scalar(all).Reshape(Shape.Ones(instruction.Type.Shape.Rank)).Expand(instruction.Type.Shape));

        // The comparison of a choice between two constants with a third is the choice's condition, or its opposite, or known.
        int? Chosen()
        {
            if (builder[inputs[0]] is not { Op: Where } choice || Scalar(choice.Inputs[1]) is not { } yes || Scalar(choice.Inputs[2]) is not { } no || Scalar(inputs[1]) is not { } other)
                return null;
            bool whereTrue = instruction.Op.Evaluate([yes, other]).ElementAsDouble(0) != 0, whereFalse = instruction.Op.Evaluate([no, other]).ElementAsDouble(0) != 0;
            return whereTrue == whereFalse ? Mask(whereTrue) : whereTrue ? choice.Inputs[0] : builder.Add(s_not, [choice.Inputs[0]], instruction.Type);
        }

        Tensor? Scalar(int value) => builder[value].Constant is { IsUniform: true, Size: > 0 } constant ? constant.First(1).Reshape(Shape.Scalar) : null;
    }

    /// <summary>A reduction over axes of length 1 only drops them.</summary>
    private static bool Drops(Shape shape, Axes axes)
    {
        foreach (int axis in axes)
            if (shape[axis] != 1)
                return false;
        return true;
    }
}
