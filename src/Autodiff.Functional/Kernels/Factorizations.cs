namespace Autodiff.Functional.Kernels;

/// <summary>
/// Factorisations in place, by halves (Toledo 1997, "Locality of reference in LU decomposition with partial pivoting"), so that nearly all of the
/// work is matrix products. They run over any numbers: decisions compare values, so over dual numbers they are those of the primal.
/// </summary>
internal static class Factorizations
{
    /// <summary>Order of the blocks that are factored element by element.</summary>
    private const int Block = 16;

    /// <summary>Rows of a strip of a symmetric update: its products waste half a strip's square.</summary>
    private const int Strip = 64;

    /// <summary>
    /// Writes U with A = Uᵀ·U over the upper triangle of the row-major symmetric matrix A; what is below the diagonal is neither read nor written.
    /// </summary>
    /// <returns>−1, or the index of the first pivot that is not positive, where it stopped. A pivot that is NaN is gone on with.</returns>
    public static int Cholesky<E>(int order, Span<E> a, int row) where E : unmanaged, IElementary<E>
    {
        if (order <= Block)
            return SmallCholesky(order, a, row);
        int half = Triangular.Half(order), rest = order - half;
        if (Cholesky(half, a, row) is var failed and >= 0)
            return failed;
        // U₁₁ᵀ·U₁₂ = A₁₂, then what is left of A₂₂ is A₂₂ − U₁₂ᵀ·U₁₂, of which the upper triangle is made strip by strip.
        var right = a[half..];
        Triangular.Solve(new(Lower: true, Unit: false), half, rest, new Strided<E>(a, 1, row), right, row);
        for (int i = 0; i < rest; i += Strip)
            Triangular.SubtractProduct(Math.Min(Strip, rest - i), rest - i, half, new(right[i..], 1, row), new(right[i..], row, 1), a[((half + i) * (row + 1))..], row);
        return Cholesky(rest, a[(half * (row + 1))..], row) is var later and >= 0 ? half + later : -1;
    }

    private static int SmallCholesky<E>(int order, Span<E> a, int row) where E : unmanaged, IElementary<E>
    {
        for (int k = 0; k < order; k++)
        {
            var line = a.Slice(k * row, order);
            if (!IsLess(E.Literal(0), line[k]) && !IsNaN(line[k]))
                return k;
            line[k] = E.Sqrt(line[k]);
            for (int j = k + 1; j < order; j++)
                line[j] /= line[k];
            for (int i = k + 1; i < order; i++)
            {
                var target = a.Slice(i * row, order);
                E factor = line[i];
                for (int j = i; j < target.Length; j++)
                    target[j] -= factor * line[j];
            }
        }
        return -1;
    }

    /// <summary>
    /// Writes L (below the diagonal, with ones on it) and U over the row-major square matrix A, with the rows exchanged as <paramref name="permutation"/>
    /// says: row i of L·U is row permutation[i] of A. The pivot is the largest in its column; a column of zeros is passed over and leaves a 0 on U's diagonal.
    /// </summary>
    public static void Lu<E>(int order, Span<E> a, Span<long> permutation) where E : unmanaged, IElementary<E>
    {
        for (int i = 0; i < order; i++)
            permutation[i] = i;
        Lu(order, 0, order, a, permutation);
    }

    /// <summary>Columns from … to of it. Rows are exchanged as wholes: what stands left of these columns is L's, what stands right is still A's.</summary>
    private static void Lu<E>(int order, int from, int to, Span<E> a, Span<long> permutation) where E : unmanaged, IElementary<E>
    {
        if (to - from <= Block)
        {
            SmallLu(order, from, to, a, permutation);
            return;
        }
        int middle = from + Triangular.Half(to - from);
        Lu(order, from, middle, a, permutation);
        var left = a[(from * order + from)..];
        var right = a[(from * order + middle)..];
        Triangular.Solve(new(Lower: true, Unit: true), middle - from, to - middle, new Strided<E>(left, order, 1), right, order);
        Triangular.SubtractProduct(order - middle, to - middle, middle - from, new(a[(middle * order + from)..], order, 1), new(right, order, 1), a[(middle * order + middle)..], order);
        Lu(order, middle, to, a, permutation);
    }

    private static void SmallLu<E>(int order, int from, int to, Span<E> a, Span<long> permutation) where E : unmanaged, IElementary<E>
    {
        for (int k = from; k < to; k++)
        {
            int pivot = k;
            E largest = E.Abs(a[k * order + k]);
            for (int i = k + 1; i < order; i++)
                if (E.Abs(a[i * order + k]) is var size && IsLess(largest, size))
                    (pivot, largest) = (i, size);
            if (pivot != k)
            {
                Exchange(a.Slice(k * order, order), a.Slice(pivot * order, order));
                (permutation[k], permutation[pivot]) = (permutation[pivot], permutation[k]);
            }
            if (IsZero(largest))
                continue;
            var line = a.Slice(k * order, to);
            for (int i = k + 1; i < order; i++)
            {
                var target = a.Slice(i * order, to);
                E factor = target[k] /= line[k];
                for (int j = k + 1; j < target.Length; j++)
                    target[j] -= factor * line[j];
            }
        }
    }

    private static void Exchange<E>(Span<E> x, Span<E> y)
    {
        for (int i = 0; i < x.Length; i++)
            (x[i], y[i]) = (y[i], x[i]);
    }

    // A number that can only select is asked by letting it select.
    private static bool IsLess<E>(E a, E b) where E : unmanaged, IElementary<E> => EqualityComparer<E>.Default.Equals(E.IfLess(a, b, E.Literal(1), E.Literal(0)), E.Literal(1));

    /// <summary>Is it 0, as a value?</summary>
    public static bool IsZero<E>(E a) where E : unmanaged, IElementary<E> => EqualityComparer<E>.Default.Equals(E.IfEqual(a, E.Literal(0), E.Literal(1), E.Literal(0)), E.Literal(1));

    /// <summary>Is it NaN, as a value?</summary>
    public static bool IsNaN<E>(E a) where E : unmanaged, IElementary<E> => EqualityComparer<E>.Default.Equals(E.IfEqual(a, a, E.Literal(1), E.Literal(0)), E.Literal(0));
}
