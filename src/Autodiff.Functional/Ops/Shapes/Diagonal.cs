namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Diagonal", "the elements xᵢ,ᵢ₊ₖ over two axes, as a last axis", random =>
        {
            var shape = random.NextShape(minRank: 2);
            var (first, second) = TwoAxes(random, shape.Rank);
            int offset = random.Next(-4, 5);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Diagonal(x, offset, first, second), $"Expr.Diagonal(x0, {offset}, {first}, {second})");
        })
        { Signature = "Diagonal(x, offset = 0, first = 0, second = 1)", Derivative = "d's diagonal; back, zeros with d on the diagonal", Edges = "Empty outside the matrix.", Cost = "O(1)", Source = "NumPy, diagonal" },
        new("Diag", "the matrix with a vector on its diagonal, or a matrix's diagonal", random =>
        {
            var shape = random.NextShape(minRank: 1, maxRank: 2);
            int offset = random.Next(-3, 4);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Diag(x, offset), $"Expr.Diag(x0, {offset})");
        })
        { Signature = "Diag(x, offset = 0)", Derivative = "Diag(d)", Source = "NumPy, diag" },
        new("Trace", "Σ xᵢ,ᵢ₊ₖ over two axes", random =>
        {
            var shape = random.NextShape(minRank: 2);
            var (first, second) = TwoAxes(random, shape.Rank);
            int offset = random.Next(-4, 5);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Trace(x, offset, first, second), $"Expr.Trace(x0, {offset}, {first}, {second})");
        })
        { Signature = "Trace(x, offset = 0, first = 0, second = 1)", Derivative = "Trace(d); back, zeros with d on the diagonal", Edges = "0 outside the matrix; Bool and integers give Int64.", Source = "NumPy, trace" },
        Triangle("Tril", Expr.Tril, "x where j ≤ i + k, else 0"),
        Triangle("Triu", Expr.Triu, "x where j ≥ i + k, else 0"),
    ];

    private static (int First, int Second) TwoAxes(Random random, int rank)
    {
        int first = random.Next(rank), second = (first + random.Next(1, rank)) % rank;
        return (first, random.NextBool() ? second : second - rank);
    }

    private static OpInfo Triangle(string name, Func<Expr, int, Expr> op, string formula) => new(name, formula, random =>
    {
        int offset = random.Next(-4, 5);
        return OpCase.Of(random.NextTensor(random.NextShape(minRank: 2)), x => op(x, offset), $"Expr.{name}(x0, {offset})");
    })
    {
        Signature = $"{name}(x, offset = 0)",
        Derivative = $"{name}(d)",
        Edges = "Over the last two axes.",
        Source = $"NumPy, {name.ToLowerInvariant()}",
    };
}

public sealed partial class Expr
{
    /// <summary>
    /// The diagonal over two axes, which are dropped; it becomes the last axis. A positive offset is above the main diagonal, a negative one below; outside
    /// the matrix the diagonal is empty.
    /// </summary>
    /// <exception cref="AxisException">An axis is outside the rank, or both are the same.</exception>
    public static Expr Diagonal(Expr x, int offset = 0, int first = 0, int second = 1)
    {
        ArgumentNullException.ThrowIfNull(x);
        int[] axes = [x.Shape.Axis(first), x.Shape.Axis(second)];
        x.Shape.Normalize(axes);
        int rows = x.Shape[axes[0]], columns = x.Shape[axes[1]];
        x = MoveAxis(x, axes, [-2, -1]);
        int count = DiagonalLength(rows, columns, offset);
        // In a row of all elements, the diagonal stands at every (columns + 1)-th.
        var flat = Reshape(x, Shape.Of([.. x.Shape.Slice(0, x.Rank - 2), rows * columns]));
        int[] starts = new int[flat.Rank], steps = [.. Shape.Ones(flat.Rank)];
        (starts[^1], steps[^1]) = (count == 0 ? 0 : DiagonalStart(columns, offset), columns + 1);
        return Sliced(flat, starts, flat.Shape.With(flat.Rank - 1, count), steps);
    }

    /// <summary>The square matrix with a vector on a diagonal and zeros elsewhere; of a matrix the diagonal.</summary>
    /// <exception cref="ShapeException">It is neither vector nor matrix: use Diagonal.</exception>
    public static Expr Diag(Expr x, int offset = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank == 2)
            return Diagonal(x, offset);
        if (x.Rank != 1)
            throw new ShapeException("Diag", "a vector or a matrix", $"{x.Shape}", "Use Diagonal for matrices over other axes.");
        int size = x.Shape[0] + Math.Abs(offset);
        var square = Shape.Of(size, size);
        return Reshape(Apply(new Embed(Shape.Of(square.Size), DiagonalStart(size, offset), size + 1), x), square);
    }

    /// <summary>The sum of a diagonal over two axes, which are dropped.</summary>
    /// <exception cref="AxisException">An axis is outside the rank, or both are the same.</exception>
    public static Expr Trace(Expr x, int offset = 0, int first = 0, int second = 1) => Composite.Of("Trace", (x, offset), first, second, static (of, first, second) => Sum(Diagonal(of.x, of.offset, first, second), -1));

    /// <summary>The lower triangle of the last two axes: zeros above the diagonal.</summary>
    /// <exception cref="AxisException">There are fewer than two axes.</exception>
    public static Expr Tril(Expr x, int offset = 0) => Triangle("Tril", x, (rows, columns) => GreaterEqual(rows + offset, columns));

    /// <summary>The upper triangle of the last two axes: zeros below the diagonal.</summary>
    /// <exception cref="AxisException">There are fewer than two axes.</exception>
    public static Expr Triu(Expr x, int offset = 0) => Triangle("Triu", x, (rows, columns) => LessEqual(rows + offset, columns));

    private static Expr Triangle(string op, Expr x, Func<Expr, Expr, Expr> inside)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2)
            throw new AxisException(op, "at least two axes", $"the shape {x.Shape}");
        return Where(inside(ExpandDims(ArangeInt64(x.Shape[^2]), 1), ExpandDims(ArangeInt64(x.Shape[^1]), 0)), x, ZerosLike(x));
    }

    private static int DiagonalLength(int rows, int columns, int offset) =>
        (int)Math.Max(0, offset >= 0 ? Math.Min(rows, (long)columns - offset) : Math.Min((long)rows + offset, columns));

    private static int DiagonalStart(int columns, int offset) => offset >= 0 ? offset : -offset * columns;

    /// <summary>The diagonal over two axes, as a last axis.</summary>
    public Expr Diagonal(int offset = 0, int first = 0, int second = 1) => Diagonal(this, offset, first, second);
    /// <summary>The sum of a diagonal over two axes.</summary>
    public Expr Trace(int offset = 0, int first = 0, int second = 1) => Trace(this, offset, first, second);
    /// <summary>The lower triangle of the last two axes.</summary>
    public Expr Tril(int offset = 0) => Tril(this, offset);
    /// <summary>The upper triangle of the last two axes.</summary>
    public Expr Triu(int offset = 0) => Triu(this, offset);
}
