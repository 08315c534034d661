using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A part of a derivative, (mask, witness, value): the value where the mask is true. Elsewhere the path it belongs to is constant, because a factor on it is 0, and it is 0·witness: 0, or NaN
/// where the path's own value is none. (A 0 stays what it is, sign and all: a guard changes no bit of what needs none.)
/// </summary>
/// <remarks>
/// The mask is about a factor, not about a branch. To a transform whose seed the factor does not depend on, the value is constant outside of the mask
/// (<see cref="Variation"/>). To one whose seed it depends on, the factor can leave 0, so that derivatives pass as if there were no mask: ∂ₘ∂ₓ of m·x² at m = 0 is 2x.
/// </remarks>
internal sealed record WhereVarying : Op, IPointwise
{
    private static readonly WhereVarying s_op = new();

    /// <summary>The value; itself if the mask is known to be true everywhere. Where the output is undefined, so is its derivative.</summary>
    public static Expr Of(Support? varies, Support? undefined, Expr witness, Expr value)
    {
        if (varies is null || Is(varies.Mask, true))
            return value;
        witness = Promotion.Conform(witness, value.Type);
        return Expr.Apply(s_op, varies.Mask, undefined is null || Is(undefined.Mask, false) ? witness : Expr.Where(undefined.Mask, double.NaN, witness), value);
    }

    private static bool Is(Expr mask, bool all) => mask.IsConstant && !mask.Value.Elements<bool>().Contains(!all);

    internal override bool HasPoles => true;

    public override TensorType Infer(Inputs inputs) => inputs[0].Shape == inputs[2].Shape && inputs[1].Type == inputs[2].Type ? inputs[2].Type
        : throw new ShapeException(Name, "a mask and a witness of the value's type", $"{inputs[0].Type} and {inputs[1].Type} for {inputs[2].Type}");

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => tangents[2];

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => new([default, default, new(cotangent.Value, cotangent.Support)]);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this,
        batched[0] ? inputs[0] : Batching.Repeat(inputs[0], size),
        batched[1] ? inputs[1] : Batching.Repeat(inputs[1], size),
        batched[2] ? inputs[2] : Batching.Repeat(inputs[2], size));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[2].Element.Run<Kernel, Tensor>(new(inputs[0], inputs[1], inputs[2]));

    private readonly struct Kernel(Tensor mask, Tensor witness, Tensor value) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(value.Element, value.Shape, out var elements);
            ReadOnlySpan<bool> holds = mask.Elements<bool>();
            ReadOnlySpan<E> witnesses = witness.Elements<E>(), values = value.Elements<E>();
            for (int i = 0; i < elements.Length; i++)
                elements[i] = Element(holds[i], witnesses[i], values[i]);
            return result;
        }
    }

    /// <summary>The function, of numbers with a truth value.</summary>
    internal static E Element<E>(bool varies, E witness, E value) where E : unmanaged, IElementary<E> => varies ? value : E.IfEqual(value, E.Literal(0), value, witness * E.Literal(0));

    Pointwise IPointwise.Function => Pointwise.WhereVarying;

    /// <summary>The function, of numbers with the masks that go with them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Choose<T, M>(M mask, T witness, T value) where T : unmanaged, IMasked<T, M> where M : unmanaged, IMasked<M, M> => T.Choose(mask, value, T.IfEqual(value, T.Literal(0), value, witness * T.Literal(0)));
}
