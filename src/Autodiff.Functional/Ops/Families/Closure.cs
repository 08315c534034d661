using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Functions as graphs that stand alone, the attributes of an op: bodies of loops and branches, checkpoints, rules of one's own. What a function closes over becomes a parameter in front
/// of its own, and an input of the op that holds it, so that it is computed once, every transform finds all edges, and everything can be differentiated. Constants are part of the function.
/// </summary>
internal static class Closure
{
    /// <summary>Fresh parameters of some types, which have no values.</summary>
    public static ImmutableArray<Expr> Parameters(string inside, IEnumerable<TensorType> types) => [.. types.Select(type => Expr.Leaf(new Placeholder(inside), type))];

    /// <summary>
    /// Graphs of functions. Captured is the last node on each way that depends on no parameter: what does not change from step to step is computed outside of a loop. Among parameters there
    /// may be nodes in between, constants, and repetitions.
    /// </summary>
    public static (ImmutableArray<Expr> Captures, ImmutableArray<Graph> Graphs) Of(params ReadOnlySpan<(ImmutableArray<Expr> Parameters, ImmutableArray<Expr> Outputs)> functions) =>
        Convert([.. functions], function => KahnOrder.Between([.. Varying(function.Parameters)], function.Outputs.AsSpan(), out _));

    /// <summary>Graphs of functions of the same parameters that were called since a moment. What they made is computed only where they are taken.</summary>
    public static (ImmutableArray<Expr> Captures, ImmutableArray<Graph> Graphs) OfBranches(ImmutableArray<Expr> parameters, long moment, ImmutableArray<ImmutableArray<Expr>> outputs) =>
        Convert([.. outputs.Select(values => (parameters, values))], function => KahnOrder.Since(moment, function.Outputs.AsSpan()));

    private static IEnumerable<Expr> Varying(ImmutableArray<Expr> parameters) => parameters.Where(node => !node.IsConstant).Distinct<Expr>(ReferenceEqualityComparer.Instance);

    private static (ImmutableArray<Expr>, ImmutableArray<Graph>) Convert(
        ImmutableArray<(ImmutableArray<Expr> Parameters, ImmutableArray<Expr> Outputs)> functions, Func<(ImmutableArray<Expr> Parameters, ImmutableArray<Expr> Outputs), KahnOrder> inside)
    {
        ImmutableArray<KahnOrder> orders = [.. functions.Select(inside)];
        var captures = new Dictionary<Expr, Expr>(ReferenceEqualityComparer.Instance);   // and the parameter that each becomes
        for (int k = 0; k < functions.Length; k++)
        {
            var (order, outputs) = (orders[k], functions[k].Outputs);
            var own = new HashSet<Expr>(functions[k].Parameters, ReferenceEqualityComparer.Instance);
            foreach (var visit in order)
                for (int i = 0; i < visit.Inputs.Count && !own.Contains(visit.Node); i++)
                    if (visit.InputPositions[i] < 0)
                        Capture(visit.Inputs[i], own);
            for (int i = 0; i < outputs.Length; i++)
                if (order.Roots[i] < 0)
                    Capture(outputs[i], own);
        }
        return ([.. captures.Keys], [.. functions.Zip(orders, (function, order) => Again(order, function.Parameters, function.Outputs, captures))]);

        void Capture(Expr node, HashSet<Expr> own)
        {
            if (!node.IsConstant && !own.Contains(node) && !captures.ContainsKey(node))
                captures.Add(node, Expr.Leaf(new Placeholder("a body"), node.Type));
        }
    }

    /// <summary>The nodes of a function anew, from fresh parameters.</summary>
    private static Graph Again(KahnOrder order, ImmutableArray<Expr> parameters, ImmutableArray<Expr> outputs, Dictionary<Expr, Expr> captures)
    {
        var fresh = Parameters("a body", parameters.Select(parameter => parameter.Type));
        var outside = new Dictionary<Expr, Expr>(captures, ReferenceEqualityComparer.Instance);
        for (int i = 0; i < parameters.Length; i++)
            if (!parameters[i].IsConstant)
                outside.TryAdd(parameters[i], fresh[i]);
        var nodes = order.Carry<Expr>((visit, inputs) => outside.GetValueOrDefault(visit.Node) ?? visit.Node.With(Inputs.Of(inputs)), Outside);
        return Graph.Of([.. captures.Values, .. fresh], [.. outputs.Select((output, i) => order.Roots[i] is var position and >= 0 ? nodes[position] : Outside(output))]);

        Expr Outside(Expr node) => outside.GetValueOrDefault(node, node);
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

    /// <summary>
    /// Reverse mode of a function in its active parameters: what the outputs' cotangents contribute to each. Parameters that <paramref name="move"/> depend on the seed as well, by whatever
    /// way: they get nothing, but no factor that is made of them is taken for one that stays.
    /// </summary>
    public static ImmutableArray<Cotangent> Contributions(Graph graph, ImmutableArray<bool> active, ImmutableArray<bool> move, ImmutableArray<Expr> arguments, ImmutableArray<Cotangent> cotangents)
    {
        ImmutableArray<bool> all = [.. active.Select((isActive, i) => isActive || move[i])];
        var totals = InActive(graph, all, arguments).Replay([.. arguments.Where((_, i) => all[i])], reverse: true).Contributions(cotangents);
        return [.. totals.Zip(active.Where((_, i) => all[i])).Where(pair => pair.Second).Select(pair => pair.First)];
    }

    /// <summary>Which outputs depend on the marked parameters; <paramref name="smoothly"/>: by a way along which derivatives go.</summary>
    public static ImmutableArray<bool> Dependent(Graph graph, ImmutableArray<bool> marked, bool smoothly)
    {
        var given = graph.ByPosition(marked);
        return graph.Collect(graph.Order.Carry<bool>((visit, inputs) => given[visit.Position] || ((!smoothly || IsSmooth(visit.Node)) && inputs.Contains(true)), _ => false), _ => false);
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
