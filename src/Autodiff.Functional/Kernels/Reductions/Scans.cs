using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>What has been folded so far, at every place along an axis.</summary>
internal static class Scans
{
    /// <summary>The largest so far; NaN from the first on; from the other end if <paramref name="reverse"/>.</summary>
    public static void Max<E>(ReadOnlySpan<E> x, Middle axes, bool reverse, Span<E> z) where E : struct, IElementary<E>
    {
        foreach (var (at, previous, _) in new Rows(axes, reverse))
            for (int j = 0; j < axes.Inner; j++)
                z[at + j] = previous < 0 ? x[at + j] : E.Maximum(z[previous + j], x[at + j]);
    }

    /// <summary>z₀ = x₀, zᵢ = zᵢ₋₁ + xᵢ; from the other end if <paramref name="reverse"/>.</summary>
    public static void Sum<E>(ReadOnlySpan<E> x, Middle axes, bool reverse, Span<E> z) where E : struct, IElementary<E> => Recurrence([], x, axes, reverse, z);

    /// <summary>
    /// z₀ = b₀, zᵢ = aᵢ·zᵢ₋₁ + bᵢ, where a has one element fewer: none for the first; from the other end if <paramref name="reverse"/>. Without any a all are 1.
    /// Floats and doubles are carried in <see cref="Running"/> sums.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Recurrence<E>(ReadOnlySpan<E> a, ReadOnlySpan<E> b, Middle axes, bool reverse, Span<E> z) where E : struct, IElementary<E>
    {
        if (typeof(E) != typeof(Real64) && typeof(E) != typeof(Real32))
        {
            foreach (var (at, previous, link) in new Rows(axes, reverse))
                for (int j = 0; j < axes.Inner; j++)
                    z[at + j] = previous < 0 ? b[at + j] : (a.IsEmpty ? z[previous + j] : a[link + j] * z[previous + j]) + b[at + j];
        }
        else if (axes.Inner == 1)
        {
            var running = new Running();
            foreach (var (at, previous, link) in new Rows(axes, reverse))
                z[at] = Next(ref running, previous, a, link, b[at]);
        }
        else
        {
            using Buffer<double> sums = new(axes.Inner), lost = new(axes.Inner);
            foreach (var (at, previous, link) in new Rows(axes, reverse))
                Row(previous < 0, a.IsEmpty ? [] : a.Slice(Math.Max(0, link), previous < 0 ? 0 : axes.Inner), b.Slice(at, axes.Inner), sums.Span, lost.Span, z.Slice(at, axes.Inner));
        }
    }

    /// <summary>One step of several recurrences side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<E>(bool isFirst, ReadOnlySpan<E> a, ReadOnlySpan<E> b, Span<double> sums, Span<double> lost, Span<E> z) where E : struct
    {
        if (isFirst)
        {
            for (int i = 0; i < z.Length; i++) sums[i] = Double(b[i]);
            lost.Clear();
            b.CopyTo(z);
            return;
        }
        int j = 0, width = typeof(E) == typeof(Real64) ? 4 : 8;
        ref E from = ref MemoryMarshal.GetReference(b), factor = ref MemoryMarshal.GetReference(a), to = ref MemoryMarshal.GetReference(z);
        ref double sum = ref MemoryMarshal.GetReference(sums), rest = ref MemoryMarshal.GetReference(lost);
        for (; j + width <= z.Length; j += width)
        {
            if (typeof(E) == typeof(Real64))
            {
                var factors = a.IsEmpty ? default : Vector256.LoadUnsafe(ref Unsafe.As<E, double>(ref factor), (nuint)j);
                Next(ref sum, ref rest, j, a.IsEmpty, factors, Vector256.LoadUnsafe(ref Unsafe.As<E, double>(ref from), (nuint)j)).StoreUnsafe(ref Unsafe.As<E, double>(ref to), (nuint)j);
            }
            else
            {
                var factors = a.IsEmpty ? default : Vector256.LoadUnsafe(ref Unsafe.As<E, float>(ref factor), (nuint)j);
                var x = Vector256.LoadUnsafe(ref Unsafe.As<E, float>(ref from), (nuint)j);
                Vector256.Narrow(
                    Next(ref sum, ref rest, j, a.IsEmpty, Vector256.WidenLower(factors), Vector256.WidenLower(x)),
                    Next(ref sum, ref rest, j + 4, a.IsEmpty, Vector256.WidenUpper(factors), Vector256.WidenUpper(x))).StoreUnsafe(ref Unsafe.As<E, float>(ref to), (nuint)j);
            }
        }
        for (; j < z.Length; j++)
        {
            var running = new Running(sums[j], lost[j]);
            z[j] = Next(ref running, 0, a, j, b[j]);
            (sums[j], lost[j]) = (running.Sum, running.Lost);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Next(ref double sum, ref double rest, int at, bool isSum, Vector256<double> factors, Vector256<double> x)
    {
        Vector256<double> sums = Vector256.LoadUnsafe(ref sum, (nuint)at), lost = Vector256.LoadUnsafe(ref rest, (nuint)at);
        var values = isSum ? Running.Add(ref sums, ref lost, x) : Running.MultiplyAdd(ref sums, ref lost, factors, x);
        sums.StoreUnsafe(ref sum, (nuint)at);
        lost.StoreUnsafe(ref rest, (nuint)at);
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static E Next<E>(ref Running running, int previous, ReadOnlySpan<E> a, int link, E b) where E : struct
    {
        if (previous < 0) running = new(Double(b));
        else if (a.IsEmpty) running.Add(Double(b));
        else running.MultiplyAdd(Double(a[link]), Double(b));
        return typeof(E) == typeof(Real64) ? Unsafe.BitCast<double, E>(running.Value) : Unsafe.BitCast<float, E>((float)running.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Double<E>(E x) where E : struct => typeof(E) == typeof(Real64) ? Unsafe.BitCast<E, double>(x) : Unsafe.BitCast<E, float>(x);

    /// <summary>Where the rows along the axis begin, each with the one before it, −1 for the first, and with what stands between them in an array of one row fewer.</summary>
    private ref struct Rows(Middle axes, bool reverse)
    {
        private int _outer, _along = -1;

        public (int At, int Previous, int Link) Current { get; private set; }

        public readonly Rows GetEnumerator() => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MoveNext()
        {
            if (++_along == axes.N)
                (_outer, _along) = (_outer + 1, 0);
            if (_outer >= axes.Outer || axes.N == 0)
                return false;
            int i = reverse ? axes.N - 1 - _along : _along, at = (_outer * axes.N + i) * axes.Inner;
            Current = (at, _along == 0 ? -1 : reverse ? at + axes.Inner : at - axes.Inner, (_outer * (axes.N - 1) + (reverse ? i : i - 1)) * axes.Inner);
            return true;
        }
    }
}
