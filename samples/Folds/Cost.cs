using Autodiff.Functional;

namespace Folds;

/// <summary>What a graph costs: its arithmetic operations, its nodes, and how many of these come one after the other. A transform of one's own: a fold over the Kahn order.</summary>
internal readonly record struct Cost(long Operations, int Nodes, int Depth)
{
    public static Cost Of(params Expr[] results)
    {
        var order = KahnOrder.From(results);
        var depths = new int[order.Count];       // what is carried: for each node, the longest way to it
        return order.Aggregate(default(Cost), (cost, visit) =>
        {
            foreach (int input in visit.InputPositions)
                depths[visit.Position] = Math.Max(depths[visit.Position], depths[input] + 1);
            return new(cost.Operations + OperationsOf(visit.Node), cost.Nodes + 1, Math.Max(cost.Depth, depths[visit.Position]));
        });
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
