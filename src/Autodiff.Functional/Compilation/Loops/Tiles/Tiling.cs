namespace Autodiff.Functional.Compilation;

/// <summary>
/// The way through a space. Its last axes, as many as fit, are a block; a tile is some rows of blocks along the axis before them; the loops
/// over tiles go first over what no fold reduces (a unit each), then over what is reduced. A chunk is some units, or some tiles of one.
/// </summary>
/// <remarks>Axes of length 1 are dropped, and neighbours along which every operand walks on evenly are one axis.</remarks>
internal sealed class Tiling
{
    /// <summary>The number of points that a chunk has at least, times what is done at each.</summary>
    private const long ChunkWork = 1 << 18;

    /// <summary>No more chunks of a unit than this, as their folds are combined by one thread.</summary>
    private const int MaxChunksPerUnit = 64;

    /// <summary>A row of so many points may be a tile alone.</summary>
    private const int LongRow = 96;

    private Tiling(int[] dimensions, int[][] strides, int rows, int block, int split, TileLoop[] loops, int unitLoops, int work)
    {
        (Rows, Block, Loops, UnitLoops) = (rows, block, loops, unitLoops);
        SplitLength = split < 0 ? 1 : dimensions[split];
        Operands = [.. strides.Select(stride => new TileOperandShape(rows, split < 0 ? 0 : stride[split], Offsets(dimensions, stride, split + 1, block)))];
        Units = Product(loops.AsSpan(0, unitLoops));
        UnitTiles = Product(loops.AsSpan(unitLoops));

        long tiles = Math.Max(1, ChunkWork / work / (rows * block));
        if (UnitTiles >= 2 * tiles && unitLoops < loops.Length)
        {
            TilesPerChunk = (int)Math.Max(tiles, (UnitTiles + MaxChunksPerUnit - 1) / MaxChunksPerUnit);
            ChunksPerUnit = (UnitTiles + TilesPerChunk - 1) / TilesPerChunk;
            UnitsPerChunk = 1;
        }
        else
        {
            (ChunksPerUnit, TilesPerChunk) = (1, UnitTiles);
            UnitsPerChunk = (int)Math.Clamp(tiles / UnitTiles, 1, Units);
        }
        Chunks = (Units + UnitsPerChunk - 1) / UnitsPerChunk * ChunksPerUnit;
    }

    /// <summary>The rows of a full tile.</summary>
    public int Rows { get; }

    /// <summary>The points of a row.</summary>
    public int Block { get; }

    /// <summary>The length of the axis that is cut into rows.</summary>
    public int SplitLength { get; }

    /// <summary>The points of a full tile.</summary>
    public int Points => Rows * Block;

    /// <summary>The loops over tiles, outermost first.</summary>
    public TileLoop[] Loops { get; }

    /// <summary>The number of loops that no fold reduces; they are the outer ones.</summary>
    public int UnitLoops { get; }

    public int Units { get; }
    public int UnitTiles { get; }

    /// <summary>The chunks that each unit is cut into.</summary>
    public int ChunksPerUnit { get; }
    public int TilesPerChunk { get; }
    public int UnitsPerChunk { get; }
    public int Chunks { get; }

    /// <summary>The layout of each operand in a tile.</summary>
    public TileOperandShape[] Operands { get; }

    /// <param name="space">The space, without an axis of length 0.</param>
    /// <param name="strides">For each operand its strides, in elements.</param>
    /// <param name="folds">Which operands are folds.</param>
    /// <param name="points">The points that a tile has at most.</param>
    /// <param name="work">About how much is done at a point.</param>
    public static Tiling Of(Shape space, IReadOnlyList<IReadOnlyList<int>> strides, ReadOnlySpan<bool> folds, int points, int work)
    {
        var (dimensions, collapsed) = Collapse(space, strides);
        int rank = dimensions.Length, split = rank - 1, block = 1;
        while (split >= 0 && block * dimensions[split] <= points && !(split == rank - 2 && block >= LongRow && PrefersRow(collapsed, folds)))
            block *= dimensions[split--];
        // A long row that is a tile of its own needs no copies of what is one element for all of it, and each of its points has a sum of its own.
        if (split == rank - 2 && block >= LongRow && PrefersRow(collapsed, folds))
            (split, block) = (rank - 1, 1);
        // Where the whole space is one block, there is nothing to split; where the last axis does not fit, its single elements are the rows.
        int rows = split < 0 ? 1 : Math.Min(dimensions[split], points / block);
        var loops = new List<TileLoop>();
        for (int axis = 0; axis <= split; axis++)
        {
            int step = axis == split ? rows : 1, at = axis;
            bool reduced = false;
            for (int k = 0; k < folds.Length; k++)
                reduced |= folds[k] && collapsed[k][axis] == 0;
            int count = (dimensions[axis] + step - 1) / step;
            if (count > 1)
                loops.Add(new(count, axis == split, reduced, [.. collapsed.Select(stride => (nint)stride[at] * step)]));
        }
        TileLoop[] ordered = [.. loops.OrderBy(loop => loop.Reduced)];
        return new(dimensions, collapsed, rows, block, split, ordered, ordered.Count(loop => !loop.Reduced), work);

        static bool PrefersRow(int[][] strides, ReadOnlySpan<bool> folds)
        {
            for (int k = 0; k < strides.Length && strides[k].Length > 1; k++)
                if (folds[k] ? strides[k][^1] == 1 && strides[k][^2] == 0 : strides[k][^1] == 0 && strides[k][^2] != 0)
                    return true;
            return false;
        }
    }

    private static (int[] Dimensions, int[][] Strides) Collapse(Shape space, IReadOnlyList<IReadOnlyList<int>> strides)
    {
        var axes = new List<(int Length, int[] Strides)>();
        for (int axis = 0; axis < space.Rank; axis++)
        {
            int[] step = [.. strides.Select(stride => stride[axis])];
            if (space[axis] == 1)
                continue;
            if (axes.Count > 0 && axes[^1].Strides.Zip(step).All(pair => pair.First == pair.Second * space[axis]))
                axes[^1] = (axes[^1].Length * space[axis], step);
            else
                axes.Add((space[axis], step));
        }
        return ([.. axes.Select(axis => axis.Length)], [.. strides.Select((_, k) => axes.Select(axis => axis.Strides[k]).ToArray())]);
    }

    /// <summary>The offsets of a block's points from its first.</summary>
    private static int[] Offsets(int[] dimensions, int[] strides, int first, int block)
    {
        var offsets = new int[block];
        for (int point = 0; point < block; point++)
            for (int axis = dimensions.Length - 1, rest = point; axis >= first; rest /= dimensions[axis--])
                offsets[point] += rest % dimensions[axis] * strides[axis];
        return offsets;
    }

    private static int Product(ReadOnlySpan<TileLoop> loops)
    {
        int product = 1;
        foreach (var loop in loops)
            product = checked(product * loop.Count);
        return product;
    }
}

/// <summary>One of the loops over tiles.</summary>
/// <param name="Count">How many times it goes round.</param>
/// <param name="Splits">Does it cut an axis into tiles, of which the last may be smaller?</param>
/// <param name="Reduced">Does a fold reduce it?</param>
/// <param name="Steps">By how many elements each operand moves.</param>
internal sealed record TileLoop(int Count, bool Splits, bool Reduced, nint[] Steps);

/// <summary>The layout of an operand in a tile: rows.</summary>
/// <param name="Rows">How many, in a full tile.</param>
/// <param name="Row">From row to row, in elements.</param>
/// <param name="Offsets">From the first of a row on, in elements.</param>
internal sealed record TileOperandShape(int Rows, int Row, int[] Offsets)
{
    /// <summary>Is it the same row again and again?</summary>
    public bool RowsAreOne => Rows == 1 || Row == 0;

    /// <summary>Is a row one element for all points?</summary>
    public bool RowIsUniform { get; } = !Offsets.AsSpan().ContainsAnyExcept(0);

    /// <summary>Do the elements of a row lie side by side?</summary>
    public bool RowIsRun { get; } = Offsets.AsSpan().SequenceEqual([.. Enumerable.Range(0, Offsets.Length)]);

    /// <summary>Is it one element for all points?</summary>
    public bool IsUniform => RowsAreOne && RowIsUniform;

    /// <summary>Do its elements lie side by side in the order of the points?</summary>
    public bool IsContiguous => RowIsRun && (Rows == 1 || Row == Offsets.Length);
}
