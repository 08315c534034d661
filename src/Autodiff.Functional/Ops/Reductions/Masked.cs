using System.Runtime.InteropServices;

namespace Autodiff.Functional;

// Reductions over the elements where a mask is true. What is not selected has no influence, whatever it is: NaN, infinite, or with an infinite derivative.
file static class Entry
{
    public static IEnumerable<OpInfo> Entries =>
    [
        Of("Sum.where", (x, axes, keepDims, where) => Expr.Sum(x, axes, keepDims, where), "Σ x, where the mask is true", "Σ d there", "0 over an empty selection"),
        Of("Mean.where", (x, axes, keepDims, where) => Expr.Mean(x, axes, keepDims, where), "Σ x / n, where the mask is true", "Σ d / n there", "NaN over an empty selection", selecting: true),
        Of("Product.where", (x, axes, keepDims, where) => Expr.Product(x, axes, keepDims, where), "Π x, where the mask is true", "Σ (Π of the others)·d there", "1 over an empty selection"),
        Of("Max.where", (x, axes, keepDims, where) => Expr.Max(x, axes, keepDims, where, initial: -3), "the largest where the mask is true, and initial", "d to the largest", "initial over an empty selection", ", initial"),
        Of("Min.where", (x, axes, keepDims, where) => Expr.Min(x, axes, keepDims, where, initial: 3), "the smallest where the mask is true, and initial", "d to the smallest", "initial over an empty selection", ", initial"),
        Of("Variance.where", (x, axes, keepDims, where) => Expr.Variance(x, axes, keepDims, where), "Σ (x − mean)² / (n − ddof), where the mask is true", "2·Σ (x − mean)·d / (n − ddof) there", "NaN over an empty selection", ", ddof = 0", selecting: true),
        Of("StandardDeviation.where", (x, axes, keepDims, where) => Expr.StandardDeviation(x, axes, keepDims, where), "√(Σ (x − mean)² / (n − ddof)), where the mask is true", "Σ (x − mean)·d / ((n − ddof)·y) there",
            "NaN over an empty selection; the gradient where all are equal is 0", ", ddof = 0") with { Draw = Deviating },
        Of("Any.where", (x, axes, keepDims, where) => Expr.Any(x > 0.0, axes, keepDims, where), "is any true where the mask is?", "", "False over an empty selection"),
        Of("All.where", (x, axes, keepDims, where) => Expr.All(x > 0.0, axes, keepDims, where), "are all true where the mask is?", "", "True over an empty selection"),
    ];

    private static OpInfo Of(string name, Func<Expr, Axes, bool, Expr, Expr> op, string formula, string derivative, string edges, string more = "", bool selecting = false) => new(name, formula, random =>
    {
        var shape = random.NextShape(minDimension: 1);
        var axes = random.NextAxes(shape.Rank);
        bool keepDims = random.NextBool();
        Expr mask = random.NextMask(random.NextPartOf(shape));
        // NaN has no derivative: where an empty selection gives it, the first of what is reduced is always selected.
        if (selecting)
            mask |= shape.Normalize(axes).Aggregate((Expr)Tensor.Scalar(true), (first, reduced) =>
                first & Expr.Equal(Expr.Reshape(Expr.Arange(shape[reduced]), Shape.Ones(shape.Rank).With(reduced, shape[reduced])), 0.0));
        return OpCase.Of(random.NextTensor(shape), mask.Value, (x, where) => op(x, axes, keepDims, where),
            $"Expr.{name[..name.IndexOf('.', StringComparison.Ordinal)]}(x0, {(axes.IsAll ? "Axes.All" : axes)}, {(keepDims ? "true" : "false")}, where: x1)");
    })
    {
        Signature = $"{name[..name.IndexOf('.', StringComparison.Ordinal)]}(x, axes = all, keepDims = false, where{more})",
        Derivative = derivative,
        Edges = $"{edges}; what is not selected has no influence, whatever it is.",
        Source = "NumPy, where",
    };

    /// <summary>At least two are selected, since one never deviates: there the gradient is a convention, not a derivative.</summary>
    private static OpCase Deviating(Random random)
    {
        int length = random.Next(2, 5);
        bool[] mask = [.. Enumerable.Range(0, length).Select(i => i < 2 || random.NextBool())];
        return OpCase.Of(random.NextTensor([random.NextDimension(1), length]), Tensor.Of(mask), (x, where) => Expr.StandardDeviation(x, -1, where: where), "Expr.StandardDeviation(x0, -1, where: x1)");
    }
}

public sealed partial class Expr
{
    /// <summary>The sum over all axes, or those named, of the elements where a mask is true; the mask broadcasts. 0 over an empty selection.</summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    public static Expr Sum(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where)
    {
        var (selected, mask) = Mask("Sum", x, where);
        return Sum(Where(mask, selected, ZerosLike(selected)), axes, keepDims);
    }

    /// <summary>The mean over all axes, or those named, of the elements where a mask is true; the mask broadcasts. NaN over an empty selection.</summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    public static Expr Mean(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where)
    {
        var (selected, mask) = Mask("Mean", x, where, real: true);
        axes = x.Shape.Normalize(axes);
        return Sum(Where(mask, selected, 0.0), axes, keepDims) / Selected(mask, selected, axes, keepDims);
    }

    /// <summary>The product over all axes, or those named, of the elements where a mask is true; the mask broadcasts. 1 over an empty selection.</summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    public static Expr Product(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where)
    {
        var (selected, mask) = Mask("Product", x, where);
        return Product(Where(mask, selected, OnesLike(selected)), axes, keepDims);
    }

    /// <summary>
    /// The largest of <paramref name="initial"/> and the elements where a mask is true, over all axes or those named; the mask broadcasts. As in NumPy
    /// initial must be given: it is the value over an empty selection.
    /// </summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool, or x is.</exception>
    public static Expr Max(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where, Expr initial) =>
        Extreme("Max", x, axes, keepDims, where, initial, largest: true);

    /// <summary>
    /// The smallest of <paramref name="initial"/> and the elements where a mask is true, over all axes or those named; the mask broadcasts. As in NumPy
    /// initial must be given: it is the value over an empty selection.
    /// </summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool, or x is.</exception>
    public static Expr Min(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where, Expr initial) =>
        Extreme("Min", x, axes, keepDims, where, initial, largest: false);

    private static Expr Extreme(string op, Expr x, Axes axes, bool keepDims, Expr where, Expr initial, bool largest)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(initial);
        (x, initial) = Promotion.Numbers(op, x, initial, Domain.Numeric);
        (x, var mask) = Mask(op, x, where);
        axes = x.Shape.Normalize(axes, op);
        // What is not selected is no larger (smaller) than anything that is.
        var least = Constant(x.DType switch
        {
            DType.Int32 => Tensor.Scalar(largest ? int.MinValue : int.MaxValue),
            DType.Int64 => Tensor.Scalar(largest ? long.MinValue : long.MaxValue),
            DType.Float32 => Tensor.Scalar(largest ? float.NegativeInfinity : float.PositiveInfinity),
            _ => Tensor.Scalar(largest ? double.NegativeInfinity : double.PositiveInfinity),
        });
        var shape = keepDims ? x.Shape.WithOnes(axes) : x.Shape.Without(axes);
        if (axes.Any(axis => x.Shape[axis] == 0))
            return BroadcastTo(initial, shape);
        var extreme = ExtremumOf(op, Where(mask, x, least), axes, keepDims, largest);
        return largest ? Maximum(extreme, initial) : Minimum(extreme, initial);
    }

    /// <summary>The variance over all axes, or those named, of the elements where a mask is true; the mask broadcasts. NaN over an empty selection.</summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ddof"/> is negative.</exception>
    public static Expr Variance(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where, int ddof = 0)
    {
        var (distances, degrees) = Distances("Variance", x, axes, keepDims, where, ddof);
        return Sum(Square(distances), axes, keepDims) / degrees;
    }

    /// <summary>
    /// The standard deviation over all axes, or those named, of the elements where a mask is true; the mask broadcasts. NaN over an empty selection; the
    /// gradient where all are equal is 0.
    /// </summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ddof"/> is negative.</exception>
    public static Expr StandardDeviation(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where, int ddof = 0)
    {
        var (distances, degrees) = Distances("StandardDeviation", x, axes, keepDims, where, ddof);
        return Norm(distances, axes, keepDims) / Sqrt(degrees);
    }

    /// <summary>How far selected elements are from their mean, and how many there are beyond <paramref name="ddof"/>.</summary>
    private static (Expr Distances, Expr Degrees) Distances(string op, Expr x, Axes axes, bool keepDims, Expr where, int ddof)
    {
        RequireDegrees(op, ddof);
        var (selected, mask) = Mask(op, x, where, real: true);
        axes = x.Shape.Normalize(axes, op);
        var count = Selected(mask, selected, axes, keepDims: true);
        var near = Where(mask, selected - StopGradient(MeanOf(selected)), 0.0);       // as Centered
        return (Where(mask, near - MeanOf(near), 0.0), Maximum(Selected(mask, selected, axes, keepDims) - ddof, 0.0));

        Expr MeanOf(Expr of) => Sum(Where(mask, of, 0.0), axes, keepDims: true) / count;
    }

    /// <summary>Is any true where a mask is, over all axes or those named? False over an empty selection.</summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask or x is not Bool.</exception>
    public static Expr Any(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where) =>
        Composite.Of("Any", (x, where), axes, keepDims, static (both, axes, keepDims) => Any(And(both.x, Mask("Any", both.x, both.where).Where), axes, keepDims));

    /// <summary>Are all true where a mask is, over all axes or those named? True over an empty selection.</summary>
    /// <exception cref="ShapeException">The mask does not broadcast to the shape of x.</exception>
    /// <exception cref="DTypeException">The mask or x is not Bool.</exception>
    public static Expr All(Expr x, [Optional] Axes axes, [Optional] bool keepDims, Expr where) =>
        Composite.Of("All", (x, where), axes, keepDims, static (both, axes, keepDims) => All(Or(both.x, Not(Mask("All", both.x, both.where).Where)), axes, keepDims));

    /// <summary>A tensor, and a mask of its shape.</summary>
    private static (Expr X, Expr Where) Mask(string op, Expr x, Expr where, bool real = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(where);
        if (where.DType != DType.Bool)
            throw new DTypeException(op, "a Bool as where", $"{where.DType}", "Compare it with something first.");
        if (!where.Shape.BroadcastsTo(x.Shape))
            throw new ShapeException(op, $"a mask that broadcasts to {x.Shape}", $"{where.Shape}");
        return (real && !x.DType.IsFloating() ? Cast(x, DType.Float64) : x, BroadcastTo(where, x.Shape));
    }

    private static Expr Selected(Expr mask, Expr x, Axes axes, bool keepDims) => Sum(Cast(mask, x.DType), axes, keepDims);

    /// <summary>The sum of the elements where a mask is true.</summary>
    public Expr Sum([Optional] Axes axes, [Optional] bool keepDims, Expr where) => Sum(this, axes, keepDims, where);
    /// <summary>The mean of the elements where a mask is true.</summary>
    public Expr Mean([Optional] Axes axes, [Optional] bool keepDims, Expr where) => Mean(this, axes, keepDims, where);
    /// <summary>The product of the elements where a mask is true.</summary>
    public Expr Product([Optional] Axes axes, [Optional] bool keepDims, Expr where) => Product(this, axes, keepDims, where);
    /// <summary>The largest of initial and the elements where a mask is true.</summary>
    public Expr Max([Optional] Axes axes, [Optional] bool keepDims, Expr where, Expr initial) => Max(this, axes, keepDims, where, initial);
    /// <summary>The smallest of initial and the elements where a mask is true.</summary>
    public Expr Min([Optional] Axes axes, [Optional] bool keepDims, Expr where, Expr initial) => Min(this, axes, keepDims, where, initial);
    /// <summary>The variance of the elements where a mask is true.</summary>
    public Expr Variance([Optional] Axes axes, [Optional] bool keepDims, Expr where, int ddof = 0) => Variance(this, axes, keepDims, where, ddof);
    /// <summary>The standard deviation of the elements where a mask is true.</summary>
    public Expr StandardDeviation([Optional] Axes axes, [Optional] bool keepDims, Expr where, int ddof = 0) => StandardDeviation(this, axes, keepDims, where, ddof);
    /// <summary>Is any true where a mask is?</summary>
    public Expr Any([Optional] Axes axes, [Optional] bool keepDims, Expr where) => Any(this, axes, keepDims, where);
    /// <summary>Are all true where a mask is?</summary>
    public Expr All([Optional] Axes axes, [Optional] bool keepDims, Expr where) => All(this, axes, keepDims, where);
}
