using System.Numerics;

namespace Autodiff.Functional.Compilation;

/// <summary>Where the sub-tensors at some indices along an axis stand, when the indices are in memory only as it runs.</summary>
/// <param name="Op">The op, for the error.</param>
/// <param name="Data">The shape that is indexed.</param>
/// <param name="Axis">The axis.</param>
/// <param name="Leading">How many axes are shared by data and indices.</param>
/// <param name="Indices">The indices, dense.</param>
internal sealed record IndexedAxis(string Op, Shape Data, int Axis, int Leading, Operand Indices)
{
    private readonly int _shared = Data.Slice(0, Leading).Size, _before = Data.Slice(Leading, Axis - Leading).Size, _length = Data[Axis];

    /// <summary>How many elements lie together at each place.</summary>
    public int Inner { get; } = Data.Slice(Axis + 1, Data.Rank - Axis - 1).Size;

    /// <summary>Visits each place in the data with the place in the sub-tensors that belongs to it.</summary>
    public void Visit<TVisitor>(Frame frame, ref TVisitor visitor) where TVisitor : struct, IVisitor, allows ref struct
    {
        if (Indices.Type.DType == DType.Int32)
            Visit<int, TVisitor>(frame, ref visitor);
        else
            Visit<long, TVisitor>(frame, ref visitor);
    }

    private void Visit<I, TVisitor>(Frame frame, ref TVisitor visitor) where I : unmanaged, IBinaryInteger<I> where TVisitor : struct, IVisitor, allows ref struct
    {
        var indices = frame.Span<I>(Indices.At, Indices.Size);
        int perShared = indices.Length / _shared, at = 0;
        for (int s = 0; s < _shared; s++)
            for (int b = 0; b < _before; b++)
                for (int i = 0; i < perShared; i++)
                {
                    var index = indices[s * perShared + i];
                    long place = long.CreateTruncating(index);
                    if (place < 0)
                        place += _length;
                    if ((ulong)place >= (ulong)_length)
                        throw new IndexException(Op, $"indices in {-_length} … {_length - 1} at axis {Axis} of {Data}", $"{index}");
                    visitor.Visit(((s * _before + b) * _length + (int)place) * Inner, at);
                    at += Inner;
                }
    }

    /// <summary>What is done at each place.</summary>
    public interface IVisitor
    {
        void Visit(int data, int part);
    }
}

/// <summary>Takes the sub-tensors at indices.</summary>
internal sealed class GatherStep<E>(IndexedAxis axis, Operand data, Operand output) : Step where E : unmanaged
{
    public override string Kind => "gather";

    public override double Flops => 0;

    public override void Run(Frame frame)
    {
        var copy = new Copy(frame.Span<E>(data.At, data.Size), frame.Span<E>(output.At, output.Size), axis.Inner);
        axis.Visit(frame, ref copy);
    }

    private readonly ref struct Copy(ReadOnlySpan<E> data, Span<E> output, int inner) : IndexedAxis.IVisitor
    {
        private readonly ReadOnlySpan<E> _data = data;
        private readonly Span<E> _output = output;

        public void Visit(int data, int part)
        {
            if (inner == 1)
                _output[part] = _data[data];
            else
                _data.Slice(data, inner).CopyTo(_output[part..]);
        }
    }
}

/// <summary>Adds sub-tensors at indices to a copy of the target.</summary>
internal sealed class ScatterAddStep<E>(IndexedAxis axis, Operand target, Operand updates, Operand output) : Step where E : unmanaged, IElementary<E>
{
    public override string Kind => "scatter";

    public override double Flops => updates.Size;

    public override void Run(Frame frame)
    {
        var sums = frame.Span<E>(output.At, output.Size);
        Operands.Read(target, frame, sums);
        var add = new Add(sums, frame.Span<E>(updates.At, updates.Size), axis.Inner);
        axis.Visit(frame, ref add);
    }

    private readonly ref struct Add(Span<E> output, ReadOnlySpan<E> updates, int inner) : IndexedAxis.IVisitor
    {
        private readonly Span<E> _output = output;
        private readonly ReadOnlySpan<E> _updates = updates;

        public void Visit(int data, int part)
        {
            for (int i = 0; i < inner; i++)
                _output[data + i] += _updates[part + i];
        }
    }
}
