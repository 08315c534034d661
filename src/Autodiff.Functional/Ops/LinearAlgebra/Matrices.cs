using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The answer of an op to a matrix that it is not defined for, one that is singular or not positive definite: an error, or NaN for that matrix. The error begins with the member that the
/// user called, whatever op computes it, and an op hands this answer on to the ops of its derivative.
/// </summary>
internal readonly record struct OnFailure
{
    /// <summary>NaN for that matrix, so that the others of a batch are not lost. Batching switches to it.</summary>
    public static OnFailure NaN => default;

    /// <summary>An error that begins with the member that the user called.</summary>
    public static OnFailure Throw(string member) => new() { Member = member };

    /// <summary>The member that the user called; null if the answer is NaN.</summary>
    public string? Member { get; private init; }

    /// <summary>The answer in a graph's text.</summary>
    public string Text => Member is null ? "or NaN" : "";
}

/// <summary>The matrices over the last two axes of a tensor, each where it lies in memory.</summary>
internal readonly ref struct Matrices<E> where E : unmanaged
{
    private readonly Tensor _tensor;

    public Matrices(Tensor tensor)
    {
        _tensor = MatMul.Forward(tensor);
        Count = Matrices.Leading(tensor.Shape).Size;
    }

    /// <summary>How many there are; none if they have no elements.</summary>
    public int Count { get; }

    /// <summary>The place of the first element of a matrix in memory: equal for two that are one, stretched.</summary>
    public int Place(int index)
    {
        int place = _tensor.Offset;
        for (int axis = _tensor.Rank - 3; axis >= 0; axis--)
        {
            (index, int at) = Math.DivRem(index, _tensor.Shape[axis]);
            place += at * _tensor.Strides[axis];
        }
        return place;
    }

    public Strided<E> this[int index] => new(_tensor.Buffer<E>()[Place(index)..], _tensor.Strides[^2], _tensor.Strides[^1]);
}

/// <summary>What the ops on matrices share.</summary>
internal static class Matrices
{
    /// <summary>The axes before the last two (or another number).</summary>
    public static Shape Leading(Shape shape, int last = 2) => shape.Slice(0, shape.Rank - last);

    /// <summary>The type of square matrices; throws if they are not.</summary>
    public static TensorType Square(string op, Expr x) => x.Rank >= 2 && x.Shape[^1] == x.Shape[^2] ? x.Type
        : throw new ShapeException(op, "square matrices, (…, n, n)", $"the shape {x.Shape}");

    /// <summary>An argument as square floating-point matrices.</summary>
    public static Expr Square(string op, Expr? x, Domain domain)
    {
        ArgumentNullException.ThrowIfNull(x);
        x = Promotion.Number(op, x, domain);
        Square(op, x);
        return x;
    }

    /// <summary>
    /// The arguments of a system brought together as NumPy does: a right side of one axis is a column; leading axes broadcast. Of one matrix for
    /// a whole batch of right sides, the right sides' columns stand side by side, so that it is factored once.
    /// </summary>
    public static Expr System(string op, Expr a, Expr b, Func<Expr, Expr, Expr> solve)
    {
        if (b.Rank == 0)
            throw new ShapeException(op, "vectors (n,) or matrices (…, n, m) on the right", $"{b.Shape}");
        if (b.Rank == 1)
            return Expr.Squeeze(System(op, a, Expr.ExpandDims(b, 1), solve), -1);
        if (a.Shape[^1] != b.Shape[^2])
            throw new ShapeException(op, "right sides as long as the matrix, (…, n, n) and (…, n, m)", $"{a.Shape} and {b.Shape}: n = {a.Shape[^1]} and {b.Shape[^2]}");

        var (left, right) = (Leading(a.Shape), Leading(b.Shape));
        if (left == right)
            return solve(a, b);
        if (left.Size == 1 && left.Rank <= right.Rank)
        {
            int n = b.Shape[^2], m = b.Shape[^1], rank = b.Rank;
            var side = Expr.Transpose(b, [rank - 2, .. Enumerable.Range(0, rank - 2), rank - 1]);
            var solved = Expr.Reshape(solve(Expr.Reshape(a, n, n), Expr.Reshape(side, Shape.Of(n, right.Size * m))), side.Shape);
            return Expr.Transpose(solved, [.. Enumerable.Range(1, rank - 2), 0, rank - 1]);
        }
        var batch = Shape.Broadcast(left, right, op);
        return solve(a, Expr.BroadcastTo(b, b.Shape.Slice(b.Rank - 2, 2).After(batch)));
    }

    /// <summary>A node with leading axes added in front of its last so many.</summary>
    public static Expr Stretch(Expr x, Shape leading, int last = 2) => Expr.BroadcastTo(x, x.Shape.Slice(x.Rank - last, last).After(leading));

    /// <summary>The diagonals of square matrices, over the last two axes.</summary>
    public static Expr Diagonal(Expr x)
    {
        int n = x.Shape[^1];
        var flat = Expr.Reshape(x, Shape.Of(n * n).After(Leading(x.Shape)));
        return Expr.Slice(flat, -1, 0, null, n + 1);
    }

    /// <summary>A scalar for each matrix, stretched over it.</summary>
    public static Expr Each(Expr scalar, Expr matrix) => Expr.BroadcastTo(Expr.Reshape(scalar, Shape.Of(1, 1).After(scalar.Shape)), matrix.Shape);

    /// <summary>
    /// A contribution that passes through an op on matrices: to all entries of a matrix, if any entry of its own result was selected. The leading axes stay apart, so that a matrix of a batch that
    /// nobody looks at contributes exactly 0, whatever is in it.
    /// </summary>
    /// <param name="cotangent">The cotangent of the result.</param>
    /// <param name="value">The contribution.</param>
    /// <param name="leading">How many axes lie before the matrices.</param>
    public static Cotangent Through(Cotangent cotangent, Expr value, int? leading = null)
    {
        var support = Support.Any(cotangent.Support, value.Shape, leading ?? value.Rank - 2);
        return new(Guard.Of(support, value), support);
    }

    /// <summary>A matrix of a batch, as an error names it; nothing if there is but one.</summary>
    public static string Named(Shape leading, int index)
    {
        if (leading.Rank == 0)
            return "";
        var at = new int[leading.Rank];
        for (int axis = leading.Rank - 1; axis >= 0; axis--)
            (index, at[axis]) = Math.DivRem(index, leading[axis]);
        return $" [{string.Join(", ", at)}] of the batch {leading}";
    }
}
