namespace Autodiff.Functional.Compilation;

/// <summary>Slots by what fits in them: a value may only go where one of its own size was, as it may be written while that is still read.</summary>
internal sealed class SlotPool(TileCode code)
{
    private const int Alignment = 64;

    private readonly List<int> _offsets = [];
    private readonly Dictionary<(int Size, bool Uniform), Stack<int>> _free = [];

    public int Bytes { get; private set; }
    public int[] Offsets => [.. _offsets];

    public int Take(DType dtype, bool uniform)
    {
        int size = ElementType.Of(dtype).Size;
        if (_free.TryGetValue((size, uniform), out var free) && free.TryPop(out int slot))
            return slot;
        _offsets.Add(Bytes);
        Bytes += (size * (uniform ? 1 : code.Points) + Alignment - 1) / Alignment * Alignment;
        return code.Operands + _offsets.Count - 1;
    }

    public void Free(int slot, DType dtype, bool uniform)
    {
        var key = (ElementType.Of(dtype).Size, uniform);
        if (!_free.TryGetValue(key, out var free))
            _free.Add(key, free = []);
        free.Push(slot);
    }
}
