namespace Autodiff.Functional;

/// <summary>A function of the elements along some axes that depends on each smoothly. Implement it by an empty <c>struct</c>; <see cref="Reduction{TFunction}"/> is its op.</summary>
public interface IReduction
{
    /// <summary>The function of one column, which is scratch space: it may be written over.</summary>
    static abstract E Apply<E>(Span<E> column) where E : unmanaged, IElementary<E>;

    /// <summary>
    /// ∂y/∂x for each element, of which there is at least one; <paramref name="y"/> is stretched over the <paramref name="axes"/> that it dropped. Where a small change of y would
    /// change the slope much, compute the slope from <paramref name="x"/> alone: y is rounded.
    /// </summary>
    static abstract Expr Slopes(Expr x, Expr y, Axes axes);

    /// <summary>The same by simpler ops, over axes of which there are elements, dropped; a compiled function fuses them. Null: there are none, and each column is passed to <see cref="Apply"/>.</summary>
    static virtual Expr? Lowered(Expr x, Axes axes) => null;

    /// <summary>How it is written in LaTeX; null: by its name.</summary>
    static virtual Formula? Latex(Formula x) => null;
}

/// <summary>
/// The op of a function of the elements along some axes, which are dropped. The tangent is the sum of slopes times tangents; the cotangent is stretched over the axes
/// and multiplied by the slopes.
/// </summary>
/// <typeparam name="TFunction">The function: an empty struct.</typeparam>
/// <param name="Axes">The axes, as sorted numbers in 0 … rank − 1.</param>
public sealed record Reduction<TFunction>(Axes Axes) : Op, ILowered where TFunction : struct, IReduction
{
    /// <summary>The function of a node's elements along some axes, which are dropped or kept as axes of length 1.</summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    /// <exception cref="DTypeException">The dtype is Bool.</exception>
    public static Expr Of(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes, typeof(TFunction).Name);
        x = Promotion.Number(typeof(TFunction).Name, x, Domain.Real);
        return Expr.Dropped(Expr.Apply(new Reduction<TFunction>(axes), x), x.Shape, axes, keepDims);
    }

    internal override Root Root => typeof(TFunction) == typeof(Norm) ? Root.Itself : Root.None;

    /// <inheritdoc/>
    public override string Name => typeof(TFunction).Name;

    /// <inheritdoc/>
    public override Formula Latex(ReadOnlySpan<Formula> inputs) => TFunction.Latex(inputs[0]) ?? base.Latex(inputs);

    /// <inheritdoc/>
    public override string Attributes => $"axes={Axes}";

    /// <inheritdoc/>
    public override TensorType Infer(Inputs inputs) => new(inputs[0].DType, inputs[0].Shape.Without(Axes));

    /// <inheritdoc/>
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(Reduced.Of(inputs[0], Axes)));

    Func<Expr, Expr>? ILowered.Lowered => x => TFunction.Lowered(x, Axes) ?? Expr.Apply(this, x);

    private readonly struct Kernel(Reduced x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Data.Element, x.Shape, out var elements);
            var source = x.Data.Elements<E>();
            var (outer, length, inner) = x.Axes;
            var column = new E[length];
            for (int o = 0; o < outer; o++)
                for (int i = 0; i < inner; i++)
                {
                    if (inner == 1)
                        source.Slice(o * length, length).CopyTo(column);
                    else
                        for (int k = 0; k < length; k++)
                            column[k] = source[(o * length + k) * inner + i];
                    elements[o * inner + i] = TFunction.Apply<E>(column);
                }
            return result;
        }
    }

    /// <inheritdoc/>
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Expr.Sum(tangents[0]! * Slopes(inputs[0], output), Axes);

    /// <inheritdoc/>
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var shape = inputs[0].Shape;
        var support = cotangent.Support is null ? null : Support.From(cotangent.Support, mask => Expr.Restore(mask!, shape, Axes));
        return new Cotangent(Guard.Of(support, Expr.Restore(cotangent.Value!, shape, Axes) * Slopes(inputs[0], output)), support);
    }

    private Expr Slopes(Expr x, Expr y) => x.Shape.Size == 0 ? Expr.ZerosLike(x) : TFunction.Slopes(x, Expr.Restore(y, x.Shape, Axes), Axes);

    /// <inheritdoc/>
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(new Reduction<TFunction>(Axes.Shift(1)), inputs[0]);
}
