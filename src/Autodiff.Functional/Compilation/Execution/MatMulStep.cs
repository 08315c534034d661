using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Products of matrices at any strides, one after the other along the leading axes.</summary>
internal sealed class MatMulStep<E> : ChunkedStep where E : unmanaged, IElementary<E>
{
    private readonly Operand _left, _right, _output;
    private readonly int _m, _n, _k;
    private readonly int[] _leftOffsets, _rightOffsets;   // of each product, in elements

    public MatMulStep(Operand left, Operand right, Operand output, int threads) : base(threads)
    {
        (_left, _right, _output) = (left, right, output);
        var batch = left.Type.Shape.Slice(0, left.Type.Shape.Rank - 2);
        (_m, _k, _n) = (left.Type.Shape[^2], left.Type.Shape[^1], right.Type.Shape[^1]);
        (_leftOffsets, _rightOffsets) = (Offsets(batch, left.Strides), Offsets(batch, right.Strides));
    }

    public override string Kind => "product";

    public override double Flops => 2.0 * _m * _n * _k * _leftOffsets.Length;

    protected override int Chunks => _leftOffsets.Length;

    public override void Run(Frame frame, int firstChunk, int endChunk)
    {
        for (int i = firstChunk; i < endChunk; i++)
            Gemm.Multiply(_m, _n, _k,
                Matrix(frame, _left, _leftOffsets[i], _m, _k), _left.Strides[^2], _left.Strides[^1],
                Matrix(frame, _right, _rightOffsets[i], _k, _n), _right.Strides[^2], _right.Strides[^1],
                Matrix(frame, _output, i * _m * _n, _m, _n));
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
