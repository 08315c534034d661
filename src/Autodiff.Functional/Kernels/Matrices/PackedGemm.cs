using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// The matrix product of large size, in blocks for each level of the cache (Goto and van de Geijn 2008, "Anatomy of
/// High-Performance Matrix Multiplication"): A and B are copied, block by block, into the order the kernels read them.
/// </summary>
internal static class PackedGemm
{
    /// <summary>Depth of a block: a panel of B of that depth stays in the nearest cache.</summary>
    private const int Depth = 256;

    /// <summary>Rows of a block of A, which stays in the second cache: whole panels of 6 or 8.</summary>
    private const int Height = 96;

    /// <summary>Columns of a block of B, which stays in the last cache.</summary>
    private const int Breadth = 2016;

    public static void Multiply<T, V>(int m, int n, int k, Strided<T> a, Strided<T> b, Span<T> c, int cRow) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        int columns = V.MaxWidth * V.Count, rows = GemmKernel.MaxRows<T, V>(V.MaxWidth);
        int breadth = Math.Min(n, Breadth), depth = Math.Min(k, Depth), height = Math.Min(m, Height);
        using var packedA = new Buffer<T>(RoundUp(height, rows) * depth);
        using var packedB = new Buffer<T>(RoundUp(breadth, columns) * depth);

        for (int j = 0; j < n; j += Breadth)
            for (int p = 0; p < k; p += Depth)
            {
                breadth = Math.Min(n - j, Breadth);
                depth = Math.Min(k - p, Depth);
                Pack<T, V>(breadth, depth, new(b.Data[(p * b.Row + j * b.Column)..], b.Column, b.Row), columns, packedB.Span);
                for (int i = 0; i < m; i += Height)
                {
                    height = Math.Min(m - i, Height);
                    Pack<T, V>(height, depth, new(a.Data[(i * a.Row + p * a.Column)..], a.Row, a.Column), rows, packedA.Span);
                    MultiplyBlock<T, V>(height, breadth, depth, packedA.Span, packedB.Span, c[(i * cRow + j)..], cRow, add: p > 0);
                }
            }
    }

    /// <summary>Cuts a matrix into panels of so many lines (its rows here); in a panel the lines' elements of equal depth stand side by side.</summary>
    private static void Pack<T, V>(int lines, int depth, Strided<T> source, int panel, Span<T> target) where T : unmanaged where V : struct, IRegister<V, T>
    {
        for (int first = 0; first < lines; first += panel)
        {
            int width = Math.Min(panel, lines - first);
            Span<T> to = target.Slice(first * depth, panel * depth);
            ref T from = ref Unsafe.AsRef(in source.FromRow(first).First), at = ref MemoryMarshal.GetReference(to);
            if (source.Row == 1 && width == panel && panel % V.Count == 0) CopyLines<T, V>(panel, depth, ref from, source.Column, ref at);
            else if (source.Row == 1 && width == panel && panel % Vector256<T>.Count == 0) CopyLines<T, Register256<T>>(panel, depth, ref from, source.Column, ref at);
            else Transpose.Copy(width, depth, source.FromRow(first), to, panel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyLines<T, V>(int panel, int depth, ref T from, nint step, ref T to) where T : unmanaged where V : struct, IRegister<V, T>
    {
        for (; depth > 0; depth--)
        {
            for (nint i = 0; i < panel; i += V.Count) V.Load(ref from, i).Store(ref to, i);
            from = ref Unsafe.Add(ref from, step);
            to = ref Unsafe.Add(ref to, panel);
        }
    }

    private static void MultiplyBlock<T, V>(int height, int breadth, int depth, Span<T> a, Span<T> b, Span<T> c, int cRow, bool add) where T : unmanaged, INumberBase<T> where V : struct, IRegister<V, T>
    {
        int columns = V.MaxWidth * V.Count, rows = GemmKernel.MaxRows<T, V>(V.MaxWidth);
        for (int j = 0; j < breadth; j += columns)
            for (int i = 0; i < height; i += rows)
                GemmKernel.Run<T, V>(Math.Min(rows, height - i), Math.Min(columns, breadth - j), depth, ref a[i * depth], 1, rows, ref b[j * depth], columns,
                    ref c[i * cRow + j], cRow, add);
    }

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}
