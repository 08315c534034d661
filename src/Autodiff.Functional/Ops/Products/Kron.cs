namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Kron", "all products xᵢⱼ·y, as blocks", random => OpCase.Of(random.NextTensor(random.NextShape(maxRank: 2)), random.NextTensor(random.NextShape(maxRank: 2)), Expr.Kron, "Expr.Kron(x0, x1)"))
        { Signature = "Kron(x, y)", Derivative = "Kron(dx, y) + Kron(x, dy)", Cost = "O(m·n)", Edges = "The shape with fewer axes gets leading ones.", Source = "NumPy, kron" },
        new("Cross", "x × y, of vectors in space along an axis", random =>
        {
            var (left, right) = random.NextShapesThatBroadcast(maxRank: 2);
            int rank = Math.Min(left.Rank, right.Rank), axis = -1 - random.Next(rank + 1);
            return OpCase.Of(random.NextTensor(left.Insert(left.Rank + 1 + axis, 3)), random.NextTensor(right.Insert(right.Rank + 1 + axis, 3)), (x, y) => Expr.Cross(x, y, axis), $"Expr.Cross(x0, x1, {axis})");
        })
        { Signature = "Cross(x, y, axis = -1)", Derivative = "dx × y + x × dy; back, y × d and d × x", Edges = "The other axes broadcast; an axis that is not of length 3 is an error.", Source = "NumPy, cross" },
    ];
}

public sealed partial class Expr
{
    /// <summary>The Kronecker product: in place of each element of the left, the right multiplied by it. The one with fewer axes gets leading ones of length 1.</summary>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    public static Expr Kron(Expr left, Expr right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        (left, right) = Promotion.Numbers("Kron", left, right, Domain.Numeric);
        int rank = Math.Max(left.Rank, right.Rank);
        Shape blocks = left.Shape.After(Shape.Ones(rank - left.Rank)), block = right.Shape.After(Shape.Ones(rank - right.Rank));
        int[] apart = new int[2 * rank], within = new int[2 * rank], joined = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            (apart[2 * axis], apart[2 * axis + 1]) = (blocks[axis], 1);
            (within[2 * axis], within[2 * axis + 1]) = (1, block[axis]);
            joined[axis] = blocks[axis] * block[axis];
        }
        return Reshape(Reshape(left, Shape.Of(apart)) * Reshape(right, Shape.Of(within)), Shape.Of(joined));
    }

    /// <summary>The cross product of vectors in space along an axis; the other axes broadcast.</summary>
    /// <exception cref="ShapeException">The axis is not of length 3, or the others do not broadcast.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    public static Expr Cross(Expr left, Expr right, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        (left, right) = Promotion.Numbers("Cross", left, right, Domain.Numeric);
        // The axis may stand elsewhere in each: vectors go last, the rest broadcasts.
        left = MoveAxis(left, left.Shape.Axis(axis), -1);
        right = MoveAxis(right, right.Shape.Axis(axis), -1);
        if (left.Shape[^1] != 3 || right.Shape[^1] != 3)
            throw new ShapeException("Cross", $"vectors of length 3 along axis {axis}", $"{left.Shape[^1]} and {right.Shape[^1]}", "In the plane, x₀·y₁ − x₁·y₀ is the number that you want.");
        Shape.Broadcast(left.Shape, right.Shape);
        // (x × y)ᵢ₊₁ … with indices modulo 3: x·(y moved) − (x moved)·y, moved.
        var cross = Roll(left * Roll(right, -1, -1) - Roll(left, -1, -1) * right, -1, -1);
        return MoveAxis(cross, -1, axis < 0 ? axis : Math.Min(axis, cross.Rank - 1));
    }
}
