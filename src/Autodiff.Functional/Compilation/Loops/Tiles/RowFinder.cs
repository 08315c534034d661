using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>Finds in the tiles of an operand where the rows begin that indices name. Where the index changes within a row of the tile, each of its points is a row.</summary>
/// <param name="range">The indices' range.</param>
/// <param name="data">How the operand lies in a tile, within the rows that are named.</param>
/// <param name="size">Of an element, in bytes.</param>
/// <param name="indices">How the indices lie in a tile.</param>
/// <param name="indexSize">Of an index, in bytes.</param>
internal sealed unsafe class RowFinder(IndexRange range, TileOperandShape data, int size, TileOperandShape indices, int indexSize)
{
    /// <summary>The lines of a row of the tile.</summary>
    public int LinesOfRow { get; } = indices.RowIsUniform ? 1 : indices.Offsets.Length;

    /// <summary>The layout of a line.</summary>
    public TileOperandShape Line { get; } = indices.RowIsUniform ? data : new(data.Rows, data.Row, [0]);

    /// <summary>The bytes before the row that an index names.</summary>
    public nint Distance(nint index) => range.Position(indexSize == sizeof(long) ? *(long*)index : *(int*)index) * (nint)range.Inner * size;

    /// <param name="source">Where the operand would begin if all indices were 0.</param>
    /// <param name="index">The first index.</param>
    /// <param name="rows">The number of the tile's rows.</param>
    /// <param name="lines">Gets the addresses.</param>
    public void Find(nint source, nint index, int rows, nint* lines)
    {
        if (indexSize == sizeof(long)) Find(source, (long*)index, rows, lines);
        else Find(source, (int*)index, rows, lines);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find<I>(nint source, I* index, int rows, nint* lines) where I : unmanaged, IBinaryInteger<I>
    {
        int[] elements = data.Offsets, points = indices.Offsets;
        nint step = (nint)range.Inner * size, row = (nint)data.Row * size, next = indices.Row;
        if (LinesOfRow == 1)
            for (nint i = 0; i < rows; i++, source += row, index += next)
                lines[i] = source + range.Position(long.CreateTruncating(*index)) * step;
        else
            for (int i = 0; i < rows; i++, source += row, index += next)
                for (int point = 0; point < points.Length; point++)
                    *lines++ = source + range.Position(long.CreateTruncating(index[points[point]])) * step + (nint)elements[point] * size;
    }
}
