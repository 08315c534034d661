using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Compilation;

/// <summary>Copies between the elements of a tile, side by side, and where they lie in an array.</summary>
internal static unsafe class TileCopy
{
    /// <param name="source">Where the rows of the first operand lie.</param>
    /// <param name="tiles">The tiles.</param>
    /// <param name="together">How many operands lie side by side; more than one: in rows of one element of each.</param>
    /// <param name="size">Of an element.</param>
    /// <param name="shape">How a row of each of them lies.</param>
    /// <param name="rows">The number of rows.</param>
    public static void Gather<TRows>(TRows source, nint* tiles, int together, int size, TileOperandShape shape, int rows) where TRows : struct, ILines
    {
        if (together > 1) TileRows.Gather(source, new(tiles), together, rows, size);
        else if (size == sizeof(long)) Gather<TRows, long>(source, (long*)*tiles, shape, rows);
        else if (size == sizeof(int)) Gather<TRows, int>(source, (int*)*tiles, shape, rows);
        else Gather<TRows, byte>(source, (byte*)*tiles, shape, rows);
    }

    public static void Scatter(nint* tiles, EvenLines target, int together, int size, TileOperandShape shape, int rows)
    {
        if (together > 1) TileRows.Scatter(new(tiles), target, together, rows, size);
        else if (size == sizeof(long)) Scatter((long*)*tiles, target, shape, rows);
        else if (size == sizeof(int)) Scatter((int*)*tiles, target, shape, rows);
        else Scatter((byte*)*tiles, target, shape, rows);
    }

    /// <summary>Copies bytes past the caches, so that no line is read before it is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Stream(nint source, nint target, int bytes)
    {
        const int Line = 64;
        int head = Math.Min(bytes, (int)(-target & (Line - 1))), at = head;
        Unsafe.CopyBlockUnaligned((void*)target, (void*)source, (uint)head);
        for (; at <= bytes - Line; at += Line)
        {
            var (first, second) = (Vector256.Load((byte*)source + at), Vector256.Load((byte*)source + at + Line / 2));
            first.StoreAlignedNonTemporal((byte*)target + at);
            second.StoreAlignedNonTemporal((byte*)target + at + Line / 2);
        }
        Unsafe.CopyBlockUnaligned((byte*)target + at, (byte*)source + at, (uint)(bytes - at));
    }

    private static void Gather<TRows, T>(TRows source, T* tile, TileOperandShape shape, int rows) where TRows : struct, ILines where T : unmanaged
    {
        int[] offsets = shape.Offsets;
        if (offsets.Length == 1)
        {
            for (int row = 0; row < rows; row++)
                tile[row] = *(T*)source[row];
            return;
        }
        for (int row = 0; row < rows; row++, tile += offsets.Length)
        {
            T* from = (T*)source[row];
            if (shape.RowIsRun)
                new Span<T>(from, offsets.Length).CopyTo(new Span<T>(tile, offsets.Length));
            else if (shape.RowIsUniform)
                new Span<T>(tile, offsets.Length).Fill(*from);
            else
                for (int i = 0; i < offsets.Length; i++)
                    tile[i] = from[offsets[i]];
        }
    }

    private static void Scatter<T>(T* tile, EvenLines target, TileOperandShape shape, int rows) where T : unmanaged
    {
        int[] offsets = shape.Offsets;
        if (offsets.Length == 1)
        {
            for (int row = 0; row < rows; row++)
                *(T*)target[row] = tile[row];
            return;
        }
        for (int row = 0; row < rows; row++, tile += offsets.Length)
        {
            T* to = (T*)target[row];
            if (shape.RowIsRun)
                new Span<T>(tile, offsets.Length).CopyTo(new Span<T>(to, offsets.Length));
            else
                for (int i = 0; i < offsets.Length; i++)
                    to[offsets[i]] = tile[i];
        }
    }
}
