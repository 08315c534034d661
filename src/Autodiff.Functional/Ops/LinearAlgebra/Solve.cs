using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// X with A·X = B, or Aᵀ·X = B, by the triangles of A; inputs are A, its factors (see <see cref="Lu"/>) and B, with equal leading axes. Derivative:
/// dX = A⁻¹·(dB − dA·X); back, B̄ = A⁻ᵀ·X̄ and Ā = −B̄·Xᵀ, by the same factors.
/// </summary>
internal sealed record Solve(bool Transposed, OnFailure OnFailure) : Op
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Solve", "x⁻¹·y", random =>
        {
            int n = random.NextDimension(), m = random.NextDimension();
            var (batch, side) = random.NextShapesThatBroadcast(maxRank: 2);
            Shape x = [.. batch, n, n], y = random.Next(3) == 0 ? [n] : [.. side, n, m];
            return OpCase.Of(random.NextInvertible(x), random.NextTensor(y), Expr.Solve, "Expr.Solve(x0, x1)") with { Redraw = other => [other.NextInvertible(x), other.NextTensor(y)] };
        })
        {
            Signature = "Solve(x, y)", Derivative = "x⁻¹·(dy − dx·z); back, x⁻ᵀ·d and −x⁻ᵀ·d·zᵀ", Cost = "O(n³ + n²·m)",
            Edges = "A singular matrix (a pivot that is exactly 0) is an error that says where, NaN in a batch (Ad.Vmap). One axis on the right is a vector, else matrices.",
            Source = "Giles 2008, Collected matrix derivative results, §2.3.1; NumPy 2, linalg.solve",
        },
        new("Inverse", "x⁻¹", random =>
        {
            int n = random.NextDimension();
            Shape shape = [.. random.NextShape(maxRank: 2), n, n];
            return OpCase.Of(random.NextInvertible(shape), Expr.Inverse, "Expr.Inverse(x0)") with { Redraw = other => [other.NextInvertible(shape)] };
        })
        { Derivative = "−z·d·z", Cost = "O(n³)", Edges = "As Solve.", Source = "Giles 2008, Collected matrix derivative results, §2.2.3" },
    ];

    public override string Attributes => string.Join(", ", ((string[])[Transposed ? "transposed" : "", OnFailure.Text]).Where(text => text != ""));

    internal override bool MayThrow(Inputs inputs) => OnFailure.Member is not null;

    /// <summary>The solution of A·X = B.</summary>
    public static Expr Of(OnFailure onFailure, Expr a, Expr b)
    {
        var factors = Lu.Of(a);
        return Matrices.System("Solve", a, b, (_, side) => new Solve(false, onFailure).At(factors, side));
    }

    /// <summary>This op at factors that are stretched to the leading axes of the right side.</summary>
    private Expr At((Expr Matrix, Expr Triangles, Expr Rows) factors, Expr side)
    {
        var leading = Matrices.Leading(side.Shape);
        int n = side.Shape[^2];
        // One matrix may have leading axes of length 1 that the right side has not.
        if (factors.Matrix.Rank > side.Rank)
            factors = (Expr.Reshape(factors.Matrix, n, n), Expr.Reshape(factors.Triangles, n, n), Expr.Reshape(factors.Rows, n));
        return Expr.Apply(this, Matrices.Stretch(factors.Matrix, leading), Matrices.Stretch(factors.Triangles, leading), Matrices.Stretch(factors.Rows, leading, last: 1), side);
    }

    public override TensorType Infer(Inputs inputs)
    {
        var (matrix, side) = (inputs[0], inputs[3]);
        Matrices.Square(Name, matrix);
        if (matrix.DType != side.DType)
            throw Promotion.Differ(Name, matrix, side);
        return side.Rank == matrix.Rank && side.Shape[^2] == matrix.Shape[^1] && Matrices.Leading(side.Shape) == Matrices.Leading(matrix.Shape) ? side.Type
            : throw new ShapeException(Name, "right sides as long as the matrix, with its leading axes", $"{matrix.Shape} and {side.Shape}");
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[1].Element.Run<Kernel, Tensor>(new(this, inputs[1], inputs[2], inputs[3]));

    private readonly struct Kernel(Solve op, Tensor triangles, Tensor rows, Tensor side) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = side.Shape[^2], m = side.Shape[^1];
            var result = Tensor.New<E>(side.Element, side.Shape, out var elements);
            if (elements.IsEmpty)
                return result;
            var matrices = new Matrices<E>(triangles);
            var permutations = rows.Elements<long>();
            using var space = new Buffer<E>(n * m);
            for (int i = 0; i < matrices.Count; i++)
            {
                var lu = matrices[i];
                var x = elements.Slice(i * n * m, n * m);
                if (Singular.HasZero(op.OnFailure, "after elimination there is no pivot but 0", lu, n, triangles.Shape, i))
                {
                    x.Fill(E.Literal(double.NaN));
                    continue;
                }
                var permutation = permutations.Slice(i * n, n);
                side.Read(i * n * m, op.Transposed ? x : space.Span);
                if (op.Transposed)
                {
                    // Aᵀ = Uᵀ·Lᵀ·P.
                    Triangular.Solve(new(Lower: true, Unit: false), n, m, lu.Transposed, x, m);
                    Triangular.Solve(new(Lower: false, Unit: true), n, m, lu.Transposed, x, m);
                    x.CopyTo(space.Span);
                    for (int row = 0; row < n; row++)
                        space.Span.Slice(row * m, m).CopyTo(x[((int)permutation[row] * m)..]);
                }
                else
                {
                    for (int row = 0; row < n; row++)
                        space.Span.Slice((int)permutation[row] * m, m).CopyTo(x[(row * m)..]);
                    Triangular.Solve(new(Lower: true, Unit: true), n, m, lu, x, m);
                    Triangular.Solve(new(Lower: false, Unit: false), n, m, lu, x, m);
                }
            }
            return result;
        }
    }

    // Giles 2008, "Collected matrix derivative results for forward and reverse mode AD", §2.3.1.
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var moved = tangents[0] is null ? null : Expr.MatMul(Transposed ? Expr.SwapLast(tangents[0]!) : tangents[0]!, output);
        return moved is null && tangents[3] is null ? null
            : By(inputs, tangents[3] is null ? -moved! : moved is null ? tangents[3]! : tangents[3]! - moved);
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var side = (this with { Transposed = !Transposed }).By(inputs, cotangent.Value!);
        return new([
            wanted[0] ? Matrices.Through(cotangent, -(Transposed ? Expr.MatMul(output, Expr.SwapLast(side)) : Expr.MatMul(side, Expr.SwapLast(output)))) : default,
            default,
            default,
            wanted[3] ? Matrices.Through(cotangent, side) : default,
        ]);
    }

    /// <summary>The solution for another right side, by the same factors.</summary>
    public Expr By(Inputs factors, Expr side) => Expr.Apply(this, factors[0], factors[1], factors[2], side);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        if (batched[0])
            return (this with { OnFailure = OnFailure.NaN }).By(inputs, batched[3] ? inputs[3] : Batching.Repeat(inputs[3], size));
        // One matrix: the right sides stand side by side. If it is singular, it is so for all elements, and that is as much an error as without the batch.
        var factors = (inputs[0], inputs[1], inputs[2]);
        return inputs[0].Rank == 2
            ? Matrices.System(Name, inputs[0], inputs[3], (_, side) => At(factors, side))
            : At(factors, inputs[3]);
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The solution X of A·X = B, by elimination with partial pivoting. As in NumPy 2, a right side of one axis is a vector, else there are matrices over
    /// the last two axes; leading axes broadcast.
    /// </summary>
    /// <exception cref="ShapeException">The matrices are not square, the right side does not fit, or the leading axes do not broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    /// <exception cref="MatrixException">A matrix is singular: a pivot is exactly 0. (In a batch made by Ad.Vmap its solution is NaN instead.)</exception>
    /// <example><code>
    /// var weights = Expr.Solve(x.Transpose().MatMul(x), x.Transpose().MatMul(y));     // least squares
    /// </code></example>
    public static Expr Solve(Expr a, Expr b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        (a, b) = Promotion.Numbers("Solve", a, b, Domain.Real);
        Matrices.Square("Solve", a);
        return Functional.Solve.Of(OnFailure.Throw("Solve"), a, b);
    }

    /// <summary>The inverse of each matrix over the last two axes. To apply it to something, <see cref="Solve(Expr, Expr)"/> is quicker and more accurate.</summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="MatrixException">A matrix is singular. (In a batch made by Ad.Vmap its inverse is NaN instead.)</exception>
    public static Expr Inverse(Expr x)
    {
        x = Matrices.Square("Inverse", x, Domain.Real);
        return Functional.Solve.Of(OnFailure.Throw("Inverse"), x, BroadcastTo(Eye(x.Shape[^1], dtype: x.DType), x.Shape));
    }
}
