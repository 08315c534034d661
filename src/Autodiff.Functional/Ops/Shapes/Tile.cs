namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Tile", "x several times, one after the other", random =>
        {
            var shape = random.NextShape();
            int[] counts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4))];
            return OpCase.Of(random.NextTensor(shape), x => Expr.Tile(x, counts), $"Expr.Tile(x0, [{string.Join(", ", counts)}])");
        })
        { Signature = "Tile(x, counts)", Derivative = "d tiled; back, the tiles added", Source = "NumPy, tile" },
        new("Repeat", "each element several times", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int axis = random.NextAxis(shape.Rank), count = random.Next(4);
            int[] counts = [.. Enumerable.Range(0, shape[shape.Axis(axis)]).Select(_ => random.Next(4))];
            return random.Next(3) switch
            {
                0 => OpCase.Of(random.NextTensor(shape), x => Expr.Repeat(x, count), $"Expr.Repeat(x0, {count})"),
                1 => OpCase.Of(random.NextTensor(shape), x => Expr.Repeat(x, count, axis), $"Expr.Repeat(x0, {count}, {axis})"),
                _ => OpCase.Of(random.NextTensor(shape), x => Expr.Repeat(x, counts, axis), $"Expr.Repeat(x0, [{string.Join(", ", counts)}], {axis})"),
            };
        })
        { Signature = "Repeat(x, count or counts, axis = of all)", Derivative = "d repeated; back, the repetitions added", Source = "NumPy, repeat" },
    ];
}

public sealed partial class Expr
{
    /// <summary>
    /// The tensor several times, one after the other: so often along each axis. Counts and axes are aligned at the last axis, as in NumPy.
    /// </summary>
    /// <exception cref="ShapeException">A count is negative.</exception>
    public static Expr Tile(Expr x, params ReadOnlySpan<int> counts)
    {
        ArgumentNullException.ThrowIfNull(x);
        int rank = Math.Max(x.Rank, counts.Length);
        int[] apart = new int[2 * rank], stretched = new int[2 * rank], joined = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            int count = axis - rank + counts.Length is var k and >= 0 ? NotNegative("Tile", counts[k]) : 1;
            int length = axis - rank + x.Rank is var i and >= 0 ? x.Shape[i] : 1;
            (apart[2 * axis], apart[2 * axis + 1]) = (1, length);
            (stretched[2 * axis], stretched[2 * axis + 1]) = (count, length);
            joined[axis] = count * length;
        }
        return Reshape(BroadcastTo(Reshape(x, Shape.Of(apart)), Shape.Of(stretched)), Shape.Of(joined));
    }

    /// <inheritdoc cref="Tile(Expr, ReadOnlySpan{int})"/>
    public static Expr Tile(Expr x, params int[] counts) => Tile(x, (ReadOnlySpan<int>)counts);   // F# knows no span of parameters

    /// <summary>Each element so often along an axis, one repetition beside the other; of the flattened tensor if no axis is given.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr Repeat(Expr x, int count, int? axis = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        NotNegative("Repeat", count);
        if (axis is null)
            return Repeat(Ravel(x), count, 0);
        int along = x.Shape.Axis(axis.Value);
        var apart = ExpandDims(x, along + 1);
        return Reshape(BroadcastTo(apart, apart.Shape.With(along + 1, count)), x.Shape.With(along, x.Shape[along] * count));
    }

    /// <summary>Each element along an axis as often as its own count says.</summary>
    /// <exception cref="ShapeException">There is not one count for each element, or one is negative.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr Repeat(Expr x, ReadOnlySpan<int> counts, int axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = x.Shape.Axis(axis);
        if (counts.Length != x.Shape[axis])
            throw new ShapeException("Repeat", $"a count for each of {x.Shape[axis]} elements along axis {axis} of {x.Shape}", $"{counts.Length} counts");
        var indices = new List<long>();
        for (int i = 0; i < counts.Length; i++)
            indices.AddRange(Enumerable.Repeat((long)i, NotNegative("Repeat", counts[i])));
        return Take(x, Tensor.Of(indices.ToArray()), axis);
    }

    private static int NotNegative(string op, int count) => count >= 0 ? count : throw new ShapeException(op, "counts ≥ 0", $"{count}");

    /// <summary>The tensor several times, one after the other: so often along each axis.</summary>
    public Expr Tile(params ReadOnlySpan<int> counts) => Tile(this, counts);
    /// <summary>The tensor several times, one after the other: so often along each axis.</summary>
    public Expr Tile(params int[] counts) => Tile(this, (ReadOnlySpan<int>)counts);
    /// <summary>Each element so often along an axis.</summary>
    public Expr Repeat(int count, int? axis = null) => Repeat(this, count, axis);
    /// <summary>Each element along an axis as often as its own count says.</summary>
    public Expr Repeat(ReadOnlySpan<int> counts, int axis) => Repeat(this, counts, axis);
}
