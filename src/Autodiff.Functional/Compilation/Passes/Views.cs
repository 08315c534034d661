namespace Autodiff.Functional.Compilation;

/// <summary>
/// Layout: a chain of reshapes, transposes, broadcasts and slices becomes one view of the value at its start, which products and loops read in place.
/// If no strides describe the view, the elements are copied. A loop computes in the order in which its inputs lie in memory, and its result is read through a view.
/// </summary>
internal sealed class Views
{
    private static readonly double[] s_nowhere = [0];

    private readonly ProgramBuilder _builder;
    private readonly int[] _moved;
    private readonly Dictionary<Tensor, int> _constants = new(ReferenceEqualityComparer.Instance);     // that others are views of

    private Views(Program program) => (_builder, _moved) = (new(program), new int[program.Count]);

    /// <param name="program">The program.</param>
    /// <param name="ordered">May loops take their axes in another order? Their sums are added in that order then.</param>
    public static Program Apply(Program program, bool ordered = true) => new Views(program).Rewrite(program, ordered);

    private Program Rewrite(Program program, bool ordered)
    {
        var orders = ordered ? new AxisOrders(program) : null;
        Func<int, View> lies = input => Lies(_moved[input]);
        var arrays = DenseConstants(program);
        for (int value = 0; value < program.Count; value++)
        {
            var instruction = _builder.Next(program[value], _moved);
            _moved[value] = instruction switch
            {
                { Op: Parameter } => value,
                { Constant: { IsUniform: true, Size: > 1 } uniform } => _builder.Add(new View(uniform.Shape, 0, Axes.Of(new int[uniform.Rank])), [_builder.Constant(uniform.First(1).Reshape(Shape.Scalar))], uniform.Type),
                { Constant: { } constant } when arrays.TryGetValue(constant.Array, out var whole) && Within(whole, constant) is { } part => Of(Whole(whole), part),
                { Op: IView view } => See(instruction, view),
                { Op: MatMul } => _builder.Add(instruction with { Inputs = [.. instruction.Inputs.Select(Forward)] }),
                _ => orders?.Of(value, lies) is { } order ? InOrder(instruction, order) : _builder.Add(instruction),
            };
        }
        return _builder.Build(Program.Renumbered(program.Outputs, _moved));
    }

    /// <summary>The largest constant without gaps in each array: others that lie in it (its transpose, a part of it) are views of it.</summary>
    private static Dictionary<Array, Tensor> DenseConstants(Program program)
    {
        var arrays = new Dictionary<Array, Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var instruction in program.Instructions)
            if (instruction.Constant is { IsContiguous: true } constant && IsLarge(constant) && (!arrays.TryGetValue(constant.Array, out var other) || other.Size < constant.Size))
                arrays[constant.Array] = constant;
        return arrays;
    }

    private static bool IsLarge(Tensor constant) => constant.Type.Bytes > Buffers.Small;

    /// <summary>A constant as a view of another in the same array; null if it reaches out of that.</summary>
    private static View? Within(Tensor whole, Tensor constant)
    {
        int offset = constant.Offset - whole.Offset, first = offset, last = offset;
        for (int axis = 0; axis < constant.Rank; axis++)
        {
            int reach = (constant.Shape[axis] - 1) * constant.Strides[axis];
            (first, last) = (first + Math.Min(0, reach), last + Math.Max(0, reach));
        }
        return first >= 0 && last < whole.Size && IsLarge(constant) && constant.Element == whole.Element ? new(constant.Shape, offset, Axes.Of(constant.Strides)) : null;
    }

    private int Whole(Tensor constant)
    {
        if (!_constants.TryGetValue(constant, out int value))
            _constants.Add(constant, value = _builder.Constant(constant));
        return value;
    }

    private int See(Instruction instruction, IView view)
    {
        int input = instruction.Inputs[0];
        if (Composed(Lies(input), instruction.Type.DType, view) is { } composed)
            return Of(Base(input), composed);
        int copy = _builder.Add(Copy.Op, [input], _builder[input].Type);
        return Of(copy, Composed(Lies(copy), instruction.Type.DType, view)!);
    }

    /// <summary>The operand that a product reads: a matrix that was sliced backwards is copied as <see cref="MatMul.Forward"/> does, and the other factor stays as it lies.</summary>
    private int Forward(int matrix)
    {
        var (lies, type) = (Lies(matrix), _builder[matrix].Type);
        if (MatMul.IsForward(lies.Strides))
            return matrix;
        if (Math.Abs(lies.Strides[^1]) <= Math.Abs(lies.Strides[^2]))
            return _builder.Add(Copy.Op, [matrix], type);
        Axes swapped = [.. Enumerable.Range(0, type.Shape.Rank - 2), type.Shape.Rank - 1, type.Shape.Rank - 2];
        var transposed = lies.Permuted(swapped);
        int copy = _builder.Add(Copy.Op, [Of(Base(matrix), transposed)], new(type.DType, transposed.To));
        return Of(copy, View.Of(transposed.To).Permuted(swapped));
    }

    private int Base(int value) => _builder[value].Op is View ? _builder[value].Inputs[0] : value;

    private View Lies(int value) => _builder[value].Op as View ?? View.Of(_builder[value].Type.Shape);

    /// <summary>A view of a value; the value, if it shows it as it is.</summary>
    private int Of(int value, View view)
    {
        var type = _builder[value].Type;
        return view.To == type.Shape && view.IsWhole(type.Shape.Size) ? value : _builder.Add(view, [value], new(type.DType, view.To));
    }

    /// <summary>The view of a view: the op is asked what it sees of a tensor that has the strides and no elements.</summary>
    private static View? Composed(View at, DType dtype, IView view) =>
        view.See(new Tensor(ElementType.Of(dtype), at.To, s_nowhere, at.Offset, [.. at.Strides])) is { } seen
            ? new(seen.Shape, seen.Offset, Axes.Of(seen.Strides))
            : null;

    /// <summary>Computed with its axes in another order, and seen as it was.</summary>
    private int InOrder(Instruction instruction, Axes order)
    {
        int[] inputs = [.. instruction.Inputs.Select(input => Of(Base(input), Lies(input).Permuted(order)))];
        Axes kept = order;
        var op = instruction.Op;
        if (op is IFolding folding)
        {
            op = folding.Over([.. Enumerable.Range(0, order.Count).Where(axis => folding.Axes.Contains(order[axis]))]);
            // The axes that are left, by their numbers without the others.
            int[] left = [.. Enumerable.Range(0, order.Count).Where(axis => !folding.Axes.Contains(axis))];
            kept = [.. order.Where(axis => !folding.Axes.Contains(axis)).Select(axis => Array.IndexOf(left, axis))];
        }
        Shape shape = [.. kept.Select(axis => instruction.Type.Shape[axis])];
        int value = _builder.Add(op, inputs, new(instruction.Type.DType, shape));
        return Of(value, View.Of(shape).Permuted(kept.Inverse()));
    }

    /// <summary>Each output gets memory of its own. After this equal copies are not to be joined.</summary>
    public static Program OwnOutputs(Program program)
    {
        var taken = new HashSet<int>();
        if (program.Outputs.All(output => program[output].Op is not (View or Leaf or Project) && taken.Add(output)))
            return program;
        taken.Clear();
        var builder = new ProgramBuilder(program);
        foreach (var instruction in program.Instructions.AsSpan(program.Parameters, program.Count - program.Parameters))
            builder.Add(instruction);
        return builder.Build([.. program.Outputs.Select(output => program[output].Op is View or Leaf or Project || !taken.Add(output)
            ? builder.Add(Copy.Op, [output], program[output].Type)
            : output)]);
    }
}
