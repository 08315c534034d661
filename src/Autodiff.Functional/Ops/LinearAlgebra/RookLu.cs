using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A[rows, columns] = L·D·U with pivots that are the largest of their row and column, so that L and U, with ones on their diagonals, have no entry above 1 and all that is small or 0 about A
/// is in the diagonal D. The three stand in one matrix. What uses it takes the derivative at A itself, so none passes through here.
/// </summary>
internal sealed record RookLu : MultiOutput
{
    private static readonly RookLu s_op = new();

    /// <summary>The factors of matrices: the triangles with D between them, and which rows and columns of A theirs are.</summary>
    public static ImmutableArray<Expr> Of(Expr matrix) => Apply(s_op, matrix);

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        var type = Matrices.Square(Name, inputs[0]);
        var order = new TensorType(DType.Int64, Matrices.Leading(type.Shape, 1));
        return [type, order, order];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, ImmutableArray<Tensor>>(new(inputs[0]));

    private readonly struct Kernel(Tensor x) : IKernel<ImmutableArray<Tensor>>
    {
        public ImmutableArray<Tensor> Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = x.Shape[^1];
            var triangles = Tensor.New<E>(x.Element, x.Shape, out var elements);
            var rows = Tensor.New<long>(ElementType.Int64, Matrices.Leading(x.Shape, 1), out var rowOrders);
            var columns = Tensor.New<long>(ElementType.Int64, Matrices.Leading(x.Shape, 1), out var columnOrders);
            x.Read(0, elements);
            for (int i = 0, count = n == 0 ? 0 : Matrices.Leading(x.Shape).Size; i < count; i++)
                // Of other numbers only the primal is known to be 0 in what is left: their derivatives are not in the factors.
                if (Factorizations.RookLu(n, elements.Slice(i * n * n, n * n), rowOrders.Slice(i * n, n), columnOrders.Slice(i * n, n)) is var rank && rank < n && !x.Element.IsNative)
                    elements.Slice(i * n * n, n * n).Fill(E.Literal(double.NaN));
            return [triangles, rows, columns];
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}
