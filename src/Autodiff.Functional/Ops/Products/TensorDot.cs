namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("TensorDot", "Σ over pairs of axes of x·y", random =>
        {
            int count = random.Next(3);
            Shape shared = random.NextShape(count, count), x = random.NextShape(maxRank: 2), y = random.NextShape(maxRank: 2);
            if (random.NextBool())
                return OpCase.Of(random.NextTensor([.. x, .. shared]), random.NextTensor([.. shared, .. y]), (a, b) => Expr.TensorDot(a, b, count), $"Expr.TensorDot(x0, x1, {count})");
            int[] order = [.. Enumerable.Range(0, count)];
            random.Shuffle(order);
            Axes left = Axes.Of([.. order]), right = Axes.Of([.. order.Select(axis => axis - count)]);
            return OpCase.Of(random.NextTensor([.. shared, .. x]), random.NextTensor([.. y, .. shared]), (a, b) => Expr.TensorDot(a, b, left, right), $"Expr.TensorDot(x0, x1, {left}, {right})");
        })
        { Signature = "TensorDot(x, y, axes = 2) or (x, y, xAxes, yAxes)", Derivative = "TensorDot(dx, y) + TensorDot(x, dy)", Cost = "O(m·k·n)", Source = "NumPy, tensordot" },
        new("Inner", "Σₖ x…ₖ·y…ₖ over the last axes", random =>
        {
            int length = random.NextDimension();
            Shape x = random.Next(4) == 0 ? [] : [.. random.NextShape(maxRank: 2), length], y = random.Next(4) == 0 ? [] : [.. random.NextShape(maxRank: 2), length];
            return OpCase.Of(random.NextTensor(x), random.NextTensor(y), Expr.Inner, "Expr.Inner(x0, x1)");
        })
        { Signature = "Inner(x, y)", Derivative = "Inner(dx, y) + Inner(x, dy)", Cost = "O(m·k·n)", Edges = "With a scalar, the product.", Source = "NumPy, inner" },
    ];
}

public sealed partial class Expr
{
    /// <summary>The sum of products over the last <paramref name="axes"/> axes of the left and as many first ones of the right; over 0, all products.</summary>
    /// <exception cref="ShapeException">Their lengths differ.</exception>
    /// <exception cref="AxisException">There are not as many axes.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    public static Expr TensorDot(Expr left, Expr right, int axes = 2)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return axes >= 0 && axes <= Math.Min(left.Rank, right.Rank)
            ? TensorDot(left, right, Axes.Range(left.Rank - axes, axes), Axes.Range(0, axes))
            : throw new AxisException("TensorDot", $"a number of axes in 0 … {Math.Min(left.Rank, right.Rank)} for {left.Shape} and {right.Shape}", $"{axes}");
    }

    /// <summary>The sum of products over pairs of axes: the first of the left with the first of the right, and so on. The left's other axes come first in the result.</summary>
    /// <exception cref="ShapeException">The lengths of a pair differ.</exception>
    /// <exception cref="AxisException">An axis is outside the rank or named twice, or the numbers of axes differ.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    public static Expr TensorDot(Expr left, Expr right, Axes leftAxes, Axes rightAxes)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        (left, right) = Promotion.Numbers("TensorDot", left, right, Domain.Numeric);
        int[] ofLeft = Ordered(left, leftAxes), ofRight = Ordered(right, rightAxes);
        if (ofLeft.Length != ofRight.Length)
            throw new AxisException("TensorDot", "as many axes of the left as of the right", $"{leftAxes} and {rightAxes}");
        for (int i = 0; i < ofLeft.Length; i++)
            if (left.Shape[ofLeft[i]] != right.Shape[ofRight[i]])
                throw new ShapeException("TensorDot", "pairs of axes of equal length", $"{left.Shape[ofLeft[i]]} at axis {ofLeft[i]} of {left.Shape}, {right.Shape[ofRight[i]]} at axis {ofRight[i]} of {right.Shape}");

        Shape ofRows = left.Shape.Without(ofLeft), ofColumns = right.Shape.Without(ofRight);
        var shape = ofColumns.After(ofRows);
        if (ofLeft.Length == 0)
            return Reshape(left, Shape.Ones(right.Rank).After(left.Shape)) * right;
        int inner = ofLeft.Aggregate(1, (size, axis) => size * left.Shape[axis]);
        var product = MatMul(
            Reshape(MoveAxis(left, ofLeft, Axes.Range(ofRows.Rank, ofLeft.Length)), Shape.Of(ofRows.Size, inner)),
            Reshape(MoveAxis(right, ofRight, Axes.Range(0, ofRight.Length)), Shape.Of(inner, ofColumns.Size)));
        return Reshape(product, shape);

        static int[] Ordered(Expr x, Axes axes)
        {
            x.Shape.Normalize(axes, "TensorDot");
            return axes.IsAll ? [.. Enumerable.Range(0, x.Rank)] : [.. axes.Select(axis => x.Shape.Axis(axis, "TensorDot"))];
        }
    }

    /// <summary>The sum of products over the last axes of both; with a scalar, the product.</summary>
    /// <exception cref="ShapeException">Their lengths differ.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    public static Expr Inner(Expr left, Expr right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Composite.Of("Inner", left, right, static (left, right) => left.Rank == 0 || right.Rank == 0 ? left * right : TensorDot(left, right, -1, -1));
    }
}
