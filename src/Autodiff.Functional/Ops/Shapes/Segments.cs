namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("OneHot", "1 at the index along a new axis, else 0", random =>
        {
            int count = random.Next(1, 5);
            var shape = random.NextShape(maxRank: 2);
            int axis = random.NextAxis(shape.Rank + 1);
            return OpCase.Of(random.NextIndices(shape, count), x => Expr.OneHot(x, count, axis), $"Expr.OneHot(x0, {count}, {axis})");
        })
        { Signature = "OneHot(indices, count, axis = -1, dtype = Float64)", Edges = "Negative indices count from the end; outside is an error.", Cost = "O(n·count)", Source = "JAX, nn.one_hot (which gives zeros outside)" },
        new("SegmentSum", "yₛ = Σ xᵢ where the segment of i is s", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int count = random.Next(1, 5);
            return OpCase.Of(random.NextTensor(shape), random.NextIndices(shape.Slice(0, random.Next(1, shape.Rank + 1)), count),
                (x, segments) => Expr.SegmentSum(x, segments, count), $"Expr.SegmentSum(x0, x1, {count})");
        })
        { Signature = "SegmentSum(x, segments, count)", Derivative = "SegmentSum(d); back, d taken at the segments", Edges = "0 in a segment without elements; a segment outside is an error.", Source = "JAX, ops.segment_sum" },
    ];
}

public sealed partial class Expr
{
    /// <summary>A new axis with 1 at the index and 0 elsewhere.</summary>
    /// <exception cref="IndexException">An index is outside the count.</exception>
    /// <exception cref="AxisException">The axis is outside −rank−1 … rank.</exception>
    /// <exception cref="DTypeException">The indices are not integers.</exception>
    public static Expr OneHot(Expr indices, int count, int axis = -1, DType dtype = DType.Float64)
    {
        indices = Indices(indices);
        OutOfRange.Below("OneHot", count, 0, "Give the length of the new axis.");
        int rank = indices.Rank;
        axis = Shape.Ones(rank + 1).Axis(axis);
        var ones = ExpandDims(indices, -1);
        var hot = Apply(new ScatterAdd(rank, rank) { Called = "OneHot" }, Zeros([.. indices.Shape, count], dtype), ones, Ones(ones.Shape, dtype));
        return MoveAxis(hot, -1, axis);
    }

    /// <summary>
    /// The sums of the elements (or sub-tensors) of each segment: <paramref name="segments"/> says to which of <paramref name="count"/> each belongs, along the
    /// leading axes. In any order; 0 in a segment without elements.
    /// </summary>
    /// <exception cref="ShapeException">The segments are not of the shape of leading axes of x.</exception>
    /// <exception cref="IndexException">A segment is outside the count.</exception>
    /// <exception cref="DTypeException">The segments are not integers.</exception>
    public static Expr SegmentSum(Expr x, Expr segments, int count)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(segments);
        OutOfRange.Below("SegmentSum", count, 0, "Give the number of segments.");
        segments = Indices(segments);
        if (segments.Rank > x.Rank || x.Shape.Slice(0, segments.Rank) != segments.Shape)
            throw new ShapeException("SegmentSum", $"segments of the shape of leading axes of {x.Shape}", $"{segments.Shape}");
        x = x.DType.IsFloating() ? x : Cast(x, DType.Int64);
        return Apply(new ScatterAdd(0) { Called = "SegmentSum" }, Zeros(x.Shape.Slice(segments.Rank, x.Rank - segments.Rank).Insert(0, count), x.DType), segments, x);
    }
}
