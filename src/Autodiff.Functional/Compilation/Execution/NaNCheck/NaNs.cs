using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// The NaNs of a checked run. Each that comes up gets a number, which it carries in its payload: arithmetic, copies, loops and selections hand it on with the NaN. So a NaN in an output tells where it came up.
/// </summary>
/// <param name="draw">In a replay: which of <see cref="NaNTrial"/>'s numbers takes the place of a NaN that a number depends on. −1 in the run itself.</param>
/// <param name="only">In a replay: the only NaN that is looked at, by its number; 0 for all.</param>
/// <param name="limit">How many steps a replay may take: another course may have no end.</param>
internal sealed class NaNs(int draw = -1, int only = 0, long limit = long.MaxValue)
{
    private const int Marker = 0b101101;      // the upper bits of a payload of 22 bits that is a number
    private const int Most = ushort.MaxValue;

    private readonly List<NaNFound> _found = [];
    private readonly Stack<NaNSite> _around = [];
    private readonly List<(int Number, string Op)> _swallows = [];

    public int Draw => draw;

    public bool IsReplay => draw >= 0;

    /// <summary>Do the numbers stand where NaNs came up, so that the run is one that could be? Else they stand where something depends on a NaN.</summary>
    public bool IsAtOrigin => draw >= NaNTrial.Draws;

    /// <summary>Has it been asked whether something is NaN that came up here?</summary>
    public bool IsAskedFor { get; set; }

    /// <summary>Has any come up?</summary>
    public bool Any => _found.Count > 0;

    /// <summary>The NaN of a number, from 1 on.</summary>
    public NaNFound this[int number] => _found[number - 1];

    /// <summary>The NaNs that a number depended on, and the op that gave that.</summary>
    public IReadOnlyList<(int Number, string Op)> Swallows => _swallows;

    /// <summary>The loops and branches that run now, from within.</summary>
    public IEnumerable<NaNSite> Around => _around;

    public long Steps { get; private set; }

    public void BeginStep()
    {
        if (++Steps > limit)
            throw new ReplayTooLong();
    }

    public void Enter(NaNSite site) => _around.Push(site);

    public void Leave() => _around.Pop();

    public void Swallow(int number, string op)
    {
        if (!_swallows.Exists(known => known.Number == number))
            _swallows.Add((number, op));
    }

    /// <summary>Is a NaN looked at in this replay?</summary>
    public bool Covers(int number) => number > 0 && (only == 0 || number == only);

    /// <summary>The number of the NaN that an element is; 0 if it is none that came up in this run.</summary>
    public int NumberAt(Tensor tensor, int element)
    {
        if (!tensor.DType.IsFloating())
            return 0;
        // Float32 as well: what becomes a double keeps the payload, in its upper bits.
        long bits = BitConverter.DoubleToInt64Bits(tensor.ElementAsDouble(element));
        int payload = (int)(bits >> 29) & 0x3FFFFF;
        return double.IsNaN(BitConverter.Int64BitsToDouble(bits)) && payload >> 16 == Marker && (payload & Most) <= _found.Count ? payload & Most : 0;
    }

    /// <summary>The smallest number in a tensor, which came up first; 0 if there is none.</summary>
    public int FirstIn(Tensor tensor)
    {
        int first = 0;
        for (int i = 0; i < tensor.Size && tensor.DType.IsFloating(); i++)
            if (NumberAt(tensor, i) is var number and > 0 && (first == 0 || number < first))
                first = number;
        return first;
    }

    /// <summary>The smallest number in some tensors; 0 if there is none.</summary>
    public int FirstIn(IEnumerable<Tensor> tensors) => tensors.Select(FirstIn).Where(number => number > 0).DefaultIfEmpty().Min();

    /// <summary>A tensor whose NaNs have numbers: an element's own, else that of its source, else a new one for all that came up here.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="value">Its number in the program.</param>
    /// <param name="source">Which NaN an element comes from; 0 if from none.</param>
    /// <param name="found">The NaN that came up at an element.</param>
    public Tensor Numbered(Tensor tensor, int value, Func<int, int> source, Func<int, NaNFound> found) => AnyIn(tensor) ? tensor.Element.Run<Numberer, Tensor>(new(this, tensor, value, source, found)) : tensor;

    private readonly struct Numberer(NaNs nans, Tensor tensor, int value, Func<int, int> source, Func<int, NaNFound> found) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var numbered = Tensor.New<E>(tensor.Element, tensor.Shape, out var elements);
            tensor.Read(0, elements);
            int added = 0;
            for (int i = 0; i < elements.Length; i++)
                if (IsNaN(elements[i]) && nans.NumberAt(tensor, i) == 0)
                {
                    int number = source(i);
                    bool isNew = number == 0;
                    if (isNew)
                        number = added = added > 0 ? added : nans.Add(found(i));
                    elements[i] = isNew && nans.IsAtOrigin && nans.Covers(number) ? E.Literal(NaNTrial.Drawn(nans.Draw - NaNTrial.Draws, value, i)) : NaN<E>(number);
                }
            return numbered;
        }
    }

    private int Add(NaNFound found)
    {
        // Of the very many the last stands for the others.
        if (_found.Count == Most)
            _found[^1] = found;
        else
            _found.Add(found);
        return _found.Count;
    }

    public static bool AnyIn(Tensor tensor) => tensor.DType.IsFloating() && tensor.Element.Run<Finder, bool>(new(tensor));

    public static bool AnyIn<E>(ReadOnlySpan<E> elements) where E : unmanaged
    {
        foreach (var element in elements)
            if (IsNaN(element))
                return true;
        return false;
    }

    private readonly struct Finder(Tensor tensor) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E> => AnyIn(tensor.Elements<E>());
    }

    private static bool IsNaN<E>(E x) where E : unmanaged =>
        typeof(E) == typeof(Real64) ? double.IsNaN(Unsafe.BitCast<E, double>(x)) : typeof(E) == typeof(Real32) && float.IsNaN(Unsafe.BitCast<E, float>(x));

    private static E NaN<E>(int number) where E : unmanaged
    {
        uint payload = (uint)((Marker << 16) | number);
        return typeof(E) == typeof(Real64) ? Unsafe.BitCast<ulong, E>(0x7FF8_0000_0000_0000 | ((ulong)payload << 29)) : Unsafe.BitCast<uint, E>(0x7FC0_0000 | payload);
    }
}

/// <summary>A replay took another course, of which no end is in sight.</summary>
internal sealed class ReplayTooLong : Exception;
