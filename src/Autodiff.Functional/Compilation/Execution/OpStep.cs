using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>An op without code of its own in plans: it is evaluated as an expression is, on tensors, and allocates them.</summary>
/// <param name="op">The op.</param>
/// <param name="inputs">What it reads: an array, or the number of a bundle.</param>
/// <param name="outputs">What it writes: one array, or those of a fused loop.</param>
/// <param name="bundle">The number of the bundle that it gives, else −1.</param>
internal sealed class OpStep(Op op, (Operand? Array, int Bundle)[] inputs, Operand?[] outputs, int bundle) : Step
{
    public override string Kind => "op by op";

    public override double Flops { get; } = outputs.Sum(output => output?.Size ?? 0);

    public override void Run(Frame frame)
    {
        var values = new Tensor[inputs.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = inputs[i].Array is { } array ? array.Element.Run<Reader, Tensor>(new(array, frame)) : frame.Bundles[inputs[i].Bundle]!;
        var value = op.Evaluate(values);
        if (bundle >= 0)
            frame.Bundles[bundle] = value;
        else if (op is Fused)
        {
            for (int i = 0; i < outputs.Length; i++)
                Write(frame, outputs[i]!, value.Part(i));
        }
        else
            Write(frame, outputs[0]!, value);
    }

    private static void Write(Frame frame, Operand output, Tensor value) => value.Element.Run<Writer, bool>(new(output, frame, value));

    private readonly struct Reader(Operand array, Frame frame) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var tensor = Tensor.New<E>(array.Element, array.Type.Shape, out var elements);
            Operands.Read(array, frame, elements);
            return tensor;
        }
    }

    private readonly struct Writer(Operand output, Frame frame, Tensor value) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E>
        {
            value.Read(0, frame.Span<E>(output.At, output.Size));
            return true;
        }
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
