namespace Autodiff.Functional;

/// <summary>
/// log Σ eˣ over some axes, which are dropped, without overflow. Derivative: eˣ⁻ʸ, the softmax; 0 where all are −∞ and the value is too.
/// </summary>
internal sealed record LogSumExp(Axes Axes) : Op
{
    public static IEnumerable<OpInfo> Entries =>
    [
        OpInfo.Reduction("LogSumExp", Expr.LogSumExp, "ln Σ eˣ", "Σ eˣ⁻ʸ·d", ofNothing: false) with { Edges = "No overflow; −∞ with zero gradient where all are −∞; no value over no elements." },
        Along("Softmax", Expr.Softmax, "eˣ / Σ eˣ", "y·(d − Σ y·d)"),
        Along("LogSoftmax", Expr.LogSoftmax, "x − ln Σ eˣ", "d − Σ eʸ·d"),
    ];

    private static OpInfo Along(string name, Func<Expr, int, Expr> op, string formula, string derivative) => new(name, formula, random =>
    {
        var shape = random.NextShape(minRank: 1, minDimension: 1);
        int axis = random.NextAxis(shape.Rank);
        return OpCase.Of(random.NextTensor(shape), x => op(x, axis), $"Expr.{name}(x0, {axis})");
    })
    {
        Signature = $"{name}(x, axis = -1)",
        Derivative = derivative,
        Edges = "No overflow.",
    };

    public override string Attributes => $"axes={Axes}";

    public override TensorType Infer(Inputs inputs) => new(inputs[0].DType, inputs[0].Shape.Without(Axes));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(Reduced.Of(inputs[0], Axes)));

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
                    for (int k = 0; k < length; k++)
                        column[k] = source[(o * length + k) * inner + i];
                    elements[o * inner + i] = Of<E>(column);
                }
            return result;
        }

        private static E Of<E>(Span<E> column) where E : unmanaged, IElementary<E>
        {
            E zero = E.Literal(0), infinity = E.Literal(double.PositiveInfinity), largest = -infinity;
            foreach (var element in column)
                largest = E.Maximum(largest, element);
            // An infinite maximum is no shift: ∞ − ∞ would be NaN.
            var shift = E.IfEqual(E.Abs(largest), infinity, zero, largest);
            Kernels.Loops.Binary<Subtract, E>(column, [shift], column);
            Kernels.Loops.Unary<Exp, E>(column, column);
            var sum = new E[1];
            Kernels.Reductions.Sum<E>(column, new(1, column.Length, 1), sum);
            return E.Log(sum[0]) + shift;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Expr.Sum(tangents[0]! * Weights(inputs[0], output), Axes);

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var shape = inputs[0].Shape;
        var support = cotangent.Support is null ? null : Support.From(cotangent.Support, mask => Expr.Restore(mask!, shape, Axes));
        return new Cotangent(Guard.Of(support, Expr.Restore(cotangent.Value!, shape, Axes) * Weights(inputs[0], output)), support);
    }

    private Expr Weights(Expr x, Expr output)
    {
        var total = Expr.Restore(output, x.Shape, Axes);
        return Expr.Exp(x - Expr.Where(Expr.Equal(total, double.NegativeInfinity), 0.0, total));
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(new LogSumExp(Axes.Shift(1)), inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>log Σ eˣ over all axes, or those named, without overflow; −∞, with zero gradient, where all are −∞.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    public static Expr LogSumExp(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        NonEmpty("LogSumExp", x.Shape, axes);
        x = Promotion.Number("LogSumExp", x, Domain.Real);
        return axes.Count == 0 ? x : Dropped(Apply(new LogSumExp(axes), x), x.Shape, axes, keepDims);
    }

    /// <summary>eˣ / Σ eˣ along an axis, without overflow.</summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr Softmax(Expr x, int axis = -1)
    {
        var exponentials = Exp(Shifted("Softmax", x, axis));
        return exponentials / Sum(exponentials, axis, keepDims: true);
    }

    /// <summary>The logarithm of <see cref="Softmax(Expr, int)"/>, accurate also where that underflows.</summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr LogSoftmax(Expr x, int axis = -1)
    {
        var shifted = Shifted("LogSoftmax", x, axis);
        return shifted - Log(Sum(Exp(shifted), axis, keepDims: true));
    }

    /// <summary>x minus its maximum along an axis, which is a constant for the derivative: neither function depends on the shift.</summary>
    private static Expr Shifted(string op, Expr x, int axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = x.Shape.Axis(axis, op);
        x = Promotion.Number(op, x, Domain.Real);
        return x - StopGradient(Max(x, axis, keepDims: true));
    }

    /// <summary>log Σ eˣ over all axes, or those named.</summary>
    public Expr LogSumExp(Axes axes = default, bool keepDims = false) => LogSumExp(this, axes, keepDims);
    /// <summary>eˣ / Σ eˣ along an axis.</summary>
    public Expr Softmax(int axis = -1) => Softmax(this, axis);
}
