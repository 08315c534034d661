using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// The nodes that some roots are computed from, each after all its inputs: what every fold runs over. Made by Kahn's algorithm
/// (1962), which is iterative and so has no limit of depth: a node is taken once all its consumers are, from the roots down; the
/// order from inputs to outputs is that one reversed.
/// </summary>
/// <example><code>
/// foreach (var visit in KahnOrder.From(loss))
///     Console.WriteLine($"{visit.Position}: {visit.Op.Name}");
/// </code></example>
[DebuggerDisplay("{Count} nodes")]
[JsonConverter(typeof(NoJsonConverter))]
public sealed class KahnOrder : IReadOnlyList<Visit>, INodes
{
    private readonly Expr[] _nodes;
    private readonly int[] _edges;        // input positions, node after node; −1: outside the order
    private readonly int[] _firstEdge;    // where a node's edges start; one more at the end

    private KahnOrder(Expr[] nodes, int[] edges, int[] firstEdge, int[] roots) =>
        (_nodes, _edges, _firstEdge, RootPositions) = (nodes, edges, firstEdge, roots);

    /// <summary>All nodes that the roots are computed from.</summary>
    public static KahnOrder From(params ReadOnlySpan<Expr> roots) => Sorted(roots, static (_, _) => true, 0);

    /// <summary>All nodes that the roots are computed from.</summary>
    public static KahnOrder From(params Expr[] roots) => From((ReadOnlySpan<Expr>)roots);   // F# knows no span of parameters

    /// <summary>The nodes whose values must be computed before the root's is known.</summary>
    internal static KahnOrder Unevaluated(Expr root) => Sorted([root], static (node, _) => !node.HasValue, 0);

    /// <summary>
    /// The nodes on the way from parameters to roots: those that depend on a parameter. Edges from elsewhere are −1. A node that is older than all
    /// parameters, or a constant, can't depend on one and is not even looked at.
    /// </summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="roots">The roots.</param>
    /// <param name="positions">The parameters' positions in the order, −1 for one that no root depends on.</param>
    internal static KahnOrder Between(ReadOnlySpan<Expr> parameters, ReadOnlySpan<Expr> roots, out int[] positions)
    {
        long floor = long.MaxValue;
        foreach (var parameter in parameters)
            floor = Math.Min(floor, parameter.Stamp);
        positions = new int[parameters.Length];
        return Sorted(roots, static (node, floor) => node.Stamp >= floor && !node.IsConstant, floor, parameters, positions).DependentOn(positions);
    }

    /// <summary>
    /// The nodes made since a moment, which is a stamp. Leaves are not among them, nor the points of an outer trace, nor a part of an older node with several
    /// outputs: those are edges from elsewhere.
    /// </summary>
    internal static KahnOrder Since(long moment, ReadOnlySpan<Expr> roots) => Sorted(roots, static (node, moment) =>
        node.Stamp >= moment && !node.IsConstant && node.Inputs.Count > 0 && node.Op is not Seed && !(node.Op is Project && node.Inputs[0].Stamp < moment), moment);

    /// <summary>The nodes that depend on a leaf which is no constant.</summary>
    internal static KahnOrder DependentOnVariables(Expr root) => Sorted([root], static (node, _) => !node.IsConstant, 0);

    /// <summary>
    /// Finds the nodes that <paramref name="follow"/> admits, breadth first, and sorts them. The list of those found is also the list of those still to
    /// be looked at. What is <paramref name="sought"/> among them is given by its positions, −1 for what is not there.
    /// </summary>
    private static KahnOrder Sorted(ReadOnlySpan<Expr> roots, Func<Expr, long, bool> follow, long floor, ReadOnlySpan<Expr> sought = default, Span<int> positions = default)
    {
        using var index = new NodeIndex();
        using var edges = new GrowingList<int>();
        using var firstEdge = new GrowingList<int>();
        var rootNumbers = new int[roots.Length];
        for (int i = 0; i < roots.Length; i++)
            rootNumbers[i] = follow(roots[i], floor) ? index.Add(roots[i]) : -1;
        for (int i = 0; i < index.Count; i++)
        {
            firstEdge.Add(edges.Count);
            var inputs = index.Node(i).Inputs;
            for (int k = 0, count = inputs.Count; k < count; k++)
                edges.Add(inputs[k] is var input && follow(input, floor) ? index.Add(input) : -1);
        }
        firstEdge.Add(edges.Count);
        for (int i = 0; i < sought.Length; i++)
            positions[i] = index.Find(sought[i]);
        return new Discovery(index.Nodes, edges.Items, firstEdge.Items, rootNumbers).Sort(positions);
    }

    /// <summary>The nodes that are parameters or computed from one. Edges into a parameter are cut: what it was computed from is not asked. The parameters' positions move along.</summary>
    private KahnOrder DependentOn(Span<int> parameters)
    {
        var (dependent, isParameter) = (new bool[Count], new bool[Count]);
        foreach (int position in parameters)
            if (position >= 0)
                isParameter[position] = true;
        int kept = 0, cutEdges = 0;
        for (int position = 0; position < dependent.Length; position++)
        {
            // A parameter depends on itself; any other node on what its inputs depend on.
            bool any = isParameter[position];
            foreach (int input in InputPositions(position))
            {
                any |= input >= 0 && dependent[input];
                cutEdges += isParameter[position] && input >= 0 ? 1 : 0;
            }
            dependent[position] = any;
            kept += any ? 1 : 0;
        }
        if (kept == Count && cutEdges == 0)
            return this;
        var order = Kept(dependent, kept, isParameter, out int[] moved);
        foreach (ref int position in parameters)
            position = position < 0 ? -1 : moved[position];
        return order;
    }

    /// <summary>The marked nodes only, and where each went. Edges from others, and all edges into cut ones, are −1.</summary>
    private KahnOrder Kept(bool[] marked, int count, bool[] isCut, out int[] moved)
    {
        int[] to = moved = new int[Count];
        using var edges = new GrowingList<int>(2 * count);
        var (nodes, firstEdge) = (new Expr[count], new int[count + 1]);
        int next = 0;
        for (int position = 0; position < marked.Length; position++)
        {
            to[position] = marked[position] ? next : -1;
            if (!marked[position])
                continue;
            nodes[next] = _nodes[position];
            foreach (int input in InputPositions(position))
                edges.Add(input < 0 || isCut[position] ? -1 : to[input]);
            firstEdge[++next] = edges.Count;
        }
        return new(nodes, edges.Items.ToArray(), firstEdge, Array.ConvertAll(RootPositions, p => p < 0 ? -1 : to[p]));
    }

    /// <summary>How many nodes.</summary>
    public int Count => _nodes.Length;

    /// <summary>The node at a position.</summary>
    public Visit this[int position] => new(this, position);

    /// <summary>The roots' positions, −1 for a root outside the order.</summary>
    internal ReadOnlySpan<int> Roots => RootPositions;

    private int[] RootPositions { get; }

    internal Expr Node(int position) => _nodes[position];
    Expr INodes.Node(int position) => _nodes[position];
    int INodes.Find(Expr node) => (_index ??= NodeIndex.Of(_nodes)).Find(node);

    internal ReadOnlySpan<int> InputPositions(int position) => _edges.AsSpan(_firstEdge[position], _firstEdge[position + 1] - _firstEdge[position]);

    private NodeIndex? _index;

    /// <summary>The nodes from inputs to outputs.</summary>
    public Enumerator GetEnumerator() => new(this, 0, 1);
    IEnumerator<Visit> IEnumerable<Visit>.GetEnumerator() => GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The nodes from outputs to inputs: each after all its consumers.</summary>
    public Backward Reversed => new(this);

    /// <summary>The left fold: the state after the last node, from inputs to outputs.</summary>
    public TState Aggregate<TState>(TState state, Func<TState, Visit, TState> step)
    {
        foreach (var visit in this)
        {
            var outer = Origins.Enter(visit.Node);
            state = step(state, visit);
            Origins.Leave(outer);
        }
        return state;
    }

    /// <summary>Another order of the same nodes that Kahn's algorithm allows: <paramref name="choose"/> picks which of the ready nodes comes next.</summary>
    internal KahnOrder Reordered(Func<int, int> choose) => new Discovery(_nodes, _edges, _firstEdge, RootPositions).Sort(choose: choose);

    /// <summary>Walks over the order in one direction.</summary>
    public struct Enumerator : IEnumerator<Visit>
    {
        private readonly KahnOrder _order;
        private readonly int _step;
        private int _position;

        internal Enumerator(KahnOrder order, int start, int step) => (_order, _position, _step) = (order, start - step, step);

        /// <inheritdoc/>
        public readonly Visit Current => new(_order, _position);
        readonly object IEnumerator.Current => Current;
        /// <inheritdoc/>
        public bool MoveNext() => (uint)(_position += _step) < (uint)_order.Count;
        /// <inheritdoc/>
        public readonly void Reset() => throw new NotSupportedException();
        /// <inheritdoc/>
        public readonly void Dispose() { }
    }

    /// <summary>The order from outputs to inputs.</summary>
    public readonly struct Backward : IEnumerable<Visit>
    {
        private readonly KahnOrder _order;

        internal Backward(KahnOrder order) => _order = order;

        /// <summary>The nodes from outputs to inputs.</summary>
        public Enumerator GetEnumerator() => new(_order, _order.Count - 1, -1);
        IEnumerator<Visit> IEnumerable<Visit>.GetEnumerator() => GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>The left fold over the reversed order: the state after the first input.</summary>
        public TState Aggregate<TState>(TState state, Func<TState, Visit, TState> step)
        {
            foreach (var visit in this)
            {
                var outer = Origins.Enter(visit.Node);
                state = step(state, visit);
                Origins.Leave(outer);
            }
            return state;
        }
    }

    /// <summary>The reachable nodes as they were found, with their edges by number; Kahn's algorithm puts them in order.</summary>
    private readonly ref struct Discovery(ReadOnlySpan<Expr> nodes, ReadOnlySpan<int> edges, ReadOnlySpan<int> firstEdge, ReadOnlySpan<int> roots)
    {
        private readonly ReadOnlySpan<Expr> _nodes = nodes;
        private readonly ReadOnlySpan<int> _edges = edges, _firstEdge = firstEdge, _roots = roots;

        /// <summary>
        /// Kahn's algorithm, from the roots down. A queue of ready nodes keeps the order deterministic; any choice among them gives a valid order.
        /// </summary>
        /// <param name="sought">Numbers of nodes, which become their positions.</param>
        /// <param name="choose">Picks one of those that are ready, if not the first.</param>
        public KahnOrder Sort(Span<int> sought = default, Func<int, int>? choose = null)
        {
            int count = _nodes.Length;
            using var pooled = new GrowingList<int>(2 * count);
            Span<int> consumers = pooled.Space[..count], ready = pooled.Space[count..(2 * count)];   // ready is a queue: those before head are taken
            consumers.Clear();
            foreach (int input in _edges)
                if (input >= 0)
                    consumers[input]++;

            int head = 0, tail = 0;
            for (int i = count - 1; i >= 0; i--)
                if (consumers[i] == 0)
                    ready[tail++] = i;
            while (head < tail)
            {
                if (choose is not null)
                {
                    int chosen = head + choose(tail - head);
                    (ready[head], ready[chosen]) = (ready[chosen], ready[head]);
                }
                int node = ready[head++];
                // From the last input to the first, so that the first comes first in the reversed order.
                for (int edge = _firstEdge[node + 1] - 1; edge >= _firstEdge[node]; edge--)
                    if (_edges[edge] is var input and >= 0 && --consumers[input] == 0)
                        ready[tail++] = input;
            }

            // ready is outputs → inputs; positions count the other way.
            var position = consumers;
            for (int i = 0; i < count; i++)
                position[ready[i]] = count - 1 - i;
            var (sorted, sortedEdges, sortedFirst) = (new Expr[count], new int[_edges.Length], new int[count + 1]);
            int next = 0;
            for (int i = 0; i < count; i++)
            {
                int node = ready[count - 1 - i];
                sorted[i] = _nodes[node];
                for (int edge = _firstEdge[node]; edge < _firstEdge[node + 1]; edge++)
                    sortedEdges[next++] = _edges[edge] < 0 ? -1 : position[_edges[edge]];
                sortedFirst[i + 1] = next;
            }
            var rootPositions = new int[_roots.Length];
            for (int i = 0; i < rootPositions.Length; i++)
                rootPositions[i] = _roots[i] < 0 ? -1 : position[_roots[i]];
            foreach (ref int number in sought)
                number = number < 0 ? -1 : position[number];
            return new(sorted, sortedEdges, sortedFirst, rootPositions);
        }
    }
}

/// <summary>A node in a Kahn order: it knows its position and those of its inputs, so that the step of a fold looks nothing up.</summary>
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct Visit
{
    private readonly KahnOrder _order;

    internal Visit(KahnOrder order, int position) => (_order, Position) = (order, position);

    /// <summary>The place in the order; inputs have smaller ones.</summary>
    public int Position { get; }

    /// <summary>The node.</summary>
    public Expr Node => _order.Node(Position);

    /// <summary>What the node computes.</summary>
    public Op Op => Node.Op;

    /// <summary>The node's inputs.</summary>
    public Inputs Inputs => Node.Inputs;

    /// <summary>The inputs' positions, −1 for an input that is outside the order.</summary>
    public ReadOnlySpan<int> InputPositions => _order.InputPositions(Position);

    /// <summary>Which inputs are in the order.</summary>
    public Wanted Wanted => new(InputPositions);

    /// <summary>The position, the op and the inputs' positions, for instance <c>3: Multiply(1, 2)</c>; · for an input outside the order.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Position}: {Op}{(Inputs.Count == 0 ? "" : $"({string.Join(", ", InputPositions.ToArray().Select(position => position < 0 ? "·" : position.ToString(CultureInfo.InvariantCulture)))})")}");
}

