using System.Collections.Immutable;

namespace Autodiff.Functional;

file static class Entry
{
    public static OpInfo Info => new("Split", "x in parts along an axis", random =>
    {
        int parts = random.Next(1, 4);
        var shape = random.NextShape(minRank: 1);
        int axis = random.NextAxis(shape.Rank), along = shape.Axis(axis);
        if (random.NextBool())
        {
            int[] at = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(shape[along] + 1)).Order()];
            return OpCase.Of(random.NextTensor(shape), x => Joined(Expr.Split(x, at, axis), along), $"Expr.Split(x0, [{string.Join(", ", at)}], {axis})");
        }
        shape = shape.With(along, parts * random.NextDimension());
        return OpCase.Of(random.NextTensor(shape), x => Joined(Expr.Split(x, parts, axis), along), $"Expr.Split(x0, {parts}, {axis})");
    })
    {
        Signature = "Split(x, parts or indices, axis = 0)",
        Derivative = "d's parts; back, d's parts concatenated",
        Edges = "Parts must be equal; indices ascend, and count from the end if negative.",
        Cost = "O(1)",
        Source = "NumPy, split",
    };

    // The parts have several shapes; what a law is tried on has one.
    private static Expr Joined(ImmutableArray<Expr> parts, int axis) => Expr.Concatenate(parts.Reverse(), axis);
}

public sealed partial class Expr
{
    /// <summary>Equal parts along an axis.</summary>
    /// <exception cref="ShapeException">The axis does not divide into that many parts.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static ImmutableArray<Expr> Split(Expr x, int parts, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = x.Shape.Axis(axis);
        int length = x.Shape[axis];
        if (parts < 1 || length % parts != 0)
            throw new ShapeException("Split", $"a number of parts ≥ 1 that divides the length {length} of axis {axis} of {x.Shape}", $"{parts}", "Give the indices to split at: then parts may differ.");
        return [.. Enumerable.Range(0, parts).Select(i => Slice(x, axis, i * (length / parts), (i + 1) * (length / parts)))];
    }

    /// <summary>Parts along an axis, each from one index to the next: <c>Split(x, [2, 5])</c> gives <c>x[..2]</c>, <c>x[2..5]</c>, <c>x[5..]</c>.</summary>
    /// <param name="x">What to split.</param>
    /// <param name="at">Ascending indices; negative ones count from the end.</param>
    /// <param name="axis">The axis.</param>
    /// <exception cref="IndexException">The indices do not ascend, or one is outside the axis.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static ImmutableArray<Expr> Split(Expr x, ReadOnlySpan<int> at, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = x.Shape.Axis(axis);
        int length = x.Shape[axis], start = 0;
        var parts = ImmutableArray.CreateBuilder<Expr>(at.Length + 1);
        foreach (int index in at)
        {
            int stop = index < 0 ? index + length : index;
            if (stop < start || stop > length)
                throw new IndexException("Split", $"ascending indices within 0 … {length} at axis {axis} of {x.Shape}", $"{index} in [{string.Join(", ", at.ToArray())}]");
            parts.Add(Slice(x, axis, start, stop));
            start = stop;
        }
        parts.Add(Slice(x, axis, start, length));
        return parts.MoveToImmutable();
    }

    /// <summary>Equal parts along an axis.</summary>
    public ImmutableArray<Expr> Split(int parts, int axis = 0) => Split(this, parts, axis);
    /// <summary>Parts along an axis, each from one index to the next.</summary>
    public ImmutableArray<Expr> Split(ReadOnlySpan<int> at, int axis = 0) => Split(this, at, axis);
}
