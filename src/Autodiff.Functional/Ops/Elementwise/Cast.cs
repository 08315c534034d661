using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The same numbers in another dtype. Linear between the floating dtypes; to and from others it has no derivative.</summary>
internal sealed record Cast(DType To) : Linear, IPointwise
{
    public override bool Cancels => false;
    public static OpInfo Info => new("Cast", "the same numbers in another dtype", random =>
    {
        var to = random.Next(6) switch { 0 => DType.Int32, 1 => DType.Int64, 2 => DType.Bool, 3 => DType.Float64, _ => DType.Float32 };
        return OpCase.Of(random.NextTensor(random.NextShape(), new(-4, 4)), x => Expr.Cast(x, to), $"Expr.Cast(x0, DType.{to})");
    })
    {
        Signature = "Cast(x, dtype)",
        Derivative = "d cast back, between floating dtypes",
        Edges = "Fractions are cut off towards 0 on the way to integers.",
    };

    public override string Attributes => $"{To}";

    public override Formula Latex(ReadOnlySpan<Formula> inputs) => inputs[0];

    public override TensorType Infer(Inputs inputs) => new(To, inputs[0].Shape);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0] switch
    {
        var x when x.DType == To => x,
        { Element.IsNative: false } x => x.Element.Cast(x, To),
        { IsUniform: true } x => Evaluate([x.Slice(new int[x.Rank], Shape.Ones(x.Rank).Dimensions, Shape.Ones(x.Rank).Dimensions)]).Expand(x.Shape),
        var x => x.Element.Run<Kernel, Tensor>(new(x, To)),
    };

    // A kernel for each pair of element types: first the one cast from is found, then the one cast to.
    private readonly struct Kernel(Tensor x, DType to) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E> => ElementType.Of(to).Run<KernelFrom<E>, Tensor>(new(x, to));
    }

    private readonly struct KernelFrom<T>(Tensor x, DType to) : IKernel<Tensor> where T : unmanaged
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(ElementType.Of(to), x.Shape, out var elements);
            Conversion.Convert(x.Elements<T>(), elements);
            return result;
        }
    }

    Pointwise IPointwise.Function => Pointwise.Cast(To);

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Cast(cotangent, inputs[0].DType);

    public override Op Lifted(Shape leading) => this;
}

/// <summary>The value, as a constant for the derivative: no tangent and no cotangent passes.</summary>
internal sealed record StopGradient : Op, IView
{
    public static OpInfo Info => OpInfo.Unary("StopGradient", Expr.StopGradient, "x", "0") with { Detached = true };

    public static readonly StopGradient Op = new();
    public override TensorType Infer(Inputs inputs) => inputs[0].Type;
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0];
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>
    /// The same numbers in another dtype: fractions are cut off towards 0 on the way to integers, and a Bool is what is not 0. Differentiable
    /// between Float32 and Float64.
    /// </summary>
    public static Expr Cast(Expr x, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(x);
        // Casting a literal makes it strong.
        return x.DType == dtype && !x.IsWeak ? x
            : x.IsWeak ? FromValue(new Cast(dtype).Evaluate([x.Value]), weak: false)
            : Make(new Cast(dtype), new(x), new(dtype, x.Shape));
    }

    /// <summary>The value of x, taken as a constant by every derivative.</summary>
    public static Expr StopGradient(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Make(Functional.StopGradient.Op, new(x), x.Type);
    }
}
