using Autodiff.Functional;

namespace Folds;

/// <summary>What a graph costs: its arithmetic operations, its nodes, and how many of these come one after the other. A transform of one's own: a fold over the Kahn order.</summary>
internal readonly record struct Cost(long Operations, int Nodes, int Depth)
{
    public static Cost Of(params Expr[] results)
    {
        var order = KahnOrder.From(results);
        var depths = order.Carry<int>((_, inputs) => inputs.IsEmpty ? 0 : 1 + inputs.ToArray().Max(), _ => 0);      // the longest way to each node
        return new(order.Sum(visit => OperationsOf(visit.Node)), order.Count, depths.Max());
    }

    /// <summary>By the family that an op belongs to: one operation an element, two for each product that is summed, one for each element that is reduced; none where elements only move.</summary>
    private static long OperationsOf(Expr node) => node.Op switch
    {
        Leaf => 0,
        Elementwise => node.Shape.Size,
        Bilinear => 2L * node.Shape.Size * node.Inputs[0].Shape[^1],
        _ => node.Inputs.Sum(input => (long)input.Shape.Size) is var read && read > node.Shape.Size ? read : 0,
    };
}
