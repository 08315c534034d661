namespace Autodiff.Functional.Kernels;

/// <summary>log(eˣ + eʸ), without overflow.</summary>
internal readonly struct LogPlus : IFold
{
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T largest = T.Maximum(x, y), infinity = T.Literal(double.PositiveInfinity);
        // An infinite maximum is the result: ∞ − ∞ would be NaN.
        return T.IfEqual(T.Abs(largest), infinity, largest, largest + T.Log1p(T.Exp(-T.Abs(x - y))));
    }
}

/// <summary>What has been folded so far, at every place along an axis.</summary>
internal static class Scans
{
    /// <summary>z₀ = x₀, zᵢ = zᵢ₋₁ ∘ xᵢ; from the other end if <paramref name="reverse"/>.</summary>
    public static void Scan<TFold, E>(ReadOnlySpan<E> x, Middle axes, bool reverse, Span<E> z) where TFold : struct, IFold where E : struct, IElementary<E>
    {
        foreach (var (at, previous) in new Rows(axes, reverse))
        {
            if (previous < 0)
                x.Slice(at, axes.Inner).CopyTo(z[at..]);
            else
                for (int j = 0; j < axes.Inner; j++)
                    z[at + j] = TFold.Apply(z[previous + j], x[at + j]);
        }
    }

    /// <summary>z₀ = b₀, zᵢ = aᵢ·zᵢ₋₁ + bᵢ; from the other end if <paramref name="reverse"/>.</summary>
    public static void Recurrence<E>(ReadOnlySpan<E> a, ReadOnlySpan<E> b, Middle axes, bool reverse, Span<E> z) where E : struct, IElementary<E>
    {
        foreach (var (at, previous) in new Rows(axes, reverse))
        {
            if (previous < 0)
                b.Slice(at, axes.Inner).CopyTo(z[at..]);
            else
                for (int j = 0; j < axes.Inner; j++)
                    z[at + j] = a[at + j] * z[previous + j] + b[at + j];
        }
    }

    /// <summary>Where the rows along the axis begin, each with the one before it, −1 for the first.</summary>
    private ref struct Rows(Middle axes, bool reverse)
    {
        private int _outer, _along = -1;

        public (int At, int Previous) Current { get; private set; }

        public readonly Rows GetEnumerator() => this;

        public bool MoveNext()
        {
            if (++_along == axes.N)
                (_outer, _along) = (_outer + 1, 0);
            if (_outer >= axes.Outer || axes.N == 0)
                return false;
            int at = (_outer * axes.N + (reverse ? axes.N - 1 - _along : _along)) * axes.Inner;
            Current = (at, _along == 0 ? -1 : reverse ? at + axes.Inner : at - axes.Inner);
            return true;
        }
    }
}
