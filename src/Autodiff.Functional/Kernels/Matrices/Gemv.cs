using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>The product of a matrix with a vector, reading the matrix once, in the order of memory.</summary>
internal static class Gemv
{
    /// <summary>c = A·x: A is m×k, x is the row vector that <paramref name="x"/> strides over by columns.</summary>
    public static void Multiply<T>(int m, int k, Strided<T> a, Strided<T> x, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        if (x.Column != 1)
        {
            using var contiguous = new Buffer<T>(k);
            for (int p = 0; p < k; p++) contiguous.Span[p] = x.Data[p * x.Column];
            Multiply(m, k, a, new Strided<T>(contiguous.Span, 0, 1), c);
        }
        else if (a.Column == 1) Dots(m, k, ref Unsafe.AsRef(in a.First), a.Row, ref Unsafe.AsRef(in x.First), ref MemoryMarshal.GetReference(c));
        else if (a.Row == 1)
        {
            c[..m].Clear();
            Accumulate(k, m, ref Unsafe.AsRef(in a.First), a.Column, ref Unsafe.AsRef(in x.First), ref MemoryMarshal.GetReference(c));
        }
        else
        {
            using var copy = new Buffer<T>(m * k);
            Transpose.Copy(m, k, a, copy.Span);
            Multiply(m, k, new Strided<T>(copy.Span, 1, m), x, c);
        }
    }

    /// <summary>Each element of c is the dot product of a contiguous row with x; four rows at a time share the loads of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dots<T>(int m, int k, ref T a, nint row, ref T x, ref T c) where T : unmanaged, INumberBase<T>
    {
        int width = Vector256<T>.Count, full = k - k % width;
        int i = 0;
        for (; i + 4 <= m; i += 4)
        {
            ref T a0 = ref Unsafe.Add(ref a, i * row), a1 = ref Unsafe.Add(ref a0, row), a2 = ref Unsafe.Add(ref a1, row), a3 = ref Unsafe.Add(ref a2, row);
            Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
            Vector256<T> t0 = default, t1 = default, t2 = default, t3 = default;
            nuint p = 0;
            for (; (int)p + 2 * width <= full; p += (nuint)(2 * width))
            {
                Vector256<T> v = Vector256.LoadUnsafe(ref x, p), w = Vector256.LoadUnsafe(ref x, p + (nuint)width);
                s0 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a0, p), v, s0);
                s1 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a1, p), v, s1);
                s2 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a2, p), v, s2);
                s3 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a3, p), v, s3);
                t0 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a0, p + (nuint)width), w, t0);
                t1 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a1, p + (nuint)width), w, t1);
                t2 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a2, p + (nuint)width), w, t2);
                t3 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a3, p + (nuint)width), w, t3);
            }
            if ((int)p < full)
            {
                Vector256<T> v = Vector256.LoadUnsafe(ref x, p);
                s0 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a0, p), v, s0);
                s1 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a1, p), v, s1);
                s2 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a2, p), v, s2);
                s3 = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a3, p), v, s3);
            }
            Unsafe.Add(ref c, i) = Finish(s0 + t0, full, k, ref a0, ref x);
            Unsafe.Add(ref c, i + 1) = Finish(s1 + t1, full, k, ref a1, ref x);
            Unsafe.Add(ref c, i + 2) = Finish(s2 + t2, full, k, ref a2, ref x);
            Unsafe.Add(ref c, i + 3) = Finish(s3 + t3, full, k, ref a3, ref x);
        }
        for (; i < m; i++)
        {
            ref T a0 = ref Unsafe.Add(ref a, i * row);
            Vector256<T> s = default, t = default;
            nuint p = 0;
            for (; (int)p + 2 * width <= full; p += (nuint)(2 * width))
            {
                s = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a0, p), Vector256.LoadUnsafe(ref x, p), s);
                t = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a0, p + (nuint)width), Vector256.LoadUnsafe(ref x, p + (nuint)width), t);
            }
            if ((int)p < full) s = Register256<T>.MultiplyAdd(Vector256.LoadUnsafe(ref a0, p), Vector256.LoadUnsafe(ref x, p), s);
            Unsafe.Add(ref c, i) = Finish(s + t, full, k, ref a0, ref x);
        }
    }

    /// <summary>The sum of a register and of the products past the last full one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Finish<T>(Vector256<T> sums, int full, int k, ref T a, ref T x) where T : unmanaged, INumberBase<T>
    {
        T sum = Vector256.Sum(sums);
        for (int p = full; p < k; p++) sum += Unsafe.Add(ref a, p) * Unsafe.Add(ref x, p);
        return sum;
    }

    /// <summary>c += Aᵀ·g for rows of k contiguous elements, <paramref name="row"/> apart; the rows are read once.</summary>
    /// <remarks>
    /// With <see cref="Multiply"/> on the same rows while they are in the cache, a product and its transposed product take
    /// one pass over a matrix. An element of c adds <see cref="Group"/> rows at a time, so blocks of whole groups give the bits of one block.
    /// </remarks>
    public static void AddTransposed<T>(int m, int k, ReadOnlySpan<T> a, int row, ReadOnlySpan<T> g, Span<T> c) where T : unmanaged, INumberBase<T>
    {
        if (!new Strided<T>(a, row, 1).Holds(m, k) || g.Length < m || c.Length < k)
            throw new ArgumentException($"A product of {k}×{m} with {m} does not fit in {a.Length}, {g.Length} and {c.Length} elements.");
        Accumulate(m, k, ref MemoryMarshal.GetReference(a), row, ref MemoryMarshal.GetReference(g), ref MemoryMarshal.GetReference(c));
    }

    /// <summary>How many rows of k elements a block should have, so that it stays in the nearest cache between two passes: whole groups.</summary>
    public static int BlockRows<T>(int k) => Math.Max(1, 16 * 1024 / (Math.Max(k, 1) * Unsafe.SizeOf<T>() * Group)) * Group;

    /// <summary>So many rows are added up before they are added to the result.</summary>
    public const int Group = 8;

    private static void Accumulate<T>(int m, int k, ref T a, nint row, ref T g, ref T c) where T : unmanaged, INumberBase<T>
    {
        if (Vector512.IsHardwareAccelerated && k > Vector256<T>.Count) Accumulate<T, Register512<T>>(m, k, ref a, row, ref g, ref c);
        else Accumulate<T, Register256<T>>(m, k, ref a, row, ref g, ref c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Accumulate<T, V>(int m, int k, ref T a, nint row, ref T g, ref T c) where T : unmanaged where V : struct, IRegister<V, T>
    {
        int last = k % V.Count, full = k - last;
        V mask = V.First(last);
        fixed (T* pinnedA = &a, pinnedC = &c)
        {
            for (; m >= Group; m -= Group)
            {
                ref T a4 = ref Unsafe.Add(ref a, 4 * row);
                V g0 = V.Splat(g), g1 = V.Splat(Unsafe.Add(ref g, 1)), g2 = V.Splat(Unsafe.Add(ref g, 2)), g3 = V.Splat(Unsafe.Add(ref g, 3));
                V g4 = V.Splat(Unsafe.Add(ref g, 4)), g5 = V.Splat(Unsafe.Add(ref g, 5)), g6 = V.Splat(Unsafe.Add(ref g, 6)), g7 = V.Splat(Unsafe.Add(ref g, 7));
                for (nint i = 0; i < full; i += V.Count)
                {
                    V s = V.MultiplyAdd(g0, V.Load(ref a, i), V.Load(ref c, i)), t = V.MultiplyAdd(g1, V.Load(ref a, i + row), default);
                    s = V.MultiplyAdd(g2, V.Load(ref a, i + 2 * row), s);
                    t = V.MultiplyAdd(g3, V.Load(ref a, i + 3 * row), t);
                    s = V.MultiplyAdd(g4, V.Load(ref a4, i), s);
                    t = V.MultiplyAdd(g5, V.Load(ref a4, i + row), t);
                    s = V.MultiplyAdd(g6, V.Load(ref a4, i + 2 * row), s);
                    t = V.MultiplyAdd(g7, V.Load(ref a4, i + 3 * row), t);
                    (s + t).Store(ref c, i);
                }
                if (last > 0)
                {
                    V s = V.MultiplyAdd(g0, V.LoadFirst(ref a, full, last, mask), V.LoadFirst(ref c, full, last, mask)), t = V.MultiplyAdd(g1, V.LoadFirst(ref a, full + row, last, mask), default);
                    s = V.MultiplyAdd(g2, V.LoadFirst(ref a, full + 2 * row, last, mask), s);
                    t = V.MultiplyAdd(g3, V.LoadFirst(ref a, full + 3 * row, last, mask), t);
                    s = V.MultiplyAdd(g4, V.LoadFirst(ref a4, full, last, mask), s);
                    t = V.MultiplyAdd(g5, V.LoadFirst(ref a4, full + row, last, mask), t);
                    s = V.MultiplyAdd(g6, V.LoadFirst(ref a4, full + 2 * row, last, mask), s);
                    t = V.MultiplyAdd(g7, V.LoadFirst(ref a4, full + 3 * row, last, mask), t);
                    (s + t).StoreFirst(ref c, full, last, mask);
                }
                a = ref Unsafe.Add(ref a, Group * row);
                g = ref Unsafe.Add(ref g, Group);
            }
            for (; m > 0; m--)
            {
                V factor = V.Splat(g);
                for (nint i = 0; i < full; i += V.Count) V.MultiplyAdd(factor, V.Load(ref a, i), V.Load(ref c, i)).Store(ref c, i);
                if (last > 0) V.MultiplyAdd(factor, V.LoadFirst(ref a, full, last, mask), V.LoadFirst(ref c, full, last, mask)).StoreFirst(ref c, full, last, mask);
                a = ref Unsafe.Add(ref a, row);
                g = ref Unsafe.Add(ref g, 1);
            }
        }
    }
}
