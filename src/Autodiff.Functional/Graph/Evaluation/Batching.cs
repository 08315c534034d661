using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>Batching: a fold over the Kahn order, from inputs to outputs, that carries the batched node for each node.</summary>
internal static class Batching
{
    /// <summary>A node over the batch; one that no batched argument reaches stays as it is.</summary>
    public readonly record struct Batched(Expr Node, bool HasBatchAxis);

    /// <summary>The outputs over the batch; those that depend on no batched argument are as they are for one element.</summary>
    public static ImmutableArray<Batched> Fold(Graph graph, ImmutableArray<Expr> arguments, ImmutableArray<bool> batched, int size)
    {
        if (arguments.Length != graph.Parameters.Length || batched.Length != arguments.Length)
            throw new StructureException("Graph.Batch", $"{graph.Parameters.Length} arguments, and for each whether it is batched", $"{arguments.Length} and {batched.Length}");
        graph.Require([.. arguments.Select((argument, i) => batched[i] ? Single(argument, size) : argument.Type)], "Graph.Batch");
        var given = graph.ByPosition<Batched?>([.. arguments.Select((argument, i) => (Batched?)new Batched(argument, batched[i]))]);
        var nodes = graph.Order.Carry<Batched>((visit, batch) => given[visit.Position] ?? Step(visit, batch, size), node => new(node, false));
        return graph.Collect(nodes, node => new Batched(node, false));
    }

    private static Batched Step(Visit visit, ReadOnlySpan<Batched> batch, int size)
    {
        var inputs = new Expr[batch.Length];
        var batched = new bool[inputs.Length];
        bool any = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            (inputs[i], batched[i]) = batch[i];
            any |= batched[i];
        }
        return any
            ? new(visit.Op.Batch(Inputs.Of(inputs), batched, size), true)
            : new(visit.Node.With(Inputs.Of(inputs)), false);
    }

    private static TensorType Single(Expr argument, int size) => argument.Rank > 0 && argument.Shape[0] == size
        ? new(argument.DType, argument.Shape.Slice(1, argument.Rank - 1))
        : throw new ShapeException("Graph.Batch", $"a leading axis of length {size}", $"the shape {argument.Shape}");

    /// <summary>A node with the batch as its first axis, whether it depends on it or not.</summary>
    public static Expr WithAxis(Batched batched, int size) => batched.HasBatchAxis ? batched.Node : Repeat(batched.Node, size);

    /// <summary>Values of a batch in which elements that take no part have those of the first one that does: what is computed of them is then nothing new, and throws for nobody else.</summary>
    /// <param name="takesPart">Which elements do, a Bool for each.</param>
    /// <param name="nodes">The values.</param>
    /// <param name="batched">Which of them have a batch axis; the others are the same for all elements.</param>
    public static ImmutableArray<Expr> InPlaceOfOthers(Expr takesPart, ImmutableArray<Expr> nodes, ImmutableArray<bool> batched)
    {
        var first = Expr.ArgMax(Expr.Cast(takesPart, DType.Int64));
        return [.. nodes.Select((node, i) => !batched[i] ? node
            : Expr.Where(Expr.Reshape(takesPart, Shape.Ones(node.Rank).With(0, node.Shape[0])), node, Expr.ExpandDims(Expr.Take(node, first, 0), 0)))];
    }

    /// <summary>The same value for each element of the batch.</summary>
    public static Expr Repeat(Expr node, int size) => Expr.BroadcastTo(node, node.Shape.Insert(0, size));
}
