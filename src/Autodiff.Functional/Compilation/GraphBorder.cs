using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>The nodes at a graph's border, which its program has before all others: after the parameters the captured nodes, then the constants. Equal numbers are one constant.</summary>
internal sealed class GraphBorder
{
    private readonly Graph _graph;
    private readonly List<Expr> _captures = [], _constants = [];
    private readonly Dictionary<Expr, int> _numbers = new(ReferenceEqualityComparer.Instance);    // of a captured node its value; of a constant its place among the constants
    private readonly Dictionary<long, int> _scalars = [];                                         // the place of a number among the constants, by its bits

    public GraphBorder(Graph graph)
    {
        _graph = graph;
        foreach (var visit in graph.Order)
            foreach (var input in visit.InputPositions.Contains(-1) ? visit.Inputs : [])
                Find(input);
        foreach (var output in graph.Outputs)
            Find(output);
        Captures = [.. _captures];
    }

    /// <summary>The nodes that are no constants: variables, and the parameters of an outer transform.</summary>
    public ImmutableArray<Expr> Captures { get; }

    /// <summary>The constants.</summary>
    public IReadOnlyList<Expr> Constants => _constants;

    /// <summary>The number of the value that stands for a node at the border.</summary>
    public int Number(Expr node)
    {
        int leaves = _graph.Parameters.Length + Captures.Length;
        return node.IsScalarConstant ? leaves + _scalars[BitConverter.DoubleToInt64Bits(node.ScalarValue)] : node.IsConstant ? leaves + _numbers[node] : _numbers[node];
    }

    // A node inside the graph is neither captured nor constant; only those at its border are asked for.
    private void Find(Expr node)
    {
        if (node.IsScalarConstant)
        {
            if (_scalars.TryAdd(BitConverter.DoubleToInt64Bits(node.ScalarValue), _constants.Count))
                _constants.Add(node);
        }
        else if (node.IsConstant)
        {
            if (_numbers.TryAdd(node, _constants.Count))
                _constants.Add(node);
        }
        else if (((INodes)_graph.Order).Find(node) < 0 && _numbers.TryAdd(node, _graph.Parameters.Length + _captures.Count))
            _captures.Add(node);
    }
}
