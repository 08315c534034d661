using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// The structure of a graph, without the numbers in it: its ops and edges. Two graphs of one pattern differ in the values of their parameters and constants alone.
/// It holds no node, so that it keeps no value alive.
/// </summary>
internal sealed class GraphPattern
{
    /// <summary>Larger graphs are rarely seen twice, and take long to compile.</summary>
    public const int MaxItems = 1 << 16;

    private readonly ImmutableArray<Item> _items;     // parameters, constants, then nodes in the order in which they were made
    private readonly ImmutableArray<int> _edges;      // the items that a node is computed from, node after node
    private readonly ImmutableArray<int> _outputs;    // −1: an output that depends on no parameter, and is what it is

    /// <param name="Op">What is computed; null for parameters and constants.</param>
    /// <param name="Type">The type of the value.</param>
    /// <param name="IsUniform">A constant that is one number, stretched.</param>
    /// <param name="FirstEdge">Where its edges begin.</param>
    /// <param name="Edges">How many it has.</param>
    private readonly record struct Item(Op? Op, TensorType Type, bool IsUniform = false, int FirstEdge = 0, int Edges = 0);

    private GraphPattern(ImmutableArray<Item> items, ImmutableArray<int> edges, int parameters, int leaves, ImmutableArray<int> outputs) =>
        (_items, _edges, Parameters, Leaves, _outputs) = (items, edges, parameters, leaves, outputs);

    /// <summary>How many parameters there are: the first items.</summary>
    public int Parameters { get; }

    /// <summary>How many parameters and constants there are.</summary>
    public int Leaves { get; }

    /// <summary>How many parameters, constants and nodes there are.</summary>
    public int Count => _items.Length;

    /// <summary>
    /// The pattern of a graph; null if it has none: it is too large, or its first output depends on no parameter, or it closes over a node that is no constant, or an op of it holds
    /// functions, which have no equals.
    /// </summary>
    public static GraphPattern? Of(Graph graph)
    {
        var order = graph.Order;
        if (order.Count > MaxItems || order.Roots[0] < 0 || graph.Outputs.Where((output, i) => order.Roots[i] < 0 && !output.IsConstant).Any())
            return null;
        var items = ImmutableArray.CreateBuilder<Item>(order.Count + graph.Parameters.Length);
        var place = new int[order.Count];
        Array.Fill(place, -1);
        for (int i = 0; i < graph.Parameters.Length; i++)
        {
            items.Add(new(null, graph.Parameters[i].Type));
            if (graph.ParameterPositions[i] is var position and >= 0)
                place[position] = i;
        }
        var nodes = Enumerable.Range(0, order.Count).Where(position => place[position] < 0).OrderBy(position => order.Node(position).Stamp).ToArray();
        var constants = new Dictionary<Expr, int>(ReferenceEqualityComparer.Instance);
        foreach (int position in nodes)
        {
            var visit = order[position];
            if (visit.Op is Leaf or Seed || visit.Op.Bodies.Any())
                return null;
            for (int k = 0; k < visit.Inputs.Count; k++)
            {
                if (visit.InputPositions[k] >= 0)
                    continue;
                var outside = visit.Inputs[k];
                if (!outside.IsConstant || !CanBeArgument(outside, out bool isUniform))
                    return null;
                if (constants.TryAdd(outside, items.Count))
                    items.Add(new(null, outside.Type, isUniform));
            }
        }
        int leaves = items.Count;
        var edges = ImmutableArray.CreateBuilder<int>(2 * nodes.Length);
        foreach (int position in nodes)
        {
            var visit = order[position];
            place[position] = items.Count;
            items.Add(new(visit.Op, visit.Node.Type, false, edges.Count, visit.Inputs.Count));
            for (int k = 0; k < visit.Inputs.Count; k++)
                edges.Add(visit.InputPositions[k] is var input and >= 0 ? place[input] : constants[visit.Inputs[k]]);
        }
        return new(items.ToImmutable(), edges.ToImmutable(), graph.Parameters.Length, leaves, [.. order.Roots.ToArray().Select(position => position < 0 ? -1 : place[position])]);
    }

    /// <summary>
    /// Is the graph of this pattern? Then <paramref name="found"/>, which was empty, holds its parameters, constants and nodes. From the outputs down each item is met
    /// after all that use it, so that a node is known when its turn comes; it must be another one each time, and the very one wherever it is used.
    /// </summary>
    public bool Matches(Graph graph, Span<Expr?> found)
    {
        if (graph.Parameters.Length != Parameters || graph.Outputs.Length != _outputs.Length)
            return false;
        for (int i = 0; i < Parameters; i++)
            if ((found[i] = graph.Parameters[i]) is var parameter && (parameter.DType != _items[i].Type.DType || parameter.Shape != _items[i].Type.Shape))
                return false;
        for (int i = 0; i < _outputs.Length; i++)
            if (_outputs[i] < 0 ? !graph.Outputs[i].IsConstant : !IsThere(ref found[_outputs[i]], graph.Outputs[i]))
                return false;
        ReadOnlySpan<Item> items = _items.AsSpan();
        ReadOnlySpan<int> edges = _edges.AsSpan();
        long stamp = long.MaxValue;
        for (int i = items.Length - 1; i >= Leaves; i--)
        {
            ref readonly var item = ref items[i];
            var node = found[i]!;
            var inputs = node.Inputs;
            if (node.Stamp >= stamp || inputs.Count != item.Edges || node.DType != item.Type.DType || node.Shape != item.Type.Shape
                || node.OpUnlessConstant is not { } op || !(ReferenceEquals(op, item.Op) || op.Equals(item.Op)))
                return false;
            stamp = node.Stamp;
            for (int k = 0; k < item.Edges; k++)
                if (!IsThere(ref found[edges[item.FirstEdge + k]], inputs[k]))
                    return false;
        }
        for (int i = Parameters; i < Leaves; i++)
            if (found[i] is not { IsConstant: true } constant || constant.DType != items[i].Type.DType || constant.Shape != items[i].Type.Shape
                || !CanBeArgument(constant, out bool isUniform) || isUniform != items[i].IsUniform)
                return false;
        return true;
    }

    private static bool IsThere(ref Expr? place, Expr node) => ReferenceEquals(place ??= node, node);

    /// <summary>Does the output at an index depend on a parameter?</summary>
    public bool Varies(int output) => _outputs[output] >= 0;

    /// <summary>The argument that a plan takes for a constant: a broadcast number is passed as one number.</summary>
    public Expr Argument(int leaf, Expr constant) => _items[leaf].IsUniform ? Expr.Constant(constant.Value.First(1).Reshape(Shape.Scalar)) : constant;

    /// <summary>The graph made anew, with its constants as parameters after its own: those, and the outputs that depend on its own.</summary>
    public (ImmutableArray<Expr> Leaves, ImmutableArray<Expr> Outputs) Rebuild()
    {
        var nodes = new Expr[Count];
        var leaves = ImmutableArray.CreateBuilder<Expr>(Leaves);
        for (int i = 0; i < nodes.Length; i++)
        {
            var item = _items[i];
            if (i < Leaves)
            {
                leaves.Add(Expr.Leaf(new Placeholder("Grad"), item.IsUniform ? new(item.Type.DType, Shape.Scalar) : item.Type));
                nodes[i] = Expr.BroadcastTo(leaves[i], item.Type.Shape);
                continue;
            }
            var inputs = new Expr[item.Edges];
            for (int k = 0; k < inputs.Length; k++)
                inputs[k] = nodes[_edges[item.FirstEdge + k]];
            nodes[i] = Expr.Make(item.Op!, Inputs.Of(inputs), item.Type);
        }
        return (leaves.MoveToImmutable(), [.. _outputs.Where(output => output >= 0).Select(output => nodes[output])]);
    }

    /// <summary>
    /// Does a plan see the constant's elements as they lie? Products may round differently at other strides, so what is neither contiguous nor a single number, stretched, is not for plans.
    /// </summary>
    public static bool CanBeArgument(Expr constant, out bool isUniform)
    {
        isUniform = false;
        if (constant.IsScalarConstant)
            return true;
        var value = constant.Value;
        isUniform = value.Size > 1 && value.IsUniform;
        return value.Element.IsNative && (isUniform || value.IsContiguous);
    }
}
