using System.Numerics;
using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Where the sub-tensors at some indices along an axis stand, when the indices are in memory only as it runs.</summary>
/// <param name="Along">The axis.</param>
/// <param name="Leading">How many axes are shared by data and indices.</param>
/// <param name="Indices">The indices, dense.</param>
internal sealed record IndexedAxis(IndexRange Along, int Leading, Operand Indices)
{
    private readonly int _shared = Along.Data.Slice(0, Leading).Size, _before = Along.Data.Slice(Leading, Along.Axis - Leading).Size;

    /// <summary>How many elements lie together at each place.</summary>
    public int Inner => Along.Inner;

    /// <summary>How many sub-tensors there are.</summary>
    public int Count => _shared * _before * PerShared;

    private int PerShared => Indices.Size / Math.Max(1, _shared);

    /// <summary>Visits the places in the data, from one sub-tensor to another, some at a time.</summary>
    public void Visit<TVisitor>(Frame frame, int first, int end, ref TVisitor visitor) where TVisitor : struct, IVisitor, allows ref struct
    {
        if (Indices.Type.DType == DType.Int32)
            Visit<int, TVisitor>(frame, first, end, ref visitor);
        else
            Visit<long, TVisitor>(frame, first, end, ref visitor);
    }

    [SkipLocalsInit]
    private void Visit<I, TVisitor>(Frame frame, int first, int end, ref TVisitor visitor) where I : unmanaged, IBinaryInteger<I> where TVisitor : struct, IVisitor, allows ref struct
    {
        var indices = frame.Span<I>(Indices.At, Indices.Size);
        Span<int> places = stackalloc int[128];
        while (first < end)
        {
            var (block, from) = Math.DivRem(first, PerShared);
            var row = indices.Slice(block / _before * PerShared + from, Math.Min(Math.Min(PerShared - from, end - first), places.Length));
            for (int i = 0; i < row.Length; i++)
                places[i] = (block * Along.Length + Along.Position(long.CreateTruncating(row[i]))) * Inner;
            visitor.Visit(places[..row.Length], first * Inner);
            first += row.Length;
        }
    }

    /// <summary>What is done at places in the data, with sub-tensors that lie one after the other.</summary>
    public interface IVisitor
    {
        void Visit(scoped ReadOnlySpan<int> places, int part);
    }
}

/// <summary>Takes the sub-tensors at indices.</summary>
internal sealed class GatherStep<E>(IndexedAxis axis, Operand data, Operand output, int threads) : ChunkedStep(threads) where E : unmanaged
{
    private const int ChunkSize = 1 << 14;      // elements

    private readonly int _perChunk = Math.Max(1, ChunkSize / Math.Max(1, axis.Inner));

    public override string Kind => "gather";

    public override double Flops => 0;

    /// <summary>An element that comes from anywhere takes as long as a few operations.</summary>
    protected override double Work => 4.0 * output.Size;

    protected override int Chunks => (axis.Count + _perChunk - 1) / _perChunk;

    public override void Run(Frame frame, int firstChunk, int endChunk)
    {
        var copy = new Copy(frame.Span<E>(data.At, data.Size), frame.Span<E>(output.At, output.Size), axis.Inner);
        axis.Visit(frame, firstChunk * _perChunk, Math.Min(endChunk * _perChunk, axis.Count), ref copy);
    }

    private readonly ref struct Copy(ReadOnlySpan<E> data, Span<E> output, int inner) : IndexedAxis.IVisitor
    {
        private readonly ReadOnlySpan<E> _data = data;
        private readonly Span<E> _output = output;

        public void Visit(scoped ReadOnlySpan<int> places, int part)
        {
            ReadOnlySpan<E> data = _data;
            Span<E> output = _output[part..];
            if (inner == 1)
                for (int i = 0; i < places.Length; i++)
                    output[i] = data[places[i]];
            else
                for (int i = 0; i < places.Length; i++)
                    data.Slice(places[i], inner).CopyTo(output[(i * inner)..]);
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
        var add = new Add(new(sums, axis.Inner, axis.Count), frame.Span<E>(updates.At, updates.Size));
        axis.Visit(frame, 0, axis.Count, ref add);
        add.Sums.Finish();
    }

    private ref struct Add(RowSums<E> sums, ReadOnlySpan<E> updates) : IndexedAxis.IVisitor
    {
        private readonly ReadOnlySpan<E> _updates = updates;

        public RowSums<E> Sums = sums;

        public void Visit(scoped ReadOnlySpan<int> places, int part) => Sums.Add(places, _updates[part..]);
    }
}
