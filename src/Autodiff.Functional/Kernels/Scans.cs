using System.Runtime.CompilerServices;

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
            using var buffer = new Buffer<Running>(axes.Inner);
            var running = buffer.Span;
            foreach (var (at, previous, link) in new Rows(axes, reverse))
                for (int j = 0; j < running.Length; j++)
                    z[at + j] = Next(ref running[j], previous, a, link + j, b[at + j]);
        }
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
