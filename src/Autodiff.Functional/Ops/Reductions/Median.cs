namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        OpInfo.Reduction("Median", Expr.Median, "the middle one; of an even number the mean of the middle two", "d to the middle", ofNothing: false) with
        {
            Edges = "NaN if one is; among equal elements one has the derivative; no value over no elements.",
            Cost = "O(n·log n)",
            Source = "NumPy, median",
        },
        OpInfo.Reduction("CountNonZero", Expr.CountNonZero, "how many are not 0", "") with { Edges = "NaN is not 0; Int64.", Source = "NumPy, count_nonzero" },
    ];
}

public sealed partial class Expr
{
    /// <summary>The middle element over all axes, or those named, and of an even number of elements the mean of the middle two; NaN if one is.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Median(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        int count = NonEmpty("Median", x.Shape, axes);
        x = Promotion.Number("Median", x, Domain.Real);
        var shape = x.Shape.Without(axes);
        var sorted = Sort(Reshape(MoveAxis(x, axes, Axes.Range(shape.Rank, axes.Count)), shape.Insert(shape.Rank, count)));
        Expr low = At((count - 1) / 2), last = At(count - 1);
        var middle = count % 2 == 1 ? low : (low + At(count / 2)) / 2.0;
        // A NaN is sorted last.
        return Dropped(Where(NotEqual(last, last), last, middle), x.Shape, axes, keepDims);

        Expr At(int index) => Squeeze(Slice(sorted, -1, index, index + 1), -1);
    }

    /// <summary>How many elements are not 0 (or true), over all axes or those named, as Int64.</summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr CountNonZero(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Sum(x.DType == DType.Bool ? x : NotEqual(x, 0.0), x.Shape.Normalize(axes), keepDims);
    }

    /// <summary>The middle element over all axes, or those named.</summary>
    public Expr Median(Axes axes = default, bool keepDims = false) => Median(this, axes, keepDims);
    /// <summary>How many elements are not 0, over all axes or those named.</summary>
    public Expr CountNonZero(Axes axes = default, bool keepDims = false) => CountNonZero(this, axes, keepDims);
}
