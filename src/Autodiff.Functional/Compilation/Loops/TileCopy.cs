namespace Autodiff.Functional.Compilation;

/// <summary>Copies between the elements of a tile, side by side, and where they lie in an array.</summary>
internal static unsafe class TileCopy
{
    public static void Gather(nint source, nint tile, int size, TileOperandShape shape, int rows)
    {
        if (size == sizeof(long)) Gather((long*)source, (long*)tile, shape, rows);
        else if (size == sizeof(int)) Gather((int*)source, (int*)tile, shape, rows);
        else Gather((byte*)source, (byte*)tile, shape, rows);
    }

    public static void Scatter(nint tile, nint target, int size, TileOperandShape shape, int rows)
    {
        if (size == sizeof(long)) Scatter((long*)tile, (long*)target, shape, rows);
        else if (size == sizeof(int)) Scatter((int*)tile, (int*)target, shape, rows);
        else Scatter((byte*)tile, (byte*)target, shape, rows);
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
