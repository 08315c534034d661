using System.Collections;
using System.Runtime.CompilerServices;

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
public sealed class KahnOrder : IReadOnlyList<Visit>, INodes
{
    private readonly Expr[] _nodes;
    private readonly int[] _edges;        // input positions, node after node; −1: outside the order
    private readonly int[] _firstEdge;    // where a node's edges start; one more at the end

    private KahnOrder(Expr[] nodes, int[] edges, int[] firstEdge, int[] roots) =>
        (_nodes, _edges, _firstEdge, RootPositions) = (nodes, edges, firstEdge, roots);

    /// <summary>All nodes that the roots are computed from.</summary>
    public static KahnOrder From(params ReadOnlySpan<Expr> roots) => From(roots, long.MinValue);

    /// <summary>All nodes that the roots are computed from.</summary>
    public static KahnOrder From(params Expr[] roots) => From((ReadOnlySpan<Expr>)roots);   // F# knows no span of parameters

    /// <summary>The nodes that the roots are computed from and whose stamp is not below a floor.</summary>
    internal static KahnOrder From(ReadOnlySpan<Expr> roots, long floor) => Discovery.Of(roots, floor, skipValued: false).Sort();

    /// <summary>The nodes whose values must be computed before the root's is known.</summary>
    internal static KahnOrder Unevaluated(Expr root) => Discovery.Of([root], long.MinValue, skipValued: true).Sort();

    /// <summary>The nodes on the way from parameters to roots: those that depend on a parameter, in order. Edges from elsewhere are −1.</summary>
    internal static KahnOrder Between(ReadOnlySpan<Expr> parameters, ReadOnlySpan<Expr> roots)
    {
        long floor = long.MaxValue;
        foreach (var parameter in parameters)
            floor = Math.Min(floor, parameter.Stamp);
        return From(roots, floor).DependentOn(parameters);
    }

    /// <summary>The nodes that depend on a leaf which is no constant.</summary>
    internal KahnOrder DependentOnVariables() => Where((visit, dependent) => dependent || (visit.Inputs.Count == 0 && !visit.Node.IsConstant), cut: null);

    private KahnOrder DependentOn(ReadOnlySpan<Expr> parameters)
    {
        var seeds = new HashSet<Expr>(parameters.Length, ReferenceEqualityComparer.Instance);
        foreach (var parameter in parameters)
            seeds.Add(parameter);
        return parameters.Length == 1 && parameters[0] is var only
            ? Where((visit, dependent) => dependent || ReferenceEquals(visit.Node, only), node => ReferenceEquals(node, only))
            : Where((visit, dependent) => dependent || seeds.Contains(visit.Node), seeds.Contains);
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
            state = step(state, visit);
        return state;
    }

    /// <summary>The nodes that a predicate keeps, told whether one of their kept inputs was; edges to others are cut, as are all edges into <paramref name="cut"/>.</summary>
    private KahnOrder Where(Func<Visit, bool, bool> keep, Func<Expr, bool>? cut)
    {
        var moved = new int[Count];
        int nodes = 0, edges = 0;
        foreach (var visit in this)
        {
            bool dependent = false;
            foreach (int input in visit.InputPositions)
                dependent |= input >= 0 && moved[input] >= 0;
            bool kept = keep(visit, dependent);
            moved[visit.Position] = kept ? nodes++ : -1;
            if (kept)
                edges += visit.Node.Inputs.Count;
        }
        if (nodes == Count && cut is null)
            return this;
        var (keptNodes, keptEdges, firstEdge) = (new Expr[nodes], new int[edges], new int[nodes + 1]);
        int edge = 0;
        foreach (var visit in this)
        {
            int to = moved[visit.Position];
            if (to < 0)
                continue;
            keptNodes[to] = visit.Node;
            bool isCut = cut is not null && cut(visit.Node);
            foreach (int input in visit.InputPositions)
                keptEdges[edge++] = input < 0 || isCut ? -1 : moved[input];
            firstEdge[to + 1] = edge;
        }
        return new(keptNodes, keptEdges, firstEdge, Array.ConvertAll(RootPositions, p => p < 0 ? -1 : moved[p]));
    }

    /// <summary>Another order of the same nodes that Kahn's algorithm allows: <paramref name="choose"/> picks which of the ready nodes comes next.</summary>
    internal KahnOrder Reordered(Func<int, int> choose) => new Discovery(_nodes, _edges, _firstEdge, RootPositions).Sort(choose);

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
                state = step(state, visit);
            return state;
        }
    }

    /// <summary>The reachable nodes as they were found, with their edges by number; Kahn's algorithm puts them in order.</summary>
    private sealed class Discovery(Expr[] nodes, int[] edges, int[] firstEdge, int[] roots)
    {
        /// <summary>Finds the nodes breadth first; the list of those found is also the list of those still to be looked at.</summary>
        public static Discovery Of(ReadOnlySpan<Expr> roots, long floor, bool skipValued)
        {
            var index = new NodeIndex();
            var edges = new GrowingList<int>(32);
            var firstEdge = new GrowingList<int>(16);
            var rootNumbers = new int[roots.Length];
            for (int i = 0; i < roots.Length; i++)
                rootNumbers[i] = Skipped(roots[i]) ? -1 : index.Add(roots[i]);
            for (int i = 0; i < index.Count; i++)
            {
                firstEdge.Add(edges.Count);
                var inputs = index[i].Inputs;
                for (int k = 0, count = inputs.Count; k < count; k++)
                {
                    var input = inputs[k];
                    edges.Add(Skipped(input) ? -1 : index.Add(input));
                }
            }
            firstEdge.Add(edges.Count);
            return new(index.ToArray(), edges.ToArray(), firstEdge.ToArray(), rootNumbers);

            bool Skipped(Expr node) => node.Stamp < floor || (skipValued && node.HasValue);
        }

        /// <summary>
        /// Kahn's algorithm, from the roots down. A queue of ready nodes keeps the order deterministic; any choice among them gives a valid order.
        /// </summary>
        public KahnOrder Sort(Func<int, int>? choose = null)
        {
            int count = nodes.Length;
            var consumers = new int[count];
            foreach (int input in edges)
                if (input >= 0)
                    consumers[input]++;

            var ready = new int[count];     // a queue: those before head are taken
            int head = 0, tail = 0;
            for (int i = 0; i < count; i++)
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
                for (int edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++)
                    if (edges[edge] is var input and >= 0 && --consumers[input] == 0)
                        ready[tail++] = input;
            }

            // ready is outputs → inputs; positions count the other way.
            var position = consumers;
            for (int i = 0; i < count; i++)
                position[ready[i]] = count - 1 - i;
            var (sorted, sortedEdges, sortedFirst) = (new Expr[count], new int[edges.Length], new int[count + 1]);
            int next = 0;
            for (int i = 0; i < count; i++)
            {
                int node = ready[count - 1 - i];
                sorted[i] = nodes[node];
                for (int edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++)
                    sortedEdges[next++] = edges[edge] < 0 ? -1 : position[edges[edge]];
                sortedFirst[i + 1] = next;
            }
            return new(sorted, sortedEdges, sortedFirst, Array.ConvertAll(roots, r => r < 0 ? -1 : position[r]));
        }
    }
}

/// <summary>A node in a Kahn order: it knows its position and those of its inputs, so that the step of a fold looks nothing up.</summary>
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
}

/// <summary>Some nodes by number.</summary>
internal interface INodes
{
    int Count { get; }
    Expr Node(int position);
    /// <summary>The node's number, −1 if it is not here.</summary>
    int Find(Expr node);
}

/// <summary>Numbers nodes in the order in which they are added. The stamp is the hash; it is multiplied, since raw stamps cluster.</summary>
internal sealed class NodeIndex : INodes
{
    private Expr[] _nodes = new Expr[16];
    private int[] _slots = new int[32];   // number + 1; 0 is free
    private int _shift = 64 - 5;

    public int Count { get; private set; }
    public Expr this[int number] => _nodes[number];
    public Expr Node(int position) => _nodes[position];

    public static NodeIndex Of(Expr[] nodes)
    {
        var index = new NodeIndex();
        foreach (var node in nodes)
            index.Add(node);
        return index;
    }

    public Expr[] ToArray() => _nodes[..Count];

    /// <summary>The node's number: a new one if it is not here yet.</summary>
    public int Add(Expr node)
    {
        int slot = Slot(node);
        if (_slots[slot] != 0)
            return _slots[slot] - 1;
        if (Count == _nodes.Length)
            Array.Resize(ref _nodes, 2 * Count);
        _nodes[Count] = node;
        _slots[slot] = ++Count;
        if (2 * Count > _slots.Length)
            Grow();
        return Count - 1;
    }

    /// <summary>The node's number, −1 if it has none.</summary>
    public int Find(Expr node) => _slots[Slot(node)] - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(Expr node)
    {
        int mask = _slots.Length - 1;
        int slot = (int)((ulong)node.Stamp * 0x9E3779B97F4A7C15 >> _shift);
        while (_slots[slot] != 0 && !ReferenceEquals(_nodes[_slots[slot] - 1], node))
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        _slots = new int[2 * _slots.Length];
        _shift--;
        for (int i = 0; i < Count; i++)
            _slots[Slot(_nodes[i])] = i + 1;
    }
}

/// <summary>A list that gives its array away without a copy where it fits.</summary>
internal struct GrowingList<T>(int capacity)
{
    private T[] _items = new T[capacity];
    public int Count { get; private set; }

    public void Add(T item)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, 2 * Count);
        _items[Count++] = item;
    }

    public readonly T[] ToArray() => Count == _items.Length ? _items : _items[..Count];
}
