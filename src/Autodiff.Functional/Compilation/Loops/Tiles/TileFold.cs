using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>Folds the values of tiles into as many results as the tile's points keep apart.</summary>
/// <remarks>An accumulator is three arrays of them: what was folded lately, the total, and what rounding lost of that; of a short fold it is the first alone.</remarks>
internal abstract class TileFold
{
    /// <summary>Rows that are folded plainly, one after the other, before they are added to the total.</summary>
    private const int PlainRows = 16;

    private protected enum Pattern { All, EachRow, EachColumn, Each, Mixed }

    private protected TileFold(TileOperandShape shape, int tiles)
    {
        Rows = shape.Rows;
        Block = shape.Offsets.Length;
        // A row keeps as many apart as it has elements; one that is repeated keeps no more than one row does.
        int[] distinct = [.. shape.Offsets.Distinct()];
        int apart = shape.RowsAreOne ? 1 : Rows;
        Kind = distinct.Length == 1 && apart == 1 ? Pattern.All
            : distinct.Length == Block && (apart == Rows) ? Pattern.Each
            : distinct.Length == 1 ? Pattern.EachRow
            : distinct.Length == Block ? Pattern.EachColumn
            : Pattern.Mixed;
        Columns = distinct.Length;
        ByColumn = [.. Enumerable.Range(0, Block).OrderBy(point => Array.IndexOf(distinct, shape.Offsets[point]))];
        RowsApart = apart > 1;
        Offsets = [.. Enumerable.Range(0, apart).SelectMany(row => distinct.Select(offset => row * shape.Row + offset))];
        TilesBetweenFlushes = Kind is Pattern.EachColumn ? Math.Max(1, PlainRows / Rows) : PlainRows;
        IsShort = tiles <= TilesBetweenFlushes;
    }

    private protected int Rows { get; }
    private protected int Block { get; }
    private protected int Columns { get; }
    private protected bool RowsApart { get; }
    private protected Pattern Kind { get; }

    /// <summary>The points of a row, those that go to one element together.</summary>
    private protected int[] ByColumn { get; }

    /// <summary>Is it done before anything has to be added to a total?</summary>
    private protected bool IsShort { get; }

    /// <summary>Has each point of a tile an element of its own, in the order of the points?</summary>
    public bool IsByPoint => Kind == Pattern.Each && ByColumn.AsSpan().SequenceEqual([.. Enumerable.Range(0, Block)]);

    /// <summary>The offsets of the results from the tile's first, in elements.</summary>
    public int[] Offsets { get; }

    /// <summary>The number of results that a full tile gives.</summary>
    public int Kept => Offsets.Length;

    /// <summary>The number of results that a tile of fewer rows gives.</summary>
    public int KeptOf(int rows) => RowsApart ? rows * Columns : Kept;

    public int TilesBetweenFlushes { get; }

    public abstract int AccumulatorBytes { get; }

    /// <summary>Makes an accumulator of nothing.</summary>
    public abstract void Reset(nint accumulator);

    /// <summary>Folds a tile.</summary>
    public abstract void Add(nint accumulator, nint tile, int rows);

    /// <summary>Adds what was folded lately to the total.</summary>
    public abstract void Flush(nint accumulator);

    /// <summary>Folds results of others, one for each element.</summary>
    public abstract void Combine(nint accumulator, nint results);

    /// <summary>The results, side by side.</summary>
    public abstract void Results(nint accumulator, nint results);

    /// <summary>Stores the results.</summary>
    public abstract void Store(nint accumulator, nint destination, int rows);

    /// <param name="fold">How it folds.</param>
    /// <param name="dtype">What.</param>
    /// <param name="shape">The elements of a tile's points.</param>
    /// <param name="tiles">How many tiles it folds before its results are stored.</param>
    public static TileFold Of(LoopFold fold, DType dtype, TileOperandShape shape, int tiles) => ElementType.Of(dtype).Run<Maker, TileFold>(new(fold, shape, tiles));

    private readonly struct Maker(LoopFold fold, TileOperandShape shape, int tiles) : IKernel<TileFold>
    {
        public TileFold Run<E>() where E : unmanaged, IElementary<E> => fold switch
        {
            LoopFold.Sum => new TileFold<Plus, E>(shape, tiles),
            LoopFold.Max => new TileFold<Larger, E>(shape, tiles),
            LoopFold.Min => new TileFold<Smaller, E>(shape, tiles),
            _ => throw new ArgumentOutOfRangeException(nameof(fold)),
        };
    }
}

internal sealed unsafe class TileFold<TFold, E>(TileOperandShape shape, int tiles) : TileFold(shape, tiles) where TFold : struct, IFold where E : unmanaged, IElementary<E>
{
    public override int AccumulatorBytes => (IsShort ? 1 : 3) * Kept * sizeof(E);

    private readonly bool _isRun = shape.Offsets.Length == 1 && (shape.Row == 1 || shape.Rows == 1);

    private Span<E> Recent(nint accumulator) => new((E*)accumulator, Kept);
    private Span<E> Total(nint accumulator) => new((E*)accumulator + Kept, Kept);
    private Span<E> Lost(nint accumulator) => new((E*)accumulator + 2 * Kept, Kept);

    public override void Reset(nint accumulator)
    {
        Recent(accumulator).Fill(Accumulators.Neutral<TFold, E>());
        if (IsShort)
            return;
        Total(accumulator).Fill(Accumulators.Neutral<TFold, E>());
        Lost(accumulator).Fill(E.Literal(0));
    }

    public override void Add(nint accumulator, nint tile, int rows)
    {
        if (typeof(E) == typeof(Real64)) Lanes<Lanes64, Real64>((Real64*)accumulator, (Real64*)tile, rows);
        else if (typeof(E) == typeof(Real32)) Lanes<Lanes32, Real32>((Real32*)accumulator, (Real32*)tile, rows);
        else Plain((E*)accumulator, (E*)tile, rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lanes<V, T>(T* recent, T* tile, int rows) where V : struct, ILanes<V, T> where T : unmanaged, IElementary<T>
    {
        int count = rows * Block;
        switch (Kind)
        {
            case Pattern.All:
                *recent = TFold.Apply(*recent, Reductions.FoldTile<TFold, V, T>(ref *tile, count));
                break;
            case Pattern.Each:
                Reductions.FoldInto<TFold, V, T>(ref *tile, 1, count, ref *recent, count);
                break;
            case Pattern.EachRow:
                for (int row = 0; row < rows; row++)
                    recent[row] = TFold.Apply(recent[row], Reductions.FoldTile<TFold, V, T>(ref tile[row * Block], Block));
                break;
            case Pattern.EachColumn:
                Reductions.FoldInto<TFold, V, T>(ref *tile, rows, Block, ref *recent, Block);
                break;
            default:
                Mixed<V, T>(recent, tile, rows);
                break;
        }
    }

    /// <summary>Values for one element are put side by side first.</summary>
    [SkipLocalsInit]
    private void Mixed<V, T>(T* recent, T* tile, int rows) where V : struct, ILanes<V, T> where T : unmanaged, IElementary<T>
    {
        int perRow = Block / Columns, together = RowsApart ? 1 : rows;
        T* points = stackalloc T[together * perRow];
        for (int first = 0; first < rows; first += together)
            for (int column = 0; column < Columns; column++)
            {
                int count = 0;
                for (int row = first; row < first + together; row++)
                    for (int k = 0; k < perRow; k++)
                        points[count++] = tile[row * Block + ByColumn[column * perRow + k]];
                T* into = recent + (RowsApart ? first * Columns : 0) + column;
                *into = TFold.Apply(*into, Reductions.FoldTile<TFold, V, T>(ref *points, count));
            }
    }

    /// <summary>Integers and masks, which no order of folding changes.</summary>
    private void Plain(E* recent, E* tile, int rows)
    {
        int perRow = Block / Columns;
        for (int row = 0; row < rows; row++)
            for (int k = 0; k < Block; k++)
            {
                E* into = recent + (RowsApart ? row * Columns : 0) + k / perRow;
                *into = TFold.Apply(*into, tile[row * Block + ByColumn[k]]);
            }
    }

    public override void Flush(nint accumulator)
    {
        if (IsShort)
            return;
        Accumulators.Add<TFold, E>(Recent(accumulator), Total(accumulator), Lost(accumulator));
        Recent(accumulator).Fill(Accumulators.Neutral<TFold, E>());
    }

    public override void Combine(nint accumulator, nint results) =>
        Accumulators.Add<TFold, E>(new ReadOnlySpan<E>((E*)results, Kept), Total(accumulator), Lost(accumulator));

    public override void Results(nint accumulator, nint results)
    {
        for (int i = 0; i < Kept; i++)
            ((E*)results)[i] = Result(accumulator, i);
    }

    public override void Store(nint accumulator, nint destination, int rows)
    {
        if (IsShort && _isRun)
        {
            Recent(accumulator)[..KeptOf(rows)].CopyTo(new Span<E>((E*)destination, Kept));
            return;
        }
        for (int i = 0; i < KeptOf(rows); i++)
            ((E*)destination)[Offsets[i]] = Result(accumulator, i);
    }

    private E Result(nint accumulator, int i) => IsShort ? ((E*)accumulator)[i] : Accumulators.Result(((E*)accumulator)[Kept + i], ((E*)accumulator)[2 * Kept + i]);
}
