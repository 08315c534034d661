using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>Takes each element from the second input where the first is true, else from the third. It selects: the other side has no influence.</summary>
internal sealed record Where : Linear, IPointwise
{
    public override bool Cancels => false;
    public static OpInfo Info => new("Where", "yes where the condition is true, else no", random =>
    {
        var (yes, no) = random.NextShapesThatBroadcast();
        var condition = random.NextPartOf(Shape.Broadcast(yes, no));
        return new([random.NextMask(condition), random.NextTensor(yes), random.NextTensor(no)], x => Expr.Where(x[0], x[1], x[2]), "Expr.Where(x0, x1, x2)");
    })
    {
        Signature = "Where(condition, yes, no)",
        Derivative = "d to the side that is taken",
        Edges = "The side that is not taken has no influence, whatever its derivative.",
    };

    public static readonly Where Op = new();

    public override bool Selects => true;

    public override TensorType Infer(Inputs inputs)
    {
        if (inputs[0].DType != DType.Bool)
            throw new DTypeException(Name, "a Bool condition", $"{inputs[0].DType}", "Compare it with something first.");
        if (inputs[1].DType != inputs[2].DType)
            throw Promotion.Differ(Name, inputs[1], inputs[2]);
        return inputs[0].Shape == inputs[1].Shape && inputs[1].Shape == inputs[2].Shape ? inputs[1].Type
            : throw new ShapeException(Name, "equal shapes", $"{inputs[0].Shape}, {inputs[1].Shape} and {inputs[2].Shape}", "Broadcast them first.");
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[1].Element.Run<Kernel, Tensor>(new(inputs[0], inputs[1], inputs[2]));

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) =>
        index == 1 ? Expr.Where(inputs[0], cotangent, Expr.Zeros(cotangent.Shape, cotangent.DType))
        : Expr.Where(inputs[0], Expr.Zeros(cotangent.Shape, cotangent.DType), cotangent);

    public override Op Lifted(Shape leading) => this;

    Pointwise IPointwise.Function => Pointwise.Where;

    internal readonly struct Kernel(Tensor condition, Tensor yes, Tensor no) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(yes.Element, condition.Shape, out var elements);
            if (!elements.IsEmpty)
                Loops.Select(condition.Elements<bool>(), Operand<E>(yes), Operand<E>(no), elements);
            return result;
        }

        private static ReadOnlySpan<E> Operand<E>(Tensor tensor) where E : unmanaged =>
            tensor.IsUniform ? tensor.Buffer<E>().Slice(tensor.Offset, 1) : tensor.Elements<E>();
    }
}

/// <summary>
/// The value inside the support, exactly 0 outside: what reverse mode puts around a contribution that might be 0·∞ where nothing was selected.
/// An op of its own, so that it can be told from a user's Where and taken out again.
/// </summary>
internal sealed record Guard : Linear, IPointwise
{
    public override bool Cancels => false;
    private static readonly Guard s_op = new();

    /// <summary>The guarded value; itself if the support is everywhere.</summary>
    public static Expr Of(Support? support, Expr value) => support is null ? value : Expr.Apply(s_op, support.Mask, value);

    public override bool Selects => true;

    public override TensorType Infer(Inputs inputs) => inputs[0].Shape == inputs[1].Shape ? inputs[1].Type
        : throw new ShapeException(Name, "a support of the value's shape", $"{inputs[0].Shape} for {inputs[1].Shape}");

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) =>
        inputs[1].Element.Run<Where.Kernel, Tensor>(new(inputs[0], inputs[1], inputs[1].Element.Zeros(inputs[1].Shape)));

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Apply(this, inputs[0], cotangent);

    public override Op Lifted(Shape leading) => this;

    Pointwise IPointwise.Function => Pointwise.Guard;
}

public sealed partial class Expr
{
    /// <summary>
    /// Each element from <paramref name="yes"/> where the condition is true, else from <paramref name="no"/>, after broadcasting. The side that is
    /// not taken has no influence, also where its derivative is infinite or NaN.
    /// </summary>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">The condition is not Bool, or the sides have two strong dtypes.</exception>
    /// <example><code>
    /// var f = Expr.Where(x > 0, Expr.Sqrt(x), 0);     // gradient 0 below 0, not NaN
    /// </code></example>
    public static Expr Where(Expr condition, Expr yes, Expr no)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(yes);
        ArgumentNullException.ThrowIfNull(no);
        if (yes.DType != DType.Bool || no.DType != DType.Bool)
            (yes, no) = Promotion.Numbers("Where", yes, no, Domain.Numeric);
        var shape = Shape.Broadcast(Shape.Broadcast(condition.Shape, yes.Shape, "Where"), no.Shape, "Where");
        return Apply(Functional.Where.Op, BroadcastTo(condition, shape), BroadcastTo(yes, shape), BroadcastTo(no, shape));
    }
}
