namespace Autodiff.Functional;

/// <summary>
/// The Euclidean norm over some axes, which are dropped; scaled, so that squares neither overflow nor vanish. Derivative: x / ‖x‖, and at 0 the
/// subgradient 0, as in PyTorch.
/// </summary>
internal sealed record Norm(Axes Axes) : Op
{
    public static OpInfo Info => OpInfo.Reduction("Norm", Expr.Norm, "√Σ x²", "Σ x·d / y", ofNothing: true, on: new(-2, 2, 0.1)) with { Edges = "The gradient at 0 is 0; no overflow; 0 over no elements." };

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
            E zero = E.Literal(0), one = E.Literal(1), infinity = E.Literal(double.PositiveInfinity);
            for (int o = 0; o < outer; o++)
                for (int i = 0; i < inner; i++)
                {
                    E largest = zero, sum = zero;
                    for (int k = 0; k < length; k++)
                        largest = E.Maximum(largest, E.Abs(source[(o * length + k) * inner + i]));
                    var scale = E.IfEqual(largest, zero, one, E.IfEqual(largest, infinity, one, largest));
                    for (int k = 0; k < length; k++)
                    {
                        var scaled = source[(o * length + k) * inner + i] / scale;
                        sum += scaled * scaled;
                    }
                    // At 0 the largest, so that other numbers than reals carry the subgradient 0, and not 0·∞.
                    elements[o * inner + i] = E.IfEqual(largest, zero, largest, scale * E.Sqrt(sum));
                }
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Expr.Sum(tangents[0]! * Direction(inputs[0], output), Axes);

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var shape = inputs[0].Shape;
        var support = cotangent.Support is null ? null : Support.From(cotangent.Support, mask => Expr.Restore(mask!, shape, Axes));
        return new Cotangent(Guard.Of(support, Expr.Restore(cotangent.Value!, shape, Axes) * Direction(inputs[0], output)), support);
    }

    private Expr Direction(Expr x, Expr output)
    {
        var norm = Expr.Restore(output, x.Shape, Axes);
        return Expr.Where(Expr.Equal(norm, 0.0), 0.0, x / norm);
    }

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(new Norm(Axes.Shift(1)), inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>The Euclidean norm over all axes, or those named; its gradient at 0 is 0.</summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Norm(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        x = Promotion.Number("Norm", x, Domain.Real);
        return axes.Count == 0 ? Abs(x) : Dropped(Apply(new Norm(axes), x), x.Shape, axes, keepDims);
    }

    /// <summary>The Euclidean norm over all axes, or those named.</summary>
    public Expr Norm(Axes axes = default, bool keepDims = false) => Norm(this, axes, keepDims);
}
