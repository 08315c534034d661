namespace Autodiff.Functional;

/// <summary>Cotangents as nodes, for bodies to take and give: the value, and the mask of the support where there is one.</summary>
internal static class CotangentNodes
{
    /// <summary>Nothing, the value, or the value and the mask.</summary>
    public static IEnumerable<Expr> Of(Cotangent cotangent) => cotangent.IsNone ? [] : cotangent.Support is { Mask: var mask } ? [cotangent.Value!, mask] : [cotangent.Value!];

    /// <summary>
    /// The value (zeros if there is none), and a mask if there is to be one: of nowhere if there is no cotangent, of everywhere if it has no support.
    /// </summary>
    public static IEnumerable<Expr> Of(Cotangent cotangent, TensorType type, bool masked)
    {
        var value = cotangent.IsNone ? Expr.Zeros(type.Shape, type.DType) : Promotion.Conform(cotangent.Value!, type);
        return !masked ? [value]
            : [value, cotangent.IsNone ? Expr.Zeros(type.Shape, DType.Bool) : cotangent.Support?.Mask ?? Expr.Ones(type.Shape, DType.Bool)];
    }

    /// <summary>A cotangent of the next nodes, in the form of another one.</summary>
    public static Cotangent Take(Queue<Expr> nodes, Cotangent like) => like.IsNone ? default : Take(nodes, like.Support is not null) with { MayBeInfinite = like.MayBeInfinite };

    /// <summary>A cotangent of the next nodes.</summary>
    public static Cotangent Take(Queue<Expr> nodes, bool masked) => new(nodes.Dequeue(), masked ? new Support(nodes.Dequeue()) : null);
}
