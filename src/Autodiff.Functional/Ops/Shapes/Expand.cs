namespace Autodiff.Functional;

/// <summary>Axes of length 1 stretched to a shape of the same rank. Nothing is copied: a stretched axis has stride 0.</summary>
internal sealed record Expand(Shape To) : Linear
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

    public override TensorType Infer(Inputs inputs)
    {
        var from = inputs[0].Shape;
        bool fits = from.Rank == To.Rank;
        for (int axis = 0; fits && axis < from.Rank; axis++)
            fits = from[axis] == To[axis] || from[axis] == 1;
        return fits ? new(inputs[0].DType, To) : throw new ShapeException("BroadcastTo", $"a shape that {from} broadcasts to", $"{To}");
    }

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
        bool fits = x.Rank <= shape.Rank;
        for (int axis = 1; fits && axis <= x.Rank; axis++)
            fits = x.Shape[^axis] == shape[^axis] || x.Shape[^axis] == 1;
        if (!fits)
            throw new ShapeException("BroadcastTo", $"a shape that {x.Shape} broadcasts to", $"{shape}");
        return Apply(new Expand(shape), Reshape(x, x.Shape.After(Shape.Ones(shape.Rank - x.Rank))));
    }

    /// <summary>Stretched to a shape by NumPy's rule.</summary>
    public Expr BroadcastTo(Shape shape) => BroadcastTo(this, shape);
}
