using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Compilation;

/// <summary>Copies between the elements of a tile, side by side, and where they lie in an array.</summary>
internal static unsafe class TileCopy
{
    /// <param name="source">Where the first operand lies.</param>
    /// <param name="tiles">The addresses of the tiles.</param>
    /// <param name="together">How many operands lie side by side; more than one: in rows of one element of each.</param>
    /// <param name="size">Of an element.</param>
    /// <param name="shape">How each of them lies.</param>
    /// <param name="rows">The number of rows.</param>
    public static void Gather(nint source, nint* tiles, int together, int size, TileOperandShape shape, int rows)
    {
        if (together > 1) TileRows.Gather(source, (nint)shape.Row * size, tiles, together, rows, size);
        else if (size == sizeof(long)) Gather((long*)source, (long*)*tiles, shape, rows);
        else if (size == sizeof(int)) Gather((int*)source, (int*)*tiles, shape, rows);
        else Gather((byte*)source, (byte*)*tiles, shape, rows);
    }

    public static void Scatter(nint* tiles, nint target, int together, int size, TileOperandShape shape, int rows)
    {
        if (together > 1) TileRows.Scatter(tiles, target, (nint)shape.Row * size, together, rows, size);
        else if (size == sizeof(long)) Scatter((long*)*tiles, (long*)target, shape, rows);
        else if (size == sizeof(int)) Scatter((int*)*tiles, (int*)target, shape, rows);
        else Scatter((byte*)*tiles, (byte*)target, shape, rows);
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

    private static void Gather<T>(T* source, T* tile, TileOperandShape shape, int rows) where T : unmanaged
    {
        int[] offsets = shape.Offsets;
        nint step = shape.Row;
        if (offsets.Length == 1)
        {
            for (nint row = 0; row < rows; row++)
                tile[row] = source[row * step];
            return;
        }
        for (nint row = 0; row < rows; row++, source += step, tile += offsets.Length)
        {
            if (shape.RowIsRun)
                new Span<T>(source, offsets.Length).CopyTo(new Span<T>(tile, offsets.Length));
            else if (shape.RowIsUniform)
                new Span<T>(tile, offsets.Length).Fill(*source);
            else
                for (int i = 0; i < offsets.Length; i++)
                    tile[i] = source[offsets[i]];
        }
    }

    private static void Scatter<T>(T* tile, T* target, TileOperandShape shape, int rows) where T : unmanaged
    {
        int[] offsets = shape.Offsets;
        nint step = shape.Row;
        if (offsets.Length == 1)
        {
            for (nint row = 0; row < rows; row++)
                target[row * step] = tile[row];
            return;
        }
        for (nint row = 0; row < rows; row++, target += step, tile += offsets.Length)
        {
            if (shape.RowIsRun)
                new Span<T>(tile, offsets.Length).CopyTo(new Span<T>(target, offsets.Length));
            else
                for (int i = 0; i < offsets.Length; i++)
                    target[offsets[i]] = tile[i];
        }
    }
}
