namespace Autodiff.Functional;

file static class Entry
{
    public static OpInfo Info => new("StandardDeviation", "√(Σ (x − mean)² / (n − ddof))", random =>
    {
        // Of at least two, as one never deviates: there the gradient is a convention, not a derivative.
        var shape = random.NextShape(minDimension: 1);
        shape = shape.Insert(shape.Rank, random.Next(2, 5));
        int ddof = random.Next(2);
        var axes = random.NextBool() ? Axes.All : Axes.Of(-1);
        return OpCase.Of(random.NextTensor(shape), x => Expr.StandardDeviation(x, axes, ddof: ddof), $"Expr.StandardDeviation(x0, {(axes.IsAll ? "Axes.All" : axes)}, ddof: {ddof})");
    })
    {
        Signature = "StandardDeviation(x, axes = all, keepDims = false, ddof = 0)",
        Derivative = "Σ (x − mean)·d / ((n − ddof)·y)",
        Edges = "The gradient where all are equal is 0, as in PyTorch (JAX has NaN), and so are the second derivatives; those of its square are exact, as of a norm's; no square overflows, but the sum of the elements may, and √n times the value; no value over no elements.",
        Source = "NumPy, std",
    };
}

public sealed partial class Expr
{
    /// <summary>
    /// The standard deviation over all axes, or those named: the root of the mean squared distance from the mean, divided by n − <paramref name="ddof"/>.
    /// Its gradient where all elements are equal is the subgradient 0, as that of <see cref="Norm(Expr, Axes, bool)"/>, which it is composed of; its square, written as that of a norm, has exact derivatives.
    /// </summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    /// <exception cref="DTypeException">The dtype is Bool.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ddof"/> is negative.</exception>
    public static Expr StandardDeviation(Expr x, Axes axes = default, bool keepDims = false, int ddof = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        int count = NonEmpty("StandardDeviation", x.Shape, axes);
        RequireDegrees("StandardDeviation", ddof);
        x = Promotion.Number("StandardDeviation", x, Domain.Real);
        return Norm(Centered(x, axes), axes, keepDims) / Math.Sqrt(Math.Max(0, count - ddof));
    }

    /// <summary>The standard deviation over all axes, or those named.</summary>
    public Expr StandardDeviation(Axes axes = default, bool keepDims = false, int ddof = 0) => StandardDeviation(this, axes, keepDims, ddof);
}
