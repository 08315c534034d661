using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Kernels;

/// <summary>Copies of a matrix with its axes swapped.</summary>
internal static class Transpose
{
    /// <summary>A block small enough that both its rows and its columns stay in the nearest cache.</summary>
    private const int Block = 32;

    /// <summary>Writes the transpose of the rows×columns <paramref name="source"/>, row-major: target[j, i] = source[i, j].</summary>
    public static void Copy<T>(int rows, int columns, Strided<T> source, Span<T> target) => Copy(rows, columns, source, target, rows);

    /// <summary>The same into rows that start <paramref name="targetRow"/> elements apart.</summary>
    public static void Copy<T>(int rows, int columns, Strided<T> source, Span<T> target, int targetRow)
    {
        for (int i = 0; i < rows; i += Block)
            for (int j = 0; j < columns; j += Block)
                CopyBlock(Math.Min(Block, rows - i), Math.Min(Block, columns - j),
                    ref Unsafe.Add(ref Unsafe.AsRef(in source.First), (nint)i * source.Row + (nint)j * source.Column), source.Row, source.Column,
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(target), (nint)j * targetRow + i), targetRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyBlock<T>(int rows, int columns, ref T from, nint fromRow, nint fromColumn, ref T to, nint toRow)
    {
        bool bySquares = fromColumn == 1 && (typeof(T) == typeof(double) && Avx.IsSupported || typeof(T) == typeof(float) && Sse.IsSupported);
        int done = bySquares ? rows - rows % 4 : 0, across = bySquares ? columns - columns % 4 : 0;
        for (int i = 0; i < done; i += 4)
            for (int j = 0; j < across; j += 4)
            {
                ref T source = ref Unsafe.Add(ref from, i * fromRow + j);
                ref T target = ref Unsafe.Add(ref to, j * toRow + i);
                if (typeof(T) == typeof(double)) Square(ref Unsafe.As<T, double>(ref source), fromRow, ref Unsafe.As<T, double>(ref target), toRow);
                else Square(ref Unsafe.As<T, float>(ref source), fromRow, ref Unsafe.As<T, float>(ref target), toRow);
            }
        for (int j = 0; j < columns; j++)
            for (int i = j < across ? done : 0; i < rows; i++)
                Unsafe.Add(ref to, j * toRow + i) = Unsafe.Add(ref from, i * fromRow + j * fromColumn);
    }

    /// <summary>Four rows of four, turned in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(ref double from, nint fromRow, ref double to, nint toRow)
    {
        Vector256<double> a = Vector256.LoadUnsafe(ref from), b = Vector256.LoadUnsafe(ref from, (nuint)fromRow);
        Vector256<double> c = Vector256.LoadUnsafe(ref from, (nuint)(2 * fromRow)), d = Vector256.LoadUnsafe(ref from, (nuint)(3 * fromRow));
        Vector256<double> ab0 = Avx.UnpackLow(a, b), ab1 = Avx.UnpackHigh(a, b), cd0 = Avx.UnpackLow(c, d), cd1 = Avx.UnpackHigh(c, d);
        Avx.Permute2x128(ab0, cd0, 0x20).StoreUnsafe(ref to);
        Avx.Permute2x128(ab1, cd1, 0x20).StoreUnsafe(ref to, (nuint)toRow);
        Avx.Permute2x128(ab0, cd0, 0x31).StoreUnsafe(ref to, (nuint)(2 * toRow));
        Avx.Permute2x128(ab1, cd1, 0x31).StoreUnsafe(ref to, (nuint)(3 * toRow));
    }

    /// <summary>Four rows of four, turned in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(ref float from, nint fromRow, ref float to, nint toRow)
    {
        Vector128<float> a = Vector128.LoadUnsafe(ref from), b = Vector128.LoadUnsafe(ref from, (nuint)fromRow);
        Vector128<float> c = Vector128.LoadUnsafe(ref from, (nuint)(2 * fromRow)), d = Vector128.LoadUnsafe(ref from, (nuint)(3 * fromRow));
        Vector128<float> ab0 = Sse.UnpackLow(a, b), ab1 = Sse.UnpackHigh(a, b), cd0 = Sse.UnpackLow(c, d), cd1 = Sse.UnpackHigh(c, d);
        Sse.MoveLowToHigh(ab0, cd0).StoreUnsafe(ref to);
        Sse.MoveHighToLow(cd0, ab0).StoreUnsafe(ref to, (nuint)toRow);
        Sse.MoveLowToHigh(ab1, cd1).StoreUnsafe(ref to, (nuint)(2 * toRow));
        Sse.MoveHighToLow(cd1, ab1).StoreUnsafe(ref to, (nuint)(3 * toRow));
    }
}
