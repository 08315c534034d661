using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The sum over some axes, which are dropped. Pairwise, so that the error grows with the logarithm of the length.</summary>
internal sealed record Sum(Axes Axes) : Linear, IFolding
{
    public override bool Cancels => false;
    public static IEnumerable<OpInfo> Entries =>
    [
        OpInfo.Reduction("Sum", Expr.Sum, "Σ x", "Σ d; back, d stretched") with { Edges = "0 over no elements; Bool and integers give Int64.", Source = "Higham 1993, The accuracy of floating point summation: pairwise" },
        OpInfo.Reduction("Mean", Expr.Mean, "Σ x / n", "Σ d / n; back, d / n stretched", ofNothing: false) with { Edges = "No value over no elements; integers give Float64; overflows where the sum does, as in NumPy." },
        new("Variance", "Σ (x − mean)² / (n − ddof)", random =>
        {
            var shape = random.NextShape(minDimension: 1);
            var axes = random.NextAxes(shape.Rank);
            int ddof = shape.Normalize(axes).Aggregate(1, (n, axis) => n * shape[axis]) > 1 ? random.Next(2) : 0;
            return OpCase.Of(random.NextTensor(shape), x => Expr.Variance(x, axes, ddof: ddof), $"Expr.Variance(x0, {(axes.IsAll ? "Axes.All" : axes)}, ddof: {ddof})");
        })
        { Signature = "Variance(x, axes = all, keepDims = false, ddof = 0)", Derivative = "2·Σ (x − mean)·d / (n − ddof)", Edges = "No value over no elements; where the sum of the elements overflows it is NaN, and so is the gradient; where only a square does, it is ∞." },
    ];

    FoldKind IFolding.Kind => FoldKind.Sum;
    Op IFolding.Over(Axes axes) => new Sum(axes);

    public override string Attributes => $"axes={Axes}";

    public override Formula Latex(ReadOnlySpan<Formula> inputs) => new($@"\sum\nolimits_{{{string.Join(',', Axes)}}} {inputs[0].Within(Binding.Product)}", Binding.Sum);

    public override TensorType Infer(Inputs inputs) => new(inputs[0].DType, inputs[0].Shape.Without(Axes));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(Reduced.Of(inputs[0], Axes)));

    private readonly struct Kernel(Reduced x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Data.Element, x.Shape, out var elements);
            Reductions.Sum(x.Data.Elements<E>(), x.Axes, elements);
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Restore(cotangent, inputs[0].Shape, Axes);

    public override Op Lifted(Shape leading) => new Sum(Axes.Shift(leading.Rank));
}

/// <summary>A tensor whose reduced axes lie together: [outer, length, inner], of which the middle goes.</summary>
internal readonly record struct Reduced(Tensor Data, Shape Shape, Middle Axes)
{
    public static Reduced Of(Tensor x, Axes axes)
    {
        var shape = x.Shape.Without(axes);
        if (Together(x.Shape, axes) is { } together)
            return new(x, shape, together);
        x = x.Permute([.. Enumerable.Range(0, x.Rank).Where(axis => !axes.Contains(axis)), .. axes]);
        return new(x, shape, Run(x.Shape, x.Rank - axes.Count, axes.Count));
    }

    /// <summary>Row-major data of a shape, if the axes follow one another.</summary>
    public static Middle? Together(Shape shape, Axes axes) => axes.Count == 0 ? new(shape.Size, 1, 1)
        : axes[^1] - axes[0] == axes.Count - 1 ? Run(shape, axes[0], axes.Count) : null;

    private static Middle Run(Shape shape, int first, int count) =>
        new(shape.Slice(0, first).Size, shape.Slice(first, count).Size, shape.Slice(first + count, shape.Rank - first - count).Size);
}

internal static class AlongAxis
{
    /// <summary>Row-major data of a shape, seen along one axis.</summary>
    public static Middle Along(this Shape shape, int axis) =>
        new(shape.Slice(0, axis).Size, shape[axis], shape.Slice(axis + 1, shape.Rank - axis - 1).Size);
}

public sealed partial class Expr
{
    /// <summary>The sum over all axes, or those named; 0 over none. Bool and integers give Int64.</summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Sum(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        x = x.DType.IsFloating() ? x : Cast(x, DType.Int64);
        return axes.Count == 0 ? x : Dropped(Make(new Sum(axes), new(x), new(x.DType, x.Shape.Without(axes))), x.Shape, axes, keepDims);
    }

    /// <summary>The mean over all axes, or those named. Bool and integers give Float64.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Mean(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        int count = NonEmpty("Mean", x.Shape, axes);
        return Sum(x.DType.IsFloating() ? x : Cast(x, DType.Float64), axes, keepDims) / (double)count;
    }

    /// <summary>
    /// The variance over all axes, or those named: the mean squared distance from the mean, divided by n − <paramref name="ddof"/>. Bool and
    /// integers give Float64.
    /// </summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ddof"/> is negative.</exception>
    public static Expr Variance(Expr x, Axes axes = default, bool keepDims = false, int ddof = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        int count = NonEmpty("Variance", x.Shape, axes);
        RequireDegrees("Variance", ddof);
        x = x.DType.IsFloating() ? x : Cast(x, DType.Float64);
        return Sum(Square(Centered(x, axes)), axes, keepDims) / (double)Math.Max(0, count - ddof);
    }

    /// <summary>
    /// How far elements are from their mean: from the rounded mean, which is a constant for the derivative, and then from the mean of what is left. Where the elements
    /// differ by little more than the rounding, the first alone would be off by as much as they differ.
    /// </summary>
    private static Expr Centered(Expr x, Axes axes)
    {
        var near = x - StopGradient(Mean(x, axes, keepDims: true));
        return near - Mean(near, axes, keepDims: true);
    }

    /// <summary>The sum over all axes, or those named.</summary>
    public Expr Sum(Axes axes = default, bool keepDims = false) => Sum(this, axes, keepDims);
    /// <summary>The mean over all axes, or those named.</summary>
    public Expr Mean(Axes axes = default, bool keepDims = false) => Mean(this, axes, keepDims);
    /// <summary>The variance over all axes, or those named.</summary>
    public Expr Variance(Axes axes = default, bool keepDims = false, int ddof = 0) => Variance(this, axes, keepDims, ddof);

    /// <summary>The result of a reduction, with axes of length 1 where it dropped them if they are to be kept.</summary>
    internal static Expr Dropped(Expr result, Shape shape, Axes axes, bool keepDims) => keepDims ? Reshape(result, shape.WithOnes(axes)) : result;

    /// <summary>The result of a reduction stretched over the axes that it dropped: the transpose of the sum.</summary>
    internal static Expr Restore(Expr reduced, Shape shape, Axes axes) => BroadcastTo(Reshape(reduced, shape.WithOnes(axes)), shape);

    private static void RequireDegrees(string op, int ddof) => OutOfRange.Below(op, ddof, 0, "It is taken from the number of elements: 0 for the variance of these, 1 for that of what they are drawn from.");

    /// <summary>How many elements a reduction goes over; an error if none, where it then has no meaning.</summary>
    private static int NonEmpty(string op, Shape shape, Axes axes)
    {
        int count = 1;
        foreach (int axis in axes)
            count *= shape[axis];
        return count > 0 ? count : throw new ShapeException(op, "at least one element to reduce over", $"none: {shape} over {axes}", "Sum and Product of nothing are 0 and 1; this has no value.");
    }
}
