using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The largest or smallest over some axes, which are dropped; NaN if one is. The derivative goes to the elements that attain it, in equal shares;
/// at NaN to all.
/// </summary>
internal sealed record Extremum(Axes Axes, bool Largest) : Op, IFolding
{
    public static IEnumerable<OpInfo> Entries =>
    [
        OpInfo.Reduction("Max", Expr.Max, "the largest", "d to the largest", ofNothing: false) with { Edges = "Ties share the derivative equally; NaN if one is; no value over no elements." },
        OpInfo.Reduction("Min", Expr.Min, "the smallest", "d to the smallest", ofNothing: false) with { Edges = "Ties share the derivative equally; NaN if one is; no value over no elements." },
        OfMask("Any", Expr.Any, "is any true?"),
        OfMask("All", Expr.All, "are all true?"),
    ];

    private static OpInfo OfMask(string name, Func<Expr, Axes, bool, Expr> op, string formula) => new(name, formula, random =>
    {
        var shape = random.NextShape();
        var axes = random.NextAxes(shape.Rank);
        bool keepDims = random.NextBool();
        return OpCase.Of(random.NextMask(shape), x => op(x, axes, keepDims), $"Expr.{name}(x0, {(axes.IsAll ? "Axes.All" : axes)}, {(keepDims ? "true" : "false")})");
    })
    {
        Signature = $"{name}(x, axes = all, keepDims = false)",
        Edges = "False is any of nothing, true are all of nothing.",
    };

    FoldKind IFolding.Kind => Largest ? FoldKind.Max : FoldKind.Min;
    Op IFolding.Over(Axes axes) => this with { Axes = axes };

    public override string Name => Largest ? "Max" : "Min";
    public override string Attributes => $"axes={Axes}";

    public override TensorType Infer(Inputs inputs) => new(inputs[0].DType, inputs[0].Shape.Without(Axes));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(Reduced.Of(inputs[0], Axes), Largest));

    private readonly struct Kernel(Reduced x, bool largest) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Data.Element, x.Shape, out var elements);
            if (largest)
                Reductions.Max(x.Data.Elements<E>(), x.Axes, elements);
            else
                Reductions.Min(x.Data.Elements<E>(), x.Axes, elements);
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var (attaining, count) = Attaining(inputs[0], output);
        return Expr.Sum(Expr.Where(attaining, tangents[0]!, 0.0), Axes) / count;
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var (attaining, count) = Attaining(inputs[0], output);
        var shape = inputs[0].Shape;
        var value = Expr.Where(attaining, Expr.Restore(cotangent.Value! / count, shape, Axes), 0.0);
        return new Cotangent(value, Support.From(cotangent.Support, mask => mask is null ? attaining : Expr.And(attaining, Expr.Restore(mask, shape, Axes))));
    }

    /// <summary>Where the extremum is attained, and how often. The negation of "differs" keeps NaN.</summary>
    private (Expr Attaining, Expr Count) Attaining(Expr x, Expr output)
    {
        var extremum = Expr.Restore(output, x.Shape, Axes);
        var attaining = Expr.Not(Largest ? Expr.Less(x, extremum) : Expr.Less(extremum, x));
        return (attaining, Expr.Sum(Expr.Cast(attaining, output.DType), Axes));
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this with { Axes = Axes.Shift(1) }, inputs[0]);
}

/// <summary>The place of the first largest or smallest along an axis, which is dropped; of the first NaN if there is one. No derivative.</summary>
internal sealed record ArgExtremum(int Axis, bool Largest) : Op
{
    public static IEnumerable<OpInfo> Entries => [Entry("ArgMax", Expr.ArgMax, "the place of the largest"), Entry("ArgMin", Expr.ArgMin, "the place of the smallest")];

    private static OpInfo Entry(string name, Func<Expr, int?, bool, Expr> op, string formula) => new(name, formula, random =>
    {
        var shape = random.NextShape(minDimension: 1);
        int? axis = shape.Rank == 0 || random.Next(3) == 0 ? null : random.NextAxis(shape.Rank);
        bool keepDims = random.NextBool();
        return OpCase.Of(random.NextTensor(shape), x => op(x, axis, keepDims), $"Expr.{name}(x0, {axis?.ToString() ?? "null"}, {(keepDims ? "true" : "false")})");
    })
    {
        Signature = $"{name}(x, axis = of all, keepDims = false)",
        Edges = "The first of several; the first NaN if there is one; no value over no elements.",
    };

    public override string Name => Largest ? "ArgMax" : "ArgMin";
    public override string Attributes => $"axis={Axis}";

    public override TensorType Infer(Inputs inputs) => new(DType.Int64, inputs[0].Shape.Without(Axis));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(Reduced.Of(inputs[0], Axis), Largest));

    private readonly struct Kernel(Reduced x, bool largest) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<long>(ElementType.Int64, x.Shape, out var places);
            if (largest)
                Reductions.ArgMax(x.Data.Elements<E>(), x.Axes, places);
            else
                Reductions.ArgMin(x.Data.Elements<E>(), x.Axes, places);
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this with { Axis = Axis + 1 }, inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>The largest over all axes, or those named; NaN if one is. Ties share the gradient equally.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    /// <exception cref="DTypeException">The dtype is Bool: use Any.</exception>
    public static Expr Max(Expr x, Axes axes = default, bool keepDims = false) => ExtremumOf("Max", x, axes, keepDims, largest: true);
    /// <summary>The smallest over all axes, or those named; NaN if one is. Ties share the gradient equally.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    /// <exception cref="DTypeException">The dtype is Bool: use All.</exception>
    public static Expr Min(Expr x, Axes axes = default, bool keepDims = false) => ExtremumOf("Min", x, axes, keepDims, largest: false);

    private static Expr ExtremumOf(string op, Expr x, Axes axes, bool keepDims, bool largest)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType == DType.Bool)
            throw new DTypeException(op, "numbers", "Bool", "Use Any or All.");
        axes = x.Shape.Normalize(axes, op);
        NonEmpty(op, x.Shape, axes);
        return axes.Count == 0 ? x : Dropped(Apply(new Extremum(axes, largest), x), x.Shape, axes, keepDims);
    }

    /// <summary>Is any true, over all axes or those named? False over none.</summary>
    /// <exception cref="DTypeException">The dtype is not Bool.</exception>
    public static Expr Any(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        x = Promotion.Number("Any", x, Domain.Logical);
        return axes.Count == 0 ? x : Dropped(Apply(new Sum(axes), x), x.Shape, axes, keepDims);   // on Bools + is "or"
    }

    /// <summary>Are all true, over all axes or those named? True over none.</summary>
    /// <exception cref="DTypeException">The dtype is not Bool.</exception>
    public static Expr All(Expr x, Axes axes = default, bool keepDims = false) => Composite.Of("All", x, axes, keepDims, static (x, axes, keepDims) => Not(Any(Not(x), axes, keepDims)));

    /// <summary>The place of the largest along an axis (of the flattened tensor if none is given), as Int64; the first of several, the first NaN if there is one.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    public static Expr ArgMax(Expr x, int? axis = null, bool keepDims = false) => ArgExtremumOf("ArgMax", x, axis, keepDims, largest: true);
    /// <summary>The place of the smallest along an axis (of the flattened tensor if none is given), as Int64; the first of several, the first NaN if there is one.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    public static Expr ArgMin(Expr x, int? axis = null, bool keepDims = false) => ArgExtremumOf("ArgMin", x, axis, keepDims, largest: false);

    private static Expr ArgExtremumOf(string op, Expr x, int? axis, bool keepDims, bool largest)
    {
        ArgumentNullException.ThrowIfNull(x);
        var flat = axis is null ? Ravel(x) : x;
        int along = flat.Shape.Axis(axis ?? 0, op);
        NonEmpty(op, flat.Shape, along);
        var place = Apply(new ArgExtremum(along, largest), flat);
        return !keepDims ? place : Reshape(place, axis is null ? Shape.Ones(x.Rank) : x.Shape.WithOnes(along));
    }

    /// <summary>The largest over all axes, or those named.</summary>
    public Expr Max(Axes axes = default, bool keepDims = false) => Max(this, axes, keepDims);
    /// <summary>The smallest over all axes, or those named.</summary>
    public Expr Min(Axes axes = default, bool keepDims = false) => Min(this, axes, keepDims);
    /// <summary>Is any true, over all axes or those named?</summary>
    public Expr Any(Axes axes = default, bool keepDims = false) => Any(this, axes, keepDims);
    /// <summary>Are all true, over all axes or those named?</summary>
    public Expr All(Axes axes = default, bool keepDims = false) => All(this, axes, keepDims);
    /// <summary>The place of the largest along an axis, or of the flattened tensor.</summary>
    public Expr ArgMax(int? axis = null, bool keepDims = false) => ArgMax(this, axis, keepDims);
    /// <summary>The place of the smallest along an axis, or of the flattened tensor.</summary>
    public Expr ArgMin(int? axis = null, bool keepDims = false) => ArgMin(this, axis, keepDims);
}
