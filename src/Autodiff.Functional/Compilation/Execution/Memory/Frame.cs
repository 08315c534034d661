using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>The memory of one run of a plan. A plan keeps a few for later runs; no two runs share one.</summary>
internal sealed unsafe class Frame : IDisposable
{
    private readonly CacheLine[] _arena;
    private readonly nint _bodies;         // where the memory of bodies begins
    private readonly nint[] _regions;      // pinned
    private readonly PinnedGCHandle<Array?>[] _pins;
    private readonly int _firstMoving;     // the regions before it are always the same

    /// <param name="arenaBytes">How much memory there is for what is computed on the way.</param>
    /// <param name="constants">Where the constants begin.</param>
    /// <param name="inPlace">The large constants, each a region.</param>
    /// <param name="regions">How many regions there are, with arena and constants.</param>
    /// <param name="bundles">How many values of several outputs.</param>
    /// <param name="children">How many bodies.</param>
    /// <param name="addressesBytes">How much memory for addresses that stand ready.</param>
    /// <param name="parent">The memory of the program that this one is a body of, which it works in.</param>
    /// <param name="bodyBytes">How much memory bodies work in, one at a time.</param>
    public Frame(long arenaBytes, nint constants, ImmutableArray<Tensor> inPlace, int regions, int bundles, int children, int addressesBytes, Frame? parent, long bodyBytes)
    {
        Root = parent?.Root ?? this;
        _arena = parent?._arena ?? CacheLine.Allocate(CacheLine.Rounded(arenaBytes) + bodyBytes);
        _regions = GC.AllocateArray<nint>(regions, pinned: true);
        _pins = new PinnedGCHandle<Array?>[regions];
        for (int i = Location.Constants + 1; i < regions; i++)
            _pins[i] = new(null);
        Regions = (nint*)Marshal.UnsafeAddrOfPinnedArrayElement(_regions, 0);
        Regions[Location.Arena] = parent?._bodies ?? CacheLine.Start(_arena);
        _bodies = Regions[Location.Arena] + (nint)CacheLine.Rounded(arenaBytes);
        Regions[Location.Constants] = constants;
        _firstMoving = Location.Constants + 1 + inPlace.Length;
        for (int i = 0; i < inPlace.Length; i++)
            Pin(Location.Constants + 1 + i, inPlace[i].Array, (nint)inPlace[i].Offset * inPlace[i].Element.Size);
        Bundles = new Tensor?[bundles];
        Children = new Frame?[children];
        Team = new Team();
        _addresses = CacheLine.Allocate(addressesBytes);
        Addresses = (nint*)CacheLine.Start(_addresses);
    }

    /// <summary>Another one over the same memory, whose arguments and outputs may lie elsewhere. Not for callers' arrays: it pins none.</summary>
    private Frame(Frame other)
    {
        (Root, _arena, _bodies, _pins, Bundles, Children, Team) = (other.Root, other._arena, other._bodies, [], other.Bundles, other.Children, other.Team);
        _regions = GC.AllocateArray<nint>(other._regions.Length, pinned: true);
        Regions = (nint*)Marshal.UnsafeAddrOfPinnedArrayElement(_regions, 0);
        _firstMoving = other._firstMoving;
        for (int i = 0; i < _firstMoving; i++)
            Regions[i] = other.Regions[i];
        _addresses = CacheLine.Allocate((other._addresses.Length - 1L) * CacheLine.Bytes);
        Addresses = (nint*)CacheLine.Start(_addresses);
    }

    /// <summary>The address of each region.</summary>
    public nint* Regions { get; }

    /// <summary>Addresses that stand ready for <see cref="BoundLoop"/>s.</summary>
    public nint* Addresses { get; }

    private readonly CacheLine[] _addresses;

    /// <summary>The frame of every second step of a loop, whose carries go back and forth; made when it is first asked for.</summary>
    public Frame Twin(BoundAddresses addresses)
    {
        if (_twin is null)
            addresses.Prepare(_twin = new(this));
        return _twin;
    }

    private Frame? _twin;

    /// <summary>Values of several outputs, which ops without a step of their own give as tensors.</summary>
    public Tensor?[] Bundles { get; }

    /// <summary>The memory of the bodies of loops and branches.</summary>
    public Frame?[] Children { get; }

    /// <summary>The threads that help with a step.</summary>
    public Team Team { get; }

    /// <summary>The memory of the whole plan.</summary>
    public Frame Root { get; }

    /// <summary>Asked between steps, and so between the trips of loops: may the run go on? Of the whole plan.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>The NaNs of a checked run. Of the whole plan.</summary>
    public NaNs? NaNs { get; set; }

    /// <summary>The number of times that a body has begun in the step that runs it.</summary>
    public int Trips { get; set; }

    public nint Address(Location location) => Regions[location.Region] + (nint)location.Offset;

    /// <summary>Memory beside the arena, as much as was asked for the first time.</summary>
    public nint Spare(long bytes) => CacheLine.Start(_spare ??= CacheLine.Allocate(bytes));

    private CacheLine[]? _spare;

    public Span<T> Span<T>(Location location, int length) where T : unmanaged => new((void*)Address(location), length);

    /// <summary>Lets a region be an array, from an element on, until it is released.</summary>
    public void Pin(int region, Array array, nint offsetBytes)
    {
        _pins[region].Target = array;
        fixed (byte* start = &MemoryMarshal.GetArrayDataReference(array))
            Regions[region] = (nint)start + offsetBytes;
    }

    /// <summary>The array that a region is.</summary>
    public Array Pinned(int region) => _pins[region].Target!;

    /// <summary>Forgets all that belongs to the caller.</summary>
    public void Release()
    {
        (Cancellation, NaNs) = (default, null);
        for (int i = _firstMoving; i < _pins.Length; i++)
            _pins[i].Target = null;
        if (Bundles.Length > 0)
            Array.Clear(Bundles);
        foreach (var child in Children)
            child?.Release();
    }

    public void Dispose()
    {
        foreach (var child in Children)
            child?.Dispose();
        // Each handle once: a child may be finalised by itself as well.
        for (int i = 0; i < _pins.Length; i++)
            if (_pins[i].IsAllocated)
                _pins[i].Dispose();
        GC.SuppressFinalize(this);
    }

    ~Frame() => Dispose();
}
