using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// A graph's nodes made anew at some arguments. Rules see the replayed inputs and outputs, while positions, edges and what is wanted come from
/// the trace: a replayed node may be a constant, and two parameters may have been replaced by the same node.
/// </summary>
internal sealed class Replay
{
    private readonly Graph _graph;
    private readonly Expr[] _nodes;

    private Replay(Graph graph, Expr[] nodes) => (_graph, _nodes) = (graph, nodes);

    public static Replay Of(Graph graph, ImmutableArray<Expr> arguments, bool reverse = false)
    {
        var byPosition = graph.Place(arguments);
        bool sameValues = SameValues(graph, arguments);
        var replay = new Replay(graph, new Expr[graph.Order.Count]);
        foreach (var visit in graph.Order)
            replay._nodes[visit.Position] = byPosition[visit.Position] ?? replay.Again(visit, sameValues, reverse);
        return replay;
    }

    private Expr Again(Visit visit, bool sameValues, bool reverse)
    {
        var inputs = Inputs(visit);
        if (reverse && visit.Op.ForReverse is var op && !ReferenceEquals(op, visit.Op))
            return visit.Node.With(op, inputs, op.Infer(inputs));
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

    public Expr Node(Visit visit) => _nodes[visit.Position];

    /// <summary>The replayed inputs of a node; those that do not depend on a parameter are as they were.</summary>
    public Inputs Inputs(Visit visit)
    {
        var inputs = visit.Inputs;
        var positions = visit.InputPositions;
        switch (positions.Length)
        {
            case 1:
                return new(At(0));
            case 2:
                return new(At(0), At(1));
            default:
                var replayed = new Expr[positions.Length];
                for (int i = 0; i < replayed.Length; i++)
                    replayed[i] = positions[i] < 0 ? inputs[i] : _nodes[positions[i]];
                return Functional.Inputs.Of(replayed);
        }

        Expr At(int i) => visit.InputPositions[i] is var position and >= 0 ? _nodes[position] : visit.Inputs[i];
    }

    public ImmutableArray<Expr> Outputs => _graph.Collect(_nodes, node => node);

    /// <summary>Reverse mode: a fold over the Kahn order, from the outputs to the parameters.</summary>
    public ImmutableArray<Expr> Pullback(ImmutableArray<Cotangent> cotangents) =>
        [.. Contributions(cotangents).Select((total, i) => total.Value ?? Expr.Zeros(_graph.Parameters[i].Shape, _graph.Parameters[i].DType))];

    /// <summary>The parameters' cotangents with their supports; none for one that nothing contributes to.</summary>
    public ImmutableArray<Cotangent> Contributions(ImmutableArray<Cotangent> cotangents)
    {
        var gradients = ReverseMode.Fold(_graph.Order, GradientMap.Seed(_graph.Order, cotangents.AsSpan()), Inputs, Node);
        return [.. _graph.ParameterPositions.Select(position => gradients.TryGetValue(position, out var total) ? total : default)];
    }

    /// <summary>Forward mode: a fold over the Kahn order, from the parameters to the outputs.</summary>
    public ImmutableArray<Expr> Pushforward(ImmutableArray<Expr?> tangents) =>
        [.. Tangents(tangents).Select((tangent, i) => tangent ?? Expr.Zeros(_graph.Outputs[i].Shape, _graph.Outputs[i].DType))];

    /// <summary>The outputs' tangents; null where there is none.</summary>
    public ImmutableArray<Expr?> Tangents(ImmutableArray<Expr?> tangents) =>
        _graph.Collect(ForwardMode.Fold(_graph.Order, _graph.Place(tangents), Inputs, Node), _ => null);
}
