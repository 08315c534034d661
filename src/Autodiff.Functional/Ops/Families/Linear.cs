using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The family of ops that are linear in all their floating-point inputs jointly (indices and masks are given): reshape, permute, sum, slice, gather …
/// The tangent goes through the op itself, the cotangent through its transpose, which is linear again.
/// </summary>
public abstract record Linear : Op
{
    /// <summary>Does the output depend on only some entries of an input? Then the support narrows to them.</summary>
    public virtual bool Selects => false;

    /// <summary>
    /// May contributions cancel in the transpose, because coefficients of the map are negative? Then it does not show which entries a support reaches,
    /// and all are taken to be reached if any is. An op that says it cannot (a reshape, a sum, a slice) keeps supports exact.
    /// </summary>
    public virtual bool Cancels => true;

    /// <summary>The transpose of the map from input <paramref name="index"/> to the output. Of <paramref name="inputs"/>[index] only the type may be used.</summary>
    public abstract Expr Transpose(int index, Expr cotangent, Inputs inputs);

    /// <summary>The transposes of all inputs of a node, by index: for an op with many inputs to prepare once what each would compute again.</summary>
    protected virtual Func<int, Expr, Expr> Transposes(Inputs inputs) => (index, cotangent) => Transpose(index, cotangent, inputs);

    /// <summary>This op on inputs that all have these leading axes, over which it works element by element.</summary>
    public abstract Op Lifted(Shape leading);

    /// <inheritdoc/>
    public sealed override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var arguments = new Expr[inputs.Count];
        bool any = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = !inputs[i].DType.IsFloating() ? inputs[i] : tangents[i] ?? Expr.Zeros(inputs[i].Shape, inputs[i].DType);
            any |= inputs[i].DType.IsFloating() && tangents[i] is not null;
        }
        return any && output.DType.IsFloating() ? Expr.Make(this, Inputs.Of(arguments), output.Type) : null;
    }

    /// <inheritdoc/>
    public sealed override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var transpose = Transposes(inputs);
        if (inputs.Count == 1)
            return Contribution(0, inputs, output, cotangent, transpose);
        var all = new Cotangent[inputs.Count];
        for (int i = 0; i < all.Length; i++)
            if (wanted[i])
                all[i] = Contribution(i, inputs, output, cotangent, transpose);
        return new([.. all]);
    }

    internal sealed override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given)
    {
        var sum = Degree.Zero;
        bool selects = false, isFree = true;
        for (int i = 0; i < given.Length; i++)
        {
            isFree &= given[i].IsFree;
            if (inputs[i].DType.IsFloating())
                sum += given[i];
            else
                selects |= !given[i].IsFree;
        }
        return isFree && !(sum.IsLinear && output.DType.IsFloating()) ? Degree.Free : selects || !output.DType.IsFloating() ? Degree.Other : sum;
    }

    private Cotangent Contribution(int index, Inputs inputs, Expr output, Cotangent cotangent, Func<int, Expr, Expr> transpose)
    {
        if (!inputs[index].DType.IsFloating() || !output.DType.IsFloating())
            return default;
        if (Cancels)
            return cotangent.Through(transpose(index, cotangent.Value!));
        var support = cotangent.Support is null && !Selects ? null
            : Support.From(cotangent.Support, mask => Reached(mask is null ? Expr.Ones(output.Shape, output.DType) : Expr.Cast(mask, output.DType)));
        return new(transpose(index, cotangent.Value!), support);

        // An entry is reached if the transpose carries a 1 to it.
        Expr Reached(Expr ones) => Expr.NotEqual(transpose(index, ones), 0.0);
    }

    /// <inheritdoc/>
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        var arguments = new Expr[inputs.Count];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = batched[i] ? inputs[i] : Batching.Repeat(inputs[i], size);
        return Expr.Apply(Lifted(Shape.Of(size)), arguments);
    }
}
