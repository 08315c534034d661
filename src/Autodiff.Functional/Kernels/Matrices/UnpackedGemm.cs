using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>The matrix product of small and medium size: the kernels read A and B where they are.</summary>
internal static class UnpackedGemm
{
    /// <summary>Packing pays when B is read often and does not stay in the cache, and sooner where it has to be transposed anyway.</summary>
    public static bool IsBest<T>(int m, int n, int k, bool byRows)
    {
        long bytes = (long)n * k * Unsafe.SizeOf<T>();
        return m <= 24 || k <= 1024 && (bytes <= 256 * 1024 || byRows && bytes <= 768 * 1024 && m <= 128);
    }

    public static void Multiply<T, V>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c, int cRow) where T : unmanaged where V : struct, IRegister<V, T>
    {
        if (b.Column == 1)
        {
            Multiply<T, V>(m, n, k, a, ref MemoryMarshal.GetReference(b.Data), b.Row, ref MemoryMarshal.GetReference(c), cRow);
            return;
        }
        using var copy = new Buffer<T>(k * n);
        Transpose.Copy(n, k, b.Transposed, copy.Span);
        Multiply<T, V>(m, n, k, a, ref MemoryMarshal.GetReference(copy.Span), n, ref MemoryMarshal.GetReference(c), cRow);
    }

    private static void Multiply<T, V>(int m, int n, int k, Strided<T> a, ref T b, int bRow, ref T c, int cRow) where T : unmanaged where V : struct, IRegister<V, T>
    {
        ref T first = ref Unsafe.AsRef(in a.First);
        int registers = (n + V.Count - 1) / V.Count, panels = (registers + V.MaxWidth - 1) / V.MaxWidth;
        for (int j = 0; j < n; panels--)
        {
            // As equal as they come: 9 rows are 5 + 4, not 8 + 1.
            int width = Share(registers, panels), columns = Math.Min(width * V.Count, n - j);
            int maxRows = GemmKernel.MaxRows<T, V>(width), blocks = (m + maxRows - 1) / maxRows;
            for (int i = 0; i < m; blocks--)
            {
                int rows = Share(m - i, blocks);
                GemmKernel.Run<T, V>(rows, columns, k, ref Unsafe.Add(ref first, (nint)i * a.Row), a.Row, a.Column,
                    ref Unsafe.Add(ref b, j), bRow, ref Unsafe.Add(ref c, (nint)i * cRow + j), cRow, add: false);
                i += rows;
            }
            j += columns;
            registers -= width;
        }
    }

    /// <summary>total / parts, rounded up; a small product is quicker than a division.</summary>
    private static int Share(int total, int parts) => parts == 1 ? total : parts == 2 ? total - total / 2 : (total + parts - 1) / parts;
}
