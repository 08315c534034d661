using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The Euclidean norm over some axes, which are dropped; scaled, so that squares neither overflow nor vanish. Derivative: x / ‖x‖, and at 0 the
/// subgradient 0, as in PyTorch.
/// </summary>
internal readonly struct Norm : IReduction
{
    public static OpInfo Info => OpInfo.Reduction("Norm", Expr.Norm, "√Σ x²", "Σ x·d / y", ofNothing: true, on: new(-2, 2, 0.1)) with { Edges = "The gradient at 0 is the subgradient 0, and so is what is derived from it: a second derivative through a norm of 0 is 0 by convention, not by limit. The square of a norm (Square, c·n·n, a power of 2) is made as Σ x², whose derivatives are exact. No overflow; 0 over no elements." };
    public static Formula? Latex(Formula x) => new Formula($@"\left\lVert{x}\right\rVert");

    public static E Apply<E>(Span<E> column) where E : unmanaged, IElementary<E>
    {
        E zero = E.Literal(0), one = E.Literal(1), infinity = E.Literal(double.PositiveInfinity), largest = zero;
        foreach (var element in column)
            largest = E.Maximum(largest, E.Abs(element));
        var scale = E.IfEqual(largest, zero, one, E.IfEqual(largest, infinity, one, largest));
        foreach (ref var element in column)
            element /= scale;
        // At 0 the largest, so that other numbers than reals carry the subgradient 0, and not 0·∞.
        return E.IfEqual(largest, zero, largest, scale * E.Sqrt(Reductions.Dot<E>(column, column)));
    }

    public static Expr Lowered(Expr x, Axes axes)
    {
        var (scale, _, squares, _) = Parts(x, axes);
        return scale * Expr.Sqrt(squares);
    }

    /// <summary>x / ‖x‖, first divided by the largest element and then by a number in 1 … √n: so that nothing overflows, also in the next derivatives, and no product of a tiny x is rounded as a subnormal number.</summary>
    public static Expr Slopes(Expr x, Expr y, Axes axes)
    {
        var (_, scaled, squares, isZero) = Parts(x, axes);
        // At 0 the factor is 0 over 1: finite, so that what is derived from the subgradient is 0 as well.
        return scaled * Expr.Restore((1.0 - isZero) / Expr.Sqrt(squares + isZero), x.Shape, axes);
    }

    /// <summary>The largest magnitude, or 1 if it is 0 or infinite; x over it; the squares of that added up; 1 where all are 0. The scale is a constant for the derivative: nothing depends on it.</summary>
    private static (Expr Scale, Expr Scaled, Expr Squares, Expr IsZero) Parts(Expr x, Axes axes)
    {
        var largest = Expr.Max(Expr.Abs(Expr.StopGradient(x)), axes);
        var isZero = Expr.Equal(largest, 0.0);
        var scale = Expr.Where(Expr.Or(isZero, Expr.Equal(largest, double.PositiveInfinity)), 1.0, largest);
        var scaled = x / Expr.Restore(scale, x.Shape, axes);
        return (scale, scaled, Expr.Sum(scaled * scaled, axes), Expr.Cast(isZero, x.DType));
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The Euclidean norm over all axes, or those named. Its gradient at 0 is the subgradient 0, and so is every derivative of that gradient. The square of a norm, written as
    /// <c>Square(n)</c>, <c>n * n</c> or a power of 2, is made as Σ x² and has its exact derivatives at 0; so is that of a norm with factors and divisors, as in <c>0.5 * n * n</c>.
    /// Write other smooth functions of ‖x‖² in Σ x² as well.
    /// </summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Norm(Expr x, Axes axes = default, bool keepDims = false) => Reduction<Norm>.Of(x, axes, keepDims);

    /// <summary>The Euclidean norm over all axes, or those named.</summary>
    public Expr Norm(Axes axes = default, bool keepDims = false) => Norm(this, axes, keepDims);
}
