namespace Autodiff.Functional;

/// <summary>The same elements in the same order, in another shape.</summary>
internal sealed record Reshape(Shape To) : Linear, IView
{
    public override bool Cancels => false;
    internal override Root Root => Root.Inside;
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Reshape", "the same elements in another shape", random =>
        {
            var shape = random.NextShape();
            int[] to = [.. shape];
            random.Shuffle(to);
            if (random.NextBool() && to.Length > 0 && shape.Size > 0)
                to[random.Next(to.Length)] = -1;
            return OpCase.Of(random.NextTensor(shape), x => Expr.Reshape(x, to), $"Expr.Reshape(x0, [{string.Join(", ", to)}])");
        })
        { Signature = "Reshape(x, dimensions)", Derivative = "d in that shape", Edges = "One dimension may be −1.", Cost = "O(1)" },
        new("ExpandDims", "x with a new axis of length 1", random =>
        {
            var shape = random.NextShape();
            int axis = random.NextAxis(shape.Rank + 1);
            return OpCase.Of(random.NextTensor(shape), x => Expr.ExpandDims(x, axis), $"Expr.ExpandDims(x0, {axis})");
        })
        { Signature = "ExpandDims(x, axis)", Derivative = "d in that shape", Cost = "O(1)" },
        new("Squeeze", "x without axes of length 1", random =>
        {
            var shape = random.NextShape().Insert(0, 1);
            var axes = random.NextBool() ? Axes.All : Axes.Of(0);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Squeeze(x, axes), $"Expr.Squeeze(x0, {(axes.IsAll ? "Axes.All" : axes)})");
        })
        { Signature = "Squeeze(x, axes = all of length 1)", Derivative = "d in that shape", Cost = "O(1)" },
        OpInfo.Unary("Ravel", Expr.Ravel, "all elements as a vector", "d in that shape") with { Cost = "O(1)" },
    ];

    public override string Attributes => $"{To}";

    public override Formula Latex(ReadOnlySpan<Formula> inputs) => inputs[0];

    public override TensorType Infer(Inputs inputs) => inputs[0].Shape.Size == To.Size
        ? new(inputs[0].DType, To)
        : throw new ShapeException("Reshape", $"as many elements as before ({inputs[0].Shape.Size} in {inputs[0].Shape})", $"the shape {To} with {To.Size}", "Let one dimension be −1: it is then computed.");

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Reshape(To);

    Tensor? IView.See(Tensor x) => x.IsContiguous || (x.Size > 0 && Strided.TryReshape(x.Shape.Dimensions, x.Strides, To.Dimensions, stackalloc int[To.Rank])) ? x.Reshape(To) : null;

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Reshape(cotangent, inputs[0].Shape);

    public override Op Lifted(Shape leading) => new Reshape(To.After(leading));
}

public sealed partial class Expr
{
    /// <summary>The same elements in row-major order, in another shape.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    public static Expr Reshape(Expr x, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Shape == shape ? x : Apply(new Reshape(shape), x);
    }

    /// <summary>The same elements in another shape, of which one dimension may be −1: it is computed from the others.</summary>
    /// <exception cref="ShapeException">The elements do not fit, or two dimensions are −1.</exception>
    public static Expr Reshape(Expr x, params ReadOnlySpan<int> dimensions)
    {
        ArgumentNullException.ThrowIfNull(x);
        int open = dimensions.IndexOf(-1);
        if (dimensions.IndexOfAnyInRange(int.MinValue, -2) is var negative and >= 0)
            throw new ShapeException("Reshape", "dimensions ≥ 0, and at most one −1", $"{dimensions[negative]}");
        if (open < 0)
            return Reshape(x, Shape.Of(dimensions));
        int[] filled = dimensions.ToArray();
        filled[open] = 1;
        int rest = filled.Contains(-1) ? 0 : Shape.Of(filled).Size;
        if (rest == 0 || x.Shape.Size % rest != 0)
            throw new ShapeException("Reshape", $"dimensions, at most one of them −1, that {x.Shape.Size} elements ({x.Shape}) fit into", $"({string.Join(", ", dimensions.ToArray())})");
        filled[open] = x.Shape.Size / rest;
        return Reshape(x, Shape.Of(filled));
    }

    /// <summary>The same elements in another shape, of which one dimension may be −1: it is computed from the others.</summary>
    /// <exception cref="ShapeException">The elements do not fit, or two dimensions are −1.</exception>
    public static Expr Reshape(Expr x, params int[] dimensions) => Reshape(x, (ReadOnlySpan<int>)dimensions);   // F# knows no span of parameters

    /// <summary>The same elements in another shape, of which one dimension may be −1.</summary>
    public Expr Reshape(params ReadOnlySpan<int> dimensions) => Reshape(this, dimensions);
    /// <summary>The same elements in another shape, of which one dimension may be −1.</summary>
    public Expr Reshape(params int[] dimensions) => Reshape(this, (ReadOnlySpan<int>)dimensions);

    /// <summary>A new axis of length 1 before an axis; −1 puts it last.</summary>
    /// <exception cref="AxisException">The axis is outside −rank−1 … rank.</exception>
    public static Expr ExpandDims(Expr x, int axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Reshape(x, x.Shape.Insert(Shape.Ones(x.Rank + 1).Axis(axis), 1));
    }

    /// <summary>Without the axes of length 1: all of them, or those named.</summary>
    /// <exception cref="AxisException">An axis is outside the rank.</exception>
    /// <exception cref="ShapeException">A named axis is longer than 1.</exception>
    public static Expr Squeeze(Expr x, Axes axes = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        int[] gone = axes.IsAll ? [.. Enumerable.Range(0, x.Rank).Where(i => x.Shape[i] == 1)] : [.. x.Shape.Normalize(axes)];
        foreach (int axis in gone)
            if (x.Shape[axis] != 1)
                throw new ShapeException("Squeeze", "axes of length 1", $"length {x.Shape[axis]} at axis {axis} of {x.Shape}", "Index or reduce that axis instead.");
        return Reshape(x, x.Shape.Without(gone));
    }

    /// <summary>All elements as a vector.</summary>
    public static Expr Ravel(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Reshape(x, Shape.Of(x.Shape.Size));
    }

    /// <summary>A new axis of length 1 before an axis; −1 puts it last.</summary>
    public Expr ExpandDims(int axis) => ExpandDims(this, axis);
    /// <summary>Without the axes of length 1: all of them, or those named.</summary>
    public Expr Squeeze(Axes axes = default) => Squeeze(this, axes);
    /// <summary>All elements as a vector.</summary>
    public Expr Ravel() => Ravel(this);
}
