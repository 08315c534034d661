namespace Autodiff.Functional.Compilation;

/// <summary>Allocates in the arena: a request gets the smallest free range that it fits in.</summary>
internal sealed class ArenaLayout
{
    private readonly SortedSet<(long Bytes, long Offset)> _bySize = [];
    private readonly Dictionary<long, long> _byStart = [];   // free parts: start → bytes
    private readonly Dictionary<long, long> _byEnd = [];     // free parts: end → start

    /// <summary>The bytes of the arena.</summary>
    public long Bytes { get; private set; }

    public long Take(long bytes)
    {
        bytes = Rounded(bytes);
        foreach (var part in _bySize.GetViewBetween((bytes, 0), (long.MaxValue, long.MaxValue)))
        {
            Remove(part.Offset, part.Bytes);
            if (part.Bytes > bytes)
                Add(part.Offset + bytes, part.Bytes - bytes);
            return part.Offset;
        }
        // None is large enough: one at the end grows.
        long start = Bytes;
        if (_byEnd.TryGetValue(Bytes, out long last))
        {
            Remove(last, Bytes - last);
            start = last;
        }
        Bytes = start + bytes;
        return start;
    }

    public void GiveBack(long offset, long bytes)
    {
        bytes = Rounded(bytes);
        if (_byEnd.TryGetValue(offset, out long before))
        {
            Remove(before, offset - before);
            (offset, bytes) = (before, bytes + offset - before);
        }
        if (_byStart.TryGetValue(offset + bytes, out long after))
        {
            Remove(offset + bytes, after);
            bytes += after;
        }
        Add(offset, bytes);
    }

    /// <summary>What a request takes: nothing takes a line too, so that no two lie at the same address.</summary>
    public static long Rounded(long bytes) => Math.Max(CacheLine.Bytes, CacheLine.Rounded(bytes));

    private void Add(long offset, long bytes)
    {
        _bySize.Add((bytes, offset));
        _byStart.Add(offset, bytes);
        _byEnd.Add(offset + bytes, offset);
    }

    private void Remove(long offset, long bytes)
    {
        _bySize.Remove((bytes, offset));
        _byStart.Remove(offset);
        _byEnd.Remove(offset + bytes);
    }
}
