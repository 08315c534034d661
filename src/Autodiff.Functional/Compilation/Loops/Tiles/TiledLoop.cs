using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// A loop that goes from tile to tile: inputs that do not lie side by side are gathered, the body computes the tile, results are scattered or folded.
/// </summary>
internal sealed unsafe class TiledLoop : LoopKernel
{
    /// <summary>The bytes of the first cache that the values of a tile may take, and the limits of a tile's points.</summary>
    private const int CachedBytes = 24 << 10, MinPoints = 16, MaxPoints = 512;

    private const int Alignment = TileOperands.Alignment, MostOnStack = 64 << 10;

    private readonly Tiling _tiling;
    private readonly TileBody _body;
    private readonly int _inputs, _operands;
    private readonly int[] _sizes;                         // of an element of each operand
    private readonly StagedOperand[] _gathered, _scattered;
    private readonly OneRowOperand[] _oneRow;
    private readonly FoldedResult[] _folds;
    private readonly int _accumulators;                    // inputs of the body after those of the loop
    private readonly nint[][] _steps;                      // of each loop over tiles, for each operand, in bytes
    private readonly int _memory, _partialBytes;
    private readonly bool _plain, _streams;

    public static LoopKernel Of(LoopProgram program, bool generateCode)
    {
        program = program.DepthFirst();
        bool[] folds = [.. program.Inputs.Select(_ => false), .. program.Results.Select(result => result.Fold != LoopFold.None)];
        var tiling = Tiling.Of(program.Space, [.. program.Inputs.Select(input => input.Strides), .. program.Results.Select(result => result.Strides)], folds,
            Points(program), program.Instructions.Length + program.Inputs.Length + program.Results.Length);
        // A fold goes over whole units, or over tiles alone. One that goes over others than the first does is left to a loop of its own.
        LoopResult? first = program.Results.FirstOrDefault(result => Runs(result).Any());
        bool[] later = [.. program.Results.Select(result => Runs(result).Any() && !Runs(result).SequenceEqual(Runs(first!)))];
        return later.Contains(true)
            ? new LoopSequence(Of(Only(false), generateCode), Of(Only(true), generateCode), later, program.Inputs.Length)
            : new TiledLoop(program, tiling, generateCode);

        IEnumerable<TileLoop> Runs(LoopResult result) => tiling.Loops.Where(loop => result.Fold != LoopFold.None && loop.Steps[program.Inputs.Length + program.Results.IndexOf(result)] == 0);
        LoopProgram Only(bool which) => (program with { Results = [.. program.Results.Where((_, r) => later[r] == which)] }).WithoutDeadCode();
    }

    private TiledLoop(LoopProgram program, Tiling tiling, bool generateCode)
    {
        _tiling = tiling;
        _inputs = program.Inputs.Length;
        _operands = _inputs + program.Results.Length;
        DType[] dtypes = [.. program.Inputs.Select(input => input.DType), .. program.Results.Select(result => result.DType)];
        _sizes = [.. dtypes.Select(dtype => ElementType.Of(dtype).Size)];
        _steps = [.. tiling.Loops.Select(loop => loop.Steps.Select((step, k) => step * _sizes[k]).ToArray())];

        var operands = new TileOperands(program, tiling, dtypes, _sizes, _steps);
        (_gathered, _oneRow, _scattered, _folds, _partialBytes) = ([.. operands.Gathered], [.. operands.OneRow], [.. operands.Scattered], [.. operands.Folds], operands.PartialBytes);
        _accumulators = operands.Body.Inputs.Length - _inputs;
        var code = new TileCode(operands.Body, [.. operands.Uniform], operands.Staged, tiling.Points) { Accumulates = _accumulators > 0 };
        _body = (generateCode && RuntimeFeature.IsDynamicCodeSupported ? GeneratedTile.Of(code) : null) ?? new InterpretedTile(code);
        Slots = operands.Take(_body.SlotBytes);
        TileAddresses = operands.Take((_accumulators + _operands + _body.Slots.Length) * sizeof(nint));
        Positions = operands.Take(_operands * sizeof(nint));
        Counters = operands.Take(tiling.Loops.Length * sizeof(int));
        Together = operands.Take((_gathered.Length + _scattered.Length) * sizeof(int));
        Lines = operands.Take(operands.Gathered.Exists(staged => staged.Finder is not null) ? tiling.Points * sizeof(nint) : 0);
        RowsBuffer = operands.Take(operands.RowsBytes);
        _streams = operands.RowsBytes > 0;
        InPlace = _body.InPlace && program.Results.All(result => result.Value >= _inputs);
        _memory = operands.Bytes;
        _plain = tiling.Loops.Length == 0 && _folds.Length == 0 && _scattered.Length == 0 && _gathered.Length == 0 && _oneRow.Length == 0;
    }

    private int Slots { get; }
    private int TileAddresses { get; }
    private int Positions { get; }
    private int Counters { get; }
    private int Together { get; }
    private int Lines { get; }
    private int RowsBuffer { get; }

    public override int Chunks => _tiling.Chunks;
    public override bool Finishes => _tiling.ChunksPerUnit > 1;
    public override bool InPlace { get; }
    public override (TileBody Body, int Points)? Bare => _plain ? (_body, _tiling.Points) : null;
    public override int ScratchBytes => _tiling.ChunksPerUnit == 1 ? 0 : _tiling.Chunks * _partialBytes;

    /// <summary>The points of a tile, so that what is alive at once stays in the first cache.</summary>
    private static int Points(LoopProgram program)
    {
        int inputs = program.Inputs.Length, bytes = 8 * inputs, most = bytes;
        int[] last = TileCode.LastUses(program);
        foreach (var result in program.Results)
            last[result.Value] = int.MaxValue;
        var dying = program.Instructions.Select((_, i) => i).ToLookup(i => last[inputs + i]);
        for (int i = 0; i < program.Instructions.Length; i++)
        {
            bytes += ElementType.Of(program.Instructions[i].DType).Size;
            most = Math.Max(most, bytes);
            foreach (int dead in dying[i])
                bytes -= ElementType.Of(program.Instructions[dead].DType).Size;
        }
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(CachedBytes / Math.Max(8, most), MinPoints, MaxPoints) / 2 + 1);
    }

    [SkipLocalsInit]
    public override void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch)
    {
        // A loop over hundreds of arrays may need more than a thread of somebody's has left.
        if (_memory > MostOnStack)
        {
            byte* own = (byte*)NativeMemory.AlignedAlloc((nuint)_memory, Alignment);
            try
            {
                Run(addresses, firstChunk, endChunk, scratch, own);
            }
            finally
            {
                NativeMemory.AlignedFree(own);
            }
            return;
        }
        byte* memory = stackalloc byte[_memory + Alignment];
        Run(addresses, firstChunk, endChunk, scratch, (byte*)(((nint)memory + Alignment - 1) & -Alignment));
    }

    private void Run(ReadOnlySpan<nint> addresses, int firstChunk, int endChunk, nint scratch, byte* memory)
    {
        Poison.Fill((nint)memory, _memory);
        nint* tileAddresses = (nint*)(memory + TileAddresses);
        addresses[.._operands].CopyTo(new Span<nint>(tileAddresses, _operands));
        var slots = _body.Slots;
        for (int i = 0; i < slots.Length; i++)
            tileAddresses[_accumulators + _operands + i] = (nint)(memory + Slots + slots[i]);
        if (_plain)
        {
            _body.Run(tileAddresses, _tiling.Points);
            return;
        }
        FindRows(addresses, _gathered, (int*)(memory + Together));
        FindRows(addresses, _scattered, (int*)(memory + Together) + _gathered.Length);
        for (int chunk = firstChunk; chunk < endChunk; chunk++)
            RunChunk(addresses, chunk, scratch, memory);
        if (_streams)
            Thread.MemoryBarrier();     // what went past the caches is seen by others from here on
    }

    /// <summary>Counts how many operands, from each on, lie side by side in the rows of one array: only addresses tell.</summary>
    private void FindRows(ReadOnlySpan<nint> addresses, ReadOnlySpan<StagedOperand> stagings, int* together)
    {
        for (int i = stagings.Length - 1; i >= 0; i--)
            together[i] = i + 1 < stagings.Length && stagings[i + 1] is { Follows: true, Operand: var next } && next - 1 == stagings[i].Operand && addresses[next] == addresses[next - 1] + _sizes[next]
                ? together[i + 1] + 1 : 1;
    }

    private void RunChunk(ReadOnlySpan<nint> addresses, int chunk, nint scratch, byte* memory)
    {
        int firstUnit = chunk / _tiling.ChunksPerUnit * _tiling.UnitsPerChunk, part = chunk % _tiling.ChunksPerUnit;
        int endUnit = Math.Min(firstUnit + _tiling.UnitsPerChunk, _tiling.Units);
        int firstTile = part * _tiling.TilesPerChunk, endTile = Math.Min(firstTile + _tiling.TilesPerChunk, _tiling.UnitTiles);

        nint* positions = (nint*)(memory + Positions);
        int* counters = (int*)(memory + Counters);
        Seek(addresses, positions, counters, (long)firstUnit * _tiling.UnitTiles + firstTile);
        for (int unit = firstUnit; unit < endUnit; unit++)
        {
            foreach (ref readonly var folding in _folds.AsSpan())
                folding.Fold.Reset((nint)memory + folding.Accumulator);
            int rows = _tiling.Rows;
            for (int tile = firstTile; tile < endTile; tile++)
            {
                rows = Rows(counters);
                RunTile(memory, positions, rows, tile - firstTile + 1);
                if (tile == endTile - 1)
                    foreach (ref readonly var folding in _folds.AsSpan())
                        if (folding.Runs)
                            Keep(folding, memory, positions, rows, chunk, scratch);
                Advance(positions, counters);
            }
        }
    }

    /// <summary>Stores a folded result, or puts it aside if other chunks fold the rest.</summary>
    private void Keep(in FoldedResult folding, byte* memory, nint* positions, int rows, int chunk, nint scratch)
    {
        nint accumulator = (nint)memory + folding.Accumulator;
        folding.Fold.Flush(accumulator);
        if (_tiling.ChunksPerUnit == 1)
            folding.Fold.Store(accumulator, positions[folding.Operand], rows);
        else
            folding.Fold.Results(accumulator, scratch + chunk * _partialBytes + folding.Partial);
    }

    private void RunTile(byte* memory, nint* positions, int rows, int tiles)
    {
        nint* tileAddresses = (nint*)(memory + TileAddresses);
        for (int k = 0; k < _inputs; k++)
            tileAddresses[k] = positions[k];
        for (int k = _inputs; k < _operands; k++)
            tileAddresses[_accumulators + k] = positions[k];
        foreach (ref readonly var staging in _scattered.AsSpan())
            tileAddresses[_accumulators + staging.Operand] = (nint)memory + staging.Offset;
        foreach (ref readonly var folding in _folds.AsSpan())
            if (folding.Input >= 0)
                tileAddresses[folding.Input] = tileAddresses[_accumulators + folding.Operand] = (nint)memory + folding.Accumulator;
            else
                tileAddresses[_accumulators + folding.Operand] = (nint)memory + folding.Staged;

        foreach (var (k, index, finder) in _oneRow)
            tileAddresses[k] += finder.Distance(positions[index]);
        int* together = (int*)(memory + Together);
        for (int i = 0; i < _gathered.Length; i += together[i])
            Gather(i, together[i], positions, tileAddresses, rows, memory);

        _body.Run(tileAddresses, rows * _tiling.Block);

        foreach (ref readonly var folding in _folds.AsSpan())
        {
            nint accumulator = (nint)memory + folding.Accumulator;
            if (folding.Input < 0)
                folding.Fold.Add(accumulator, tileAddresses[_accumulators + folding.Operand], rows);
            if (folding.Runs && tiles % folding.Fold.TilesBetweenFlushes == 0)
                folding.Fold.Flush(accumulator);
            if (!folding.Runs)
            {
                folding.Fold.Flush(accumulator);
                folding.Fold.Store(accumulator, positions[folding.Operand], rows);
                folding.Fold.Reset(accumulator);
            }
        }
        together += _gathered.Length;
        for (int i = 0; i < _scattered.Length; i += together[i])
        {
            int k = _scattered[i].Operand;
            bool streams = _scattered[i].Streams && together[i] == _scattered[i].Shape.Row;
            nint target = streams ? (nint)memory + RowsBuffer : positions[k];
            TileCopy.Scatter(tileAddresses + _accumulators + k, new(target, (nint)_scattered[i].Shape.Row * _sizes[k]), together[i], _sizes[k], _scattered[i].Shape, rows);
            if (streams)
                TileCopy.Stream(target, positions[k], rows * together[i] * _sizes[k]);
        }
    }

    /// <summary>Gathers operands that lie side by side into their tiles.</summary>
    private void Gather(int first, int together, nint* positions, nint* tileAddresses, int rows, byte* memory)
    {
        int k = _gathered[first].Operand;
        nint source = tileAddresses[k];
        for (int i = first; i < first + together; i++)
            tileAddresses[_gathered[i].Operand] = (nint)memory + _gathered[i].Offset;
        var shape = _gathered[first].Shape;
        if (_gathered[first].Finder is not { } finder)
        {
            TileCopy.Gather(new EvenLines(source, (nint)shape.Row * _sizes[k]), tileAddresses + k, together, _sizes[k], shape, rows);
            return;
        }
        nint* lines = (nint*)(memory + Lines);
        finder.Find(source, positions[_gathered[first].Index], rows, lines);
        TileCopy.Gather(new ListedLines(lines), tileAddresses + k, together, _sizes[k], finder.Line, rows * finder.LinesOfRow);
    }

    /// <summary>The rows of the tile that the loops are at.</summary>
    private int Rows(int* counters)
    {
        var loops = _tiling.Loops;
        for (int i = 0; i < loops.Length; i++)
            if (loops[i].Splits && counters[i] == loops[i].Count - 1)
                return _tiling.SplitLength - counters[i] * _tiling.Rows;
        return _tiling.Rows;
    }

    private void Seek(ReadOnlySpan<nint> addresses, nint* positions, int* counters, long tile)
    {
        for (int k = 0; k < _operands; k++)
            positions[k] = addresses[k];
        for (int i = _tiling.Loops.Length - 1; i >= 0; i--)
        {
            (tile, long at) = Math.DivRem(tile, _tiling.Loops[i].Count);
            counters[i] = (int)at;
            for (int k = 0; k < _operands; k++)
                positions[k] += (nint)at * _steps[i][k];
        }
    }

    private void Advance(nint* positions, int* counters)
    {
        for (int i = _tiling.Loops.Length - 1; i >= 0; i--)
        {
            nint[] steps = _steps[i];
            if (++counters[i] < _tiling.Loops[i].Count)
            {
                for (int k = 0; k < steps.Length; k++)
                    positions[k] += steps[k];
                return;
            }
            for (int k = 0; k < steps.Length; k++)
                positions[k] -= (counters[i] - 1) * steps[k];
            counters[i] = 0;
        }
    }

    [SkipLocalsInit]
    public override void Finish(ReadOnlySpan<nint> addresses, nint scratch)
    {
        if (_tiling.ChunksPerUnit == 1)
            return;
        if (_memory > MostOnStack)
        {
            byte* own = (byte*)NativeMemory.AlignedAlloc((nuint)_memory, Alignment);
            Finish(addresses, scratch, own);
            NativeMemory.AlignedFree(own);
            return;
        }
        byte* memory = stackalloc byte[_memory + Alignment];
        Finish(addresses, scratch, (byte*)(((nint)memory + Alignment - 1) & -Alignment));
    }

    private void Finish(ReadOnlySpan<nint> addresses, nint scratch, byte* memory)
    {
        Poison.Fill((nint)memory, _memory);
        nint* positions = (nint*)(memory + Positions);
        int* counters = (int*)(memory + Counters);
        for (int unit = 0; unit < _tiling.Units; unit++)
        {
            Seek(addresses, positions, counters, (long)unit * _tiling.UnitTiles);
            int rows = Rows(counters);
            foreach (ref readonly var folding in _folds.AsSpan())
            {
                if (!folding.Runs)
                    continue;
                nint accumulator = (nint)memory + folding.Accumulator;
                folding.Fold.Reset(accumulator);
                for (int part = 0; part < _tiling.ChunksPerUnit; part++)
                    folding.Fold.Combine(accumulator, scratch + (unit * _tiling.ChunksPerUnit + part) * _partialBytes + folding.Partial);
                folding.Fold.Store(accumulator, positions[folding.Operand], rows);
            }
        }
    }
}
