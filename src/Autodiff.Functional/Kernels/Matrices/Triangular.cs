using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>Which triangle of a matrix a system is made of, and whether its diagonal is taken as ones.</summary>
internal readonly record struct Triangle(bool Lower, bool Unit);

/// <summary>
/// Systems T·X = B with a triangular matrix T: X is written over B. By halves (Elmroth, Gustavson, Jonsson and Kågström 2004, "Recursive blocked
/// algorithms and hybrid data structures for dense matrix library software"), so that nearly all of the work is matrix products.
/// </summary>
internal static class Triangular
{
    /// <summary>Order of the triangles that are solved row by row.</summary>
    private const int Block = 16;

    /// <summary>Solves for the rows of <paramref name="x"/>, which are <paramref name="columns"/> long and start <paramref name="xRow"/> apart.</summary>
    public static void Solve<E>(Triangle triangle, int order, int columns, Strided<E> t, Span<E> x, int xRow) where E : unmanaged, IElementary<E>
    {
        if (order == 0 || columns == 0)
            return;
        if (order <= Block)
        {
            if (typeof(E) == typeof(Real64)) Rows<Lanes64, Real64>(triangle, order, columns, As<E, Real64>(t), Elements.As<E, Real64>(x), xRow);
            else if (typeof(E) == typeof(Real32)) Rows<Lanes32, Real32>(triangle, order, columns, As<E, Real32>(t), Elements.As<E, Real32>(x), xRow);
            else Row(triangle, order, 0, columns, t, x, xRow);
            return;
        }
        int half = Half(order), rest = order - half;
        var second = x[(half * xRow)..];
        var corner = new Strided<E>(t.Data[(half * (t.Row + t.Column))..], t.Row, t.Column);
        if (triangle.Lower)
        {
            Solve(triangle, half, columns, t, x, xRow);
            SubtractProduct(rest, columns, half, t.FromRow(half), new(x, xRow, 1), second, xRow);
            Solve(triangle, rest, columns, corner, second, xRow);
        }
        else
        {
            Solve(triangle, rest, columns, corner, second, xRow);
            SubtractProduct(half, columns, rest, t.FromColumn(half), new(second, xRow, 1), x, xRow);
            Solve(triangle, half, columns, t, x, xRow);
        }
    }

    /// <summary>Where a matrix is cut in two: a multiple of <see cref="Block"/>, about the middle.</summary>
    public static int Half(int order) => (order / 2 + Block - 1) / Block * Block;

    /// <summary>C −= A·B, where the rows of C start <paramref name="cRow"/> apart.</summary>
    public static void SubtractProduct<E>(int m, int n, int k, Strided<E> a, Strided<E> b, Span<E> c, int cRow) where E : unmanaged, IElementary<E>
    {
        if (m == 0 || n == 0 || k == 0)
            return;
        using var product = new Buffer<E>(m * n);
        Gemm.Multiply(m, n, k, a.Data, a.Row, a.Column, b.Data, b.Row, b.Column, product.Span);
        for (int i = 0; i < m; i++)
        {
            var row = c.Slice(i * cRow, n);
            Loops.Binary<Subtract, E>(row, product.Span.Slice(i * n, n), row);
        }
    }

    private static Strided<To> As<From, To>(Strided<From> t) where From : struct where To : struct => new(Elements.As<From, To>(t.Data), t.Row, t.Column);

    /// <summary>Some columns at a time stay in registers while a row of X is computed from those that are known.</summary>
    private static void Rows<V, E>(Triangle triangle, int order, int columns, Strided<E> t, Span<E> x, int xRow) where V : struct, ILanes<V, E> where E : unmanaged, IElementary<E>
    {
        int at = 0;
        for (; at + 4 * V.Count <= columns; at += 4 * V.Count)
            FourLanes<V, E>(triangle, order, t, x[at..], xRow);
        for (; at + V.Count <= columns; at += V.Count)
            OneLane<V, E>(triangle, order, t, x[at..], xRow);
        Row(triangle, order, at, columns, t, x, xRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourLanes<V, E>(Triangle triangle, int order, Strided<E> t, Span<E> x, int xRow) where V : struct, ILanes<V, E> where E : unmanaged, IElementary<E>
    {
        ref E first = ref MemoryMarshal.GetReference(x);
        ref E corner = ref Unsafe.AsRef(in t.First);
        int start = triangle.Lower ? 0 : order - 1, step = triangle.Lower ? 1 : -1;
        for (int i = start, done = 0; done < order; i += step, done++)
        {
            ref E target = ref Unsafe.Add(ref first, i * xRow);
            V a = V.Load(ref target), b = V.Load(ref Unsafe.Add(ref target, V.Count)), c = V.Load(ref Unsafe.Add(ref target, 2 * V.Count)), d = V.Load(ref Unsafe.Add(ref target, 3 * V.Count));
            ref E row = ref Unsafe.Add(ref corner, (nint)i * t.Row);
            for (int k = start, n = 0; n < done; k += step, n++)
            {
                V factor = V.Splat(Unsafe.Add(ref row, (nint)k * t.Column));
                ref E known = ref Unsafe.Add(ref first, k * xRow);
                a -= factor * V.Load(ref known);
                b -= factor * V.Load(ref Unsafe.Add(ref known, V.Count));
                c -= factor * V.Load(ref Unsafe.Add(ref known, 2 * V.Count));
                d -= factor * V.Load(ref Unsafe.Add(ref known, 3 * V.Count));
            }
            if (!triangle.Unit)
            {
                V pivot = V.Splat(Unsafe.Add(ref row, (nint)i * t.Column));
                (a, b, c, d) = (a / pivot, b / pivot, c / pivot, d / pivot);
            }
            a.Store(ref target);
            b.Store(ref Unsafe.Add(ref target, V.Count));
            c.Store(ref Unsafe.Add(ref target, 2 * V.Count));
            d.Store(ref Unsafe.Add(ref target, 3 * V.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneLane<V, E>(Triangle triangle, int order, Strided<E> t, Span<E> x, int xRow) where V : struct, ILanes<V, E> where E : unmanaged, IElementary<E>
    {
        ref E first = ref MemoryMarshal.GetReference(x);
        ref E corner = ref Unsafe.AsRef(in t.First);
        int start = triangle.Lower ? 0 : order - 1, step = triangle.Lower ? 1 : -1;
        for (int i = start, done = 0; done < order; i += step, done++)
        {
            ref E target = ref Unsafe.Add(ref first, i * xRow);
            V a = V.Load(ref target);
            ref E row = ref Unsafe.Add(ref corner, (nint)i * t.Row);
            for (int k = start, n = 0; n < done; k += step, n++)
                a -= V.Splat(Unsafe.Add(ref row, (nint)k * t.Column)) * V.Load(ref Unsafe.Add(ref first, k * xRow));
            if (!triangle.Unit)
                a /= V.Splat(Unsafe.Add(ref row, (nint)i * t.Column));
            a.Store(ref target);
        }
    }

    /// <summary>One column at a time: over any numbers, and for the columns past the last full register.</summary>
    private static void Row<E>(Triangle triangle, int order, int from, int columns, Strided<E> t, Span<E> x, int xRow) where E : unmanaged, IElementary<E>
    {
        int start = triangle.Lower ? 0 : order - 1, step = triangle.Lower ? 1 : -1;
        for (int i = start, done = 0; done < order; i += step, done++)
            for (int j = from; j < columns; j++)
            {
                E a = x[i * xRow + j];
                for (int k = start, n = 0; n < done; k += step, n++)
                    a -= t.Data[i * t.Row + k * t.Column] * x[k * xRow + j];
                x[i * xRow + j] = triangle.Unit ? a : a / t.Data[i * (t.Row + t.Column)];
            }
    }
}
