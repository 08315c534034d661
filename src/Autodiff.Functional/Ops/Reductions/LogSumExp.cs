using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// log Σ eˣ over some axes, which are dropped, without overflow. Derivative: eˣ / Σ eˣ, the softmax; 0 where all are −∞ and the value is too.
/// </summary>
internal readonly struct LogSumExp : IReduction
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

    public static E Apply<E>(Span<E> column) where E : unmanaged, IElementary<E>
    {
        E zero = E.Literal(0), infinity = E.Literal(double.PositiveInfinity), largest = -infinity;
        foreach (var element in column)
            largest = E.Maximum(largest, element);
        // An infinite maximum is no shift: ∞ − ∞ would be NaN.
        var shift = E.IfEqual(E.Abs(largest), infinity, zero, largest);
        Loops.Binary<Subtract, E>(column, [shift], column);
        Loops.Unary<Exp, E>(column, column);
        E sum = zero;
        Reductions.Sum<E>(column, new(1, column.Length, 1), new Span<E>(ref sum));
        return E.Log(sum) + shift;
    }

    public static Expr Lowered(Expr x, Axes axes)
    {
        var (shift, _, sum) = Parts(x, axes);
        return Expr.Log(sum) + shift;
    }

    /// <summary>The softmax, from x alone: y is rounded, and e^(x − y) is off by a factor of e where y is as large as the inverse of the precision.</summary>
    public static Expr Slopes(Expr x, Expr y, Axes axes)
    {
        var (_, terms, sum) = Parts(x, axes);
        // Where all are −∞ the sum is 0, and so are the terms: over 1 they stay 0.
        var isEmpty = Expr.Cast(Expr.Equal(sum, 0.0), sum.DType);
        return terms * Expr.Restore(Expr.Reciprocal(sum + isEmpty), x.Shape, axes);
    }

    /// <summary>The largest element m if it is finite, else 0; e^(x − m); and their sum. The shift is a constant for the derivative: nothing depends on it.</summary>
    private static (Expr Shift, Expr Terms, Expr Sum) Parts(Expr x, Axes axes)
    {
        var largest = Expr.StopGradient(Expr.Max(x, axes));
        var shift = Expr.Where(Expr.Equal(Expr.Abs(largest), double.PositiveInfinity), 0.0, largest);
        var terms = Expr.Exp(x - Expr.Restore(shift, x.Shape, axes));
        return (shift, terms, Expr.Sum(terms, axes));
    }
}

public sealed partial class Expr
{
    /// <summary>log Σ eˣ over all axes, or those named, without overflow; −∞, with zero gradient, where all are −∞.</summary>
    /// <exception cref="ShapeException">It would be over no elements.</exception>
    public static Expr LogSumExp(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        NonEmpty("LogSumExp", x.Shape, x.Shape.Normalize(axes));
        return Reduction<LogSumExp>.Of(x, axes, keepDims);
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
        NonEmpty(op, x.Shape, axis);
        return x - StopGradient(Max(x, axis, keepDims: true));
    }

    /// <summary>log Σ eˣ over all axes, or those named.</summary>
    public Expr LogSumExp(Axes axes = default, bool keepDims = false) => LogSumExp(this, axes, keepDims);
    /// <summary>eˣ / Σ eˣ along an axis.</summary>
    public Expr Softmax(int axis = -1) => Softmax(this, axis);
}
