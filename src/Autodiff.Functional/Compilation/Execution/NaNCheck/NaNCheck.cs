using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A step whose values are looked at when they are there. A NaN that comes up in it is noted in <see cref="NaNs"/>, and the run goes on, since a selection may drop it later. A number that depends on a NaN, as a
/// comparison does, is noted as well.
/// </summary>
/// <param name="step">The step.</param>
/// <param name="program">The program that it is in.</param>
/// <param name="value">The instruction that it computes.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="outputs">What it writes.</param>
/// <param name="body">The graph of the program, if that is the body of a loop or a branch.</param>
internal sealed class CheckedStep(Step step, Program program, int value, ImmutableArray<Slot> inputs, ImmutableArray<Slot> outputs, Graph? body) : Step
{
    public override string Kind => step.Kind;

    public override double Flops => step.Flops;

    private Op Op => program[value].Op;

    public override void Run(Frame frame)
    {
        var nans = frame.Root.NaNs!;
        nans.BeginStep();
        var trial = Op is not IParts && nans.Any && inputs.Any(input => input.HasNaN(frame)) ? new NaNTrial(Op, program[value].Inputs, [.. inputs.Select(input => input.Read(frame))], nans) : null;
        if (trial is { First: 0 })
            trial = null;      // a NaN that came in from outside
        if (trial is null)
            RunInside(frame, nans);
        else
            RunOn(trial, frame, nans);
        foreach (var output in outputs)
            if (output.HasNaN(frame))
                Write(output, frame, [.. output.Read(frame).Parts.Index().Select(part => nans.Numbered(part.Item, value, element => trial?.Source(part.Index, element) ?? 0, element => Found(frame, nans, part.Item.Type, element)))]);
    }

    /// <summary>A body is a program of checked steps.</summary>
    private void RunInside(Frame frame, NaNs nans)
    {
        nans.Enter(Site(frame));
        try
        {
            step.Run(frame);
        }
        finally
        {
            nans.Leave();
        }
    }

    private void RunOn(NaNTrial trial, Frame frame, NaNs nans)
    {
        try
        {
            step.Run(frame);
        }
        catch (AutodiffException) when (trial.MayWork)
        {
            throw nans[trial.First];      // it is what the op failed for
        }
        nans.IsAskedFor |= trial.AsksForNaN;
        if (nans.IsAtOrigin)
            return;
        var parts = outputs[0].Read(frame).Parts;
        bool isChanged = false;
        for (int i = 0; i < parts.Length; i++)
            if (trial.Swallowed(i, parts[i]) is { } swallowed)
            {
                nans.Swallow(swallowed.Number, Op.Name);
                (parts[i], isChanged) = (swallowed.Instead, true);
            }
        if (isChanged && nans.IsReplay)
            Write(outputs[0], frame, parts);
    }

    private NaNFound Found(Frame frame, NaNs nans, TensorType type, int element)
    {
        (Slot Slot, int Value)[] given = [.. inputs.Zip(program[value].Inputs)];
        bool isElementwise = given.All(input => input.Slot.Array is { } array && (array.Size == 1 || array.Type.Shape == type.Shape));
        (Tensor Tensor, int At, int Value)[] arguments = isElementwise ? [.. given.Select(input => (input.Slot.Read(frame), input.Slot.Array!.Size == 1 ? 0 : element, input.Value))] : [];
        return new([Site(frame), .. nans.Around], type, element,
            isElementwise ? string.Join(", ", arguments.Select(argument => argument.Tensor.ElementAsDouble(argument.At).ToString("G6", CultureInfo.InvariantCulture))) : null,
            isElementwise ? [.. arguments.Where(argument => double.IsNaN(argument.Tensor.ElementAsDouble(argument.At))).Select(argument => argument.Value)]
                : [.. given.Where(input => input.Slot.Array is not null && input.Slot.HasNaN(frame)).Select(input => input.Value)]);
    }

    private static void Write(Slot slot, Frame frame, Tensor[] parts) => slot.Write(frame, slot.Array is null ? Tensor.Bundle(parts) : parts[0]);

    private NaNSite Site(Frame frame) => new(program, value, body, frame.Trips);
}

/// <summary>An instruction of a program in a run, at one step of the loop around it.</summary>
/// <param name="Program">The program.</param>
/// <param name="Value">The instruction.</param>
/// <param name="Body">The program's graph, if it is the body of a loop or branch.</param>
/// <param name="Trip">How often the body had begun.</param>
internal sealed record NaNSite(Program Program, int Value, Graph? Body, int Trip)
{
    /// <summary>The instruction; of a part of several outputs, the one that gives them.</summary>
    public Instruction Instruction => Program[Value] is { Op: Project } part ? Program[part.Inputs[0]] : Program[Value];

    /// <summary>Which body of its instruction another site is in; −1 if the instruction does not know it.</summary>
    public int BodyOf(NaNSite inside)
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

/// <summary>A NaN that came up in a run. It is an error if a result depends on it: then it is caught by whoever knows the function, and told in its words (<see cref="NaNReport"/>).</summary>
/// <param name="sites">The instruction, and those of the loops and branches around it, from within.</param>
/// <param name="type">The type of the value that it is in.</param>
/// <param name="element">At which of the value's elements it is.</param>
/// <param name="arguments">The numbers that it came from, if it did from numbers.</param>
/// <param name="from">Those of the instruction's inputs that held NaN already: the program's own.</param>
internal sealed class NaNFound(ImmutableArray<NaNSite> sites, TensorType type, int element, string? arguments, ImmutableArray<int> from) : Exception
{
    public ImmutableArray<NaNSite> Sites => sites;

    public TensorType Type => type;

    public int Element => element;

    public string? Arguments => arguments;

    public ImmutableArray<int> From => from;

    /// <summary>The op that makes a number of it on which the result depends; null if the result is NaN.</summary>
    public string? SwallowedBy { get; init; }

    public NaNFound Swallowed(string op) => new(sites, type, element, arguments, from) { SwallowedBy = op };
}
