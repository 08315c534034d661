using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Autodiff.Functional.Compilation;

/// <summary>One instruction of a program: an op at earlier values.</summary>
/// <param name="Op">What is computed; a leaf for a parameter or a constant.</param>
/// <param name="Inputs">The numbers of the values that it is computed from.</param>
/// <param name="Type">The dtype and shape of the value.</param>
internal readonly record struct Instruction(Op Op, ImmutableArray<int> Inputs, TensorType Type)
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

    public Instruction this[int value] => Instructions[value];

    public int Count => Instructions.Length;

    /// <summary>
    /// The program of a graph. What the graph captures becomes a constant, or, where it is none (a variable, what an outer transform differentiates), one
    /// more parameter after the graph's own.
    /// </summary>
    public static (Program Program, ImmutableArray<Expr> Captures) Of(Graph graph)
    {
        var builder = new ProgramBuilder(graph.Order.Count + graph.Parameters.Length);
        var byPosition = new int[graph.Order.Count];
        for (int i = 0; i < graph.Parameters.Length; i++)
        {
            int value = builder.Parameter(graph.Parameters[i].Type);
            if (graph.ParameterPositions[i] is var position and >= 0)
                byPosition[position] = value;
        }
        var captured = new Dictionary<Expr, int>(ReferenceEqualityComparer.Instance);
        var captures = ImmutableArray.CreateBuilder<Expr>();
        foreach (var visit in graph.Order)
            foreach (var input in visit.InputPositions.Contains(-1) ? visit.Inputs : [])
                Capture(input);
        foreach (var output in graph.Outputs)
            Capture(output);

        var isParameter = new bool[graph.Order.Count];
        foreach (int position in graph.ParameterPositions)
            if (position >= 0)
                isParameter[position] = true;
        var inputs = new int[8];
        foreach (var visit in graph.Order)
        {
            if (isParameter[visit.Position])
                continue;
            var node = visit.Node;
            var positions = visit.InputPositions;
            if (positions.Length > inputs.Length)
                inputs = new int[positions.Length];
            for (int k = 0; k < positions.Length; k++)
                inputs[k] = positions[k] >= 0 ? byPosition[positions[k]] : Value(node.Inputs[k]);
            byPosition[visit.Position] = builder.Add(node.Op, inputs.AsSpan(0, positions.Length), node.Type);
        }
        return (builder.Build(graph.Collect(byPosition, Value)), captures.ToImmutable());

        // A node inside the graph is no capture; only those at its border are asked for.
        void Capture(Expr node)
        {
            if (node.IsConstant || ((INodes)graph.Order).Find(node) >= 0 || captured.ContainsKey(node))
                return;
            captures.Add(node);
            captured.Add(node, builder.Parameter(node.Type));
        }

        int Value(Expr node)
        {
            if (!captured.TryGetValue(node, out int value))
                captured.Add(node, value = builder.Constant(node.Value));
            return value;
        }
    }

    /// <summary>The values of the outputs, each instruction by its op: what every pass must preserve.</summary>
    public ImmutableArray<Tensor> Evaluate(params ReadOnlySpan<Tensor> arguments)
    {
        var values = new Tensor[Count];
        for (int i = 0; i < Count; i++)
            values[i] = i < Parameters ? arguments[i] : Instructions[i].Op.Evaluate([.. Instructions[i].Inputs.Select(input => values[input])]);
        return [.. Outputs.Select(output => values[output])];
    }

    /// <summary>Is there such an instruction? A pass that has nothing to do need not make a new program.</summary>
    public bool Has(Func<Instruction, bool> such)
    {
        foreach (var instruction in Instructions)
            if (such(instruction))
                return true;
        return false;
    }

    /// <summary>
    /// The program with each instruction replaced by what a rule adds to the new one. The rule gets the instruction with the new numbers of its inputs,
    /// and gives the number of the value that takes its place.
    /// </summary>
    public Program Rewrite(Func<ProgramBuilder, Instruction, int> rule)
    {
        var builder = new ProgramBuilder(Count);
        var moved = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            var instruction = Instructions[i];
            moved[i] = i < Parameters ? builder.Parameter(instruction.Type) : rule(builder, instruction with { Inputs = Renumbered(instruction.Inputs, moved) });
        }
        return builder.Build(Renumbered(Outputs, moved));
    }

    /// <summary>The same array if nothing moved.</summary>
    public static ImmutableArray<int> Renumbered(ImmutableArray<int> values, int[] moved)
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

/// <summary>Makes a program, instruction after instruction.</summary>
internal sealed class ProgramBuilder(int capacity = 16)
{
    private readonly ImmutableArray<Instruction>.Builder _instructions = ImmutableArray.CreateBuilder<Instruction>(capacity);
    private int _parameters;

    public Instruction this[int value] => _instructions[value];

    public int Count => _instructions.Count;

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
        _instructions.Add(instruction);
        return Count - 1;
    }

    /// <summary>Adds what another program computes of values that are here, and gives the number of its first output.</summary>
    public int Inline(Program program, ReadOnlySpan<int> arguments)
    {
        var moved = new int[program.Count];
        arguments.CopyTo(moved);
        for (int i = program.Parameters; i < program.Count; i++)
            moved[i] = Add(program[i] with { Inputs = Program.Renumbered(program[i].Inputs, moved) });
        return moved[program.Outputs[0]];
    }

    public Program Build(ImmutableArray<int> outputs) => new(_instructions.DrainToImmutable(), _parameters, outputs);
}
