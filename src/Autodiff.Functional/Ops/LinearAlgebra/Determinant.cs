using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// The determinant, by the triangles of A; inputs are A and its factors (see <see cref="Lu"/>). Derivative: det A·tr(A⁻¹·dA), so of invertible matrices only.
/// </summary>
internal sealed record Determinant : Op
{
    public static OpInfo Info => SlogDet.Of("Determinant", Expr.Determinant, "det x", "Expr.Determinant(x0)") with
    {
        Derivative = "z·tr(x⁻¹·d)",
        Edges = "0 for a singular matrix (a pivot that is exactly 0), whose derivative is an error, or NaN in a batch. 1 for no rows.",
        Source = "Giles 2008, Collected matrix derivative results, §2.2.4",
    };

    private static readonly Determinant s_op = new();

    public static Expr Of(Expr x) => Lu.Of(x) is var (matrix, triangles, rows) ? Expr.Apply(s_op, matrix, triangles, rows) : x;

    public override TensorType Infer(Inputs inputs) => new(inputs[0].DType, Matrices.Leading(inputs[0].Shape));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[1].Element.Run<Kernel, Tensor>(new(inputs[1], inputs[2]));

    private readonly struct Kernel(Tensor triangles, Tensor rows) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = triangles.Shape[^1];
            var result = Tensor.New<E>(triangles.Element, Matrices.Leading(triangles.Shape), out var products);
            var matrices = new Matrices<E>(triangles);
            var permutations = rows.Elements<long>();
            for (int i = 0; i < products.Length; i++)
            {
                products[i] = E.Literal(Lu.Sign(permutations.Slice(i * n, n)));
                var lu = n == 0 ? default : matrices[i];
                for (int k = 0; k < n; k++)
                    products[i] *= lu.Data[k * (lu.Row + lu.Column)];
            }
            return result;
        }
    }

    // Giles 2008, §2.2.4.
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => tangents[0] is null ? null : output * SlogDet.Trace(inputs, tangents[0]!);

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) =>
        new([cotangent.Through(SlogDet.Back(inputs, cotangent.Value! * output)), default, default]);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0], inputs[1], inputs[2]);
}

/// <summary>
/// The sign and the logarithm of the absolute value of the determinant, by the triangles of A; inputs are A and its factors. Derivative of the logarithm:
/// tr(A⁻¹·dA); the sign has none.
/// </summary>
internal sealed record SlogDet : MultiOutput
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

    private static readonly SlogDet s_op = new();

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
        ? new([part.Through(Back(inputs, value)), default, default])
        : default;

    /// <summary>tr(A⁻¹·dA).</summary>
    public static Expr Trace(Inputs factors, Expr tangent) => Expr.Sum(Matrices.Diagonal(new Solve(false).By(factors, tangent)), -1);

    /// <summary>A⁻ᵀ times a scalar for each matrix.</summary>
    public static Expr Back(Inputs factors, Expr scalar)
    {
        var matrix = factors[0];
        return new Solve(Transposed: true).By(factors, Matrices.Each(scalar, matrix) * Expr.Eye(matrix.Shape[^1], dtype: matrix.DType));
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0], inputs[1], inputs[2]);
}

public sealed partial class Expr
{
    /// <summary>The determinant of each matrix over the last two axes; of large ones use SlogDet, which does not overflow.</summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    public static Expr Determinant(Expr x) => Functional.Determinant.Of(Matrices.Square("Determinant", x, Domain.Real));

    /// <summary>The sign, −1, 0 or 1, and the logarithm of the absolute value of the determinant of each matrix over the last two axes.</summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <example><code>
    /// var (sign, logAbs) = Expr.SlogDet(covariance);
    /// </code></example>
    public static (Expr Sign, Expr LogAbs) SlogDet(Expr x) => Functional.SlogDet.Of(Matrices.Square("SlogDet", x, Domain.Real));
}
