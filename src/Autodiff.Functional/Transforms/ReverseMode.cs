using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>Reverse mode: a fold over the Kahn order, from outputs to inputs, that carries the <see cref="GradientMap"/>.</summary>
public static class ReverseMode
{
    /// <summary>
    /// The cotangents of all nodes. A node is visited after all its consumers, so its cotangent is complete, and the op's rule hands it on to the node's inputs. A node without contribution is
    /// skipped.
    /// </summary>
    /// <param name="order">The nodes.</param>
    /// <param name="seed">The roots' cotangents, by <see cref="GradientMap.Seed"/>.</param>
    /// <example><code>
    /// var order = KahnOrder.From(loss);
    /// GradientMap gradients = ReverseMode.Fold(order, GradientMap.Seed(order, Expr.One));
    /// </code></example>
    public static GradientMap Fold(KahnOrder order, GradientMap seed)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(seed);
        var variation = Variation.Of(order);
        return order.Reversed.Aggregate(seed, (gradients, visit) =>
        {
            if (!gradients.TryGetValue(visit, out var cotangent))
                return gradients;
            var contributions = visit.Op.Vjp(visit.Inputs, visit.Node, cotangent, visit.Wanted);
            return gradients.Add(visit, variation is null ? contributions : variation.Guard(visit, cotangent, contributions));
        });
    }

    /// <summary>The route that leads to every gradient: the fold over a graph's nodes at the point.</summary>
    internal static (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients)? Gradients(Graph graph, ImmutableArray<Expr> at)
    {
        var replay = graph.Replay(at, reverse: true);
        var value = replay.Outputs[0];
        return (replay.Outputs, replay.Pullback([Expr.Ones(value.Shape, value.DType), .. new Cotangent[graph.Outputs.Length - 1]]));
    }
}
