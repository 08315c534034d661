using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional;

/// <summary>
/// A function compiled for arguments of given types: steps, and where each value lies. Immutable and pure; any number of threads may run it at once, each in memory of its own.
/// </summary>
public sealed class Plan
{
    private const int KeptFrames = 16;

    private readonly Program _program;
    private readonly CompileOptions _options;
    private readonly Buffers _buffers;
    private readonly ImmutableArray<Step> _steps;
    private readonly ImmutableArray<Argument> _arguments;
    private readonly ImmutableArray<Operand> _outputs;
    private readonly byte[] _constants;     // pinned
    private readonly nint _constantsStart;
    private readonly int _bundles;
    private readonly Frame?[] _frames = new Frame?[KeptFrames];

    internal Plan(Program program, CompileOptions options)
    {
        _options = options;
        _program = Pipeline.Of(options).Aggregate(program, (current, pass) => pass.Apply(current));
        ImmutableArray<LoopKernel?> kernels = [.. _program.Instructions.Select(instruction => instruction.Op is Fused fused ? LoopKernel.Compile(fused.Loop, options.GenerateCode) : null)];
        _buffers = new(_program, kernels);
        (_steps, _bundles) = StepMaker.Make(_program, _buffers, kernels, options);
        _arguments = [.. Enumerable.Range(0, _program.Parameters).Where(_buffers.IsRead).Select(value => new Argument(value, _buffers[value]))];
        _outputs = [.. _program.Outputs.Select(output => _buffers[output])];
        _constants = GC.AllocateUninitializedArray<byte>(checked((int)_buffers.ConstantBytes + 64), pinned: true);
        _constantsStart = Frame.Aligned(_constants);
        for (int value = 0; value < _program.Count; value++)
            if (_program[value].Constant is { } constant && _buffers.IsRead(value))
                constant.Element.Run<ConstantWriter, bool>(new(constant, _constantsStart + (nint)_buffers[value].At.Offset));
    }

    /// <summary>The types of the arguments.</summary>
    public ImmutableArray<TensorType> Arguments => [.. Enumerable.Range(0, _program.Parameters).Select(value => _program[value].Type)];

    /// <summary>The types of the outputs.</summary>
    public ImmutableArray<TensorType> Outputs => ImmutableArray.CreateRange(_outputs, output => output.Type);

    /// <summary>How many steps a run takes.</summary>
    public int Steps => _steps.Length;

    /// <summary>The bytes of memory that a run works in, besides arguments and outputs.</summary>
    public long ArenaBytes => _buffers.ArenaBytes;

    internal Program Program => _program;

    internal Buffers Buffers => _buffers;

    private readonly record struct Argument(int Index, Operand Array);

    // ---- running ----

    /// <summary>The outputs as new constants.</summary>
    internal ImmutableArray<Expr> Run(ReadOnlySpan<Expr> arguments)
    {
        var frame = Rent();
        try
        {
            Bind(frame, arguments);
            Arrays few = default;
            Span<Array?> large = _outputs.Length <= Arrays.Count ? few : new Array?[_outputs.Length];
            for (int i = 0; i < _outputs.Length; i++)
                if (_outputs[i].At.Region != Location.Arena)
                    frame.Pin(_outputs[i].At.Region, large[i] = _outputs[i].Element.Allocate(_outputs[i].Size), 0);
            Execute(frame);
            var results = new Expr[_outputs.Length];
            for (int i = 0; i < results.Length; i++)
                results[i] = large[i] is { } array ? Expr.Constant(new Tensor(_outputs[i].Element, _outputs[i].Type.Shape, array)) : FromArena(frame, _outputs[i]);
            return ImmutableCollectionsMarshal.AsImmutableArray(results);
        }
        finally
        {
            Return(frame);
        }
    }

    [InlineArray(Count)]
    private struct Arrays
    {
        public const int Count = 8;

        private Array? _first;
    }

    /// <summary>The outputs into the caller's memory.</summary>
    internal void Run(ReadOnlySpan<Expr> arguments, ReadOnlySpan<OutputBuffer> into)
    {
        Require(into);
        var frame = Rent();
        try
        {
            Bind(frame, arguments);
            for (int i = 0; i < _outputs.Length; i++)
                if (_outputs[i].At.Region != Location.Arena)
                    Pin(frame, _outputs[i], into[i]);
            Execute(frame);
            for (int i = 0; i < _outputs.Length; i++)
                if (_outputs[i].At.Region == Location.Arena)
                    CopyOut(frame, _outputs[i], into[i]);
        }
        finally
        {
            for (int i = 0; i < _outputs.Length; i++)
                if (_outputs[i].At.Region != Location.Arena)
                    into[i].Pinnable?.Unpin();
            Return(frame);
        }
    }

    private void Require(ReadOnlySpan<OutputBuffer> into)
    {
        if (into.Length != _outputs.Length)
            throw new StructureException("Compiled.Run", $"{_outputs.Length} buffers, one for each output", $"{into.Length}", "They are in the order of Structure.Leaves.");
        for (int i = 0; i < into.Length; i++)
        {
            if (into[i].DType != _outputs[i].Type.DType)
                throw new DTypeException("Compiled.Run", $"a buffer of {_outputs[i].Type.DType} for output {i}", $"{into[i].DType}");
            if (into[i].Length != _outputs[i].Size)
                throw new ShapeException("Compiled.Run", $"a buffer of {_outputs[i].Size} elements for output {i} of shape {_outputs[i].Type.Shape}", $"{into[i].Length}");
        }
    }

    private void Execute(Frame frame)
    {
        foreach (var step in _steps)
            step.Run(frame);
    }

    private unsafe void Bind(Frame frame, ReadOnlySpan<Expr> arguments)
    {
        foreach (var (index, array) in _arguments)
        {
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
                frame.Pin(array.At.Region, value.Array, value.Offset * value.Element.Size);
            }
        }
    }

    private Frame Rent()
    {
        for (int i = 0; i < _frames.Length; i++)
            if (_frames[i] is not null && Interlocked.Exchange(ref _frames[i], null) is { } kept)
                return kept;
        return new(_buffers.ArenaBytes, _constantsStart, _buffers.Regions, _bundles);
    }

    private void Return(Frame frame)
    {
        frame.Release();
        for (int i = 0; i < _frames.Length; i++)
            if (_frames[i] is null && Interlocked.CompareExchange(ref _frames[i], frame, null) is null)
                return;
        frame.Dispose();
    }

    // ---- values in and out ----

    private static unsafe Expr FromArena(Frame frame, Operand output) => output.Type is { DType: DType.Float64, Shape.IsScalar: true }
        ? Expr.Scalar(*(double*)frame.Address(output.At))
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

    private readonly unsafe struct ConstantWriter(Tensor value, nint address) : IKernel<bool>
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
            frame.Pin(output.At.Region, array, into.Start * output.Element.Size);
        else
            frame.Regions[output.At.Region] = (nint)into.Pinnable!.Pin(into.Start).Pointer;
    }

    private static unsafe void CopyOut(Frame frame, Operand output, OutputBuffer into)
    {
        int bytes = output.Size * output.Element.Size;
        var source = frame.Span<byte>(output.At, bytes);
        if (into.Array is { } array)
        {
            source.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), into.Start * output.Element.Size), bytes));
            return;
        }
        source.CopyTo(new Span<byte>(into.Pinnable!.Pin(into.Start).Pointer, bytes));
        into.Pinnable.Unpin();
    }

    // ---- for a reader ----

    /// <summary>What a run does: step by step what was fused, where each value lies, how much is computed and moved, and how long it should take.</summary>
    public string Explain()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Steps} steps, {_buffers.ArenaBytes} bytes of arena, {_buffers.ConstantBytes} bytes of constants, up to {_options.Threads} threads");
        for (int step = 0; step < _steps.Length; step++)
        {
            int value = _buffers.Steps[step];
            text.AppendLine(CultureInfo.InvariantCulture, $"{step,4}: {_steps[step].Kind,-10} {_program[value].Op}({string.Join(", ", _program[value].Inputs.Select(input => $"%{input}"))})");
        }
        return text.ToString();
    }

    /// <summary>The number of steps and the types of arguments and outputs.</summary>
    public override string ToString() => $"({string.Join(", ", Arguments)}) → ({string.Join(", ", Outputs)}) in {Steps} steps";
}
