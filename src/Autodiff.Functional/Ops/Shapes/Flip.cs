namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Flip", "x backwards along axes", random =>
        {
            var shape = random.NextShape();
            var axes = random.NextAxes(shape.Rank);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Flip(x, axes), $"Expr.Flip(x0, {(axes.IsAll ? "Axes.All" : axes)})");
        })
        { Signature = "Flip(x, axes = all)", Derivative = "d flipped", Cost = "O(1)", Source = "NumPy, flip" },
        new("Roll", "x moved along an axis, what falls out coming in again", random =>
        {
            var shape = random.NextShape();
            int shift = random.Next(-6, 7);
            int? axis = shape.Rank == 0 || random.Next(3) == 0 ? null : random.NextAxis(shape.Rank);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Roll(x, shift, axis), $"Expr.Roll(x0, {shift}, {axis?.ToString() ?? "null"})");
        })
        { Signature = "Roll(x, shift, axis = of all)", Derivative = "d rolled; back, d rolled by −shift", Source = "NumPy, roll" },
    ];
}

public sealed partial class Expr
{
    /// <summary>The elements in the opposite order along all axes, or those named.</summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Flip(Expr x, Axes axes = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        int[] starts = new int[x.Rank], steps = [.. Shape.Ones(x.Rank)];
        foreach (int axis in x.Shape.Normalize(axes))
            if (x.Shape[axis] > 1)
                (starts[axis], steps[axis]) = (x.Shape[axis] - 1, -1);
        return Sliced(x, starts, x.Shape, steps);
    }

    /// <summary>
    /// The elements moved by <paramref name="shift"/> places along an axis (of the flattened tensor if none is given, which then has its shape again);
    /// what falls out at one end comes in at the other. A negative shift moves towards the start.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr Roll(Expr x, int shift, int? axis = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (axis is null)
            return Reshape(Roll(Ravel(x), shift, 0), x.Shape);
        int along = x.Shape.Axis(axis.Value), length = x.Shape[along];
        int cut = length == 0 ? 0 : (int)((((long)-shift % length) + length) % length);
        return cut == 0 ? x : Concatenate([Slice(x, along, cut), Slice(x, along, 0, cut)], along);
    }

    /// <summary>The elements in the opposite order along all axes, or those named.</summary>
    public Expr Flip(Axes axes = default) => Flip(this, axes);
    /// <summary>The elements moved along an axis, what falls out coming in again.</summary>
    public Expr Roll(int shift, int? axis = null) => Roll(this, shift, axis);
}
