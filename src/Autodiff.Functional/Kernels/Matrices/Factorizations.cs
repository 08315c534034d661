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
                if (E.Abs(a[i * order + k]) is var size && IsMore(size, largest))
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

    /// <summary>
    /// Writes L·D·U over the row-major square matrix A, with rows and columns exchanged as said: the strict triangles are those of L and U, which have ones on their diagonals, the diagonal is D.
    /// Each pivot is the largest of its row and column (Neal and Poole 1992, "A geometric analysis of Gaussian elimination II", on rook's pivoting), so no entry of L and U is above 1.
    /// </summary>
    /// <returns>The rank: where nothing but 0 was left. From there on L and U are the identity and D is 0.</returns>
    public static int RookLu<E>(int order, Span<E> a, Span<long> rows, Span<long> columns) where E : unmanaged, IElementary<E>
    {
        for (int i = 0; i < order; i++)
            rows[i] = columns[i] = i;
        for (int k = 0; k < order; k++)
        {
            var (row, column) = RookPivot(order, k, a);
            if (IsZero(a[row * order + column]))
                return k;
            if (row != k)
            {
                Exchange(a.Slice(k * order, order), a.Slice(row * order, order));
                (rows[k], rows[row]) = (rows[row], rows[k]);
            }
            if (column != k)
            {
                for (int i = 0; i < order; i++)
                    (a[i * order + k], a[i * order + column]) = (a[i * order + column], a[i * order + k]);
                (columns[k], columns[column]) = (columns[column], columns[k]);
            }
            var line = a.Slice(k * order, order);
            for (int i = k + 1; i < order; i++)
            {
                var target = a.Slice(i * order, order);
                E factor = target[k] /= line[k];
                for (int j = k + 1; j < target.Length; j++)
                    target[j] -= factor * line[j];
            }
            for (int j = k + 1; j < order; j++)
                line[j] /= line[k];
        }
        return order;
    }

    /// <summary>An entry of what is left that is the largest of its row and of its column: found by going from one to the other, or among all where a column is 0.</summary>
    private static (int Row, int Column) RookPivot<E>(int order, int from, Span<E> a) where E : unmanaged, IElementary<E>
    {
        var (row, column) = (from, from);
        for (bool moved = true; moved;)
        {
            moved = false;
            for (int i = from; i < order; i++)
                if (IsMore(E.Abs(a[i * order + column]), E.Abs(a[row * order + column])))
                    (row, moved) = (i, true);
            for (int j = from; j < order; j++)
                if (IsMore(E.Abs(a[row * order + j]), E.Abs(a[row * order + column])))
                    (column, moved) = (j, true);
        }
        if (IsZero(a[row * order + column]))
            for (int i = from; i < order; i++)
                for (int j = from; j < order; j++)
                    if (IsMore(E.Abs(a[i * order + j]), E.Abs(a[row * order + column])))
                        (row, column) = (i, j);
        return (row, column);
    }

    /// <summary>The determinant without a division, in O(n⁴), for numbers that can't be divided by (Bird 2011, "A simple division-free algorithm for computing determinants").</summary>
    public static E Determinant<E>(int order, Strided<E> a) where E : unmanaged, IElementary<E>
    {
        if (order == 0)
            return E.Literal(1);
        E[] f = new E[order * order], product = new E[order * order];
        for (int i = 0; i < f.Length; i++)
            f[i] = a.Data[i / order * a.Row + i % order * a.Column];
        for (int step = 1; step < order; step++)
        {
            // F ← μ(F)·A, where μ keeps what is above the diagonal and puts minus the sum of the later diagonal entries on it.
            E later = E.Literal(0);
            for (int i = order - 1; i >= 0; i--)
            {
                for (int j = 0; j < order; j++)
                {
                    E sum = -later * a.Data[i * a.Row + j * a.Column];
                    for (int k = i + 1; k < order; k++)
                        sum += f[i * order + k] * a.Data[k * a.Row + j * a.Column];
                    product[i * order + j] = sum;
                }
                later += f[i * order + i];
            }
            (f, product) = (product, f);
        }
        return order % 2 == 0 ? -f[0] : f[0];
    }

    private static void Exchange<E>(Span<E> x, Span<E> y)
    {
        for (int i = 0; i < x.Length; i++)
            (x[i], y[i]) = (y[i], x[i]);
    }

    // NaN counts as the largest, so that it is not passed over.
    private static bool IsMore<E>(E a, E b) where E : unmanaged, IElementary<E> => IsLess(b, a) || (IsNaN(a) && !IsNaN(b));

    // A number that can only select is asked by letting it select.
    public static bool IsLess<E>(E a, E b) where E : unmanaged, IElementary<E> => EqualityComparer<E>.Default.Equals(E.IfLess(a, b, E.Literal(1), E.Literal(0)), E.Literal(1));

    /// <summary>Is it 0, as a value?</summary>
    public static bool IsZero<E>(E a) where E : unmanaged, IElementary<E> => EqualityComparer<E>.Default.Equals(E.IfEqual(a, E.Literal(0), E.Literal(1), E.Literal(0)), E.Literal(1));

    /// <summary>Is it NaN, as a value?</summary>
    public static bool IsNaN<E>(E a) where E : unmanaged, IElementary<E> => EqualityComparer<E>.Default.Equals(E.IfEqual(a, a, E.Literal(1), E.Literal(0)), E.Literal(0));
}
