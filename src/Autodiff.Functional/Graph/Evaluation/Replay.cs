using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// A graph's nodes made anew at some arguments. Rules see the nodes that were made, while positions, edges and what is wanted come from the trace: a node that was made may be a constant, and two parameters may have
/// been replaced by the same node.
/// </summary>
internal sealed class Replay
{
    private readonly Graph _graph;
    private readonly KahnOrder _order;

    /// <param name="graph">The graph.</param>
    /// <param name="arguments">The arguments, one for each parameter.</param>
    /// <param name="reverse">Is reverse mode to follow? Then ops give what its rules will ask for beside their values.</param>
    public Replay(Graph graph, ImmutableArray<Expr> arguments, bool reverse)
    {
        var given = graph.ByPosition(arguments);
        bool sameValues = SameValues(graph, arguments);
        var nodes = graph.Order.Carry<Expr>((visit, inputs) => given[visit.Position] ?? Again(visit, Inputs.Of(inputs), sameValues, reverse), node => node);
        (_graph, _order, Outputs) = (graph, graph.Order.Of(nodes), graph.Collect(nodes, node => node));
    }

    public ImmutableArray<Expr> Outputs { get; }

    private static Expr Again(Visit visit, Inputs inputs, bool sameValues, bool reverse)
    {
        if (reverse && visit.Op.ForReverse is var op && !ReferenceEquals(op, visit.Op))
            return Expr.Make(op, inputs, op.Infer(inputs));
        if (!sameValues || visit.Node.Remembered is not { } known)
            return visit.Node.With(inputs);
        // A value computed while tracing serves again only where the arguments are the same, and everything else it was computed from is constant.
        for (int i = 0; i < inputs.Count; i++)
            if (!inputs[i].IsConstant)
                return visit.Node.With(inputs);
        return Expr.Constant(known);
    }

    private static bool SameValues(Graph graph, ImmutableArray<Expr> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
            if (!arguments[i].IsConstant || !ReferenceEquals(arguments[i].Remembered, graph.Parameters[i].Remembered))
                return false;
        return true;
    }

    /// <summary>Reverse mode: the parameters' cotangents.</summary>
    public ImmutableArray<Expr> Pullback(ImmutableArray<Cotangent> cotangents) =>
        [.. Contributions(cotangents).Select((total, i) => total.Value ?? Expr.Zeros(_graph.Parameters[i].Shape, _graph.Parameters[i].DType))];

    /// <summary>The parameters' cotangents with their supports; none for one that nothing contributes to.</summary>
    public ImmutableArray<Cotangent> Contributions(ImmutableArray<Cotangent> cotangents)
    {
        var gradients = ReverseMode.Fold(_order, GradientMap.Seed(_order, cotangents.AsSpan()));
        return [.. _graph.ParameterPositions.Select(position => gradients.TryGetValue(position, out var total) ? total : default)];
    }

    /// <summary>Forward mode: the outputs' tangents.</summary>
    public ImmutableArray<Expr> Pushforward(ImmutableArray<Expr?> tangents) =>
        [.. Tangents(tangents).Select((tangent, i) => tangent ?? Expr.Zeros(_graph.Outputs[i].Shape, _graph.Outputs[i].DType))];

    /// <summary>The outputs' tangents; null where there is none.</summary>
    public ImmutableArray<Expr?> Tangents(ImmutableArray<Expr?> tangents) => _graph.Collect(ForwardMode.Fold(_order, _graph.ByPosition(tangents)), _ => null);
}
