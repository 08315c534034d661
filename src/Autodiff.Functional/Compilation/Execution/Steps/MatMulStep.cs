using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Products of matrices at any strides, one after the other along the leading axes. A large one is a chunk for each block of its rows, or of its columns if there are more.</summary>
internal sealed class MatMulStep<E> : ChunkedStep where E : unmanaged, IElementary<E>
{
    /// <summary>So many lines, or up to twice as many, are a block: for each the other matrix may be copied again.</summary>
    private const int LinesOfBlock = 256;

    private readonly Operand _left, _right, _output;
    private readonly int _m, _n, _k;
    private readonly int _blocks, _height, _width;        // of a product; of a block
    private readonly int[] _leftOffsets, _rightOffsets;   // of each product, in elements

    public MatMulStep(Operand left, Operand right, Operand output, int threads) : base(threads)
    {
        (_left, _right, _output) = (left, right, output);
        var batch = left.Type.Shape.Slice(0, left.Type.Shape.Rank - 2);
        (_m, _k, _n) = (left.Type.Shape[^2], left.Type.Shape[^1], right.Type.Shape[^1]);
        (_leftOffsets, _rightOffsets) = (Offsets(batch, left.Strides), Offsets(batch, right.Strides));

        // Of equal size, an even number, so that two threads have the same to do; whole registers but for the last.
        int lines = Math.Max(_m, _n), block = lines;
        if (2.0 * _m * _n * _k > WorthSharing && Gemm.HasBlocks<E>(_m, _n, _k, right.Strides[^1] == 1))
            block = (lines / (2 * Math.Max(1, lines / (2 * LinesOfBlock))) + 23) / 24 * 24;
        (_height, _width) = _m >= _n ? (block, _n) : (_m, block);
        _blocks = (lines + block - 1) / block;
    }

    public override string Kind => "product";

    public override double Flops => 2.0 * _m * _n * _k * _leftOffsets.Length;

    protected override int Chunks => _leftOffsets.Length * _blocks;

    public override void Run(Frame frame, int firstChunk, int endChunk)
    {
        // Blocks of a product that are asked for at once are one block.
        for (int chunk = firstChunk, count; chunk < endChunk; chunk += count)
        {
            var (i, block) = Math.DivRem(chunk, _blocks);
            count = Math.Min(endChunk - chunk, _blocks - block);
            var left = Matrix(frame, _left, _leftOffsets[i], _m, _k);
            var right = Matrix(frame, _right, _rightOffsets[i], _k, _n);
            var output = Matrix(frame, _output, i * _m * _n, _m, _n);
            if (count == _blocks)
                Gemm.Multiply(_m, _n, _k, left, _left.Strides[^2], _left.Strides[^1], right, _right.Strides[^2], _right.Strides[^1], output);
            else
                Gemm.MultiplyBlock(_m, _n, _k, left, _left.Strides[^2], _left.Strides[^1], right, _right.Strides[^2], _right.Strides[^1], output,
                    Lines(_m, _height), Lines(_n, _width));

            Range Lines(int length, int size) => size == length ? .. : (block * size)..Math.Min((block + count) * size, length);
        }
    }

    private static unsafe Span<E> Matrix(Frame frame, Operand array, int offset, int rows, int columns) =>
        new((E*)frame.Address(array.At) + offset, (rows - 1) * array.Strides[^2] + (columns - 1) * array.Strides[^1] + 1);

    private static int[] Offsets(Shape batch, Axes strides)
    {
        var offsets = new int[batch.Size];
        for (int i = 0; i < offsets.Length; i++)
            for (int axis = batch.Rank - 1, rest = i; axis >= 0; rest /= batch[axis--])
                offsets[i] += rest % batch[axis] * strides[axis];
        return offsets;
    }
}
