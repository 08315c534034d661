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
        if (left is not { HasRoot: true } || right is not { HasRoot: true } || RootIn(right) is not { } other || RootIn(left) is not { } root || left.Shape != right.Shape)
            return null;
        if (!root.Op.Equals(other.Op) || !root.Inputs.SequenceEqual(other.Inputs, ReferenceEqualityComparer.Instance))
            return null;
        if (Scaled(left, root) is not { } first || Scaled(right, other) is not { } second)
            return null;
        var squares = Product(root.Inputs[0]);
        squares = root.Op is Reduction<Norm> { Axes: var axes } ? Sum(squares, axes) : squares + Product(root.Inputs[1]);
        return squares.Shape == left.Shape ? squares : Reshape(squares, left.Shape);

        Expr Product(Expr x) => ReferenceEquals(left, right) ? Square(first(x)) : first(x) * second(x);
    }

    /// <summary>The root in a product of it, by a walk of a few steps.</summary>
    private static Expr? RootIn(Expr x)
    {
        for (int factor = 0; factor <= Factors; factor++)
        {
            if (IsRoot(x))
                return x;
            x = x.Op is Binary<Multiply> ? Inner(x) : x.Inputs[0];
            if (!x.HasRoot)
                return null;
        }
        return null;
    }

    private static bool IsRoot(Expr x) => x.Op.Root == Root.Itself;

    /// <summary>The factor in which the root is.</summary>
    private static Expr Inner(Expr product) => product.Inputs[0].HasRoot ? product.Inputs[0] : product.Inputs[1];

    /// <summary>What makes of a number under the root the product that x is of the root; null if a factor has more axes.</summary>
    private static Func<Expr, Expr>? Scaled(Expr x, Expr root)
    {
        if (ReferenceEquals(x, root))
            return static under => under;
        var inner = x.Op is Binary<Multiply> ? Inner(x) : x.Inputs[0];
        if (Scaled(inner, root) is not { } scaled)
            return null;
        if (x.Op is Functional.Reshape)     // with axes of length 1 where a norm dropped them
            return root.Op is Reduction<Norm> ? scaled : null;
        if (x.Op is Unary<Negate>)
            return under => -scaled(under);
        var factor = x.Op is Binary<Multiply> && ReferenceEquals(inner, x.Inputs[1]) ? x.Inputs[0] : x.Inputs[1];
        if (factor.Rank > 0 && factor.Shape != x.Shape || inner.Shape != x.Shape)
            return null;
        var stretched = factor.Rank > 0 && root.Op is Reduction<Norm> { Axes: var axes } ? Restore(factor, root.Inputs[0].Shape, axes) : factor;
        return x.Op is Binary<Divide> ? under => scaled(under) / stretched : under => stretched * scaled(under);
    }

    private static bool IsTwo(Expr? x) => x is { IsWeak: true, IsConstant: true, Rank: 0 } && x.Value.ToScalar<double>() == 2;
}
