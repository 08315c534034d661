using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>An op without code of its own in plans: it is evaluated as an expression is, on tensors, and allocates them.</summary>
/// <param name="op">The op.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="output">What it writes.</param>
internal sealed class OpStep(Op op, ImmutableArray<Slot> inputs, Slot output) : Step
{
    public override string Kind => "op by op";

    public override double Flops { get; } = output.Array?.Size ?? 0;

    public override void Run(Frame frame)
    {
        var values = new Tensor[inputs.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = inputs[i].Read(frame);
        output.Write(frame, op.Evaluate(values));
    }
}

/// <summary>Where a step finds an input or leaves an output: an array in the run's memory, or a bundle, which is what an op without a step of its own gives that has several values.</summary>
/// <param name="Array">The array.</param>
/// <param name="Bundle">The number of the bundle, if it is one.</param>
internal readonly record struct Slot(Operand? Array, int Bundle)
{
    /// <summary>A copy of the array, or the bundle.</summary>
    public Tensor Read(Frame frame) => Array is null ? frame.Bundles[Bundle]! : Array.Element.Run<Reader, Tensor>(new(Array, frame));

    public void Write(Frame frame, Tensor value)
    {
        if (Array is null)
            frame.Bundles[Bundle] = value;
        else
            value.Element.Run<Writer, bool>(new(Array, frame, value));
    }

    /// <summary>Is one of the numbers NaN?</summary>
    public bool HasNaN(Frame frame) => Array is null ? System.Array.Exists(frame.Bundles[Bundle]!.Parts, NaNs.AnyIn) : Array.Type.DType.IsFloating() && Array.Element.Run<Finder, bool>(new(Array, frame));

    private readonly struct Reader(Operand array, Frame frame) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var tensor = Tensor.New<E>(array.Element, array.Type.Shape, out var elements);
            Operands.Read(array, frame, elements);
            return tensor;
        }
    }

    private readonly struct Writer(Operand array, Frame frame, Tensor value) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E>
        {
            value.Read(0, frame.Span<E>(array.At, array.Size));
            return true;
        }
    }

    private readonly struct Finder(Operand array, Frame frame) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E> => array.IsDense
            ? NaNs.AnyIn<E>(frame.Span<E>(array.At, array.Size))
            : NaNs.AnyIn(new Reader(array, frame).Run<E>());
    }
}

/// <summary>Reads arrays in a run's memory.</summary>
internal static class Operands
{
    /// <summary>The elements in row-major order.</summary>
    public static unsafe void Read<E>(Operand array, Frame frame, Span<E> destination) where E : unmanaged
    {
        if (array.IsDense)
        {
            frame.Span<E>(array.At, array.Size).CopyTo(destination);
            return;
        }
        if (destination.IsEmpty)
            return;
        // Backward strides go below the first element: the span starts at the lowest.
        int below = 0;
        for (int axis = 0; axis < array.Strides.Count; axis++)
            below += Math.Min(0, array.Strides[axis]) * (array.Type.Shape[axis] - 1);
        var from = MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.AsRef<E>((E*)frame.Address(array.At) + below), array.Extent - below);
        Strided.Read(from, -below, array.Type.Shape.Dimensions, array.Strides.Span, 0, destination);
    }
}
