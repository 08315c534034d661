namespace Autodiff.Functional;

public sealed partial class Expr
{
    /// <summary>How many products, quotients and signs about a root are looked through: enough for what is written in one formula.</summary>
    private const int Factors = 4;

    /// <summary>
    /// c·d·Σ x² if the factors are c·√Σ x² and d·√Σ x², else null: <see cref="Norm(Expr, Axes, bool)"/>, <see cref="Hypot"/>, and what is made of them. It is smooth where the root
    /// is 0, and the product of two roots would have the derivatives of their subgradients. Each x takes the factors of its root, so that no more overflows or vanishes than before.
    /// </summary>
    private static Expr? SquaredRoot(Expr? left, Expr? right)
    {
        if (Rooted(right, Factors) is not { } second || (ReferenceEquals(left, right) ? second : Rooted(left, Factors)) is not { } first || left!.Shape != right!.Shape)
            return null;
        var (root, other) = (first.Root, second.Root);
        if (!root.Op.Equals(other.Op) || !root.Inputs.SequenceEqual(other.Inputs, ReferenceEqualityComparer.Instance))
            return null;
        var squares = Product(root.Inputs[0]);
        squares = root.Op is Reduction<Norm> { Axes: var axes } ? Sum(squares, axes) : squares + Product(root.Inputs[1]);
        return squares.Shape == left.Shape ? squares : Reshape(squares, left.Shape);

        Expr Product(Expr x) => ReferenceEquals(left, right) ? Square(first.Scaled(x)) : first.Scaled(x) * second.Scaled(x);
    }

    /// <summary>The root in a product of it, and what makes of a number under the root the same product.</summary>
    private static (Expr Root, Func<Expr, Expr> Scaled)? Rooted(Expr? x, int factors)
    {
        if (x?.Op is Reduction<Norm> or Binary<Hypot>)
            return (x, static under => under);
        if (x is null || factors == 0)
            return null;
        switch (x.Op)
        {
            case Functional.Reshape when Rooted(x.Inputs[0], factors - 1) is { Root.Op: Reduction<Norm> } kept:      // with axes of length 1 where it dropped them
                return kept;
            case Unary<Negate> when Rooted(x.Inputs[0], factors - 1) is var (root, scaled):
                return (root, under => -scaled(under));
            case Binary<Multiply> when Scales(x.Inputs[0], x) && Rooted(x.Inputs[1], factors - 1) is var (root, scaled):
                return (root, under => Stretched(x.Inputs[0], root) * scaled(under));
            case Binary<Multiply> when Scales(x.Inputs[1], x) && Rooted(x.Inputs[0], factors - 1) is var (root, scaled):
                return (root, under => scaled(under) * Stretched(x.Inputs[1], root));
            case Binary<Divide> when Scales(x.Inputs[1], x) && Rooted(x.Inputs[0], factors - 1) is var (root, scaled):
                return (root, under => scaled(under) / Stretched(x.Inputs[1], root));
            default:
                return null;
        }

        static bool Scales(Expr factor, Expr product) => factor.Rank == 0 || factor.Shape == product.Shape;

        static Expr Stretched(Expr factor, Expr root) => factor.Rank > 0 && root.Op is Reduction<Norm> { Axes: var axes } ? Restore(factor, root.Inputs[0].Shape, axes) : factor;
    }

    private static bool IsTwo(Expr? x) => x is { IsWeak: true, IsConstant: true, Rank: 0 } && x.Value.ToScalar<double>() == 2;
}
