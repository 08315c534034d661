namespace Autodiff.Functional.Compilation;

/// <summary>The places of all bound loops of a body: which are addresses in which region, and where what their code computes on the way goes.</summary>
internal sealed unsafe class Places
{
    private readonly List<(int Place, Location At)> _fixed = [];
    private readonly List<(int Place, int Offset)> _slots = [];
    private readonly List<(int Place, long Offset)>[] _moving;     // of each region
    private int _count, _slotBytes;

    private readonly int _firstMoving;

    /// <param name="regions">How many regions there are.</param>
    /// <param name="firstMoving">From which on they are now here, now there.</param>
    public Places(int regions, int firstMoving) => (_moving, _firstMoving) = ([.. Enumerable.Range(0, regions).Select(_ => new List<(int, long)>())], firstMoving);

    /// <summary>The bytes of a frame's places, and of what is computed on the way.</summary>
    public int Bytes => SlotsStart + _slotBytes;

    private int SlotsStart => (int)CacheLine.Rounded(_count * sizeof(nint));

    /// <summary>The places of an array that begins where a region does, with the bytes between.</summary>
    public IReadOnlyList<(int Place, long Offset)> Of(int region) => _moving[region];

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
        // One after the other: what they compute on the way may lie at the same place.
        _slotBytes = Math.Max(_slotBytes, bare.Body.SlotBytes);
        return bound;
    }

    /// <summary>Writes what never changes.</summary>
    public void Prepare(Frame frame)
    {
        foreach (var (place, at) in _fixed)
            frame.Places[place] = frame.Address(at);
        foreach (var (place, offset) in _slots)
            frame.Places[place] = (nint)frame.Places + SlotsStart + offset;
    }

    /// <summary>Says where a region begins.</summary>
    public void Move(Frame frame, int region, nint address)
    {
        frame.Regions[region] = address;
        foreach (var (place, offset) in _moving[region])
            frame.Places[place] = address + (nint)offset;
    }
}
