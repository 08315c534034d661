using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Functions as graphs that stand alone: how the bodies of loops and branches are made. What a function closes over becomes a parameter in front of its own, and an
/// input of the op that holds it, so that it is computed once and everything can be differentiated.
/// </summary>
internal static class Closure
{
    /// <summary>Fresh parameters of some types, which have no values.</summary>
    public static ImmutableArray<Expr> Parameters(string inside, IEnumerable<TensorType> types) => [.. types.Select(type => Expr.Leaf(new Placeholder(inside), type))];

    /// <summary>
    /// Graphs of functions of the same parameters. Captured is the last node on each way that depends on no parameter: what does not change from step to step is
    /// computed outside of a loop.
    /// </summary>
    public static (ImmutableArray<Expr> Captures, ImmutableArray<Graph> Graphs) OfLoop(ImmutableArray<Expr> parameters, params ReadOnlySpan<ImmutableArray<Expr>> outputs) =>
        Convert(parameters, [.. outputs], roots => KahnOrder.Between(parameters.AsSpan(), roots.AsSpan()));

    /// <summary>Graphs of functions of the same parameters that were called since a moment. What they made is computed only where they are taken.</summary>
    public static (ImmutableArray<Expr> Captures, ImmutableArray<Graph> Graphs) OfBranches(ImmutableArray<Expr> parameters, long moment, ImmutableArray<ImmutableArray<Expr>> outputs) =>
        Convert(parameters, outputs, roots => KahnOrder.Since(moment, roots.AsSpan()));

    private static (ImmutableArray<Expr>, ImmutableArray<Graph>) Convert(ImmutableArray<Expr> parameters, ImmutableArray<ImmutableArray<Expr>> outputs, Func<ImmutableArray<Expr>, KahnOrder> inside)
    {
        var own = new HashSet<Expr>(parameters, ReferenceEqualityComparer.Instance);
        var captures = new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance);   // and the parameter that each becomes
        ImmutableArray<KahnOrder> orders = [.. outputs.Select(inside)];
        for (int k = 0; k < orders.Length; k++)
        {
            foreach (var visit in orders[k])
                for (int i = 0; i < visit.Inputs.Count && !own.Contains(visit.Node); i++)
                    if (visit.InputPositions[i] < 0)
                        Capture(visit.Inputs[i]);
            for (int i = 0; i < outputs[k].Length; i++)
                if (orders[k].Roots[i] < 0)
                    Capture(outputs[k][i]);
        }
        ImmutableArray<Expr> all = [.. captures.Values, .. parameters];
        return ([.. captures.Keys], [.. orders.Select((order, k) => Graph.Of(all, captures.Count == 0 ? outputs[k] : Again(order, outputs[k])))]);

        void Capture(Expr node)
        {
            if (!node.IsConstant && !own.Contains(node) && !captures.ContainsKey(node))
                captures.Add(node, Expr.Leaf(new Placeholder("a body"), node.Type));
        }

        Expr Inside(Expr node) => captures.GetValueOrDefault(node, node);

        ImmutableArray<Expr> Again(KahnOrder order, ImmutableArray<Expr> roots)
        {
            var nodes = new Expr[order.Count];
            foreach (var visit in order)
                nodes[visit.Position] = own.Contains(visit.Node) ? visit.Node
                    : visit.Node.With([.. Enumerable.Range(0, visit.Inputs.Count).Select(i => visit.InputPositions[i] is var position and >= 0 ? nodes[position] : Inside(visit.Inputs[i]))]);
            return [.. roots.Select((root, i) => order.Roots[i] is var position and >= 0 ? nodes[position] : Inside(root))];
        }
    }

    /// <summary>
    /// The graph at some arguments, as a function of the active parameters alone: a derivative in them asks for no partial in the others. The active ones' arguments
    /// are not used.
    /// </summary>
    public static Graph InActive(Graph graph, ImmutableArray<bool> active, ImmutableArray<Expr> arguments)
    {
        var fresh = Parameters("a derivative", graph.Parameters.Where((_, i) => active[i]).Select(parameter => parameter.Type));
        int next = 0;
        return Graph.Of(fresh, graph.Call([.. arguments.Select((argument, i) => active[i] ? fresh[next++] : argument)]));
    }

    /// <summary>Which outputs depend on the marked parameters; <paramref name="smoothly"/>: by a way along which derivatives go.</summary>
    public static ImmutableArray<bool> Dependent(Graph graph, ImmutableArray<bool> marked, bool smoothly)
    {
        var depends = graph.Place(marked);
        foreach (var visit in graph.Order)
            if (!smoothly || IsSmooth(visit.Node))
                foreach (int input in visit.InputPositions)
                    depends[visit.Position] |= input >= 0 && depends[input];
        return graph.Collect(depends, _ => false);
    }

    /// <summary>Which parameters the marked outputs depend on, by a way along which derivatives go.</summary>
    public static ImmutableArray<bool> Reached(Graph graph, ImmutableArray<bool> marked)
    {
        var reached = new bool[graph.Order.Count];
        for (int i = 0; i < marked.Length; i++)
            if (graph.Order.Roots[i] is var position and >= 0)
                reached[position] |= marked[i];
        foreach (var visit in graph.Order.Reversed)
            if (reached[visit.Position] && IsSmooth(visit.Node))
                foreach (int input in visit.InputPositions)
                    if (input >= 0)
                        reached[input] = true;
        return [.. graph.ParameterPositions.Select(position => position >= 0 && reached[position])];
    }

    /// <summary>Of a bundle only the parts are of a dtype.</summary>
    private static bool IsSmooth(Expr node) => node.DType.IsFloating() || node.Op is MultiOutput or Pack;

    /// <summary>
    /// The marks of a loop's parameters (captures, carries, inputs) together with those that its steps spread from carry to carry: the body's first outputs are the next carries.
    /// </summary>
    public static ImmutableArray<bool> Spread(Graph body, int captures, int carries, ImmutableArray<bool> marked, bool smoothly)
    {
        for (bool grown = true; grown;)
        {
            grown = false;
            var outputs = Dependent(body, marked, smoothly);
            for (int i = 0; i < carries; i++)
                if (outputs[i] && !marked[captures + i] && (!smoothly || body.Parameters[captures + i].DType.IsFloating()))
                    (marked, grown) = (marked.SetItem(captures + i, true), true);
        }
        return marked;
    }

    /// <summary>Next carries in the types of those before; literals take them.</summary>
    public static ImmutableArray<Expr> Conform(ImmutableArray<Expr> nodes, ImmutableArray<Expr> like) =>
        [.. nodes.Select((node, i) => node.Type == like[i].Type ? node : Promotion.Conform(node, like[i].Type))];
}
