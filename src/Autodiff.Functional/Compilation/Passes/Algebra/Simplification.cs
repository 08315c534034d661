namespace Autodiff.Functional.Compilation;

/// <summary>
/// Algebra that changes no bit of a result, whatever it is (NaN, an infinity, a zero of either sign): x·1, x/1, x − 0, x + −0, −−x, |−x|, signs moved out of products and quotients
/// and into sums and differences, selections by a constant mask, masks combined with themselves, and comparisons of a choice between two constants. On request it also uses rules
/// that hold for finite numbers only. Afterwards common subexpressions are computed once.
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

    private static int? Rule(ProgramBuilder builder, Instruction instruction, bool finite, bool structuralZeros) => new Site(builder, instruction, finite, structuralZeros).Simpler();

    /// <summary>An instruction at which the rules are tried. Each rule gives the value that takes its place, or null.</summary>
    private readonly struct Site(ProgramBuilder builder, Instruction instruction, bool finite, bool structuralZeros)
    {
        private ValueNumbers Inputs => instruction.Inputs;

        public int? Simpler() => Neutral() ?? Signs() ?? Logic() ?? Selection() ?? Reduction();

        /// <summary>A neutral number as an argument leaves the other; of finite numbers 0 also annihilates.</summary>
        private int? Neutral() => instruction.Op switch
        {
            Binary<Multiply> when Is(1, 1) => Inputs[0],
            Binary<Multiply> when Is(0, 1) => Inputs[1],
            Binary<Divide> when Is(1, 1) => Inputs[0],
            Binary<Subtract> when Is(1, 0) => Inputs[0],
            Binary<Add> when Is(1, -0.0) || (finite && Is(1, 0)) => Inputs[0],
            Binary<Add> when Is(0, -0.0) || (finite && Is(0, 0)) => Inputs[1],
            Binary<Multiply> when finite && Is(1, 0) => Inputs[1],
            Binary<Multiply> when finite && Is(0, 0) => Inputs[0],
            _ => null,
        };

        private int? Signs() => instruction.Op switch
        {
            Unary<Negate> when builder[Inputs[0]].Op is Unary<Negate> => builder[Inputs[0]].Inputs[0],
            Unary<Abs> when Negated(0) is { } x => builder.Add(instruction.Op, [x], instruction.Type),
            Binary<Multiply> or Binary<Divide> when Negated(0) is { } x => Minus(x, Inputs[1]),
            Binary<Multiply> or Binary<Divide> when Negated(1) is { } y => Minus(Inputs[0], y),
            Binary<Add> when Negated(1) is { } y => builder.Add(s_subtract, [Inputs[0], y], instruction.Type),
            Binary<Add> when Negated(0) is { } x => builder.Add(s_subtract, [Inputs[1], x], instruction.Type),
            Binary<Subtract> when Negated(1) is { } y => builder.Add(s_add, [Inputs[0], y], instruction.Type),
            _ => null,
        };

        private int? Logic() => instruction.Op switch
        {
            Unary<Not> when builder[Inputs[0]].Op is Unary<Not> => builder[Inputs[0]].Inputs[0],
            Binary<And> when Is(1, 1) => Inputs[0],
            Binary<And> when Is(0, 1) => Inputs[1],
            Binary<Or> when Is(1, 0) => Inputs[0],
            Binary<Or> when Is(0, 0) => Inputs[1],
            Binary<And> or Binary<Or> when Inputs[0] == Inputs[1] => Inputs[0],
            Binary<Or> when IsNot(0, 1) || IsNot(1, 0) => Mask(true),
            Binary<And> when IsNot(0, 1) || IsNot(1, 0) => Mask(false),
            _ => null,
        };

        private int? Selection() => instruction.Op switch
        {
            Predicate<Equal> or Predicate<NotEqual> => Chosen(),
            Where when Is(0, 1) || Inputs[1] == Inputs[2] => Inputs[1],
            Where when Is(0, 0) => Inputs[2],
            Guard when Is(0, 1) || !structuralZeros => Inputs[1],
            WhereVarying when Is(0, 1) || !structuralZeros => Inputs[2],
            Guard when Is(0, 0) => builder.Constant(ElementType.Of(instruction.Type.DType).Zeros(instruction.Type.Shape)),
            _ => null,
        };

        /// <summary>A reduction over axes of length 1 only drops them.</summary>
        private int? Reduction() => (instruction.Op is Sum { Axes: var summed } && Drops(summed)) || (instruction.Op is Extremum { Axes: var compared } && Drops(compared))
            ? builder.Add(new Reshape(instruction.Type.Shape), Inputs.AsSpan(), instruction.Type) : null;

        private bool Drops(Axes axes)
        {
            foreach (int axis in axes)
                if (builder[Inputs[0]].Type.Shape[axis] != 1)
                    return false;
            return true;
        }

        /// <summary>Is the input at an index this number everywhere, with this sign if it is a zero?</summary>
        private bool Is(int index, double number) => builder[Inputs[index]].Constant is { Size: > 0 } constant && (constant.IsUniform || constant.Size == 1)
            && BitConverter.DoubleToInt64Bits(constant.First(1).ElementAsDouble(0)) == BitConverter.DoubleToInt64Bits(number);

        /// <summary>Is the input at an index the opposite of another?</summary>
        private bool IsNot(int index, int other) => builder[Inputs[index]] is { Op: Unary<Not> } not && not.Inputs[0] == Inputs[other];

        /// <summary>The value whose negation an input is. Of integers the least has no opposite.</summary>
        private int? Negated(int index) => builder[Inputs[index]] is { Op: Unary<Negate> } negation && negation.Type.DType.IsFloating() ? negation.Inputs[0] : null;

        /// <summary>−(x ∘ y), of which a sign may be taken out again.</summary>
        private int Minus(int x, int y)
        {
            var without = new Instruction(instruction.Op, [x, y], instruction.Type);
            int value = Rule(builder, without, finite, structuralZeros) ?? builder.Add(without);
            return builder[value].Op is Unary<Negate> ? builder[value].Inputs[0] : builder.Add(s_negate, [value], instruction.Type);
        }

        private int Mask(bool all) => builder.Constant(Tensor.Scalar(all).Reshape(Shape.Ones(instruction.Type.Shape.Rank)).Expand(instruction.Type.Shape));

        /// <summary>The comparison of a choice between two constants with a third is the choice's condition, or its opposite, or known.</summary>
        private int? Chosen()
        {
            if (builder[Inputs[0]] is not { Op: Where } choice || Scalar(choice.Inputs[1]) is not { } yes || Scalar(choice.Inputs[2]) is not { } no || Scalar(Inputs[1]) is not { } other)
                return null;
            bool whereTrue = instruction.Op.Evaluate([yes, other]).ElementAsDouble(0) != 0, whereFalse = instruction.Op.Evaluate([no, other]).ElementAsDouble(0) != 0;
            return whereTrue == whereFalse ? Mask(whereTrue) : whereTrue ? choice.Inputs[0] : builder.Add(s_not, [choice.Inputs[0]], instruction.Type);
        }

        private Tensor? Scalar(int value) => builder[value].Constant is { IsUniform: true, Size: > 0 } constant ? constant.First(1).Reshape(Shape.Scalar) : null;
    }
}
