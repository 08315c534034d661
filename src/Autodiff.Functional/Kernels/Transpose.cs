using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>Copies of a matrix with its axes swapped.</summary>
internal static class Transpose
{
    /// <summary>A block small enough that both its rows and its columns stay in the nearest cache.</summary>
    private const int Block = 16;

    /// <summary>Writes the transpose of the rows×columns <paramref name="source"/>, row-major: target[j, i] = source[i, j].</summary>
    public static void Copy<T>(int rows, int columns, Strided<T> source, Span<T> target)
    {
        ref T from = ref Unsafe.AsRef(in source.First);
        ref T to = ref MemoryMarshal.GetReference(target);
        for (int i0 = 0; i0 < rows; i0 += Block)
            for (int j0 = 0; j0 < columns; j0 += Block)
            {
                int iEnd = Math.Min(i0 + Block, rows), jEnd = Math.Min(j0 + Block, columns);
                for (int j = j0; j < jEnd; j++)
                    for (int i = i0; i < iEnd; i++)
                        Unsafe.Add(ref to, (nint)j * rows + i) = Unsafe.Add(ref from, (nint)i * source.Row + (nint)j * source.Column);
            }
    }
}
