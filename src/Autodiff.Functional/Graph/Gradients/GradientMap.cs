using System.Collections;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// The gradient of one value with respect to every node that it depends on: an immutable map from node to cotangent, by reference.
/// Maps merge by adding, with <see cref="Empty"/> as unit: they form a monoid.
/// </summary>
/// <remarks>
/// <para><see cref="TryGetValue(Expr, out Expr)"/> is false for a node that the value does not depend on, and the indexer gives zeros of its shape.</para>
/// <para>Inside, versions share an append-once buffer by Kahn position: a version sees the entries that were there when it was made, so that
/// the step of the reverse fold is pure and takes constant time. Adding to an older version copies.</para>
/// </remarks>
/// <example><code>
/// var gradients = Ad.Gradients(loss);
/// Console.WriteLine(gradients[weights].Value);
/// </code></example>
[DebuggerDisplay("{Count} gradients")]
[JsonConverter(typeof(NoJsonConverter))]
public sealed partial class GradientMap : IReadOnlyDictionary<Expr, Expr>
{
    private readonly INodes _nodes;
    private readonly Log _log;
    private readonly int _version;   // entries below it are this map's

    private GradientMap(INodes nodes, Log log, int version, int count) => (_nodes, _log, _version, Count) = (nodes, log, version, count);

    /// <summary>The map without entries: the gradient of a constant.</summary>
    public static GradientMap Empty { get; } = new(new NodeIndex(), new Log(0), 0, 0);

    /// <summary>The map before a reverse fold has begun: the cotangents of the order's roots.</summary>
    /// <param name="order">The nodes that the fold will visit.</param>
    /// <param name="cotangents">A cotangent for each root.</param>
    /// <exception cref="StructureException">There is another number of cotangents.</exception>
    public static GradientMap Seed(KahnOrder order, params ReadOnlySpan<Cotangent> cotangents)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (cotangents.Length != order.Roots.Length)
            throw new StructureException("GradientMap.Seed", $"{order.Roots.Length} cotangents, one for each root", $"{cotangents.Length}");
        var map = new GradientMap(order, new Log(order.Count), 0, 0);
        for (int i = 0; i < cotangents.Length; i++)
            if (order.Roots[i] >= 0)
                map = map.Add(order.Roots[i], cotangents[i]);
        return map;
    }

    /// <summary>The map with a node's contributions added to its inputs. This one stays as it is.</summary>
    internal GradientMap Add(Visit visit, Contributions contributions)
    {
        var map = this;
        var inputs = visit.InputPositions;
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i] >= 0)
                map = map.Add(inputs[i], contributions[i]);
        return map;
    }

    private GradientMap Add(int position, Cotangent contribution)
    {
        if (contribution.IsNone)
            return this;
        bool isFirst = !TryGetValue(position, out var known);
        return new(_nodes, _log.Add(_version, position, isFirst ? contribution : known + contribution), _version + 1, isFirst && contribution.Value is not null ? Count + 1 : Count);
    }

    internal bool TryGetValue(Visit visit, out Cotangent cotangent) => TryGetValue(visit.Position, out cotangent);

    internal bool TryGetValue(int position, out Cotangent cotangent)
    {
        int entry = position < 0 ? -1 : _log.Find(position, _version);
        cotangent = entry < 0 ? default : _log[entry];
        return entry >= 0;
    }

    /// <summary>The sum of the two maps: a node's cotangents in both are added.</summary>
    public GradientMap Merge(GradientMap other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
            return this;
        if (Count == 0)
            return other;
        var index = new NodeIndex();
        foreach (var (node, _) in this)
            index.Add(node);
        foreach (var (node, _) in other)
            index.Add(node);
        var map = new GradientMap(index, new Log(index.Count), 0, 0);
        foreach (var (node, cotangent) in this)
            map = map.Add(index.Find(node), cotangent);
        foreach (var (node, cotangent) in other)
            map = map.Add(index.Find(node), cotangent);
        return map;
    }

    /// <summary>The cotangent of a node; zeros of its dtype and shape if there is none.</summary>
    /// <exception cref="DTypeException">The node is not floating-point: there is no derivative in it.</exception>
    public Expr this[Expr node] => TryGetValue(node, out var cotangent) ? cotangent
        : node.DType.IsFloating() ? Expr.Zeros(node.Shape, node.DType)
        : throw new DTypeException("GradientMap[]", "a floating-point node", $"{node.DType} ({node})", "Make the variable Float64, as in Expr.Variable(\"x\", Tensor.Scalar(3.0)); only real numbers have derivatives.");

    /// <summary>The cotangent of a node, if the value depends on it.</summary>
    public bool TryGetValue(Expr node, [MaybeNullWhen(false)] out Expr cotangent)
    {
        ArgumentNullException.ThrowIfNull(node);
        bool found = TryGetValue(_nodes.Find(node), out var total);
        cotangent = total.Value;
        return found && cotangent is not null;
    }

    /// <summary>Does the value depend on this node?</summary>
    public bool ContainsKey(Expr node) => TryGetValue(node, out _);

    /// <summary>How many nodes have a cotangent.</summary>
    public int Count { get; }

    /// <summary>The nodes that have a cotangent.</summary>
    public IEnumerable<Expr> Keys => this.Select(pair => pair.Key);

    /// <summary>The cotangents.</summary>
    public IEnumerable<Expr> Values => this.Select(pair => pair.Value);

    /// <summary>The nodes and their cotangents, from inputs to outputs.</summary>
    public IEnumerator<KeyValuePair<Expr, Expr>> GetEnumerator()
    {
        for (int position = 0; position < _nodes.Count; position++)
            if (TryGetValue(position, out var total) && total.Value is { } value)
                yield return new(_nodes.Node(position), value);
    }
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One line for each variable.</summary>
    public override string ToString() => string.Join(Environment.NewLine,
        this.Where(pair => pair.Key.Op is Variable).Select(pair => $"∂/∂{((Variable)pair.Key.Op).Label} = {pair.Value}"));

    /// <summary>
    /// Entries in the order in which they came, each with the total for its node so far; the entries of one node are chained, newest first.
    /// Only the version that holds all entries may append, so no version ever sees a newer one's.
    /// </summary>
    private sealed class Log(int positions)
    {
        private readonly int[] _newest = new int[positions];   // entry + 1; 0: none
        private Entry[] _entries = new Entry[Math.Max(4, positions)];
        private int _count;

        private record struct Entry(int Previous, Cotangent Total);

        public Cotangent this[int entry] => Volatile.Read(ref _entries)[entry].Total;

        public int Find(int position, int version)
        {
            int entry = Volatile.Read(ref _newest[position]) - 1;
            if (entry >= version)
            {
                var entries = Volatile.Read(ref _entries);
                while (entry >= version)
                    entry = entries[entry].Previous;
            }
            return entry;
        }

        /// <summary>The log that holds the next version, in which a node has another total.</summary>
        public Log Add(int version, int position, Cotangent total) => TryAppend(version, position, total) ? this : Fork(version, position, total);

        private bool TryAppend(int version, int position, Cotangent total)
        {
            if (Interlocked.CompareExchange(ref _count, version + 1, version) != version)
                return false;
            if (version == _entries.Length)
            {
                var larger = new Entry[2 * version];
                _entries.CopyTo(larger, 0);
                Volatile.Write(ref _entries, larger);
            }
            _entries[version] = new(_newest[position] - 1, total);
            Volatile.Write(ref _newest[position], version + 1);
            return true;
        }

        /// <summary>A copy of a version's entries, with one more.</summary>
        private Log Fork(int version, int position, Cotangent total)
        {
            var fork = new Log(_newest.Length) { _count = version, _entries = new Entry[Math.Max(4, 2 * version)] };
            Volatile.Read(ref _entries).AsSpan(0, version).CopyTo(fork._entries);
            for (int i = 0; i < _newest.Length; i++)
                fork._newest[i] = Find(i, version) + 1;
            fork.TryAppend(version, position, total);
            return fork;
        }
    }
}
