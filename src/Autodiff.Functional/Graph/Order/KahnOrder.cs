using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
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
public sealed partial class KahnOrder : IReadOnlyList<Visit>, INodes
{
    private readonly Expr[] _nodes;
    private readonly int[] _edges;        // input positions, node after node; −1: outside the order
    private readonly int[] _firstEdge;    // where a node's edges start; one more at the end
    private readonly KahnOrder? _trace;   // whose nodes these are once more, at other arguments

    private KahnOrder(Expr[] nodes, int[] edges, int[] firstEdge, int[] roots, KahnOrder? trace = null) =>
        (_nodes, _edges, _firstEdge, RootPositions, _trace) = (nodes, edges, firstEdge, roots, trace);

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

    /// <summary>The node as it was traced.</summary>
    internal Expr Traced(int position) => (_trace ?? this)._nodes[position];

    /// <summary>A node's inputs. Made once more a node may be a constant and have none, so they are found by the edges of the trace.</summary>
    internal Inputs InputsOf(int position)
    {
        if (_trace is null)
            return _nodes[position].Inputs;
        var inputs = Traced(position).Inputs;
        switch (inputs.Count)
        {
            case 0:
                return inputs;
            case 1:
                return new(Input(0));
            case 2:
                return new(Input(0), Input(1));
            default:
                var all = new Expr[inputs.Count];
                for (int i = 0; i < all.Length; i++)
                    all[i] = Input(i);
                return Inputs.Of(all);
        }

        Expr Input(int i) => InputPositions(position)[i] is var from and >= 0 ? _nodes[from] : inputs[i];
    }

    internal ReadOnlySpan<int> InputPositions(int position) => _edges.AsSpan(_firstEdge[position], _firstEdge[position + 1] - _firstEdge[position]);

    private NodeIndex? _index;

    /// <summary>The same order of other nodes, which are these at other arguments.</summary>
    internal KahnOrder Of(ImmutableArray<Expr> nodes) => new(ImmutableCollectionsMarshal.AsArray(nodes)!, _edges, _firstEdge, RootPositions, _trace ?? this);

    // ---- folds ----

    /// <summary>
    /// A fold from inputs to outputs that carries something for each node: what a step makes of the node and of what its inputs carry. Evaluation carries values, forward mode tangents, batching
    /// nodes over the batch.
    /// </summary>
    /// <param name="step">What a node carries, given what its inputs do.</param>
    /// <param name="outside">What an input carries that is not in the order.</param>
    /// <returns>What the nodes carry, by position.</returns>
    /// <example><code>
    /// var depths = KahnOrder.From(loss).Carry&lt;int>((visit, inputs) => inputs.IsEmpty ? 0 : 1 + inputs.ToArray().Max(), _ => 0);
    /// </code></example>
    public ImmutableArray<T> Carry<T>(Func<Visit, ReadOnlySpan<T>, T> step, Func<Expr, T> outside)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(outside);
        step = Origins.Noted(step);
        var carried = new T[Count];
        var inputs = new T[2];
        foreach (var visit in this)
        {
            var positions = visit.InputPositions;
            if (positions.Length > inputs.Length)
                inputs = new T[positions.Length];
            for (int i = 0; i < positions.Length; i++)
                inputs[i] = positions[i] >= 0 ? carried[positions[i]] : outside(visit.Traced.Inputs[i]);
            carried[visit.Position] = step(visit, inputs.AsSpan(0, positions.Length));
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(carried);
    }

    /// <summary>The left fold from inputs to outputs: the state after the last node.</summary>
    public TState Aggregate<TState>(TState state, Func<TState, Visit, TState> step) => Aggregate(GetEnumerator(), state, step);

    private static TState Aggregate<TState>(Enumerator visits, TState state, Func<TState, Visit, TState> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        step = Origins.Noted(step);
        while (visits.MoveNext())
            state = step(state, visits.Current);
        return state;
    }

    /// <summary>Another order of the same nodes that Kahn's algorithm allows: <paramref name="choose"/> picks which of the ready nodes comes next.</summary>
    internal KahnOrder Reordered(Func<int, int> choose) => new Discovery(_nodes, _edges, _firstEdge, RootPositions).Sort(choose: choose);

    // ---- walks ----

    /// <summary>The nodes from inputs to outputs.</summary>
    public Enumerator GetEnumerator() => new(this, 0, 1);
    IEnumerator<Visit> IEnumerable<Visit>.GetEnumerator() => GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The nodes from outputs to inputs: each after all its consumers.</summary>
    public Backward Reversed => new(this);

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
        public TState Aggregate<TState>(TState state, Func<TState, Visit, TState> step) => KahnOrder.Aggregate(GetEnumerator(), state, step);
    }
}
