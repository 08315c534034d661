using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional.Compilation;

/// <summary>A step whose values are looked at when they are there.</summary>
/// <param name="step">The step.</param>
/// <param name="program">The program that it is in.</param>
/// <param name="buffers">Where the program's values lie.</param>
/// <param name="value">The instruction that it computes.</param>
/// <param name="body">The graph of the program, if that is the body of a loop or a branch.</param>
internal sealed class CheckedStep(Step step, Program program, Buffers buffers, int value, Graph? body) : Step
{
    private readonly ImmutableArray<int> _outputs = buffers.IsBundle(value) ? [] : program[value].Op is IPartsOp several ? [.. Enumerable.Range(value + 1, several.Parts.Length)] : [value];

    public override string Kind => step.Kind;

    public override double Flops => step.Flops;

    public override void Run(Frame frame)
    {
        try
        {
            step.Run(frame);
        }
        catch (NaNFound inside)
        {
            // In a body of this step's: that is where it came up first.
            throw new NaNFound(inside, Place(frame));
        }
        foreach (int output in _outputs)
            if (FirstNaN(frame, buffers[output]) is var element and >= 0)
                throw new NaNFound(Place(frame), program[output].Type, element, Arguments(frame, element, buffers[output].Size), [.. program[value].Inputs.Where(input => !buffers.IsBundle(input) && FirstNaN(frame, buffers[input]) >= 0)]);
    }

    private NaNPlace Place(Frame frame) => new(program, value, body, frame.Trips);

    /// <summary>What the op was called with, where that is numbers: the element at the same place, or the only one.</summary>
    private string? Arguments(Frame frame, int element, int size) => program[value].Inputs.All(input => !buffers.IsBundle(input) && (buffers[input].Size == size || buffers[input].Size == 1))
        ? string.Join(", ", program[value].Inputs.Select(input => Text(frame, buffers[input], buffers[input].Size == 1 ? 0 : element)))
        : null;

    private static string Text(Frame frame, Operand array, int element) => array.Element.Run<Printer, string>(new(frame, array, element));

    private static int FirstNaN(Frame frame, Operand array) => array.Type.DType.IsFloating() && array.Size > 0 ? array.Element.Run<Finder, int>(new(frame, array)) : -1;

    private static Span<E> Elements<E>(Frame frame, Operand array) where E : unmanaged
    {
        if (array.IsDense)
            return frame.Span<E>(array.At, array.Size);
        var elements = new E[array.Size];
        Operands.Read(array, frame, elements);
        return elements;
    }

    private readonly struct Finder(Frame frame, Operand array) : IKernel<int>
    {
        public int Run<E>() where E : unmanaged, IElementary<E>
        {
            var elements = Elements<E>(frame, array);
            for (int i = 0; i < elements.Length; i++)
                if (IsNaN(elements[i]))
                    return i;
            return -1;
        }

        private static bool IsNaN<E>(E x) where E : unmanaged => x switch { Kernels.Real64 d => double.IsNaN(d.Value), Kernels.Real32 f => float.IsNaN(f.Value), _ => false };
    }

    private readonly struct Printer(Frame frame, Operand array, int element) : IKernel<string>
    {
        public string Run<E>() where E : unmanaged, IElementary<E>
        {
            var value = Tensor.New<E>(array.Element, Shape.Of(1), out var elements);
            elements[0] = Elements<E>(frame, array)[element];
            return value.ElementAsDouble(0).ToString("G6", CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>A place in a run: an instruction of a program.</summary>
/// <param name="Program">The program.</param>
/// <param name="Value">The instruction.</param>
/// <param name="Body">The program's graph, if it is the body of a loop or branch.</param>
/// <param name="Trip">How often the body had begun.</param>
internal sealed record NaNPlace(Program Program, int Value, Graph? Body, int Trip)
{
    /// <summary>The instruction; of a part of several outputs, the one that gives them.</summary>
    public Instruction Instruction => Program[Value] is { Op: Project } part ? Program[part.Inputs[0]] : Program[Value];

    /// <summary>Which body of its instruction another place is in; −1 if the instruction does not know it.</summary>
    public int BodyOf(NaNPlace inside)
    {
        int index = 0;
        foreach (var (_, graph) in Instruction.Op.Bodies)
        {
            if (ReferenceEquals(graph, inside.Body))
                return index;
            index++;
        }
        return -1;
    }
}

/// <summary>The first NaN of a run. It is caught by whoever knows the function, and told in its words (<see cref="NaNReport"/>).</summary>
internal sealed class NaNFound : Exception
{
    public NaNFound(NaNPlace place, TensorType type, int element, string? arguments, ImmutableArray<int> from) =>
        (Places, Type, Element, Arguments, From) = ([place], type, element, arguments, from);

    public NaNFound(NaNFound inside, NaNPlace around) : this(around, inside.Type, inside.Element, inside.Arguments, inside.From) => Places = [.. inside.Places, around];

    /// <summary>The instruction, and those of the loops and branches around it, from within.</summary>
    public ImmutableArray<NaNPlace> Places { get; }

    /// <summary>The type of the value that it is in.</summary>
    public TensorType Type { get; }

    /// <summary>At which of the value's elements it is.</summary>
    public int Element { get; }

    /// <summary>The numbers that it came from, if it did from numbers.</summary>
    public string? Arguments { get; }

    /// <summary>Those of the instruction's inputs that held NaN already: the program's own.</summary>
    public ImmutableArray<int> From { get; }
}
