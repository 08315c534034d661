using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// yᵢ = log Σ eˣ over the elements so far along an axis. dyᵢ = e^(yᵢ₋₁ − yᵢ)·dyᵢ₋₁ + e^(xᵢ − yᵢ)·dxᵢ: a linear recurrence, with coefficients in 0 … 1.
/// </summary>
internal sealed record CumLogSumExp(int Axis, bool Reverse) : Op
{
    public static OpInfo Info => CumSum.Cumulative("CumLogSumExp", Expr.CumLogSumExp, "yᵢ = ln Σ e^xⱼ, j ≤ i", "Σ e^(xⱼ − yᵢ)·dxⱼ, j ≤ i") with
    {
        Edges = "No overflow; −∞ with zero gradient where all so far are −∞; from the end if reverse.",
        Source = "JAX, lax.cumlogsumexp",
    };

    public override string Attributes => Reverse ? $"axis={Axis}, reverse" : $"axis={Axis}";

    public override TensorType Infer(Inputs inputs) => inputs[0].Type;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0]));

    private readonly struct Kernel(CumLogSumExp op, Tensor x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            Scans.Scan<LogPlus, E>(x.Elements<E>(), x.Shape.Along(op.Axis), op.Reverse, elements);
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var (carried, own) = Weights(inputs[0], output);
        return Expr.Apply(Recurrence, carried, own * tangents[0]!);
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var (carried, own) = Weights(inputs[0], output);
        var sums = Recurrence.Pulled(carried, cotangent);
        return new Cotangent(Guard.Of(sums.Support, own * sums.Value!), sums.Support);
    }

    private LinearRecurrence Recurrence => new(Axis, Reverse);

    /// <summary>How much of each value is the one before it, and how much its own element; nothing where it is −∞.</summary>
    private (Expr Carried, Expr Own) Weights(Expr x, Expr output)
    {
        var total = Expr.Where(Expr.Equal(output, double.NegativeInfinity), 0.0, output);
        return (Expr.Exp(Recurrence.Previous(output, double.NegativeInfinity) - total), Expr.Exp(x - total));
    }

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
        return Apply(new CumLogSumExp(along, reverse), Promotion.Number("CumLogSumExp", x, Domain.Real));
    }

    /// <summary>log Σ eˣ over the elements so far along an axis.</summary>
    public Expr CumLogSumExp(int? axis = null, bool reverse = false) => CumLogSumExp(this, axis, reverse);
}
