using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Autodiff.Functional.Compilation;

/// <summary>One instruction of a program: an op at earlier values.</summary>
/// <param name="Op">What is computed; a leaf for a parameter or a constant.</param>
/// <param name="Inputs">The numbers of the values that it is computed from.</param>
/// <param name="Type">The dtype and shape of the value.</param>
/// <param name="Origin">Which node of the graph it was made for: the place in the graph's order, counted from 1; 0 if none. Passes keep it.</param>
internal readonly record struct Instruction(Op Op, ValueNumbers Inputs, TensorType Type, int Origin = 0)
{
    /// <summary>The value, of a constant.</summary>
    public Tensor? Constant => (Op as Constant)?.Value;
}

/// <summary>The argument of a program at a position.</summary>
/// <param name="Index">The position.</param>
internal sealed record Parameter(int Index) : Leaf
{
    public override string Attributes => $"{Index}";

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => throw new NotSupportedException("A parameter has no value of its own.");
}

/// <summary>
/// A function as straight-line code in static single assignment: each instruction gives one value, named by the instruction's number, and uses earlier
/// ones only. The first instructions are the parameters. Immutable: a pass makes another program.
/// </summary>
internal sealed class Program
{
    public Program(ImmutableArray<Instruction> instructions, int parameters, ImmutableArray<int> outputs) =>
        (Instructions, Parameters, Outputs) = (instructions, parameters, outputs);

    public ImmutableArray<Instruction> Instructions { get; }

    /// <summary>How many parameters there are: the first instructions.</summary>
    public int Parameters { get; }

    /// <summary>The numbers of the values that are returned.</summary>
    public ImmutableArray<int> Outputs { get; }

    public ref readonly Instruction this[int value] => ref Instructions.ItemRef(value);

    public int Count => Instructions.Length;

    /// <summary>
    /// The program of a graph. What the graph captures becomes a constant, or, where it is none (a variable, what an outer transform differentiates), one
    /// more parameter after the graph's own.
    /// </summary>
    public static (Program Program, ImmutableArray<Expr> Captures) Of(Graph graph)
    {
        var border = new GraphBorder(graph);
        int leaves = graph.Parameters.Length + border.Captures.Length;
        var builder = new ProgramBuilder(graph.Order.Count - graph.ParameterPositions.Count(position => position >= 0) + leaves + border.Constants.Count);
        foreach (var parameter in graph.Parameters)
            builder.Parameter(parameter.Type);
        foreach (var capture in border.Captures)
            builder.Parameter(capture.Type);
        foreach (var constant in border.Constants)
            builder.Constant(constant.Value);

        var byPosition = new int[graph.Order.Count];
        Array.Fill(byPosition, -1);
        for (int i = 0; i < graph.Parameters.Length; i++)
            if (graph.ParameterPositions[i] is var position and >= 0)
                byPosition[position] = i;
        var inputs = new int[8];
        foreach (var visit in graph.Order)
        {
            if (byPosition[visit.Position] >= 0)
                continue;
            var node = visit.Node;
            var positions = visit.InputPositions;
            if (positions.Length > inputs.Length)
                inputs = new int[positions.Length];
            for (int k = 0; k < positions.Length; k++)
                inputs[k] = positions[k] >= 0 ? byPosition[positions[k]] : border.Number(node.Inputs[k]);
            builder.Origin = visit.Position + 1;
            byPosition[visit.Position] = builder.Add(node.Op, inputs.AsSpan(0, positions.Length), node.Type);
        }
        var program = builder.Build(graph.Collect(ImmutableCollectionsMarshal.AsImmutableArray(byPosition), border.Number));
        Described.Check(graph, program);
        return (program, border.Captures);
    }

    /// <summary>The values of the outputs, each instruction by its op: what every pass must preserve.</summary>
    public ImmutableArray<Tensor> Evaluate(params ReadOnlySpan<Tensor> arguments)
    {
        var values = new Tensor[Count];
        for (int i = 0; i < Count; i++)
            values[i] = i < Parameters ? arguments[i] : Instructions[i].Op.Evaluate([.. Instructions[i].Inputs.Select(input => values[input])]);
        return [.. Outputs.Select(output => values[output])];
    }

    /// <summary>Is there an op of this type? A pass that has nothing to do need not look at each instruction.</summary>
    public bool Has<T>()
    {
        foreach (var op in Kinds)
            if (op is T)
                return true;
        return false;
    }

    /// <summary>An op of each type that there is.</summary>
    public IReadOnlyList<Op> Kinds => _kinds ??= FindKinds();
    private List<Op>? _kinds;

    private List<Op> FindKinds()
    {
        var (kinds, types) = (new List<Op>(), new HashSet<Type>());
        var recent = new Type?[64];
        foreach (ref readonly var instruction in Instructions.AsSpan())
        {
            ref var known = ref recent[instruction.Op.KindHash & (recent.Length - 1)];
            if (known != instruction.Op.GetType() && types.Add(known = instruction.Op.GetType()))
                kinds.Add(instruction.Op);
        }
        return kinds;
    }

    /// <summary>
    /// The program with each instruction replaced by what a rule adds to the new one. The rule gets the instruction with the new numbers of its inputs,
    /// and gives the number of the value that takes its place. If nothing changes it is this program.
    /// </summary>
    public Program Rewrite(Func<ProgramBuilder, Instruction, int> rule)
    {
        var builder = new ProgramBuilder(this);
        using var places = new GrowingList<int>(Count);
        var moved = places.Space;
        for (int i = 0; i < Count; i++)
            moved[i] = i < Parameters ? i : rule(builder, builder.Next(Instructions[i], moved));
        return builder.Build(Renumbered(Outputs, moved));
    }

    /// <summary>The program with other parameters and outputs: each parameter stands for one of its values, which is computed no more. All that is needed depends on these.</summary>
    public Program With(ImmutableArray<int> parameters, ImmutableArray<int> outputs)
    {
        var builder = new ProgramBuilder(Count);
        var moved = new int[Count];
        Array.Fill(moved, -1);
        foreach (int value in parameters)
            moved[value] = builder.Parameter(Instructions[value].Type);
        var needed = new bool[Count];
        foreach (int output in outputs)
            needed[output] = true;
        for (int value = Count - 1; value >= 0; value--)
            if (needed[value] && moved[value] < 0)
                foreach (int input in Instructions[value].Inputs)
                    needed[input] = true;
        for (int value = 0; value < Count; value++)
            if (needed[value] && moved[value] < 0)
                moved[value] = builder.Add(Instructions[value] with { Inputs = Instructions[value].Inputs.In(moved) });
        return builder.Build(Renumbered(outputs, moved));
    }

    /// <summary>The same array if nothing moved.</summary>
    public static ImmutableArray<int> Renumbered(ImmutableArray<int> values, ReadOnlySpan<int> moved)
    {
        for (int i = 0; i < values.Length; i++)
            if (moved[values[i]] != values[i])
            {
                var renumbered = new int[values.Length];
                for (int k = 0; k < renumbered.Length; k++)
                    renumbered[k] = moved[values[k]];
                return ImmutableCollectionsMarshal.AsImmutableArray(renumbered);
            }
        return values;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < Count; i++)
            text.AppendLine(CultureInfo.InvariantCulture, $"%{i} = {Text(Instructions[i])}");
        return text.Append("return ").AppendJoin(", ", Outputs.Select(output => $"%{output}")).ToString();
    }

    private static string Text(Instruction instruction) => instruction.Constant is { } constant
        ? $"{(constant.Size == 1 || constant.IsUniform ? string.Create(CultureInfo.InvariantCulture, $"{constant.First(1).ElementAsDouble(0):R}") : "Constant")} : {instruction.Type}"
        : $"{instruction.Op}({string.Join(", ", instruction.Inputs.Select(input => $"%{input}"))}) : {instruction.Type}";
}

/// <summary>Makes a program, instruction after instruction. One that is made of another shares the instructions that both begin with, and is that one if they are all the same.</summary>
internal sealed class ProgramBuilder
{
    private readonly Program? _old;
    private Instruction[] _instructions;        // as long as nothing is new, none: they are the old program's
    private int _count, _parameters;

    public ProgramBuilder(int capacity = 16) => _instructions = new Instruction[capacity];

    /// <summary>One that has the parameters of a program, and is expected to add its instructions.</summary>
    public ProgramBuilder(Program old) => (_old, _instructions, _count, _parameters) = (old, [], old.Parameters, old.Parameters);

    private bool IsOld => _old is not null && _instructions.Length == 0;

    public ref readonly Instruction this[int value] => ref IsOld ? ref _old!.Instructions.ItemRef(value) : ref _instructions[value];

    public int Count => _count;

    /// <summary>The <see cref="Instruction.Origin"/> of what is added and has none.</summary>
    public int Origin { get; set; }

    /// <summary>The next instruction of the old program, with the new numbers of its inputs: what is added from now on is made of it.</summary>
    public Instruction Next(Instruction instruction, ReadOnlySpan<int> moved)
    {
        Origin = instruction.Origin;
        return instruction with { Inputs = instruction.Inputs.In(moved) };
    }

    /// <summary>The next parameter; all of them come first.</summary>
    public int Parameter(TensorType type)
    {
        if (_parameters != Count)
            throw new InvalidOperationException("Parameters come before all other instructions.");
        return Add(new Instruction(new Parameter(_parameters++), [], type));
    }

    public int Constant(Tensor value) => Add(new Instruction(new Constant(value), [], value.Type));

    public int Add(Op op, ReadOnlySpan<int> inputs, TensorType type) => Add(new Instruction(op, [.. inputs], type));

    public int Add(Instruction instruction)
    {
        if (instruction.Origin == 0)
            instruction = instruction with { Origin = Origin };
        if (IsOld)
        {
            if (_count < _old!.Count && IsSame(_old.Instructions.ItemRef(_count), instruction))
                return _count++;
            _instructions = new Instruction[Math.Max(16, _old.Count)];
            _old.Instructions.AsSpan(0, _count).CopyTo(_instructions);
        }
        if (_count == _instructions.Length)
            Array.Resize(ref _instructions, Math.Max(16, 2 * _count));
        _instructions[_count] = instruction;
        return _count++;
    }

    private static bool IsSame(in Instruction old, in Instruction instruction) => ReferenceEquals(old.Op, instruction.Op) && old.Inputs == instruction.Inputs && old.Type == instruction.Type && old.Origin == instruction.Origin;

    /// <summary>Adds what another program computes of values that are here, and gives the number of its first output.</summary>
    public int Inline(Program program, ReadOnlySpan<int> arguments) => InlineAll(program, arguments)[0];

    /// <summary>Adds what another program computes of values that are here, and gives the numbers of its outputs.</summary>
    public ImmutableArray<int> InlineAll(Program program, ReadOnlySpan<int> arguments)
    {
        var moved = new int[program.Count];
        arguments.CopyTo(moved);
        for (int i = program.Parameters; i < program.Count; i++)
            moved[i] = Add(program[i] with { Inputs = program[i].Inputs.In(moved), Origin = 0 });
        return Program.Renumbered(program.Outputs, moved);
    }

    public Program Build(ImmutableArray<int> outputs)
    {
        if (IsOld && _count == _old!.Count)
            return outputs == _old.Outputs ? _old : new(_old.Instructions, _parameters, outputs);
        if (IsOld)
            return new(_old!.Instructions[.._count], _parameters, outputs);
        Array.Resize(ref _instructions, _count);
        return new(ImmutableCollectionsMarshal.AsImmutableArray(_instructions), _parameters, outputs);
    }
}
