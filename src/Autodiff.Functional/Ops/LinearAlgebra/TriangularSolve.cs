using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// X with T·X = B, where T is a triangle of the first input, with ones on the diagonal if so said; the rest of the matrix has no influence. Leading axes
/// are equal. Derivative: dX = T⁻¹·(dB − dT·X); back, B̄ = T⁻ᵀ·X̄ and T̄ = −B̄·Xᵀ on the triangle.
/// </summary>
internal sealed record TriangularSolve(bool Lower, bool Unit, OnFailure OnFailure) : Op
{
    public static OpInfo Info => new("TriangularSolve", "T⁻¹·y, or y·T⁻¹, or with Tᵀ, for a triangular matrix T", random =>
    {
        bool lower = random.NextBool(), transposed = random.NextBool(), unit = random.Next(3) == 0, left = random.NextBool();
        int n = random.NextDimension(), m = random.NextDimension();
        var (batch, side) = random.NextShapesThatBroadcast(maxRank: 2);
        Shape x = [.. batch, n, n], y = random.Next(4) == 0 ? [n] : left ? [.. side, n, m] : [.. side, m, n];
        Expr Call(Expr a, Expr b) => Expr.TriangularSolve(a, b, lower, transposed, unit, left);
        return OpCase.Of(random.NextInvertible(x), random.NextTensor(y), Call, $"Expr.TriangularSolve(x0, x1, lower: {Text(lower)}, transposed: {Text(transposed)}, unitDiagonal: {Text(unit)}, left: {Text(left)})")
            with { Redraw = other => [other.NextInvertible(x), other.NextTensor(y)] };

        static string Text(bool value) => value ? "true" : "false";
    })
    {
        Signature = "TriangularSolve(x, y, lower = true, transposed = false, unitDiagonal = false, left = true)",
        Derivative = "T⁻¹·(dy − dT·z); back, T⁻ᵀ·d and −T⁻ᵀ·d·zᵀ on the triangle",
        Edges = "A 0 on the diagonal is an error that says where, NaN in a batch (Ad.Vmap). The other triangle has no influence.",
        Cost = "O(n²·m)",
        Source = "Giles 2008, Collected matrix derivative results, §2.3.1",
    };

    public override string Attributes => (Lower ? "lower" : "upper") + (Unit ? ", unit" : "") + (OnFailure.Text is { Length: > 0 } text ? ", " + text : "");

    internal override bool MayThrow(Inputs inputs) => OnFailure.Member is not null;

    public override TensorType Infer(Inputs inputs)
    {
        var (matrix, side) = (inputs[0], inputs[1]);
        Matrices.Square(Name, matrix);
        if (matrix.DType != side.DType)
            throw Promotion.Differ(Name, matrix, side);
        return side.Rank == matrix.Rank && side.Shape[^2] == matrix.Shape[^1] && Matrices.Leading(side.Shape) == Matrices.Leading(matrix.Shape) ? side.Type
            : throw new ShapeException(Name, "right sides as long as the matrix, with its leading axes", $"{matrix.Shape} and {side.Shape}");
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1]));

    private readonly struct Kernel(TriangularSolve op, Tensor matrix, Tensor side) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int n = side.Shape[^2], m = side.Shape[^1];
            var result = Tensor.New<E>(side.Element, side.Shape, out var elements);
            side.Read(0, elements);
            var matrices = new Matrices<E>(matrix);
            for (int i = 0, count = n * m == 0 ? 0 : matrices.Count; i < count; i++)
            {
                var t = matrices[i];
                var x = elements.Slice(i * n * m, n * m);
                if (op.Unit || !Singular.HasZero(op.OnFailure, "T has a 0 on its diagonal", t, n, matrix.Shape, i))
                    Triangular.Solve(new(op.Lower, op.Unit), n, m, t, x, m);
                else
                    x.Fill(E.Literal(double.NaN));
            }
            return result;
        }
    }

    // Giles 2008, §2.3.1, with the triangle in place of the matrix.
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var moved = tangents[0] is null ? null : Expr.MatMul(InTriangle(tangents[0]!), output);
        var side = tangents[1] is null ? -moved! : moved is null ? tangents[1]! : tangents[1]! - moved;
        return Expr.Apply(this, inputs[0], side);
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var side = Expr.Apply(this with { Lower = !Lower }, Expr.SwapLast(inputs[0]), cotangent.Value!);
        return new(
            wanted[0] ? Matrices.Through(cotangent, -InTriangle(Expr.MatMul(side, Expr.SwapLast(output)))) : default,
            wanted[1] ? Matrices.Through(cotangent, side) : default);
    }

    private Expr InTriangle(Expr x)
    {
        var (row, column) = (Expr.ExpandDims(Expr.Arange(x.Shape[^1]), 1), Expr.Arange(x.Shape[^1]));
        var inside = Lower ? Unit ? row > column : row >= column : Unit ? row < column : row <= column;
        return Expr.Where(inside, x, 0);
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Of(
        batched[0] ? inputs[0] : Expr.ExpandDims(inputs[0], 0),
        batched[1] ? inputs[1] : Expr.ExpandDims(inputs[1], 0),
        // A matrix that all elements share fails for all of them: that is no matter of one element.
        batched[0] ? this with { OnFailure = OnFailure.NaN } : this);

    public static Expr Of(Expr a, Expr b, TriangularSolve op) => Matrices.System("TriangularSolve", a, b, (matrix, side) =>
        Expr.Apply(op, Matrices.Stretch(matrix, Matrices.Leading(side.Shape)), side));
}

/// <summary>The answer to a matrix that has no inverse.</summary>
internal static class Singular
{
    /// <summary>Is there a 0 on the diagonal? If that is an error, it says which matrix and where.</summary>
    public static bool HasZero<E>(OnFailure onFailure, string what, Strided<E> matrix, int order, Shape shape, int index) where E : unmanaged, IElementary<E>
    {
        for (int i = 0; i < order; i++)
            if (Factorizations.IsZero(matrix.Data[i * (matrix.Row + matrix.Column)]))
                return onFailure.Member is not { } member ? true
                    : throw new MatrixException(member, "invertible matrices", $"a singular matrix{Matrices.Named(Matrices.Leading(shape), index)}: {what} at index {i}", "Add a small multiple of the identity, or solve by least squares.");
        return false;
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The solution X of T·X = B for a triangular matrix T, or of X·T = B: of a matrix only one triangle is used. A vector on the right is a column
    /// (a row, if <paramref name="left"/> is false); leading axes broadcast, as in MatMul.
    /// </summary>
    /// <param name="a">The matrix.</param>
    /// <param name="b">The right side.</param>
    /// <param name="lower">Is T the lower triangle of the matrix, or the upper one?</param>
    /// <param name="transposed">Solve with Tᵀ in place of T?</param>
    /// <param name="unitDiagonal">Take the diagonal as ones?</param>
    /// <param name="left">Does T stand on the left of X?</param>
    /// <exception cref="ShapeException">The matrices are not square, the right side does not fit, or the leading axes do not broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    /// <exception cref="MatrixException">There is a 0 on the diagonal. (In a batch made by Ad.Vmap that matrix's solution is NaN instead.)</exception>
    public static Expr TriangularSolve(Expr a, Expr b, bool lower = true, bool transposed = false, bool unitDiagonal = false, bool left = true)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        (a, b) = Promotion.Numbers("TriangularSolve", a, b, Domain.Real);
        Matrices.Square("TriangularSolve", a);
        // X·T = B is Tᵀ·Xᵀ = Bᵀ, and a transpose is a view.
        bool turn = transposed == left;
        var op = new TriangularSolve(lower != turn, unitDiagonal, OnFailure.Throw("TriangularSolve"));
        a = turn ? SwapLast(a) : a;
        return left || b.Rank < 2 ? Functional.TriangularSolve.Of(a, b, op) : SwapLast(Functional.TriangularSolve.Of(a, SwapLast(b), op));
    }
}
