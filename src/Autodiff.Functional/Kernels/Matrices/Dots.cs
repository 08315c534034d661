using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>Dot products in tiles of fixed size, added pairwise.</summary>
internal static class Dots
{
    public static E Pairwise<V, E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y) where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        if (x.Length <= Reductions.Tile) return OfTile<V, E>(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y), x.Length);
        int half = Reductions.Half(x.Length, Reductions.Tile);
        return Pairwise<V, E>(x[..half], y[..half]) + Pairwise<V, E>(x[half..], y[half..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static E OfTile<V, E>(ref E x, ref E y, int length) where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        V a = V.Literal(0), b = a, c = a, d = a;
        nint i = 0;
        for (; i + 4 * V.Count <= length; i += 4 * V.Count)
        {
            a += V.Load(ref Unsafe.Add(ref x, i)) * V.Load(ref Unsafe.Add(ref y, i));
            b += V.Load(ref Unsafe.Add(ref x, i + V.Count)) * V.Load(ref Unsafe.Add(ref y, i + V.Count));
            c += V.Load(ref Unsafe.Add(ref x, i + 2 * V.Count)) * V.Load(ref Unsafe.Add(ref y, i + 2 * V.Count));
            d += V.Load(ref Unsafe.Add(ref x, i + 3 * V.Count)) * V.Load(ref Unsafe.Add(ref y, i + 3 * V.Count));
        }
        a = (a + b) + (c + d);
        for (; i + V.Count <= length; i += V.Count) a += V.Load(ref Unsafe.Add(ref x, i)) * V.Load(ref Unsafe.Add(ref y, i));
        E sum = Reductions.Across<Plus, V, E>(a);
        for (; i < length; i++) sum += Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
        return sum;
    }
}
