using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The determinant, by the triangles of A; inputs are A and its factors (see <see cref="Lu"/>). Derivative: ⟨C, dA⟩ with the matrix of cofactors C (see <see cref="Minors"/>), of matrices of any rank.
/// </summary>
internal sealed record Determinant : Op
{
    public static OpInfo Info => SlogDet.Of("Determinant", Expr.Determinant, "det x", "Expr.Determinant(x0)") with
    {
        Derivative = "⟨C, d⟩, C the matrix of cofactors",
        Edges = "0 for a singular matrix (a pivot that is exactly 0). Derivatives of any order are right at every rank. 1 for no rows.",
        Source = "Magnus and Neudecker 2019, Matrix Differential Calculus, §8.3",
    };

    private static readonly Determinant s_op = new();

    public static Expr Of(Expr x) => Lu.Of(x) is var (matrix, triangles, rows) ? Expr.Apply(s_op, matrix, triangles, rows) : x;

    public override TensorType Infer(Inputs inputs) => new(inputs[0].DType, Matrices.Leading(inputs[0].Shape));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[1].Element.Run<Kernel, Tensor>(new(inputs[0], inputs[1], inputs[2]));

    private readonly struct Kernel(Tensor matrix, Tensor triangles, Tensor rows) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = triangles.Shape[^1];
            var result = Tensor.New<E>(triangles.Element, Matrices.Leading(triangles.Shape), out var products);
            var matrices = new Matrices<E>(triangles);
            var permutations = rows.Elements<long>();
            using var pivots = new Buffer<E>(n);
            for (int i = 0; i < products.Length; i++)
            {
                var lu = n == 0 ? default : matrices[i];
                for (int k = 0; k < n; k++)
                    pivots.Span[k] = lu.Data[k * (lu.Row + lu.Column)];
                products[i] = E.Literal(Lu.Sign(permutations.Slice(i * n, n))) * Minors.Product<E>(pivots.Span[..n]);
                // Elimination passes over a pivot that is 0, and so over NaN in its row, and over what other numbers than the graph's own carry beside a primal that is 0.
                if (Factorizations.IsZero(products[i]) && (!matrix.Element.IsNative || Lu.HidesNaN(lu, n)))
                    products[i] = matrix.Element.IsNative ? E.Literal(double.NaN) : Factorizations.Determinant(n, new Matrices<E>(matrix)[i]);
            }
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) =>
        tangents[0] is null ? null : Expr.Sum(Minors.Cofactors(inputs[0]) * tangents[0]!, Axes.Of(-2, -1));

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => !wanted[0] ? default
        : new([Matrices.Through(cotangent, Matrices.Each(cotangent.Value!, inputs[0]) * Minors.Cofactors(inputs[0])), default, default]);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0], inputs[1], inputs[2]);
}

/// <summary>
/// The sign and the logarithm of the absolute value of the determinant, by the triangles of A; inputs are A and its factors. Derivative of the logarithm:
/// tr(A⁻¹·dA); the sign has none.
/// </summary>
internal sealed record SlogDet(OnFailure OnFailure) : MultiOutput
{
    public static IEnumerable<OpInfo> Entries =>
    [
        Of("SlogDet", x => Expr.SlogDet(x).LogAbs, "the sign and ln |det x|", "Expr.SlogDet(x0).LogAbs") with
        {
            Signature = "SlogDet(x) → (Sign, LogAbs)",
            Derivative = "(0, tr(x⁻¹·d))",
            Edges = "(0, −∞) for a singular matrix, whose derivative is an error, or NaN in a batch. (1, 0) for no rows. No overflow.",
            Source = "Giles 2008, Collected matrix derivative results, §2.2.4; NumPy, linalg.slogdet",
        },
    ];

    public static OpInfo Of(string name, Func<Expr, Expr> op, string formula, string call) => new(name, formula, random =>
    {
        int n = random.NextDimension();
        Shape shape = [.. random.NextShape(maxRank: 2), n, n];
        return OpCase.Of(random.NextInvertible(shape), op, call) with { Redraw = other => [other.NextInvertible(shape)] };
    })
    {
        Cost = "O(n³)",
    };

    private static readonly SlogDet s_op = new(OnFailure.Throw("SlogDet"));

    public override string Attributes => OnFailure.Text;

    public static (Expr Sign, Expr LogAbs) Of(Expr x)
    {
        var (matrix, triangles, rows) = Lu.Of(x);
        return Apply(s_op, matrix, triangles, rows) is [var sign, var logarithm] ? (sign, logarithm) : default;
    }

    public override ImmutableArray<TensorType> InferParts(Inputs inputs)
    {
        var type = new TensorType(inputs[0].DType, Matrices.Leading(inputs[0].Shape));
        return [type, type];
    }

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => inputs[1].Element.Run<Kernel, ImmutableArray<Tensor>>(new(inputs[1], inputs[2]));

    private readonly struct Kernel(Tensor triangles, Tensor rows) : IKernel<ImmutableArray<Tensor>>
    {
        public ImmutableArray<Tensor> Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = triangles.Shape[^1];
            var shape = Matrices.Leading(triangles.Shape);
            var sign = Tensor.New<E>(triangles.Element, shape, out var signs);
            var logarithm = Tensor.New<E>(triangles.Element, shape, out var logarithms);
            var matrices = new Matrices<E>(triangles);
            var permutations = rows.Elements<long>();
            E zero = E.Literal(0), one = E.Literal(1);
            for (int i = 0; i < signs.Length; i++)
            {
                (signs[i], logarithms[i]) = (E.Literal(Lu.Sign(permutations.Slice(i * n, n))), zero);
                var lu = n == 0 ? default : matrices[i];
                for (int k = 0; k < n; k++)
                {
                    E pivot = lu.Data[k * (lu.Row + lu.Column)];
                    // NaN is neither: it stays.
                    signs[i] *= E.IfLess(zero, pivot, one, E.IfLess(pivot, zero, -one, E.IfEqual(pivot, zero, zero, pivot)));
                    logarithms[i] += E.Log(E.Abs(pivot));
                }
                if (Factorizations.IsZero(signs[i]) && Lu.HidesNaN(lu, n))
                    (signs[i], logarithms[i]) = (E.Literal(double.NaN), E.Literal(double.NaN));
            }
            return [sign, logarithm];
        }
    }

    // Giles 2008, §2.2.4.
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        if (tangents[0] is null)
            return null;
        var trace = Trace(inputs, tangents[0]!);
        return Pack.Of(Expr.ZerosLike(trace), trace);
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => cotangent.Parts[1] is { Value: { } value } part
        ? new([Matrices.Through(part, Back(inputs, value)), default, default])
        : default;

    /// <summary>tr(A⁻¹·dA).</summary>
    private Expr Trace(Inputs factors, Expr tangent) => Expr.Sum(Matrices.Diagonal(new Solve(false, OnFailure).By(factors, tangent)), -1);

    /// <summary>A⁻ᵀ times a scalar for each matrix.</summary>
    private Expr Back(Inputs factors, Expr scalar)
    {
        var matrix = factors[0];
        return new Solve(Transposed: true, OnFailure).By(factors, Matrices.Each(scalar, matrix) * Expr.Eye(matrix.Shape[^1], dtype: matrix.DType));
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(new SlogDet(OnFailure.NaN), inputs[0], inputs[1], inputs[2]);
}

public sealed partial class Expr
{
    /// <summary>The determinant of each matrix over the last two axes; of large ones use SlogDet, which does not overflow. Its derivatives are right for singular matrices as well.</summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    public static Expr Determinant(Expr x) => Functional.Determinant.Of(Matrices.Square("Determinant", x, Domain.Real));

    /// <summary>The sign, −1, 0 or 1, and the logarithm of the absolute value of the determinant of each matrix over the last two axes.</summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="MatrixException">A derivative is asked for at a singular matrix. (In a batch made by Ad.Vmap it is NaN instead.)</exception>
    /// <example><code>
    /// var (sign, logAbs) = Expr.SlogDet(covariance);
    /// </code></example>
    public static (Expr Sign, Expr LogAbs) SlogDet(Expr x) => Functional.SlogDet.Of(Matrices.Square("SlogDet", x, Domain.Real));
}
