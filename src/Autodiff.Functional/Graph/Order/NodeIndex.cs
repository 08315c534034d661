using System.Buffers;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>Some nodes by number.</summary>
internal interface INodes
{
    int Count { get; }
    Expr Node(int position);
    /// <summary>The node's number, −1 if it is not here.</summary>
    int Find(Expr node);
}

/// <summary>
/// Numbers nodes in the order in which they are added. The stamp is the hash; it is multiplied, since raw stamps cluster, but for its last bits: nodes made one after the other are
/// mostly looked up so, and lie in one line of the cache.
/// </summary>
internal sealed class NodeIndex : INodes, IDisposable
{
    private const int LineBits = 3;

    private readonly GrowingList<Expr> _nodes = new();
    private int[] _slots = Slots(5);   // number + 1; 0 is free
    private int _bits = 5;

    public int Count => _nodes.Count;
    public Expr Node(int position) => _nodes.Items[position];
    public ReadOnlySpan<Expr> Nodes => _nodes.Items;

    public static NodeIndex Of(ReadOnlySpan<Expr> nodes)
    {
        var index = new NodeIndex();
        foreach (var node in nodes)
            index.Add(node);
        return index;
    }

    /// <summary>The node's number: a new one if it is not here yet.</summary>
    public int Add(Expr node)
    {
        int slot = Slot(node);
        if (_slots[slot] != 0)
            return _slots[slot] - 1;
        _nodes.Add(node);
        _slots[slot] = Count;
        if (Count > 1 << (_bits - 1))
            Grow();
        return Count - 1;
    }

    public int Find(Expr node) => _slots[Slot(node)] - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(Expr node)
    {
        int mask = (1 << _bits) - 1;
        int slot = (int)((ulong)(node.Stamp >> LineBits) * 0x9E3779B97F4A7C15 >> (64 - _bits)) & ~((1 << LineBits) - 1) | ((int)node.Stamp & ((1 << LineBits) - 1));
        while (_slots[slot] != 0 && !ReferenceEquals(Node(_slots[slot] - 1), node))
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        ArrayPool<int>.Shared.Return(_slots);
        _slots = Slots(++_bits);
        for (int i = 0; i < Count; i++)
            _slots[Slot(Node(i))] = i + 1;
    }

    private static int[] Slots(int bits)
    {
        var slots = ArrayPool<int>.Shared.Rent(1 << bits);
        Array.Clear(slots);
        return slots;
    }

    public void Dispose()
    {
        _nodes.Dispose();
        ArrayPool<int>.Shared.Return(_slots);
    }
}

/// <summary>A list in pooled memory, whose items are seen as a span.</summary>
internal sealed class GrowingList<T>(int capacity = 16) : IDisposable
{
    private T[] _items = ArrayPool<T>.Shared.Rent(capacity);

    public int Count { get; private set; }
    public ReadOnlySpan<T> Items => _items.AsSpan(0, Count);

    /// <summary>All of the memory, whatever it holds.</summary>
    public Span<T> Space => _items;

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            var larger = ArrayPool<T>.Shared.Rent(2 * Count);
            _items.CopyTo(larger, 0);
            Dispose();
            _items = larger;
        }
        _items[Count++] = item;
    }

    public void Dispose() => ArrayPool<T>.Shared.Return(_items, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
}
