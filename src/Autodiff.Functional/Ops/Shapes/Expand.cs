namespace Autodiff.Functional;

/// <summary>Axes of length 1 stretched to a shape of the same rank. Nothing is copied: a stretched axis has stride 0.</summary>
internal sealed record Expand(Shape To) : Linear, IView
{
    public override bool Cancels => false;
    public static OpInfo Info => new("BroadcastTo", "x stretched to a shape", random =>
    {
        var shape = random.NextShape();
        return OpCase.Of(random.NextTensor(random.NextPartOf(shape)), x => Expr.BroadcastTo(x, shape), $"Expr.BroadcastTo(x0, Shape.Of({string.Join(", ", shape)}))");
    })
    {
        Signature = "BroadcastTo(x, shape)",
        Derivative = "d stretched; back, summed",
        Source = "NumPy, Broadcasting",
    };

    public override string Attributes => $"{To}";

    public override TensorType Infer(Inputs inputs) => Fits(inputs[0].Shape, To) ? new(inputs[0].DType, To) : throw Differ(inputs[0].Shape, To);

    /// <summary>Does each axis have the length that it is to have, or 1?</summary>
    public static bool Fits(Shape from, Shape to)
    {
        bool fits = from.Rank == to.Rank;
        for (int axis = 0; fits && axis < from.Rank; axis++)
            fits = from[axis] == to[axis] || from[axis] == 1;
        return fits;
    }

    public static ShapeException Differ(Shape from, Shape to) => new("BroadcastTo", $"a shape that {from} broadcasts to", $"{to}");

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Expand(To);

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs)
    {
        var from = inputs[0].Shape;
        return Expr.Sum(cotangent, Axes.Of([.. Enumerable.Range(0, from.Rank).Where(axis => from[axis] != To[axis])]), keepDims: true);
    }

    public override Op Lifted(Shape leading) => new Expand(To.After(leading));
}

public sealed partial class Expr
{
    /// <summary>Stretched to a shape by NumPy's rule: aligned at the last axis, axes of length 1 stretch, leading axes are added.</summary>
    /// <exception cref="ShapeException">It does not broadcast to the shape.</exception>
    public static Expr BroadcastTo(Expr x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape == shape)
            return x;
        var aligned = x.Shape.After(Shape.Ones(Math.Max(0, shape.Rank - x.Rank)));
        return Expand.Fits(aligned, shape) ? Make(new Expand(shape), new(Reshape(x, aligned)), new(x.DType, shape)) : throw Expand.Differ(x.Shape, shape);
    }

    /// <summary>Stretched to a shape by NumPy's rule.</summary>
    public Expr BroadcastTo(Shape shape) => BroadcastTo(this, shape);
}
