using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>The matrix product of small and medium size: the kernels read A and B where they are.</summary>
internal static class UnpackedGemm
{
    /// <summary>Packing pays when B is read often and does not stay in the cache.</summary>
    public static bool IsBest<T>(int m, int n, int k)
    {
        long bytes = (long)n * k * Unsafe.SizeOf<T>();
        return m <= 24 || k <= 1024 && (bytes <= 256 * 1024 || bytes <= 768 * 1024 && m <= 128);
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
        ref T first = ref Unsafe.AsRef(in a.First);
        int registers = (n + V.Count - 1) / V.Count, panels = (registers + V.MaxWidth - 1) / V.MaxWidth;
        for (int j = 0; j < n; panels--)
        {
            // As equal as they come: 7 rows are 4 + 3, not 6 + 1.
            int width = (registers + panels - 1) / panels, columns = Math.Min(width * V.Count, n - j);
            int maxRows = GemmKernel.MaxRows<T, V>(width), blocks = (m + maxRows - 1) / maxRows;
            for (int i = 0; i < m; blocks--)
            {
                int rows = (m - i + blocks - 1) / blocks;
                GemmKernel.Run<T, V>(rows, columns, k, ref Unsafe.Add(ref first, (nint)i * a.Row), a.Row, a.Column,
                    ref Unsafe.Add(ref b, j), bRow, ref Unsafe.Add(ref c, (nint)i * n + j), n, add: false);
                i += rows;
            }
            j += columns;
            registers -= width;
        }
    }
}
