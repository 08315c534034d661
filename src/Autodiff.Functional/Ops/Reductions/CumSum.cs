using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The sums of the elements so far along an axis.</summary>
internal sealed record CumSum(int Axis, bool Reverse) : Linear
{
    public static OpInfo Info => Cumulative("CumSum", Expr.CumSum, "yᵢ = Σ xⱼ, j ≤ i", "the sums of d so far; back, from the other end") with
    {
        Edges = "From the end if reverse; Bool and integers give Int64.",
        Source = "NumPy, cumsum; Ogita, Rump, Oishi 2005, Accurate sum and dot product",
    };

    /// <summary>The entry of an op along an axis, or over the flattened tensor.</summary>
    internal static OpInfo Cumulative(string name, Func<Expr, int?, bool, Expr> op, string formula, string derivative) => new(name, formula, random =>
    {
        var shape = random.NextShape();
        int? axis = shape.Rank == 0 || random.Next(4) == 0 ? null : random.NextAxis(shape.Rank);
        bool reverse = random.NextBool();
        return OpCase.Of(random.NextTensor(shape), x => op(x, axis, reverse), $"Expr.{name}(x0, {axis?.ToString() ?? "null"}, {(reverse ? "true" : "false")})");
    })
    {
        Signature = $"{name}(x, axis = of all, reverse = false)",
        Derivative = derivative,
    };

    public override bool Cancels => false;
    public override string Attributes => Reverse ? $"axis={Axis}, reverse" : $"axis={Axis}";

    public override TensorType Infer(Inputs inputs) => inputs[0].Type;

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0]));

    private readonly struct Kernel(CumSum op, Tensor x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, x.Shape, out var elements);
            Scans.Sum(x.Elements<E>(), x.Shape.Along(op.Axis), op.Reverse, elements);
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Apply(this with { Reverse = !Reverse }, cotangent);

    public override Op Lifted(Shape leading) => this with { Axis = Axis + leading.Rank };
}

public sealed partial class Expr
{
    /// <summary>
    /// The sums of the elements so far along an axis (over the flattened tensor if none is given), each with its own element; from the end if
    /// <paramref name="reverse"/>. Bool and integers give Int64.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr CumSum(Expr x, int? axis = null, bool reverse = false)
    {
        (x, int along) = Along("CumSum", x, axis);
        return Apply(new CumSum(along, reverse), x.DType.IsFloating() ? x : Cast(x, DType.Int64));
    }

    /// <summary>A tensor and an axis of it: flattened if no axis is given.</summary>
    private static (Expr X, int Axis) Along(string op, Expr x, int? axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        return axis is { } given ? (x, x.Shape.Axis(given, op)) : (Ravel(x), 0);
    }

    /// <summary>The sums of the elements so far along an axis.</summary>
    public Expr CumSum(int? axis = null, bool reverse = false) => CumSum(this, axis, reverse);
}
