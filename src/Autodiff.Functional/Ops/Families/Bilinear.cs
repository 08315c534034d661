using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The family of ops of two arguments that are linear in each: products. Each argument has its own transpose, which is a product again.</summary>
public abstract record Bilinear : Op
{
    /// <summary>
    /// May contributions cancel in the transpose even if both arguments are positive (as in a cross product)? Then it does not show which entries a
    /// support reaches, and all are taken to be reached if any is.
    /// </summary>
    public virtual bool Cancels => true;

    /// <summary>The product.</summary>
    protected abstract Expr Product(Expr left, Expr right);

    /// <summary>The transpose of left ↦ left·right: what a cotangent contributes to the left argument.</summary>
    protected abstract Expr TransposeLeft(Expr cotangent, Expr right, TensorType left);

    /// <summary>The transpose of right ↦ left·right: what a cotangent contributes to the right argument.</summary>
    protected abstract Expr TransposeRight(Expr cotangent, Expr left, TensorType right);

    /// <inheritdoc/>
    public sealed override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        var left = tangents[0] is null ? null : Product(tangents[0]!, inputs[1]);
        var right = tangents[1] is null ? null : Product(inputs[0], tangents[1]!);
        return left is null ? right : right is null ? left : left + right;
    }

    /// <inheritdoc/>
    public sealed override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => new(
        wanted[0] ? Contribution(cotangent, g => TransposeLeft(g, inputs[1], inputs[0].Type), g => TransposeLeft(g, OnesLike(inputs[1]), inputs[0].Type)) : default,
        wanted[1] ? Contribution(cotangent, g => TransposeRight(g, inputs[0], inputs[1].Type), g => TransposeRight(g, OnesLike(inputs[0]), inputs[1].Type)) : default);

    internal sealed override Degree DegreeOf(Inputs inputs, Expr output, ReadOnlySpan<Degree> given) => given[0] * given[1];

    // The support is carried by the product with ones: an entry is reached if any entry that it contributes to is.
    private Cotangent Contribution(Cotangent cotangent, Func<Expr, Expr> transpose, Func<Expr, Expr> transposeOnes) => Cancels ? cotangent.Through(transpose(cotangent.Value!)) : new(
        transpose(cotangent.Value!),
        cotangent.Support is null ? null : Support.From(cotangent.Support, mask => Expr.NotEqual(transposeOnes(Expr.Cast(mask!, cotangent.Value!.DType)), 0.0)));

    private static Expr OnesLike(Expr node) => Expr.Ones(node.Shape, node.DType);
}
