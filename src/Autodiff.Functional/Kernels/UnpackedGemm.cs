using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>The matrix product of small and medium size: the kernels read A and B where they are.</summary>
/// <remarks>At the right edge a kernel overlaps its left neighbour and computes some columns twice, rather than a narrower one.</remarks>
internal static class UnpackedGemm
{
    /// <summary>Packing pays when B is read often and does not stay in the cache.</summary>
    public static bool IsBest<T>(int m, int n, int k)
    {
        long bytes = (long)n * k * Unsafe.SizeOf<T>();
        return m <= 4 * GemmKernel.Rows || k <= 1024 && (bytes <= 256 * 1024 || bytes <= 768 * 1024 && m <= 128);
    }

    public static void Multiply<T, V>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged where V : struct, IRegister<V, T>
    {
        if (b.Column == 1)
        {
            Multiply<T, V>(m, n, k, a, ref MemoryMarshal.GetReference(b.Data), b.Row, ref MemoryMarshal.GetReference(c));
            return;
        }
        using var copy = new Buffer<T>(k * n);
        Transpose.Copy(n, k, b.Transposed, copy.Span);
        Multiply<T, V>(m, n, k, a, ref MemoryMarshal.GetReference(copy.Span), n, ref MemoryMarshal.GetReference(c));
    }

    private static void Multiply<T, V>(int m, int n, int k, Strided<T> a, ref T b, int bRow, ref T c) where T : unmanaged where V : struct, IRegister<V, T>
    {
        int width = V.Count;
        for (int j = 0; j < n; j += 2 * width)
        {
            int left = n - j;
            int from = left < width ? n - width : j;
            int second = left <= width ? 0 : Math.Min(width, left - width);
            int blocks = (m + GemmKernel.Rows - 1) / GemmKernel.Rows;
            for (int i = 0; i < m; blocks--)
            {
                // As equal as they come: 7 rows are 4 + 3, not 6 + 1.
                int rows = (m - i + blocks - 1) / blocks;
                GemmKernel.Run<T, V>(rows, second, k,
                    ref Unsafe.Add(ref Unsafe.AsRef(in a.First), (nint)i * a.Row), a.Row, a.Column,
                    ref Unsafe.Add(ref b, from), bRow,
                    ref Unsafe.Add(ref c, (nint)i * n + from), n, add: false);
                i += rows;
            }
        }
    }
}
