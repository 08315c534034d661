using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// The matrix product of large size, in blocks for each level of the cache (Goto and van de Geijn 2008, "Anatomy of
/// High-Performance Matrix Multiplication"): A and B are copied, block by block, into the order the kernels read them.
/// </summary>
internal static class PackedGemm
{
    /// <summary>Depth of a block: a panel of B of that depth stays in the nearest cache.</summary>
    private const int Depth = 384;

    /// <summary>Rows of a block of A, which stays in the second cache.</summary>
    private const int Height = 16 * GemmKernel.Rows;

    /// <summary>Columns of a block of B, which stays in the last cache.</summary>
    private const int Breadth = 2048;

    public static void Multiply<T, V>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        int columns = 2 * V.Count;
        int breadth = Math.Min(n, Breadth), depth = Math.Min(k, Depth), height = Math.Min(m, Height);
        using var packedA = new Buffer<T>(RoundUp(height, GemmKernel.Rows) * depth);
        using var packedB = new Buffer<T>(RoundUp(breadth, columns) * depth);

        for (int j = 0; j < n; j += Breadth)
            for (int p = 0; p < k; p += Depth)
            {
                breadth = Math.Min(n - j, Breadth);
                depth = Math.Min(k - p, Depth);
                Pack<T, V>(breadth, depth, ref At(b, p, j), b.Column, b.Row, columns, packedB.Span);
                for (int i = 0; i < m; i += Height)
                {
                    height = Math.Min(m - i, Height);
                    Pack<T, V>(height, depth, ref At(a, i, p), a.Row, a.Column, GemmKernel.Rows, packedA.Span);
                    MultiplyBlock<T, V>(height, breadth, depth, packedA.Span, packedB.Span, c[(i * n + j)..], n, add: p > 0);
                }
            }
    }

    /// <summary>Cuts a matrix into panels of so many lines; in a panel the lines' elements of equal depth stand side by side. The last panel is filled up with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack<T, V>(int lines, int depth, ref T source, nint lineStep, nint depthStep, int panel, Span<T> target) where T : unmanaged where V : struct, IRegister<V, T>
    {
        ref T to = ref MemoryMarshal.GetReference(target);
        for (int first = 0; first < lines; first += panel)
        {
            int width = Math.Min(panel, lines - first);
            ref T from = ref Unsafe.Add(ref source, first * lineStep);
            if (width < panel) target.Slice(first * depth, panel * depth).Clear();
            if (lineStep == 1 && width == 2 * V.Count)
                for (int p = 0; p < depth; p++)
                {
                    ref T at = ref Unsafe.Add(ref from, p * depthStep);
                    V.Load(ref at, 0).Store(ref to, p * panel);
                    V.Load(ref at, V.Count).Store(ref to, p * panel + V.Count);
                }
            else
                for (int p = 0; p < depth; p++)
                {
                    ref T at = ref Unsafe.Add(ref from, p * depthStep);
                    for (int line = 0; line < width; line++)
                    {
                        Unsafe.Add(ref to, p * panel + line) = at;
                        at = ref Unsafe.Add(ref at, lineStep);
                    }
                }
            to = ref Unsafe.Add(ref to, panel * depth);
        }
    }

    private static void MultiplyBlock<T, V>(int height, int breadth, int depth, Span<T> a, Span<T> b, Span<T> c, int cRow, bool add) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        int columns = 2 * V.Count;
        Span<T> edge = stackalloc T[GemmKernel.Rows * columns];
        for (int j = 0; j < breadth; j += columns)
        {
            int width = Math.Min(columns, breadth - j);
            for (int i = 0; i < height; i += GemmKernel.Rows)
            {
                int rows = Math.Min(GemmKernel.Rows, height - i);
                Span<T> block = c[(i * cRow + j)..];
                bool whole = width == columns;
                GemmKernel.Run<T, V>(rows, columns / 2, depth, ref a[i * depth], 1, GemmKernel.Rows, ref b[j * depth], columns,
                    ref whole ? ref block[0] : ref edge[0], whole ? cRow : columns, add && whole);
                if (!whole) PutEdge(edge, columns, rows, width, block, cRow, add);
            }
        }
    }

    private static void PutEdge<T>(ReadOnlySpan<T> edge, int columns, int rows, int width, Span<T> block, int cRow, bool add) where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < width; j++)
                block[i * cRow + j] = add ? block[i * cRow + j] + edge[i * columns + j] : edge[i * columns + j];
    }

    private static ref T At<T>(Strided<T> matrix, int i, int j) =>
        ref Unsafe.Add(ref Unsafe.AsRef(in matrix.First), (nint)i * matrix.Row + (nint)j * matrix.Column);

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}
