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
        else if (a.Row == 1) Combine(m, k, ref Unsafe.AsRef(in a.First), a.Column, ref Unsafe.AsRef(in x.First), ref MemoryMarshal.GetReference(c));
        else
        {
            using var copy = new Buffer<T>(m * k);
            Transpose.Copy(m, k, a, copy.Span);
            Combine(m, k, ref MemoryMarshal.GetReference(copy.Span), m, ref Unsafe.AsRef(in x.First), ref MemoryMarshal.GetReference(c));
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

    /// <summary>c is the combination of contiguous columns of A with the factors x, four columns at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine<T>(int m, int k, ref T a, nint column, ref T x, ref T c) where T : unmanaged, INumberBase<T>
    {
        int width = Vector256<T>.Count, p = 0;
        MemoryMarshal.CreateSpan(ref c, m).Clear();
        for (; p + 4 <= k; p += 4)
        {
            ref T a0 = ref Unsafe.Add(ref a, p * column), a1 = ref Unsafe.Add(ref a0, column), a2 = ref Unsafe.Add(ref a1, column), a3 = ref Unsafe.Add(ref a2, column);
            T x0 = Unsafe.Add(ref x, p), x1 = Unsafe.Add(ref x, p + 1), x2 = Unsafe.Add(ref x, p + 2), x3 = Unsafe.Add(ref x, p + 3);
            Vector256<T> v0 = Vector256.Create(x0), v1 = Vector256.Create(x1), v2 = Vector256.Create(x2), v3 = Vector256.Create(x3);
            nuint i = 0;
            for (; (int)i + width <= m; i += (nuint)width)
            {
                Vector256<T> s = Register256<T>.MultiplyAdd(v0, Vector256.LoadUnsafe(ref a0, i), Vector256.LoadUnsafe(ref c, i));
                Vector256<T> t = Register256<T>.MultiplyAdd(v2, Vector256.LoadUnsafe(ref a2, i), v1 * Vector256.LoadUnsafe(ref a1, i));
                (Register256<T>.MultiplyAdd(v3, Vector256.LoadUnsafe(ref a3, i), s) + t).StoreUnsafe(ref c, i);
            }
            for (; (int)i < m; i++)
                Unsafe.Add(ref c, i) += x0 * Unsafe.Add(ref a0, i) + x1 * Unsafe.Add(ref a1, i) + (x2 * Unsafe.Add(ref a2, i) + x3 * Unsafe.Add(ref a3, i));
        }
        for (; p < k; p++)
        {
            ref T a0 = ref Unsafe.Add(ref a, p * column);
            T x0 = Unsafe.Add(ref x, p);
            Vector256<T> v0 = Vector256.Create(x0);
            nuint i = 0;
            for (; (int)i + width <= m; i += (nuint)width)
                Register256<T>.MultiplyAdd(v0, Vector256.LoadUnsafe(ref a0, i), Vector256.LoadUnsafe(ref c, i)).StoreUnsafe(ref c, i);
            for (; (int)i < m; i++) Unsafe.Add(ref c, i) += x0 * Unsafe.Add(ref a0, i);
        }
    }
}
