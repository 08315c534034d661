using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Writes one loop of a fusion into the new program: the arrays that it reads, its instructions, and the values that it stores.</summary>
/// <param name="fusion">The loop of each value.</param>
/// <param name="group">The loop's members.</param>
/// <param name="stored">The values that lie in memory after their loop.</param>
/// <param name="needed">The values that loops compute.</param>
internal sealed class FusedLoopEmission(Fusion fusion, Fusion.Group group, bool[] stored, bool[] needed)
{
    private readonly Program _program = fusion.Program;
    private readonly List<int> _inputs = [];                              // of the instruction
    private readonly Dictionary<int, int> _arrays = [];                   // where a value is among them
    private readonly Dictionary<(int Value, int Offset, Axes Strides), int> _reads = [];
    private readonly ImmutableArray<LoopInput>.Builder _loopInputs = ImmutableArray.CreateBuilder<LoopInput>();
    private readonly ImmutableArray<ArrayElement>.Builder _elements = ImmutableArray.CreateBuilder<ArrayElement>();
    private readonly ImmutableArray<LoopInstruction>.Builder _instructions = ImmutableArray.CreateBuilder<LoopInstruction>(group.Members.Count);
    private readonly ImmutableArray<LoopResult>.Builder _results = ImmutableArray.CreateBuilder<LoopResult>();
    private readonly List<int> _parts = [];                               // the members that are stored
    private readonly Dictionary<int, int> _numbers = [];                  // of members, and of values that are computed again

    /// <param name="builder">The new program.</param>
    /// <param name="moved">The new numbers of values: those of the loop's inputs are there, those of its stored members are added.</param>
    public void Emit(ProgramBuilder builder, int[] moved)
    {
        // First all that is read, since inputs are numbered before instructions.
        foreach (int member in group.Members)
            if (needed[member])
                ReadAll(member);
        foreach (int member in group.Members)
            if (needed[member])
                Add(member);
        ImmutableArray<TensorType> types = [.. _parts.Select(part => _program[part].Type)];
        var fused = new Fused(new(group.Space, _loopInputs.ToImmutable(), _instructions.DrainToImmutable(), _results.ToImmutable()), _elements.ToImmutable(), [.. types.Select((_, part) => new ArrayElement(part, 0))], types);
        int loop = builder.Add(fused, [.. _inputs.Select(input => moved[input])], new(default, Shape.Of(types.Length)));
        for (int part = 0; part < types.Length; part++)
            moved[_parts[part]] = builder.Add(new Part(part), [loop], types[part]);
    }

    private void Add(int member)
    {
        var instruction = _program[member];
        var shape = fusion.ShapeOf(member);
        var arguments = Numbers(instruction, shape);
        int value = instruction.Op is IFolding or Copy ? arguments[0] : Added(instruction, arguments);
        if (instruction.Op is not IFolding)
            _numbers.Add(member, value);
        if (!stored[member])
            return;
        var (fold, strides) = instruction.Op is IFolding folding ? (folding.Kind.InLoops(), Fusion.Folded(shape, folding.Axes)) : (LoopFold.None, shape.Strides());
        _results.Add(new(value, instruction.Type.DType, [.. Fusion.Strides(shape, strides, group.Space)!], fold));
        _parts.Add(member);
    }

    private int Added(Instruction instruction, ValueNumbers arguments)
    {
        _instructions.Add(new(instruction.Op, arguments, instruction.Type.DType));
        return _loopInputs.Count + _instructions.Count - 1;
    }

    // A value that another loop computes and does not store is recomputed: a few instructions.
    private bool IsAgain(int input) => fusion.IsPointwise(input) && !stored[input];

    private void ReadAll(int value)
    {
        foreach (int input in _program[value].Inputs)
            if (!fusion.IsInside(group, input, fusion.ShapeOf(value)))
            {
                if (IsAgain(input))
                    ReadAll(input);
                else
                    Read(input, fusion.ShapeOf(value));
            }
    }

    private ValueNumbers Numbers(Instruction instruction, Shape shape)
    {
        var numbers = new int[instruction.Inputs.Length];
        for (int k = 0; k < numbers.Length; k++)
            numbers[k] = Number(instruction.Inputs[k], shape);
        return ValueNumbers.Of(numbers);
    }

    /// <summary>The number in the loop of an input; where it is a value of another loop that is not stored, of the same computed again.</summary>
    private int Number(int input, Shape shape)
    {
        if (fusion.IsInside(group, input, shape))
            return _numbers[fusion.Underlying(input).Value];
        if (!IsAgain(input))
            return Read(input, shape);
        if (!_numbers.TryGetValue(input, out int number))
            _numbers.Add(input, number = Added(_program[input], Numbers(_program[input], shape)));
        return number;
    }

    private int Read(int input, Shape shape)
    {
        var (value, _) = fusion.Underlying(input);
        var view = fusion.ViewOf(input);
        int[] strides = Fusion.Strides(shape, view.Strides.Span, group.Space)!;
        var key = (value, view.Offset, Axes.Of(strides));
        if (!_reads.TryGetValue(key, out int number))
        {
            _reads.Add(key, number = _loopInputs.Count);
            _loopInputs.Add(new(_program[value].Type.DType, [.. strides]));
            if (!_arrays.TryGetValue(value, out int array))
            {
                _arrays.Add(value, array = _inputs.Count);
                _inputs.Add(value);
            }
            _elements.Add(new(array, view.Offset));
        }
        return number;
    }
}
