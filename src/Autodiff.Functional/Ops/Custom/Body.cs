using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Functions as the attribute of an op: what they close over becomes an input of the op, so that nothing outside is seen but through its inputs, and every
/// transform finds all edges.
/// </summary>
internal static class Body
{
    /// <summary>What some outputs are computed from beside the parameters: the last nodes on each way that depend on none of them. Constants are part of the function.</summary>
    public static ImmutableArray<Expr> Captures(ImmutableArray<Expr> parameters, ImmutableArray<Expr> outputs)
    {
        var captures = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        var cut = new HashSet<Expr>(parameters, ReferenceEqualityComparer.Instance);
        var order = Graph.Of(Distinct(parameters), outputs).Order;
        foreach (var visit in order)
            for (int i = 0; i < visit.Inputs.Count && !cut.Contains(visit.Node); i++)
                if (visit.InputPositions[i] < 0 && !visit.Inputs[i].IsConstant)
                    captures.Add(visit.Inputs[i]);
        for (int i = 0; i < outputs.Length; i++)
            if (order.Roots[i] < 0 && !outputs[i].IsConstant)
                captures.Add(outputs[i]);
        return [.. captures];
    }

    /// <summary>The function as a graph of its own: a parameter for each of the nodes, among which there may be constants and repetitions.</summary>
    public static Graph Close(ImmutableArray<Expr> parameters, ImmutableArray<Expr> outputs)
    {
        var distinct = Distinct(parameters);
        var graph = Graph.Of(distinct, outputs);
        ImmutableArray<int> places = [.. distinct.Select(node => parameters.IndexOf(node, 0, parameters.Length, ReferenceEqualityComparer.Instance))];
        return Graph.Trace(arguments => graph.Call([.. places.Select(place => arguments[place])]), [.. parameters.Select(node => node.Type)]);
    }

    /// <summary>The values of a body: over the element type of the arguments, which may be dual numbers.</summary>
    public static ImmutableArray<Tensor> Evaluate(Graph body, ReadOnlySpan<Tensor> arguments)
    {
        foreach (var argument in arguments)
            if (!argument.Element.IsNative)
                return body.Evaluate([.. arguments], argument.Element.Convert);
        return body.Evaluate(arguments);
    }

    private static ImmutableArray<Expr> Distinct(ImmutableArray<Expr> nodes) => [.. nodes.Where(node => !node.IsConstant).Distinct<Expr>(ReferenceEqualityComparer.Instance)];
}
