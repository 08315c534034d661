namespace Autodiff.Functional;

/// <summary>The axes in another order: axis i of the output is axis Order[i] of the input.</summary>
internal sealed record Permute(Axes Order) : Linear, IView
{
    public override bool Cancels => false;
    public static OpInfo Info => new("Transpose", "the axes in another order", random =>
    {
        var shape = random.NextShape();
        int[] order = [.. Enumerable.Range(0, shape.Rank)];
        random.Shuffle(order);
        var axes = random.Next(3) == 0 ? Axes.All : Axes.Of([.. order.Select(axis => random.Next(4) == 0 ? axis - shape.Rank : axis)]);
        return OpCase.Of(random.NextTensor(shape), x => Expr.Transpose(x, axes), $"Expr.Transpose(x0, {(axes.IsAll ? "Axes.All" : axes)})");
    })
    {
        Signature = "Transpose(x, order = reversed)",
        Derivative = "d in that order; back, in the inverse order",
        Cost = "O(1)",
    };

    public override string Attributes => $"{Order}";

    public override TensorType Infer(Inputs inputs)
    {
        var shape = inputs[0].Shape;
        if (Order.Count != shape.Rank)
            throw new AxisException("Transpose", $"an order of all {shape.Rank} axes of {shape}", $"{Order}");
        shape.Normalize(Order, "Transpose");
        return new(inputs[0].DType, Shape.Of([.. Order.Select(axis => shape[axis])]));
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Permute(Order);

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Transpose(cotangent, Order.Inverse());

    public override Op Lifted(Shape leading) => new Permute([.. Axes.Range(0, leading.Rank), .. Order.Shift(leading.Rank)]);
}

public sealed partial class Expr
{
    /// <summary>The axes in another order; reversed if none is given, so that a matrix is transposed.</summary>
    /// <exception cref="AxisException">The order does not name each axis once.</exception>
    public static Expr Transpose(Expr x, Axes order = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (order.IsAll)
            order = Axes.Of([.. Enumerable.Range(0, x.Rank).Reverse()]);
        else if (order.Any(axis => axis < 0))
            order = Axes.Of([.. order.Select(axis => x.Shape.Axis(axis))]);
        return order.IsIdentity && order.Count == x.Rank ? x : Apply(new Permute(order), x);
    }

    /// <summary>The axes in another order; reversed if none is given.</summary>
    public Expr Transpose(Axes order = default) => Transpose(this, order);

    /// <summary>The matrix transpose: the last two axes exchanged.</summary>
    /// <exception cref="AxisException">There are fewer than two axes.</exception>
    internal static Expr SwapLast(Expr x) =>
        Transpose(x, [.. Enumerable.Range(0, x.Rank - 2), x.Rank - 1, x.Rank - 2]);
}
