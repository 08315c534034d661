namespace Autodiff.Functional.Kernels;

/// <summary>The order that sorts elements along an axis: stable, NaN last.</summary>
internal static class Sorting
{
    /// <summary>Runs of this length are sorted by insertion, and merged.</summary>
    private const int Run = 16;

    /// <summary>z = the indices along the axis, in the order that sorts x.</summary>
    public static void Order<E>(ReadOnlySpan<E> x, Middle axes, Span<long> z) where E : struct, IElementary<E>
    {
        using var first = new Buffer<(E Key, int Index)>(axes.N);
        using var second = new Buffer<(E Key, int Index)>(axes.N);
        E yes = E.Literal(1), no = E.Literal(0);
        for (int outer = 0; outer < axes.Outer; outer++)
            for (int inner = 0; inner < axes.Inner; inner++)
            {
                int start = outer * axes.N * axes.Inner + inner, numbers = 0, last = axes.N;
                var column = first.Span;
                for (int i = 0; i < axes.N; i++)
                {
                    var key = x[start + i * axes.Inner];
                    if (IsTrue(E.IfEqual(key, key, yes, no)))
                        column[numbers++] = (key, i);
                    else
                        column[--last] = (key, i);
                }
                column[last..].Reverse();
                var sorted = Sort(column[..numbers], second.Span[..numbers]);
                for (int i = 0; i < axes.N; i++)
                    z[start + i * axes.Inner] = (i < numbers ? sorted : column)[i].Index;
            }
    }

    /// <summary>Merges neighbouring runs until there is one; gives the span where it then stands.</summary>
    private static Span<(E Key, int Index)> Sort<E>(Span<(E Key, int Index)> from, Span<(E Key, int Index)> to) where E : struct, IElementary<E>
    {
        int length = from.Length;
        for (int start = 0; start < length; start += Run)
            Insert(from[start..Math.Min(length, start + Run)]);
        for (long run = Run; run < length; run *= 2)
        {
            for (long start = 0; start < length; start += 2 * run)
            {
                int middle = (int)Math.Min(length, start + run), end = (int)Math.Min(length, start + 2 * run);
                Merge<E>(from[(int)start..middle], from[middle..end], to[(int)start..end]);
            }
            var swapped = from;
            from = to;
            to = swapped;
        }
        return from;
    }

    private static void Insert<E>(Span<(E Key, int Index)> run) where E : struct, IElementary<E>
    {
        for (int i = 1; i < run.Length; i++)
        {
            var item = run[i];
            int at = i;
            for (; at > 0 && Less(item.Key, run[at - 1].Key); at--)
                run[at] = run[at - 1];
            run[at] = item;
        }
    }

    private static void Merge<E>(ReadOnlySpan<(E Key, int Index)> left, ReadOnlySpan<(E Key, int Index)> right, Span<(E Key, int Index)> to) where E : struct, IElementary<E>
    {
        int l = 0, r = 0;
        for (int i = 0; i < to.Length; i++)
            to[i] = l < left.Length && (r == right.Length || !Less(right[r].Key, left[l].Key)) ? left[l++] : right[r++];
    }

    private static bool Less<E>(E x, E y) where E : struct, IElementary<E> => IsTrue(E.IfLess(x, y, E.Literal(1), E.Literal(0)));

    private static bool IsTrue<E>(E bit) where E : struct, IElementary<E> => EqualityComparer<E>.Default.Equals(bit, E.Literal(1));
}
