namespace Autodiff.Functional.Compilation;

/// <summary>An operand that passes through memory of its own.</summary>
/// <param name="Operand">The operand.</param>
/// <param name="Shape">How it lies in a tile.</param>
/// <param name="Offset">Where its own memory lies in that of a thread.</param>
/// <param name="Follows">Is it the next operand after the one staged before it, and does it go along with that in rows of one element?</param>
/// <param name="Streams">Is it written past the caches, if its rows are full of such results?</param>
/// <param name="Index">The operand that holds the indices, if they name its rows.</param>
/// <param name="Finder">Finds the rows then.</param>
internal readonly record struct StagedOperand(int Operand, TileOperandShape Shape, int Offset, bool Follows, bool Streams = false, int Index = -1, RowFinder? Finder = null);

/// <summary>An input of which a tile reads one row alone, which an index names.</summary>
internal readonly record struct OneRowOperand(int Operand, int Index, RowFinder Finder);

/// <summary>A result that is folded: tile by tile if no loop over tiles is reduced for it, else over a unit.</summary>
/// <param name="Operand">The result.</param>
/// <param name="Fold">How.</param>
/// <param name="Accumulator">Where its accumulator lies in the memory of a thread.</param>
/// <param name="Partial">Where in a chunk's scratch its results go, if a unit is cut into several chunks.</param>
/// <param name="Runs">Does it go on from tile to tile?</param>
/// <param name="Staged">Where the body leaves what is to be folded.</param>
/// <param name="Input">The input of the body that its accumulator is, if the body adds to it itself; else −1.</param>
internal readonly record struct FoldedResult(int Operand, TileFold Fold, int Accumulator, int Partial, bool Runs, int Staged, int Input);

/// <summary>
/// Sorts the operands of a loop by their way into a tile and out of it: some are used in place, some pass through staging memory, some results are folded. It also adds up the memory that a thread needs for that.
/// </summary>
internal sealed class TileOperands
{
    /// <summary>Rows of results are written past the caches if they are more than a core can hope to have in the last one. They lie in the first cache before.</summary>
    private const long StreamedBytes = 16 << 20;

    private const int MaxRowsBytes = 16 << 10;

    /// <summary>The alignment of everything in a thread's memory, in bytes.</summary>
    public const int Alignment = 64;

    private readonly LoopProgram _program;
    private readonly Tiling _tiling;
    private readonly int[] _sizes;
    private readonly nint[][] _steps;
    private readonly bool[] _used;

    /// <param name="program">The loop.</param>
    /// <param name="tiling">How its space is walked through.</param>
    /// <param name="dtypes">Of each operand.</param>
    /// <param name="sizes">Of an element of each operand.</param>
    /// <param name="steps">Of each loop over tiles, for each operand, in bytes.</param>
    public TileOperands(LoopProgram program, Tiling tiling, DType[] dtypes, int[] sizes, nint[][] steps)
    {
        (_program, _tiling, _sizes, _steps, _used, Body, Staged) = (program, tiling, sizes, steps, program.Used(), program, new bool[program.Results.Length]);
        for (int k = 0; k < program.Inputs.Length; k++)
            AddInput(k);
        for (int r = 0; r < program.Results.Length; r++)
        {
            int k = program.Inputs.Length + r;
            Staged[r] = program.Results[r].Fold != LoopFold.None || !tiling.Operands[k].IsContiguous;
            if (program.Results[r].Fold != LoopFold.None)
                AddFold(r, k, dtypes[k]);
            else if (Staged[r])
                AddScattered(k);
        }
    }

    /// <summary>The loop, with an input for each sum that its body adds to.</summary>
    public LoopProgram Body { get; private set; }

    public List<StagedOperand> Gathered { get; } = [];
    public List<OneRowOperand> OneRow { get; } = [];
    public List<StagedOperand> Scattered { get; } = [];
    public List<FoldedResult> Folds { get; } = [];

    /// <summary>Is an input of the body the same at all points of a tile?</summary>
    public List<bool> Uniform { get; } = [];

    /// <summary>Does a result leave the body into memory of the loop's own?</summary>
    public bool[] Staged { get; }

    /// <summary>The bytes of the longest row that is written past the caches.</summary>
    public int RowsBytes { get; private set; }

    /// <summary>The bytes of a chunk's scratch.</summary>
    public int PartialBytes { get; private set; }

    /// <summary>The bytes of a thread's memory so far.</summary>
    public int Bytes { get; private set; }

    /// <summary>Takes some of a thread's memory, and gives its offset.</summary>
    public int Take(int bytes)
    {
        int offset = Bytes;
        Bytes += (bytes + Alignment - 1) / Alignment * Alignment;
        return offset;
    }

    private void AddInput(int k)
    {
        var shape = _tiling.Operands[k];
        var (index, finder) = _program.Inputs[k].Rows is { } rows ? (rows.Index, new RowFinder(rows.Range, shape, _sizes[k], _tiling.Operands[rows.Index], _sizes[rows.Index])) : (-1, null);
        bool isOneRow = index < 0 || _tiling.Operands[index].IsUniform;
        Uniform.Add(!_used[k] || (isOneRow && shape.IsUniform));
        if (finder is not null && isOneRow)
            OneRow.Add(new(k, index, finder));
        if (_used[k] && (!isOneRow || (!shape.IsUniform && !shape.IsContiguous)))
            Gathered.Add(new(k, shape, Take(_tiling.Points * _sizes[k]), Gathered.Count > 0 && Follows(k, Gathered[^1]), Index: index, Finder: isOneRow ? null : finder));
    }

    private void AddScattered(int k)
    {
        var shape = _tiling.Operands[k];
        int bytes = _tiling.Points * _sizes[k];
        bool streams = Streams(k);
        RowsBytes = Math.Max(RowsBytes, streams ? bytes * shape.Row : 0);
        Scattered.Add(new(k, shape, Take(bytes), Scattered.Count > 0 && Follows(k, Scattered[^1]), streams));
    }

    private void AddFold(int r, int k, DType dtype)
    {
        var kind = _program.Results[r].Fold;
        bool runs = _tiling.Loops.Any(loop => loop.Reduced && loop.Steps[k] == 0);
        var fold = TileFold.Of(kind, dtype, _tiling.Operands[k], !runs ? 1 : _tiling.ChunksPerUnit == 1 ? _tiling.UnitTiles : int.MaxValue);
        // Where each point of a tile has a sum of its own, the body adds to it.
        int input = kind == LoopFold.Sum && fold.IsByPoint ? Body.Inputs.Length : -1;
        if (input >= 0)
        {
            Body = Body.Accumulating(r);
            Uniform.Add(false);
        }
        Folds.Add(new(k, fold, Take(fold.AccumulatorBytes), PartialBytes, runs, input >= 0 ? -1 : Take(_tiling.Points * _sizes[k]), input));
        PartialBytes += (fold.Kept * _sizes[k] + 7) / 8 * 8;
    }

    /// <summary>Are the rows of a result so long that they are written past the caches?</summary>
    private bool Streams(int k) => _tiling.Operands[k] is { Offsets.Length: 1, Row: var row }
        && (long)_program.Space.Size * row * _sizes[k] > StreamedBytes && (long)_tiling.Points * row * _sizes[k] <= MaxRowsBytes;

    private bool Follows(int k, in StagedOperand before) => k == before.Operand + 1 && _sizes[k] == _sizes[k - 1] && _tiling.Operands[k] is { Offsets.Length: 1 } shape
        && shape.Row == before.Shape.Row && before.Shape.Offsets.Length == 1 && Array.TrueForAll(_steps, steps => steps[k] == steps[k - 1])
        && (k >= _program.Inputs.Length || _program.Inputs[k].Rows == _program.Inputs[k - 1].Rows);
}
