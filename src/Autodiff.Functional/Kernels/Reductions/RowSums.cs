using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Rows added to rows of an array, in any order, any number to one. A row is added to plainly; after every <see cref="Group"/> additions what it holds is moved to a
/// <see cref="Running"/> sum, so that the error does not grow with the number of additions. What is added to a row, and in which order, decides its bits, and nothing else.
/// </summary>
internal ref struct RowSums<E> where E : unmanaged, IElementary<E>
{
    private const int Group = 64;

    private readonly Span<E> _sums;
    private readonly int _inner, _rows, _mostRunning;

    /// <summary>How often each row was added to lately; null if no row is added to so often that it matters.</summary>
    private readonly byte[]? _lately;

    /// <summary>The running sums, and for each row which of them it has: 0 for none.</summary>
    private Running[]? _running;
    private int[]? _runningOf;
    private int _runningCount;

    /// <param name="sums">What is added to.</param>
    /// <param name="inner">The length of a row.</param>
    /// <param name="additions">How many rows are added at most.</param>
    public RowSums(Span<E> sums, int inner, int additions)
    {
        _sums = sums;
        _inner = inner;
        if (additions <= Group || inner == 0 || (typeof(E) != typeof(Real64) && typeof(E) != typeof(Real32)))
            return;
        _rows = sums.Length / inner;
        _mostRunning = Math.Min(_rows, additions / Group);
        _lately = Zeros<byte>(_rows);
    }

    /// <summary>Adds rows that lie one after the other to those that begin at some places of the sums, which are inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(scoped ReadOnlySpan<int> places, scoped ReadOnlySpan<E> rows)
    {
        rows = rows[..(places.Length * _inner)];
        ref E sums = ref MemoryMarshal.GetReference(_sums), from = ref MemoryMarshal.GetReference(rows);
        ref byte lately = ref _lately is null ? ref Unsafe.NullRef<byte>() : ref MemoryMarshal.GetArrayDataReference(_lately);
        int inner = _inner;
        for (int i = 0; i < places.Length; i++)
        {
            int place = places[i];
            if (!Unsafe.IsNullRef(ref lately))
            {
                int row = inner == 1 ? place : place / inner;
                ref byte count = ref Unsafe.Add(ref lately, row);
                if (count == Group)
                {
                    Move(row);
                    count = 0;
                }
                count++;
            }
            if (inner == 1) Unsafe.Add(ref sums, place) += Unsafe.Add(ref from, i);
            else AddRow(_sums.Slice(place, inner), rows.Slice(i * inner, inner));
        }
    }

    private static void AddRow(Span<E> sum, ReadOnlySpan<E> row)
    {
        for (int i = 0; i < sum.Length; i++) sum[i] += row[i];
    }

    /// <summary>Writes the sums where they belong; adds nothing any more.</summary>
    public void Finish()
    {
        if (_running is not null)
        {
            for (int row = 0; row < _rows; row++)
                if (_runningOf![row] > 0)
                {
                    Move(row);
                    var running = Of(row);
                    for (int i = 0; i < _inner; i++)
                        _sums[row * _inner + i] = typeof(E) == typeof(Real64) ? Unsafe.BitCast<double, E>(running[i].Value) : Unsafe.BitCast<float, E>((float)running[i].Value);
                }
            ArrayPool<Running>.Shared.Return(_running);
            ArrayPool<int>.Shared.Return(_runningOf!);
        }
        if (_lately is not null)
            ArrayPool<byte>.Shared.Return(_lately);
    }

    private readonly Span<Running> Of(int row) => _running.AsSpan((_runningOf![row] - 1) * _inner, _inner);

    /// <summary>Moves what a row holds to its running sum. Of −0, which is left, nothing comes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Move(int row)
    {
        _running ??= ArrayPool<Running>.Shared.Rent(_mostRunning * _inner);
        _runningOf ??= Zeros<int>(_rows);
        if (_runningOf[row] == 0)
        {
            _runningOf[row] = ++_runningCount;
            Of(row).Fill(new(-0.0));
        }
        Span<E> held = _sums.Slice(row * _inner, _inner);
        Span<Running> running = Of(row);
        for (int i = 0; i < held.Length; i++)
            running[i].Add(typeof(E) == typeof(Real64) ? Unsafe.BitCast<E, double>(held[i]) : Unsafe.BitCast<E, float>(held[i]));
        held.Fill(E.Literal(-0.0));
    }

    private static T[] Zeros<T>(int length)
    {
        var array = ArrayPool<T>.Shared.Rent(length);
        array.AsSpan(0, length).Clear();
        return array;
    }
}
