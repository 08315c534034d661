using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Ops on tiny tensors become one loop whose values are the elements: over a single point, or over a batch axis that all tensors have first
/// (<c>Vmap</c> of a small function is such a program). Moving elements costs nothing then, and a small product is a few multiplications and additions.
/// </summary>
/// <remarks>
/// Elementwise ops are taken element by element. The pass learns a linear or bilinear op by evaluating it at unit vectors, and takes it
/// if each element of its result is a sum of some elements (or of products of two), in every row of a batch alike. So the pass knows no op by name.
/// </remarks>
internal sealed class Scalarisation
{
    /// <summary>The elements that a value has at most (of each row of a batch), and the scalar instructions of a loop.</summary>
    private const int MaxElements = 64, MaxScalars = 8_000;

    /// <summary>What an elementwise op costs in a tile besides its arithmetic, in additions, and how many elements that is done on at once.</summary>
    private const int OfTile = 5, Lanes = 8;

    private static readonly Op s_add = (Expr.Variable("x", Shape.Scalar) + Expr.Variable("y", Shape.Scalar)).Op, s_multiply = (Expr.Variable("x", Shape.Scalar) * Expr.Variable("y", Shape.Scalar)).Op;

    private readonly Program _program;
    private readonly bool _exact;                 // are sums left to their ops, which add in their own order?
    private readonly int _batch;                  // 0: none
    private readonly int[]?[] _elements;          // of the values that the loop computes
    private readonly bool[] _after;               // does it depend on what the loop computes, and is not in it?
    private readonly ProgramBuilder _scalars = new();
    private readonly List<Read> _reads = [];
    private readonly Dictionary<Read, int> _read = [];
    private readonly Dictionary<(Op Op, ImmutableArray<TensorType> Inputs, TensorType Output), ImmutableArray<ElementMap.Term>[]?> _maps = new(new SameCall());
    private int _members, _moved;
    private long _saved;                          // additions that elementwise ops save on single elements

    /// <summary>An element outside the loop, or one of each row.</summary>
    private readonly record struct Read(int Value, int Offset, int Stride);

    private Scalarisation(Program program, int batch, bool exact) => (_exact, _program, _batch, _elements, _after) = (exact, program, batch, new int[program.Count][], new bool[program.Count]);

    public static Program Apply(Program program, bool exact)
    {
        if (IsOfNumbers(program))
            return program;
        program = Apply(program, 0, exact);
        // Over a batch only what moves elements pays.
        foreach (int batch in program.Instructions.Where(instruction => !IsPointwise(instruction.Op) && instruction.Type.Shape is { Rank: > 0 } shape && shape[0] > MaxElements).Select(instruction => instruction.Type.Shape[0]).Distinct().ToArray())
            program = Apply(program, batch, exact);
        return program;
    }

    /// <summary>Is it elementwise, on single elements? Then it is one loop without this.</summary>
    private static bool IsOfNumbers(Program program)
    {
        foreach (var op in program.Kinds)
            if (!IsPointwise(op))
                return false;
        foreach (ref readonly var instruction in program.Instructions.AsSpan())
            if (instruction.Type.Shape.Size != 1)
                return false;
        return true;
    }

    private static bool IsPointwise(Op op) => op is Leaf or View or Copy or IPointwise;

    private static Program Apply(Program program, int batch, bool exact)
    {
        var loop = new Scalarisation(program, batch, exact);
        for (int value = program.Parameters; value < program.Count; value++)
            loop.Join(value);
        return loop.Pays ? loop.Emit() : program;
    }

    /// <summary>A single op is best alone, and elementwise ones of more than a few elements run faster in tiles.</summary>
    private bool Pays => _members > 1 && (_moved > 0 || (_batch == 0 && _saved > 0));

    // ---- what is in the loop ----

    private void Join(int value)
    {
        var instruction = _program[value];
        foreach (int input in instruction.Inputs)
            _after[value] |= _after[input];
        if (_after[value] || instruction.Op is Leaf)
            return;
        _elements[value] = Elements(instruction);
        if (_elements[value] is null)
            foreach (int input in instruction.Inputs)
                _after[value] |= _elements[input] is not null;
        else if (instruction.Op is not View)
            _members++;
    }

    private int[]? Elements(Instruction instruction)
    {
        int size = RowSize(instruction.Type.Shape);
        if (size is 0 or > MaxElements || _scalars.Count > MaxScalars || IsBatched(instruction.Type) != (_batch > 0))
            return null;
        if (instruction.Op is View view)
            return _elements[instruction.Inputs[0]] is { } seen ? See(view, seen, size) : null;
        if (instruction.Op is Copy)
            return Row(instruction.Inputs[0]);
        if (instruction.Inputs.Any(input => RowSize(_program[input].Type.Shape) is 0 or > MaxElements))
            return null;
        if (LoopKernel.Supports(instruction.Op, instruction.Type.DType))
            return !_exact || _batch > 0 || Exact.IsSameAlone(instruction.Op, instruction.Type) ? Pointwise(instruction, size) : null;
        if (Map(instruction) is not { } map || (_exact && !Exact.Moves(map)))
            return null;
        _moved++;
        return Sums(instruction, map);
    }

    private bool IsBatched(TensorType type) => _batch > 0 && type.Shape.Rank > 0 && type.Shape[0] == _batch;

    private int RowSize(Shape shape) => _batch > 0 && shape.Rank > 0 && shape[0] == _batch ? shape.Size / _batch : shape.Size;

    private int[]? Pointwise(Instruction instruction, int size)
    {
        var arguments = new int[]?[instruction.Inputs.Length];
        for (int k = 0; k < arguments.Length; k++)
            if (_program[instruction.Inputs[k]].Type.Shape != instruction.Type.Shape || (arguments[k] = Row(instruction.Inputs[k])) is null)
                return null;
        long cost = Math.Max(1, ((IPointwise)instruction.Op).Function.Cost.Additions);
        _saved += OfTile + ((size + Lanes - 1) / Lanes - size) * cost;
        return [.. Enumerable.Range(0, size).Select(element => Add(instruction.Op, instruction.Type.DType, [.. arguments.Select(argument => argument![element])]))];
    }

    private ImmutableArray<ElementMap.Term>[]? Map(Instruction instruction)
    {
        ImmutableArray<(TensorType Type, Tensor? Value)> inputs = [.. instruction.Inputs.Select(input =>
            (_program[input].Type, _program[input].Type.DType.IsFloating() ? null : _program[input].Constant))];
        // An op may be met again at the same types; constants are not compared.
        if (inputs.Any(input => input.Value is not null))
            return ElementMap.Of(instruction.Op, inputs, instruction.Type, _batch);
        var key = (instruction.Op, ImmutableArray.CreateRange(inputs, input => input.Type), instruction.Type);
        if (!_maps.TryGetValue(key, out var map))
            _maps.Add(key, map = ElementMap.Of(instruction.Op, inputs, instruction.Type, _batch));
        return map;
    }

    private int[]? Sums(Instruction instruction, ImmutableArray<ElementMap.Term>[] map)
    {
        var rows = new int[]?[instruction.Inputs.Length];
        for (int k = 0; k < rows.Length; k++)
            if ((rows[k] = Row(instruction.Inputs[k])) is null)
                return null;
        var dtype = instruction.Type.DType;
        return [.. map.Select(terms => Sum([.. terms.Select(term => term.Right < 0 ? rows[term.Input]![term.Left] : Add(s_multiply, dtype, rows[0]![term.Left], rows[1]![term.Right]))], dtype))];
    }

    /// <summary>Pairwise, so that the error and the time that it takes grow with the logarithm of the length.</summary>
    private int Sum(Span<int> terms, DType dtype)
    {
        if (terms.IsEmpty)
            return _scalars.Constant(ElementType.Of(dtype).Zeros(Shape.Scalar));
        for (; terms.Length > 1; terms = terms[..((terms.Length + 1) / 2)])
            for (int i = 0; i + 1 < terms.Length + terms.Length % 2; i += 2)
                terms[i / 2] = i + 1 < terms.Length ? Add(s_add, dtype, terms[i], terms[i + 1]) : terms[i];
        return terms[0];
    }

    private int Add(Op op, DType dtype, params ReadOnlySpan<int> arguments) => _scalars.Add(op, arguments, new(dtype, Shape.Scalar));

    // ---- elements ----

    /// <summary>The elements of a value, in a row; null if they can't be had.</summary>
    private int[]? Row(int value)
    {
        if (_elements[value] is { } inside)
            return inside;
        var instruction = _program[value];
        int size = RowSize(instruction.Type.Shape);
        if (size > MaxElements)
            return null;
        if (instruction.Constant is { } constant && (!IsBatched(instruction.Type) || RowsAreEqual(constant)))
            return [.. Enumerable.Range(0, size).Select(element => _scalars.Constant(ElementAt(constant, element)))];
        if (instruction.Op is View view)
            return [.. Offsets(view, size).Select(offset => RowStride(view) == 0 && _program[instruction.Inputs[0]].Constant is { } seen
                ? _scalars.Constant(ElementAt(seen, offset)) : Outside(instruction.Inputs[0], offset, RowStride(view)))];
        return [.. Enumerable.Range(0, size).Select(element => Outside(value, element, IsBatched(instruction.Type) ? size : 0))];
    }

    private int Outside(int value, int offset, int stride)
    {
        var read = new Read(value, offset, stride);
        if (!_read.TryGetValue(read, out int number))
        {
            _read.Add(read, number = _scalars.Add(new Element(_reads.Count), [], new(_program[value].Type.DType, Shape.Scalar)));
            _reads.Add(read);
        }
        return number;
    }

    /// <summary>Elements of a value of the loop, viewed at other offsets of the same row.</summary>
    private int[]? See(View view, int[] seen, int size)
    {
        if (_batch > 0 && RowStride(view) != seen.Length)
            return null;
        int[] offsets = [.. Offsets(view, size)];
        return offsets.All(offset => offset >= 0 && offset < seen.Length) ? Array.ConvertAll(offsets, offset => seen[offset]) : null;
    }

    private int RowStride(View view) => IsBatched(new(default, view.To)) ? view.Strides[0] : 0;

    /// <summary>The offsets of the first row's elements.</summary>
    private static IEnumerable<int> Offsets(View view, int size)
    {
        for (int element = 0; element < size; element++)
        {
            int offset = view.Offset, rest = element;
            for (int axis = view.To.Rank - 1; axis >= 0 && rest > 0; rest /= view.To[axis--])
                offset += rest % view.To[axis] * view.Strides[axis];
            yield return offset;
        }
    }

    /// <summary>The value that was the same for the whole batch before it was folded.</summary>
    private static bool RowsAreEqual(Tensor constant) => constant.Equals(constant.Slice(new int[constant.Rank], constant.Shape.With(0, 1).Dimensions, Shape.Ones(constant.Rank).Dimensions).Expand(constant.Shape));

    private static Tensor ElementAt(Tensor tensor, int element) => tensor.Reshape(Shape.Of(tensor.Size)).Slice([element], [1], [1]).Reshape(Shape.Scalar).Dense();

    /// <summary>An element that the loop reads, in the program of its scalars.</summary>
    private sealed record Element(int Read) : Leaf
    {
        public override string Attributes => $"{Read}";
        public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => throw new NotSupportedException("An element is read from outside.");
    }

    private sealed class SameCall : IEqualityComparer<(Op Op, ImmutableArray<TensorType> Inputs, TensorType Output)>
    {
        public bool Equals((Op Op, ImmutableArray<TensorType> Inputs, TensorType Output) x, (Op Op, ImmutableArray<TensorType> Inputs, TensorType Output) y) =>
            x.Op.Equals(y.Op) && x.Output == y.Output && x.Inputs.SequenceEqual(y.Inputs);

        public int GetHashCode((Op Op, ImmutableArray<TensorType> Inputs, TensorType Output) call) => HashCode.Combine(call.Op, call.Output);
    }

    // ---- the new program ----

    /// <summary>Emits the values that the loop may read, the loop, then the values that depend on it.</summary>
    private Program Emit()
    {
        int[] stored = [.. Stored()];
        var builder = new ProgramBuilder(_program.Count);
        var moved = new int[_program.Count];
        for (int value = 0; value < _program.Count; value++)
            if (value < _program.Parameters)
                moved[value] = builder.Parameter(_program[value].Type);
            else if (!_after[value] && _elements[value] is null)
                Move(value);
        var (fused, inputs) = Loop(stored, builder, moved);
        int loop = builder.Add(fused, inputs, new(default, Shape.Of(stored.Length)));
        for (int part = 0; part < stored.Length; part++)
            moved[stored[part]] = builder.Add(new Part(part), [loop], fused.Parts[part]);
        for (int value = _program.Parameters; value < _program.Count; value++)
            if (_after[value] || (_elements[value] is not null && Holder(value) is var holder && holder != value && Array.BinarySearch(stored, holder) >= 0))
                Move(value);
        return DeadCode.Apply(builder.Build(Program.Renumbered(_program.Outputs, moved)));

        void Move(int value) => moved[value] = builder.Add(_program[value] with { Inputs = _program[value].Inputs.In(moved) });
    }

    /// <summary>The values of the loop that somebody outside needs.</summary>
    private IEnumerable<int> Stored()
    {
        var needed = new bool[_program.Count];
        foreach (int output in _program.Outputs)
            needed[output] = true;
        for (int value = _program.Parameters; value < _program.Count; value++)
            if (_elements[value] is null)
                foreach (int input in _program[value].Inputs)
                    needed[Holder(input)] = true;
        return Enumerable.Range(0, _program.Count).Where(value => needed[value] && _elements[value] is not null);
    }

    /// <summary>
    /// The value in whose memory a value lies: itself, as the loop writes each as densely as it can. Where bits count, a view stays one, since the order in which an op adds may depend on strides.
    /// </summary>
    private int Holder(int value) => _exact && _elements[value] is not null && _program[value].Op is View ? _program[value].Inputs[0] : value;

    private (Fused Fused, int[] Inputs) Loop(int[] stored, ProgramBuilder builder, int[] moved)
    {
        var scalars = Simplified(_scalars.Build([.. stored.SelectMany(value => _elements[value]!)]));
        ImmutableArray<int> alongBatch = _batch > 0 ? [0] : [];
        var arrays = new List<int>();
        var inputs = ImmutableArray.CreateBuilder<LoopInput>();
        var reads = ImmutableArray.CreateBuilder<ArrayElement>();
        var numbers = new int[scalars.Count];
        var constants = new List<int>();
        var elements = new List<(int Scalar, Read Read)>();
        for (int scalar = 0; scalar < scalars.Count; scalar++)
            if (scalars[scalar].Op is Element element)
                elements.Add((scalar, _reads[element.Read]));
            else if (scalars[scalar].Op is Constant)
                constants.Add(scalar);
        // In the order in which they lie, so that the loop can read those of a row together.
        foreach (var (scalar, read) in elements.OrderBy(element => (element.Read.Value, element.Read.Offset)))
            numbers[scalar] = Input(moved[read.Value], read.Offset, scalars[scalar].Type.DType, _batch > 0 ? [read.Stride] : []);
        foreach (var sameType in constants.GroupBy(scalar => scalars[scalar].Type.DType))
        {
            int offset = 0, array = builder.Constant(Expr.Stack(sameType.Select(scalar => Expr.Constant(scalars[scalar].Constant!))).Value);
            foreach (int scalar in sameType)
                numbers[scalar] = Input(array, offset++, sameType.Key, alongBatch);
        }
        var instructions = ImmutableArray.CreateBuilder<LoopInstruction>();
        for (int scalar = 0; scalar < scalars.Count; scalar++)
            if (scalars[scalar].Op is not Leaf)
            {
                numbers[scalar] = inputs.Count + instructions.Count;
                instructions.Add(new(scalars[scalar].Op, scalars[scalar].Inputs.In(numbers), scalars[scalar].Type.DType));
            }

        var results = ImmutableArray.CreateBuilder<LoopResult>();
        var writes = ImmutableArray.CreateBuilder<ArrayElement>();
        for (int part = 0, at = 0; part < stored.Length; part++)
        {
            int size = _elements[stored[part]]!.Length;
            for (int element = 0; element < size; element++)
            {
                results.Add(new(numbers[scalars.Outputs[at++]], _program[stored[part]].Type.DType, _batch > 0 ? [size] : []));
                writes.Add(new(part, element));
            }
        }
        var loop = new LoopProgram(_batch > 0 ? Shape.Of(_batch) : Shape.Scalar, inputs.ToImmutable(), instructions.ToImmutable(), results.ToImmutable());
        return (new(loop, reads.ToImmutable(), writes.ToImmutable(), [.. stored.Select(value => _program[value].Type)]), [.. arrays]);

        int Input(int value, int offset, DType dtype, ImmutableArray<int> strides)
        {
            int array = arrays.IndexOf(value);
            if (array < 0)
            {
                array = arrays.Count;
                arrays.Add(value);
            }
            inputs.Add(new(dtype, strides));
            reads.Add(new(array, offset));
            return inputs.Count - 1;
        }
    }

    private static Program Simplified(Program scalars) =>
        DeadCode.Apply(CommonSubexpressions.Apply(Simplification.Apply(ConstantFolding.Apply(CommonSubexpressions.Apply(DeadCode.Apply(scalars))))));
}
