using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>An array seen as outer × n × inner, row-major, of which the middle axis is reduced.</summary>
internal readonly record struct Middle(int Outer, int N, int Inner)
{
    public int Results => Outer * Inner;

    public void Check(int arguments, int results)
    {
        if ((long)Outer * N * Inner != arguments || Results != results)
            throw new ArgumentException($"A reduction of {Outer}×{N}×{Inner} over its middle axis takes {(long)Outer * N * Inner} elements to {(long)Outer * Inner}, not {arguments} to {results}.");
    }
}

/// <summary>Sums, products, maxima and minima along an axis, and where an extremum stands.</summary>
/// <remarks>
/// Elements are folded in tiles of fixed size and the tiles pairwise (Higham 1993, "The accuracy of floating point
/// summation"): the error of a sum grows with the logarithm of its length, and the result depends on the sizes alone.
/// </remarks>
internal static class Reductions
{
    /// <summary>Elements folded in one go along a contiguous axis.</summary>
    public const int Tile = 512;

    /// <summary>Rows folded in one go across a matrix, and the width of the strip that this is done in.</summary>
    private const int TileRows = 64, Strip = 512;

    /// <summary>The sum; 0 of nothing. On <see cref="Bit"/>: whether any is set.</summary>
    public static void Sum<E>(ReadOnlySpan<E> x, Middle axes, Span<E> z) where E : struct, IElementary<E>
    {
        if (axes.N > 0) Fold<Plus, E>(x, axes, z);
        else
        {
            axes.Check(x.Length, z.Length);
            z.Fill(E.Literal(0));
        }
    }

    /// <summary>The largest; NaN if there is one. Nothing has no largest.</summary>
    public static void Max<E>(ReadOnlySpan<E> x, Middle axes, Span<E> z) where E : struct, IElementary<E> => Fold<Larger, E>(x, axes, z);

    /// <summary>The smallest; NaN if there is one. Nothing has no smallest.</summary>
    public static void Min<E>(ReadOnlySpan<E> x, Middle axes, Span<E> z) where E : struct, IElementary<E> => Fold<Smaller, E>(x, axes, z);

    /// <summary>Where the largest first stands along the axis; the first NaN counts as the largest.</summary>
    public static void ArgMax<E>(ReadOnlySpan<E> x, Middle axes, Span<long> z) where E : struct, IElementary<E> => Find<Larger, E>(x, axes, z);

    /// <summary>Where the smallest first stands along the axis; the first NaN counts as the smallest.</summary>
    public static void ArgMin<E>(ReadOnlySpan<E> x, Middle axes, Span<long> z) where E : struct, IElementary<E> => Find<Smaller, E>(x, axes, z);

    /// <summary>Σ xᵢ·yᵢ, in the same tiles as the sum.</summary>
    public static E Dot<E>(ReadOnlySpan<E> x, ReadOnlySpan<E> y) where E : struct, IElementary<E>
    {
        if (x.Length != y.Length) throw new ArgumentException($"A dot product needs two vectors of equal length: {x.Length} and {y.Length}.");
        if (x.IsEmpty) return E.Literal(0);
        if (typeof(E) == typeof(Real64)) return Unsafe.BitCast<Real64, E>(Dots.Pairwise<Lanes64, Real64>(Elements.As<E, Real64>(x), Elements.As<E, Real64>(y)));
        if (typeof(E) == typeof(Real32)) return Unsafe.BitCast<Real32, E>(Dots.Pairwise<Lanes32, Real32>(Elements.As<E, Real32>(x), Elements.As<E, Real32>(y)));
        E sum = x[0] * y[0];
        for (int i = 1; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    private static void Fold<TFold, E>(ReadOnlySpan<E> x, Middle axes, Span<E> z) where TFold : struct, IFold where E : struct, IElementary<E>
    {
        axes.Check(x.Length, z.Length);
        if (axes.N == 0 && z.Length > 0) throw new ArgumentException("An extremum needs at least one element along the axis.");
        if (typeof(E) == typeof(Real64)) FoldLanes<TFold, Lanes64, Real64>(Elements.As<E, Real64>(x), axes, Elements.As<E, Real64>(z));
        else if (typeof(E) == typeof(Real32)) FoldLanes<TFold, Lanes32, Real32>(Elements.As<E, Real32>(x), axes, Elements.As<E, Real32>(z));
        else FoldPlain<TFold, E>(x, axes, z);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FoldPlain<TFold, E>(ReadOnlySpan<E> x, Middle axes, Span<E> z) where TFold : struct, IFold where E : struct, IElementary<E>
    {
        int n = axes.N, inner = axes.Inner;
        for (int o = 0; o < axes.Outer; o++)
        {
            ReadOnlySpan<E> block = x.Slice(o * n * inner, n * inner);
            if (inner == 1)
            {
                E result = block[0];
                for (int i = 1; i < block.Length; i++) result = TFold.Apply(result, block[i]);
                z[o] = result;
                continue;
            }
            Span<E> row = z.Slice(o * inner, inner);
            block[..inner].CopyTo(row);
            for (int at = inner; at < block.Length; at += inner)
                for (int j = 0; j < row.Length; j++) row[j] = TFold.Apply(row[j], block[at + j]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FoldLanes<TFold, V, E>(ReadOnlySpan<E> x, Middle axes, Span<E> z)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        int n = axes.N, inner = axes.Inner;
        for (int o = 0; o < axes.Outer; o++)
        {
            ReadOnlySpan<E> block = x.Slice(o * n * inner, n * inner);
            if (inner == 1) z[o] = Pairwise<TFold, V, E>(block);
            else
                for (int j = 0; j < inner; j += Strip)
                    PairwiseRows<TFold, V, E>(block[j..], n, inner, z.Slice(o * inner + j, Math.Min(Strip, inner - j)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static E Pairwise<TFold, V, E>(ReadOnlySpan<E> x)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        if (x.Length <= Tile) return FoldTile<TFold, V, E>(ref MemoryMarshal.GetReference(x), x.Length);
        int half = Half(x.Length, Tile);
        return TFold.Apply(Pairwise<TFold, V, E>(x[..half]), Pairwise<TFold, V, E>(x[half..]));
    }

    /// <summary>A little under half or just half of a length, in whole tiles.</summary>
    public static int Half(int length, int tile) => (length + tile - 1) / tile / 2 * tile;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static E FoldTile<TFold, V, E>(ref E x, int length)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        nint i = V.Count;
        E result;
        if (length < V.Count)
        {
            result = x;
            i = 1;
        }
        else
        {
            V a = V.Load(ref x);
            if (length >= 4 * V.Count)
            {
                V b = V.Load(ref Unsafe.Add(ref x, V.Count)), c = V.Load(ref Unsafe.Add(ref x, 2 * V.Count)), d = V.Load(ref Unsafe.Add(ref x, 3 * V.Count));
                for (i = 4 * V.Count; i + 4 * V.Count <= length; i += 4 * V.Count)
                {
                    a = TFold.Apply(a, V.Load(ref Unsafe.Add(ref x, i)));
                    b = TFold.Apply(b, V.Load(ref Unsafe.Add(ref x, i + V.Count)));
                    c = TFold.Apply(c, V.Load(ref Unsafe.Add(ref x, i + 2 * V.Count)));
                    d = TFold.Apply(d, V.Load(ref Unsafe.Add(ref x, i + 3 * V.Count)));
                }
                a = TFold.Apply(TFold.Apply(a, b), TFold.Apply(c, d));
            }
            for (; i + V.Count <= length; i += V.Count) a = TFold.Apply(a, V.Load(ref Unsafe.Add(ref x, i)));
            result = Across<TFold, V, E>(a);
        }
        for (; i < length; i++) result = TFold.Apply(result, Unsafe.Add(ref x, i));
        return result;
    }

    /// <summary>The lanes of a register folded pairwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static E Across<TFold, V, E>(V lanes) where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        ref E lane = ref Unsafe.As<V, E>(ref lanes);
        E low = Four<TFold, E>(ref lane);
        return V.Count == 4 ? low : TFold.Apply(low, Four<TFold, E>(ref Unsafe.Add(ref lane, 4)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static E Four<TFold, E>(ref E lane) where TFold : struct, IFold where E : struct, IElementary<E> =>
        TFold.Apply(TFold.Apply(lane, Unsafe.Add(ref lane, 1)), TFold.Apply(Unsafe.Add(ref lane, 2), Unsafe.Add(ref lane, 3)));

    /// <summary>Folds the rows of a matrix into one: z as wide as a strip, the rows <paramref name="stride"/> apart.</summary>
    private static void PairwiseRows<TFold, V, E>(ReadOnlySpan<E> x, int rows, int stride, Span<E> z)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        if (rows <= TileRows)
        {
            FoldRows<TFold, V, E>(ref MemoryMarshal.GetReference(x), rows, stride, ref MemoryMarshal.GetReference(z), z.Length);
            return;
        }
        int half = Half(rows, TileRows);
        using var second = new Buffer<E>(z.Length);
        PairwiseRows<TFold, V, E>(x, half, stride, z);
        PairwiseRows<TFold, V, E>(x[(half * stride)..], rows - half, stride, second.Span);
        FoldRow<TFold, V, E>(ref MemoryMarshal.GetReference(z), ref MemoryMarshal.GetReference(second.Span), z.Length);
    }

    private static void FoldRows<TFold, V, E>(ref E x, int rows, nint stride, ref E z, int width)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        MemoryMarshal.CreateSpan(ref x, width).CopyTo(MemoryMarshal.CreateSpan(ref z, width));
        FoldInto<TFold, V, E>(ref Unsafe.Add(ref x, stride), rows - 1, stride, ref z, width);
    }

    /// <summary>z = z ∘ x₀ ∘ x₁ …: rows folded into one that holds something already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FoldInto<TFold, V, E>(ref E x, int rows, nint stride, ref E z, int width)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        int row = 0;
        for (; row + 4 <= rows; row += 4)
        {
            ref E x0 = ref Unsafe.Add(ref x, row * stride), x1 = ref Unsafe.Add(ref x0, stride), x2 = ref Unsafe.Add(ref x1, stride), x3 = ref Unsafe.Add(ref x2, stride);
            nint j = 0;
            for (; j + V.Count <= width; j += V.Count)
                TFold.Apply(V.Load(ref Unsafe.Add(ref z, j)), TFold.Apply(
                    TFold.Apply(V.Load(ref Unsafe.Add(ref x0, j)), V.Load(ref Unsafe.Add(ref x1, j))),
                    TFold.Apply(V.Load(ref Unsafe.Add(ref x2, j)), V.Load(ref Unsafe.Add(ref x3, j))))).Store(ref Unsafe.Add(ref z, j));
            for (; j < width; j++)
                Unsafe.Add(ref z, j) = TFold.Apply(Unsafe.Add(ref z, j), TFold.Apply(
                    TFold.Apply(Unsafe.Add(ref x0, j), Unsafe.Add(ref x1, j)),
                    TFold.Apply(Unsafe.Add(ref x2, j), Unsafe.Add(ref x3, j))));
        }
        for (; row < rows; row++) FoldRow<TFold, V, E>(ref z, ref Unsafe.Add(ref x, row * stride), width);
    }

    /// <summary>z = z ∘ x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FoldRow<TFold, V, E>(ref E z, ref E x, int width)
        where TFold : struct, IFold where V : struct, ILanes<V, E> where E : struct, IElementary<E>
    {
        nint j = 0;
        for (; j + V.Count <= width; j += V.Count)
            TFold.Apply(V.Load(ref Unsafe.Add(ref z, j)), V.Load(ref Unsafe.Add(ref x, j))).Store(ref Unsafe.Add(ref z, j));
        for (; j < width; j++) Unsafe.Add(ref z, j) = TFold.Apply(Unsafe.Add(ref z, j), Unsafe.Add(ref x, j));
    }

    /// <summary>First the extremum, then its first place. <c>Equals</c> holds between NaNs and between zeros of either sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Find<TFold, E>(ReadOnlySpan<E> x, Middle axes, Span<long> z) where TFold : struct, IFold where E : struct, IElementary<E>
    {
        using var extrema = new Buffer<E>(axes.Results);
        Fold<TFold, E>(x, axes, extrema.Span);
        axes.Check(x.Length, z.Length);
        int n = axes.N, inner = axes.Inner;
        for (int o = 0; o < axes.Outer; o++)
        {
            ReadOnlySpan<E> extremum = extrema.Span.Slice(o * inner, inner), block = x.Slice(o * n * inner, n * inner);
            Span<long> found = z.Slice(o * inner, inner);
            if (inner == 1) found[0] = First(block, extremum[0]);
            else
                for (int i = n - 1, at = block.Length - inner; i >= 0; i--, at -= inner)     // backwards: the first overwrites the later
                    for (int j = 0; j < inner; j++)
                        if (EqualityComparer<E>.Default.Equals(block[at + j], extremum[j])) found[j] = i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int First<E>(ReadOnlySpan<E> x, E value) where E : struct
    {
        int i = 0;
        while (!EqualityComparer<E>.Default.Equals(x[i], value)) i++;
        return i;
    }
}
