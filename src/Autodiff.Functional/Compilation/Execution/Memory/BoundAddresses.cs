namespace Autodiff.Functional.Compilation;

/// <summary>The addresses that the bound loops of a body find in the frame: which entries lie in which region, and which are slots of the loops' code.</summary>
internal sealed unsafe class BoundAddresses
{
    private readonly List<(int Index, Location At)> _fixed = [];
    private readonly List<(int Index, int Offset)> _slots = [];
    private readonly List<(int Index, long Offset)>[] _moving;     // of each region
    private int _count, _slotBytes;

    private readonly int _firstMoving;

    /// <param name="regions">How many regions there are.</param>
    /// <param name="firstMoving">From which on they are now here, now there.</param>
    public BoundAddresses(int regions, int firstMoving) => (_moving, _firstMoving) = ([.. Enumerable.Range(0, regions).Select(_ => new List<(int, long)>())], firstMoving);

    /// <summary>The bytes of a frame's addresses, and of the slots after them.</summary>
    public int Bytes => SlotsStart + _slotBytes;

    private int SlotsStart => (int)CacheLine.Rounded(_count * sizeof(nint));

    /// <summary>The entries that point into a region, each with its offset from the start of the region.</summary>
    public IReadOnlyList<(int Index, long Offset)> Of(int region) => _moving[region];

    /// <summary>The step, bound if it is no more than code.</summary>
    public Step Bind(Step step)
    {
        if (step is not LoopStep loop || loop.Kernel.Bare is not { } bare)
            return step;
        var bound = new BoundLoop(loop, bare.Body, bare.Points, _count);
        foreach (var at in loop.Arrays)
            if (at.Region >= _firstMoving)
                _moving[at.Region].Add((_count++, at.Offset));
            else
                _fixed.Add((_count++, at));
        foreach (int slot in bare.Body.Slots)
            _slots.Add((_count++, slot));
        // The loops run one after the other, so they share the slots.
        _slotBytes = Math.Max(_slotBytes, bare.Body.SlotBytes);
        return bound;
    }

    /// <summary>Writes the addresses that never change.</summary>
    public void Prepare(Frame frame)
    {
        foreach (var (index, at) in _fixed)
            frame.Addresses[index] = frame.Address(at);
        foreach (var (index, offset) in _slots)
            frame.Addresses[index] = (nint)frame.Addresses + SlotsStart + offset;
    }

    /// <summary>Sets the address of a region, and of the entries in it.</summary>
    public void Move(Frame frame, int region, nint address)
    {
        frame.Regions[region] = address;
        foreach (var (index, offset) in _moving[region])
            frame.Addresses[index] = address + (nint)offset;
    }
}
