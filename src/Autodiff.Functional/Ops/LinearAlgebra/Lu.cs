using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// P·A = L·U with partial pivoting: both triangles in one matrix (L has ones on its diagonal), and which row of A each of its rows is. What solves by it
/// takes the derivative at A itself, so none passes through here.
/// </summary>
internal sealed record Lu : MultiOutput
{
    private static readonly Lu s_op = new();

    /// <summary>Matrices and their factors, which the ops that share them take as inputs.</summary>
    public static (Expr Matrix, Expr Triangles, Expr Rows) Of(Expr matrix) => Apply(s_op, matrix) is [var triangles, var rows] ? (matrix, triangles, rows) : default;

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        var type = Matrices.Square(Name, inputs[0]);
        return [type, new(DType.Int64, Matrices.Leading(type.Shape, 1))];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, ImmutableArray<Tensor>>(new(inputs[0]));

    private readonly struct Kernel(Tensor x) : IKernel<ImmutableArray<Tensor>>
    {
        public ImmutableArray<Tensor> Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = x.Shape[^1];
            var triangles = Tensor.New<E>(x.Element, x.Shape, out var elements);
            var rows = Tensor.New<long>(ElementType.Int64, Matrices.Leading(x.Shape, 1), out var permutations);
            x.Read(0, elements);
            for (int i = 0, count = n == 0 ? 0 : Matrices.Leading(x.Shape).Size; i < count; i++)
                Factorizations.Lu(n, elements.Slice(i * n * n, n * n), permutations.Slice(i * n, n));
            return [triangles, rows];
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);

    /// <summary>Is an entry of the triangles NaN or infinite, whatever their diagonal is?</summary>
    public static bool HidesNaN<E>(Strided<E> lu, int order) where E : unmanaged, IElementary<E>
    {
        for (int i = 0; i < order; i++)
            for (int j = 0; j < order; j++)
                if (Factorizations.IsNaN(lu.Data[i * lu.Row + j * lu.Column] * E.Literal(0)))
                    return true;
        return false;
    }

    /// <summary>The sign of a permutation.</summary>
    public static int Sign(ReadOnlySpan<long> permutation)
    {
        // Each cycle of even length is an odd number of exchanges.
        var seen = new bool[permutation.Length];
        int sign = 1;
        for (int start = 0; start < seen.Length; start++)
            for (int at = (int)permutation[start], length = 1; !seen[start]; at = (int)permutation[at], length++)
            {
                seen[at] = true;
                if (at == start && length % 2 == 0)
                    sign = -sign;
            }
        return sign;
    }
}
