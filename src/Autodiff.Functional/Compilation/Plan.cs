using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Serialization;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// A function compiled for arguments of given types: its steps, and the location of each value. Immutable and pure; any number of threads may run it at once, each in memory of its own.
/// </summary>
[JsonConverter(typeof(NoJsonConverter))]
public sealed class Plan
{
    private readonly CompileOptions _options;
    private readonly Executable _executable;
    private readonly ImmutableArray<Argument> _arguments;
    private readonly ImmutableArray<Operand> _outputs;
    private readonly ImmutableArray<Operand> _largeArguments, _largeOutputs;    // those that stay where the caller has them
    private readonly ImmutableArray<Tensor> _largeConstants;
    private readonly FramePool _frames;

    /// <param name="program">The program, without the passes.</param>
    /// <param name="options">How it is compiled.</param>
    /// <param name="untilCollected">Is memory for runs kept until the garbage collector wants it?</param>
    internal Plan(Program program, CompileOptions options, bool untilCollected = false)
    {
        _options = options;
        _executable = new(program, options, isBody: false);
        _frames = new(_executable, untilCollected);
        _arguments = [.. Enumerable.Range(0, Program.Parameters).Where(i => _executable.Arguments[i] is not null).Select(i => new Argument(i, _executable.Arguments[i]!))];
        _outputs = _executable.Outputs;
        _largeArguments = [.. _arguments.Select(argument => argument.Array).Where(IsLarge)];
        _largeOutputs = [.. _outputs.Where(IsLarge)];
        _largeConstants = [.. _executable.ConstantsInPlace];

        static bool IsLarge(Operand array) => array.At.Region != Location.Arena;
    }

    /// <summary>The types of the arguments.</summary>
    public ImmutableArray<TensorType> Arguments => [.. Enumerable.Range(0, Program.Parameters).Select(value => Program[value].Type)];

    /// <summary>The types of the outputs.</summary>
    public ImmutableArray<TensorType> Outputs => ImmutableArray.CreateRange(_outputs, output => output.Type);

    /// <summary>How many steps a run takes.</summary>
    public int Steps => _executable.Steps.Length;

    /// <summary>The bytes of memory that a run works in, besides arguments and outputs.</summary>
    public long ArenaBytes => _executable.ArenaBytes;

    internal Program Program => _executable.Program;

    internal Buffers Buffers => _executable.Buffers;

    /// <summary>Is a step an op without code of its own in plans?</summary>
    internal bool IsOpByOp(int step) => _executable.Steps[step] is OpStep;

    private readonly record struct Argument(int Index, Operand Array);

    // ---- running ----

    /// <summary>The outputs as new constants.</summary>
    internal ImmutableArray<Expr> Run(ReadOnlySpan<Expr> arguments)
    {
        var results = new Expr[_outputs.Length];
        Run(arguments, results);
        return ImmutableCollectionsMarshal.AsImmutableArray(results);
    }

    /// <summary>The outputs as new constants, which are all that is allocated.</summary>
    internal void Run(ReadOnlySpan<Expr> arguments, Span<Expr> results, CancellationToken cancellation = default)
    {
        var frame = _frames.Rent(cancellation);
        try
        {
            Bind(frame, arguments);
            foreach (var output in _outputs)
                if (output.At.Region != Location.Arena)
                    frame.Pin(output.At.Region, output.Element.Allocate(output.Size), 0);
            Execute(frame, arguments);
            for (int i = 0; i < results.Length; i++)
                results[i] = Result(frame, _outputs[i]);
        }
        finally
        {
            _frames.Return(frame);
        }
    }

    /// <summary>The outputs into the caller's memory. Nothing is allocated.</summary>
    internal void Run(ReadOnlySpan<Expr> arguments, ReadOnlySpan<OutputBuffer> into, CancellationToken cancellation = default)
    {
        Require(into);
        var frame = _frames.Rent(cancellation);
        int pinned = 0;
        try
        {
            Bind(frame, arguments);
            for (; pinned < into.Length; pinned++)
                if (_outputs[pinned].At.Region != Location.Arena)
                    Pin(frame, _outputs[pinned], into[pinned]);
            if (_largeArguments.Length > 0 && _largeOutputs.Length > 0)
                SharedMemory.CopyOverwritten(frame, _largeArguments, _largeOutputs);
            Execute(frame, arguments);
            for (int i = 0; i < into.Length; i++)
                if (_outputs[i].At.Region == Location.Arena)
                    CopyOut(frame, _outputs[i], into[i]);
        }
        finally
        {
            for (int i = 0; i < pinned; i++)
                if (_outputs[i].At.Region != Location.Arena)
                    into[i].Pinnable?.Unpin();
            _frames.Return(frame);
        }
    }

    private void Require(ReadOnlySpan<OutputBuffer> into)
    {
        if (into.Length != _outputs.Length)
            throw new StructureException("Compiled.Run", $"{_outputs.Length} buffers, one for each output", $"{into.Length}", "They are in the order of Structure.Leaves.");
        for (int i = 0; i < into.Length; i++)
            if (into[i].DType != _outputs[i].Type.DType || into[i].Length != _outputs[i].Size || into[i].IsDefault)
                throw Unfit(into[i], i, _outputs[i].Type);
        SharedMemory.RequireApart(into);
        if (_largeConstants.Length > 0)
            SharedMemory.RequireApart(into, _largeConstants);
    }

    private static AutodiffException Unfit(in OutputBuffer buffer, int output, TensorType type) =>
        buffer.IsDefault ? new StructureException("Compiled.Run", $"memory for output {output}, of {type}", "a default OutputBuffer, which is none", "Pass an array, or a Memory of one.")
        : buffer.DType != type.DType ? new DTypeException("Compiled.Run", $"a buffer of {type.DType} for output {output}", $"{buffer.DType}")
        : new ShapeException("Compiled.Run", $"a buffer of {type.Shape.Size} elements for output {output} of shape {type.Shape}", $"{buffer.Length}");

    private void Execute(Frame frame, ReadOnlySpan<Expr> arguments)
    {
        if (_options.CheckNaN)
            RunChecked(frame, arguments);
        else
            _executable.Run(frame);
    }

    // By itself: what the function below captures would be allocated for each run.
    private void RunChecked(Frame frame, ReadOnlySpan<Expr> arguments)
    {
        var given = arguments.ToArray();
        new CheckedRun(_executable, frame, () => Bind(frame, given, again: true)).Run();
    }

    /// <param name="frame">The memory of a run.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="again">Only those that a run may overwrite?</param>
    private unsafe void Bind(Frame frame, ReadOnlySpan<Expr> arguments, bool again = false)
    {
        foreach (var (index, array) in _arguments)
        {
            if (again && array.At.Region != Location.Arena)
                continue;
            var argument = arguments[index];
            if (argument.IsScalarConstant && array.Type is { DType: DType.Float64, Shape.IsScalar: true })
            {
                *(double*)frame.Address(array.At) = argument.ScalarValue;
                continue;
            }
            var value = argument.Value;
            if (array.At.Region == Location.Arena)
                value.Element.Run<ArgumentWriter, bool>(new(value, frame.Address(array.At)));
            else
            {
                value = value.Dense();
                frame.Pin(array.At.Region, value.Array, (nint)value.Offset * value.Element.Size);
            }
        }
    }

    // ---- values in and out ----

    private static unsafe Expr Result(Frame frame, Operand output) =>
        output.At.Region != Location.Arena ? Expr.Constant(new Tensor(output.Element, output.Type.Shape, frame.Pinned(output.At.Region)))
        : output.Type is { DType: DType.Float64, Shape.IsScalar: true } ? Expr.Scalar(*(double*)frame.Address(output.At))
        : Expr.Constant(output.Element.Run<FromArenaKernel, Tensor>(new(frame, output)));

    private readonly struct FromArenaKernel(Frame frame, Operand output) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var elements = frame.Span<E>(output.At, output.Size);
            if (output.Type.Shape.IsScalar)
                return Tensor.Single(output.Element, elements[0]);
            var tensor = Tensor.New<E>(output.Element, output.Type.Shape, out var destination);
            elements.CopyTo(destination);
            return tensor;
        }
    }

    private readonly unsafe struct ArgumentWriter(Tensor value, nint address) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E>
        {
            value.Read(0, new Span<E>((void*)address, value.Size));
            return true;
        }
    }

    private static unsafe void Pin(Frame frame, Operand output, OutputBuffer into)
    {
        if (into.Array is { } array)
            frame.Pin(output.At.Region, array, (nint)into.Start * output.Element.Size);
        else
            frame.Regions[output.At.Region] = (nint)into.Pinnable!.Pin(into.Start).Pointer;
    }

    private static unsafe void CopyOut(Frame frame, Operand output, OutputBuffer into)
    {
        int bytes = (int)output.Bytes;     // few: what is large is written where it is asked for
        byte* source = (byte*)frame.Address(output.At);
        if (into.Array is { } array)
        {
            ref byte destination = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), (nint)into.Start * output.Element.Size);
            if (bytes == sizeof(long))
                Unsafe.WriteUnaligned(ref destination, *(long*)source);
            else
                new ReadOnlySpan<byte>(source, bytes).CopyTo(MemoryMarshal.CreateSpan(ref destination, bytes));
            return;
        }
        new ReadOnlySpan<byte>(source, bytes).CopyTo(new(into.Pinnable!.Pin(into.Start).Pointer, bytes));
        into.Pinnable.Unpin();
    }

    // ---- for a reader ----

    /// <summary>What a run does: step by step what was fused, where each value lies, how much is computed and moved, and how long it should take.</summary>
    public string Explain()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Steps} steps, {ArenaBytes} bytes of arena (values that are needed at once: {Buffers.PeakBytes}; bodies: {ArenaBytes - CacheLine.Rounded(Buffers.ArenaBytes)}), {Buffers.ConstantBytes} bytes of constants, up to {_options.Threads} threads");
        for (int step = 0; step < Steps; step++)
        {
            int value = Buffers.Steps[step];
            var (instruction, run) = (Program[value], _executable.Steps[step]);
            int[] results = instruction.Op is IParts several ? [.. Enumerable.Range(value + 1, several.Parts.Length)] : Buffers.IsBundle(value) ? [] : [value];
            double bytes = instruction.Inputs.Where(input => !Buffers.IsBundle(input)).Concat(results).Sum(operand => (double)Program[operand].Type.Bytes);
            text.AppendLine(CultureInfo.InvariantCulture, $"{step,4}: {run.Kind} %{value} = {instruction.Op}({string.Join(", ", instruction.Inputs.Select(input => $"%{input}"))})");
            text.AppendLine(CultureInfo.InvariantCulture, $"      → {string.Join(", ", results.Select(result => $"%{result} {Program[result].Type} {Described(Buffers[result].At)}"))}; {run.Flops:N0} flops, {bytes:N0} bytes, about {Estimate(run, bytes):F2} µs");
        }
        return text.ToString();
    }

    private string Described(Location at) => at.Region switch
    {
        Location.Arena => $"at {at.Offset} of the arena",
        Location.Constants => $"at {at.Offset} of the constants",
        _ when at.Region <= Location.Constants + Buffers.InPlace.Length => "where the constant is",
        _ => "in memory of the caller's",
    };

    /// <summary>Microseconds on one core of a machine of 2023: products at 40, other arithmetic at 2 operations a nanosecond; 10 bytes of memory a nanosecond.</summary>
    private static double Estimate(Step step, double bytes) => (20 + Math.Max(step.Flops / (step.Kind == "product" ? 40 : 2), bytes / 10)) / 1000;

    /// <summary>The number of steps and the types of arguments and outputs.</summary>
    public override string ToString() => $"({string.Join(", ", Arguments)}) → ({string.Join(", ", Outputs)}) in {Steps} steps";
}
