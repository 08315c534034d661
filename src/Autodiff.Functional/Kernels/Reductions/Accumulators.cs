using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Folds that go on over many blocks. What comes in is folded plainly; now and then that is added to a total, with what rounding loses kept beside it
/// (Knuth's TwoSum; Ogita, Rump, Oishi 2005, "Accurate sum and dot product"), so that the error does not grow with the number of blocks.
/// </summary>
internal static class Accumulators
{
    /// <summary>What changes nothing when it is folded with: −0 for a sum, as 0 would lose the sign of −0.</summary>
    public static E Neutral<TFold, E>() where TFold : struct, IFold where E : unmanaged, IElementary<E>
    {
        if (typeof(TFold) == typeof(Plus)) return E.Literal(-0.0);
        bool largest = typeof(TFold) == typeof(Smaller);
        if (typeof(E) == typeof(Integer<int>)) return Unsafe.BitCast<int, E>(largest ? int.MaxValue : int.MinValue);
        if (typeof(E) == typeof(Integer<long>)) return Unsafe.BitCast<long, E>(largest ? long.MaxValue : long.MinValue);
        if (typeof(E) == typeof(Bit)) return Unsafe.BitCast<bool, E>(largest);
        return E.Literal(largest ? double.PositiveInfinity : double.NegativeInfinity);
    }

    /// <summary>total = total ∘ x, with what is lost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TFold, E>(ReadOnlySpan<E> x, Span<E> total, Span<E> lost) where TFold : struct, IFold where E : unmanaged, IElementary<E>
    {
        if (typeof(E) == typeof(Real64))
            Lanes<TFold, Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(total), Elements.As<E, Real64>(lost));
        else if (typeof(E) == typeof(Real32))
            Lanes<TFold, Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(total), Elements.As<E, Real32>(lost));
        else
            for (int i = 0; i < x.Length; i++) total[i] = TFold.Apply(total[i], x[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lanes<TFold, V, E>(ReadOnlySpan<E> x, Span<E> total, Span<E> lost)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : unmanaged, IElementary<E>
    {
        ref E from = ref MemoryMarshal.GetReference(x), sum = ref MemoryMarshal.GetReference(total), rest = ref MemoryMarshal.GetReference(lost);
        nint i = 0;
        for (; i + V.Count <= x.Length; i += V.Count)
        {
            V a = V.Load(ref Unsafe.Add(ref sum, i)), b = V.Load(ref Unsafe.Add(ref from, i)), c = TFold.Apply(a, b);
            c.Store(ref Unsafe.Add(ref sum, i));
            if (typeof(TFold) == typeof(Plus)) (V.Load(ref Unsafe.Add(ref rest, i)) + Lost(a, b, c)).Store(ref Unsafe.Add(ref rest, i));
        }
        for (; i < x.Length; i++)
        {
            E a = Unsafe.Add(ref sum, i), b = Unsafe.Add(ref from, i), c = TFold.Apply(a, b);
            Unsafe.Add(ref sum, i) = c;
            if (typeof(TFold) == typeof(Plus)) Unsafe.Add(ref rest, i) += Lost(a, b, c);
        }
    }

    /// <summary>a + b − sum, exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Lost<T>(T a, T b, T sum) where T : IElementary<T>
    {
        T back = sum - a;
        return (a - (sum - back)) + (b - back);
    }

    /// <summary>total = total + lost, the results, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round<E>(Span<E> total, ReadOnlySpan<E> lost) where E : unmanaged, IElementary<E>
    {
        if (typeof(E) == typeof(Real64))
            RoundLanes<Lanes64, Real64>(Elements.As<E, Real64>(total), Elements.As<E, Real64>(lost));
        else if (typeof(E) == typeof(Real32))
            RoundLanes<Lanes32, Real32>(Elements.As<E, Real32>(total), Elements.As<E, Real32>(lost));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RoundLanes<V, E>(Span<E> total, ReadOnlySpan<E> lost) where V : struct, ILanes<V, E> where E : unmanaged, IElementary<E>
    {
        ref E sum = ref MemoryMarshal.GetReference(total), rest = ref MemoryMarshal.GetReference(lost);
        nint i = 0;
        for (; i + V.Count <= total.Length; i += V.Count)
        {
            V a = V.Load(ref Unsafe.Add(ref sum, i)), b = V.Load(ref Unsafe.Add(ref rest, i));
            V.IfEqual(b - b, V.Literal(0), V.IfEqual(b, V.Literal(0), a, a + b), a).Store(ref Unsafe.Add(ref sum, i));
        }
        for (; i < total.Length; i++)
            Unsafe.Add(ref sum, i) = Result(Unsafe.Add(ref sum, i), Unsafe.Add(ref rest, i));
    }

    /// <summary>The result. Where the total is infinite or NaN, what was lost means nothing, and 0 could change the sign of −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static E Result<E>(E total, E lost) where E : unmanaged, IElementary<E> =>
        typeof(E) == typeof(Real64) || typeof(E) == typeof(Real32)
            ? E.IfEqual(lost - lost, E.Literal(0), E.IfEqual(lost, E.Literal(0), total, total + lost), total)
            : total;
}
