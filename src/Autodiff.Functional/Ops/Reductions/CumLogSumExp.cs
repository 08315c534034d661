using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The largest of the elements so far along an axis: a shift that nothing depends on, so that it has no derivative.</summary>
internal sealed record CumMax(int Axis, bool Reverse) : Op
{
    public static OpInfo Info => CumSum.Cumulative("CumLogSumExp", Expr.CumLogSumExp, "yᵢ = ln Σ e^xⱼ, j ≤ i", "Σ e^(xⱼ − yᵢ)·dxⱼ, j ≤ i") with
    {
        Edges = "No overflow; −∞ with zero gradient where all so far are −∞; from the end if reverse.",
        Source = "JAX, lax.cumlogsumexp; Milakov and Gimelshein 2018, Online normalizer calculation for softmax: the rescaled sum",
    };

    public override string Attributes => Reverse ? $"axis={Axis}, reverse" : $"axis={Axis}";

    public override TensorType Infer(Inputs inputs) => inputs[0].Type;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0]));

    private readonly struct Kernel(CumMax op, Tensor x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            Scans.Max(x.Elements<E>(), x.Shape.Along(op.Axis), op.Reverse, elements);
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this with { Axis = Axis + 1 }, inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>
    /// log Σ eˣ over the elements so far along an axis (over the flattened tensor if none is given), each with its own element, without overflow; from the
    /// end if <paramref name="reverse"/>.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr CumLogSumExp(Expr x, int? axis = null, bool reverse = false)
    {
        (x, int along) = Along("CumLogSumExp", x, axis);
        x = Promotion.Number("CumLogSumExp", x, Domain.Real);
        // Σ e^(xⱼ − mᵢ), mᵢ the largest so far: a recurrence. Its derivatives are those of the recurrence, from x alone and not from the rounded result.
        var recurrence = new LinearRecurrence(along, reverse);
        var largest = Apply(new CumMax(along, reverse), StopGradient(x));
        var shift = Where(Equal(Abs(largest), double.PositiveInfinity), 0.0, largest);
        var sums = Apply(recurrence, Exp(recurrence.Before(largest) - recurrence.After(shift)), Exp(x - shift));
        // Where all so far are −∞ the sum is 0: the logarithm of 1 instead has a slope, which is multiplied by 0.
        var isEmpty = Equal(sums, 0.0);
        return Where(isEmpty, double.NegativeInfinity, shift) + Log(sums + Cast(isEmpty, x.DType));
    }

    /// <summary>log Σ eˣ over the elements so far along an axis.</summary>
    public Expr CumLogSumExp(int? axis = null, bool reverse = false) => CumLogSumExp(this, axis, reverse);
}
