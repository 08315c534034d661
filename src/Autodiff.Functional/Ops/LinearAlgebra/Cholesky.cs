using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The lower triangular L with L·Lᵀ = A for positive definite A, of which the symmetric part (A + Aᵀ)/2 is taken. Derivative: dL = L·Φ(L⁻¹·dA·L⁻ᵀ), where
/// Φ takes the lower triangle and halves its diagonal; back, Ā = L⁻ᵀ·(P + Pᵀ)/2·L⁻¹ with P = Φ(Lᵀ·L̄).
/// </summary>
internal sealed record Cholesky(OnFailure OnFailure) : Op
{
    public static IEnumerable<OpInfo> Entries =>
    [
        Of("Cholesky", Expr.Cholesky, "L, lower triangular, with L·Lᵀ = x") with
        {
            Derivative = "L·Φ(L⁻¹·d·L⁻ᵀ), Φ the lower triangle with its diagonal halved",
            Source = "Murray 2016, Differentiation of the Cholesky decomposition, eq. 8 and 10",
        },
        Of("LogDet", Expr.LogDet, "ln det x, for positive definite x") with { Derivative = "tr(x⁻¹·d)", Source = "Giles 2008, Collected matrix derivative results, §2.2.4" },
    ];

    private static OpInfo Of(string name, Func<Expr, Expr> op, string formula) => new(name, formula, random =>
    {
        int n = random.NextDimension();
        Shape shape = [.. random.NextShape(maxRank: 2), n, n];
        return OpCase.Of(random.NextPositiveDefinite(shape), op, $"Expr.{name}(x0)") with { Redraw = other => [other.NextPositiveDefinite(shape)] };
    })
    {
        Edges = "The symmetric part (x + xᵀ)/2 is taken, so gradients are symmetric. What is not positive definite is an error that names the first leading minor, NaN in a batch (Ad.Vmap). NaN in, NaN out.",
        Cost = "O(n³)",
    };

    public override string Attributes => OnFailure.Text;

    internal override bool MayThrow(Inputs inputs) => OnFailure.Member is not null;

    public override TensorType Infer(Inputs inputs) => Matrices.Square(Name, inputs[0]);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0]));

    private readonly struct Kernel(Cholesky op, Tensor x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = x.Shape[^1];
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            var matrices = new Matrices<E>(x);
            using var factor = new Buffer<E>(n * n);
            for (int i = 0; i < (n == 0 ? 0 : matrices.Count); i++)
            {
                SymmetricPart(matrices[i], n, factor.Span);
                int failed = Factorizations.Cholesky(n, factor.Span, n);
                if (failed >= 0 && op.OnFailure.Member is { } member)
                    throw new MatrixException(member, "positive definite matrices",
                        $"a matrix{Matrices.Named(Matrices.Leading(x.Shape), i)} whose leading minor of order {failed + 1} is not positive",
                        "Add a small multiple of the identity.");
                if (failed >= 0)
                    factor.Span.Fill(E.Literal(double.NaN));
                // The factor found is upper triangular: its transpose is L.
                var lower = elements.Slice(i * n * n, n * n);
                Transpose.Copy(n, n, new Strided<E>(factor.Span, n, 1), lower);
                for (int row = 0; row < n; row++)
                    lower.Slice(row * n + row + 1, n - row - 1).Fill(E.Literal(0));
            }
            return result;
        }

        private static void SymmetricPart<E>(Strided<E> x, int n, Span<E> part) where E : unmanaged, IElementary<E>
        {
            // By tiles, so that reading down the columns stays in the cache.
            const int Tile = 16;
            E half = E.Literal(0.5);
            for (int top = 0; top < n; top += Tile)
                for (int left = top; left < n; left += Tile)
                    for (int i = top; i < Math.Min(n, top + Tile); i++)
                        for (int j = Math.Max(i, left); j < Math.Min(n, left + Tile); j++)
                            part[i * n + j] = half * (x.Data[i * x.Row + j * x.Column] + x.Data[j * x.Row + i * x.Column]);
        }
    }

    // Murray 2016, "Differentiation of the Cholesky decomposition", eq. 8.
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var half = Solve(output, Symmetric(tangents[0]!), lower: true);
        return Expr.MatMul(output, Phi(Solve(output, Expr.SwapLast(half), lower: true)));
    }

    // The same, eq. 10.
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var phi = Symmetric(Phi(Expr.MatMul(Expr.SwapLast(output), cotangent.Value!)));
        var half = Solve(Expr.SwapLast(output), phi, lower: false);
        return Matrices.Through(cotangent, Solve(Expr.SwapLast(output), Expr.SwapLast(half), lower: false));
    }

    private Expr Solve(Expr triangle, Expr side, bool lower) => Expr.Apply(new TriangularSolve(lower, Unit: false, OnFailure), triangle, side);

    private static Expr Symmetric(Expr x) => 0.5 * (x + Expr.SwapLast(x));

    private static Expr Phi(Expr x)
    {
        var (row, column) = (Expr.ExpandDims(Expr.Arange(x.Shape[^1]), 1), Expr.Arange(x.Shape[^1]));
        return Expr.Where(row >= column, x, 0) * Expr.Cast(Expr.Where(Expr.Equal(row, column), 0.5, 1.0), x.DType);
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(new Cholesky(OnFailure.NaN), inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>
    /// The Cholesky factor: the lower triangular matrix L with L·Lᵀ = x, for each positive definite matrix over the last two axes. The symmetric part
    /// (x + xᵀ)/2 is taken, so that gradients are symmetric.
    /// </summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="MatrixException">One is not positive definite. (In a batch made by Ad.Vmap its factor is NaN instead.)</exception>
    public static Expr Cholesky(Expr x) => CholeskyOf("Cholesky", x);

    private static Expr CholeskyOf(string member, Expr x) => Apply(new Cholesky(OnFailure.Throw(member)), Matrices.Square(member, x, Domain.Real));

    /// <summary>The logarithm of the determinant of each positive definite matrix, by Cholesky; of other matrices see SlogDet.</summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="MatrixException">One is not positive definite. (In a batch made by Ad.Vmap it gives NaN instead.)</exception>
    public static Expr LogDet(Expr x) => 2.0 * Sum(Log(Matrices.Diagonal(CholeskyOf("LogDet", x))), -1);
}
