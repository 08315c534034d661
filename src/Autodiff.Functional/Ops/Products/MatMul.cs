using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The matrix product over the last two axes; the axes before them are equal and walked through together.</summary>
internal sealed record MatMul : Bilinear, IContraction
{
    public override bool Cancels => false;
    public static IEnumerable<OpInfo> Entries =>
    [
        new("MatMul", "Σₖ xᵢₖ·yₖⱼ", random =>
        {
            int m = random.NextDimension(), k = random.NextDimension(), n = random.NextDimension();
            var (left, right) = random.NextShapesThatBroadcast(maxRank: 2);
            Shape x = random.Next(5) == 0 ? [k] : [.. left, m, k], y = random.Next(5) == 0 ? [k] : [.. right, k, n];
            return OpCase.Of(random.NextTensor(x), random.NextTensor(y), Expr.MatMul, "Expr.MatMul(x0, x1)");
        })
        { Signature = "MatMul(x, y)", Derivative = "dx·y + x·dy; back, d·yᵀ and xᵀ·d", Cost = "O(m·k·n)", Edges = "Vectors are rows on the left, columns on the right.", Source = "NumPy, matmul; Giles 2008, Collected matrix derivative results, §2.2.1" },
        new("Dot", "Σₖ xᵢₖ·yₖⱼ, or the product with a scalar", random =>
        {
            int m = random.NextDimension(), k = random.NextDimension(), n = random.NextDimension();
            Shape x = random.Next(3) switch { 0 => [], 1 => [k], _ => [m, k] }, y = random.Next(3) switch { 0 => [], 1 => [k], _ => [k, n] };
            return OpCase.Of(random.NextTensor(x), random.NextTensor(y), Expr.Dot, "Expr.Dot(x0, x1)");
        })
        { Signature = "Dot(x, y)", Derivative = "dx·y + x·dy", Cost = "O(m·k·n)" },
        new("Outer", "xᵢ·yⱼ", random => OpCase.Of(random.NextTensor(random.NextShape(maxRank: 2)), random.NextTensor(random.NextShape(maxRank: 1)), Expr.Outer, "Expr.Outer(x0, x1)"))
        { Signature = "Outer(x, y)", Derivative = "dxᵢ·yⱼ + xᵢ·dyⱼ", Cost = "O(m·n)" },
    ];

    public static readonly MatMul Op = new();

    public override Formula Latex(ReadOnlySpan<Formula> inputs) => new(@$"{inputs[0].Within(Binding.Power)} \, {inputs[1].Within(Binding.Power)}", Binding.Product);   // an elementwise product inside is no part of the chain

    public override TensorType Infer(Inputs inputs)
    {
        var (left, right) = (inputs[0], inputs[1]);
        if (left.DType != right.DType)
            throw Promotion.Differ(Name, left, right);
        int rank = left.Rank;
        if (rank < 2 || right.Rank != rank || left.Shape.Slice(0, rank - 2) != right.Shape.Slice(0, rank - 2))
            throw new ShapeException(Name, "matrices with equal leading axes", $"{left.Shape} × {right.Shape}");
        if (left.Shape[^1] != right.Shape[^2])
            throw Expr.InnerDiffer(left.Shape, right.Shape);
        return new(left.DType, left.Shape.With(rank - 1, right.Shape[^1]));
    }

    /// <summary>Leading axes, rows and columns as the output's; the inner axis after them.</summary>
    ImmutableArray<int> IContraction.Labels(int operand, int rank) => operand switch
    {
        0 => [.. Enumerable.Range(0, rank - 1), rank],
        1 => [.. Enumerable.Range(0, rank - 2), rank, rank - 1],
        _ => [.. Enumerable.Range(0, rank)],
    };

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(Forward(inputs[0]), Forward(inputs[1])));

    /// <summary>
    /// The kernels walk forwards through matrices: one that was sliced backwards is copied. The copy of a transpose is a transpose, as it is in a plan, since the order in which a product adds may depend on it.
    /// </summary>
    internal static Tensor Forward(Tensor matrix) =>
        matrix.Strides[^1] >= 0 && matrix.Strides[^2] >= 0 ? matrix    // IsForward, without making Axes
        : Math.Abs(matrix.Strides[^1]) <= Math.Abs(matrix.Strides[^2]) ? matrix.Dense()
        : SwapLast(SwapLast(matrix).Dense());

    private static Tensor SwapLast(Tensor matrix) => matrix.Permute([.. Enumerable.Range(0, matrix.Rank - 2), matrix.Rank - 1, matrix.Rank - 2]);

    internal static bool IsForward(Axes strides) => strides[^1] >= 0 && strides[^2] >= 0;

    private readonly struct Kernel(Tensor left, Tensor right) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int rank = left.Rank, m = left.Shape[^2], k = left.Shape[^1], n = right.Shape[^1];
            var result = Tensor.New<E>(left.Element, left.Shape.With(rank - 1, n), out var elements);
            if (k == 0 || elements.IsEmpty)
            {
                elements.Clear();   // sums of nothing; views of nothing have no place in a buffer
                return result;
            }
            // Any strides will do, so that a transpose is multiplied in place.
            ReadOnlySpan<E> a = left.Buffer<E>(), b = right.Buffer<E>();
            ReadOnlySpan<int> aStrides = left.Strides, bStrides = right.Strides;
            var batch = left.Shape.Slice(0, rank - 2);
            Span<int> at = stackalloc int[rank];
            at.Clear();
            int aOffset = left.Offset, bOffset = right.Offset;
            for (int i = 0, count = batch.Size; i < count; i++)
            {
                Gemm.Multiply(m, n, k, a[aOffset..], aStrides[^2], aStrides[^1], b[bOffset..], bStrides[^2], bStrides[^1], elements.Slice(i * m * n, m * n));
                for (int axis = rank - 3; axis >= 0; axis--)
                {
                    (aOffset, bOffset) = (aOffset + aStrides[axis], bOffset + bStrides[axis]);
                    if (++at[axis] < batch[axis])
                        break;
                    (aOffset, bOffset) = (aOffset - at[axis] * aStrides[axis], bOffset - at[axis] * bStrides[axis]);
                    at[axis] = 0;
                }
            }
            return result;
        }
    }

    protected override Expr Product(Expr left, Expr right) => Expr.Apply(this, left, right);

    protected override Expr TransposeLeft(Expr cotangent, Expr right, TensorType left) => Expr.Apply(this, cotangent, Expr.SwapLast(right));

    protected override Expr TransposeRight(Expr cotangent, Expr left, TensorType right) => Expr.Apply(this, Expr.SwapLast(left), cotangent);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.MatMul(
        batched[0] ? inputs[0] : Expr.ExpandDims(inputs[0], 0),
        batched[1] ? inputs[1] : Expr.ExpandDims(inputs[1], 0));
}

public sealed partial class Expr
{
    /// <summary>
    /// The matrix product, by NumPy's rules: over the last two axes, with the axes before them broadcast; a vector on the left is a row, on the right a
    /// column, and that axis is dropped again.
    /// </summary>
    /// <exception cref="ShapeException">An argument is a scalar, the inner dimensions differ, or the leading axes do not broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    /// <example><code>
    /// var y = Expr.MatMul(weights, x) + bias;
    /// </code></example>
    public static Expr MatMul(Expr left, Expr right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        (left, right) = Promotion.Numbers("MatMul", left, right, Domain.Numeric);
        if (left.Rank == 0 || right.Rank == 0)
            throw new ShapeException("MatMul", "matrices or vectors", $"{left.Shape} × {right.Shape}", "Multiply by a scalar with *.");
        if (left.Rank == 1)
            return Squeeze(MatMul(ExpandDims(left, 0), right), right.Rank == 1 ? 0 : -2);
        if (right.Rank == 1)
            return Squeeze(MatMul(left, ExpandDims(right, 1)), -1);
        if (left.Shape[^1] != right.Shape[^2])
            throw InnerDiffer(left.Shape, right.Shape);

        var (leftBatch, rightBatch) = (left.Shape.Slice(0, left.Rank - 2), right.Shape.Slice(0, right.Rank - 2));
        if (leftBatch == rightBatch)
            return Apply(Functional.MatMul.Op, left, right);
        // One matrix on the right for a whole batch on the left is one large product.
        if (rightBatch.Size == 1 && rightBatch.Rank <= leftBatch.Rank)
        {
            var product = Apply(Functional.MatMul.Op, Reshape(left, Shape.Of(leftBatch.Size * left.Shape[^2], left.Shape[^1])), Reshape(right, right.Shape[^2], right.Shape[^1]));
            return Reshape(product, left.Shape.With(left.Rank - 1, right.Shape[^1]));
        }
        // One on the left for a whole batch on the right as well, transposed.
        if (leftBatch.Size == 1 && leftBatch.Rank <= rightBatch.Rank)
            return SwapLast(MatMul(SwapLast(right), SwapLast(left)));
        var batch = Shape.Broadcast(leftBatch, rightBatch, "MatMul");
        return Apply(Functional.MatMul.Op,
            BroadcastTo(left, left.Shape.Slice(left.Rank - 2, 2).After(batch)),
            BroadcastTo(right, right.Shape.Slice(right.Rank - 2, 2).After(batch)));
    }

    /// <summary>
    /// NumPy's dot: of two vectors the sum of products, with a scalar the product, else the matrix product.
    /// </summary>
    /// <exception cref="ShapeException">The inner dimensions differ, or an argument has more than two axes: use MatMul.</exception>
    public static Expr Dot(Expr left, Expr right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Rank > 2 || right.Rank > 2)
            throw new ShapeException("Dot", "scalars, vectors or matrices", $"{left.Shape} × {right.Shape}", "Use MatMul for batches.");
        return Composite.Of("Dot", left, right, static (left, right) => left.Rank == 0 || right.Rank == 0 ? left * right : MatMul(left, right));
    }

    /// <summary>All products of an element of one vector with one of the other: a matrix. Other shapes are flattened first.</summary>
    public static Expr Outer(Expr left, Expr right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Composite.Of("Outer", left, right, static (left, right) => ExpandDims(Ravel(left), 1) * ExpandDims(Ravel(right), 0));
    }

    /// <summary>The matrix product, by NumPy's rules.</summary>
    public Expr MatMul(Expr right) => MatMul(this, right);
    /// <summary>NumPy's dot.</summary>
    public Expr Dot(Expr right) => Dot(this, right);

    internal static ShapeException InnerDiffer(Shape left, Shape right) => new("MatMul",
        $"inner dimensions that agree, (…, m, k) × (…, k, n)", $"{left} × {right}: left has k = {left[^1]}, right has k = {right[^2]}", "Transpose one of them?");
}
