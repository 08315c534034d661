using System.Buffers;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Rows added to rows of an array, in any order, any number to one. A row is added to plainly; after every <see cref="Group"/> additions what it holds is moved to a
/// <see cref="Running"/> sum, so that the error does not grow with the number of additions. What is added to a row, and in which order, decides its bits, and nothing else.
/// </summary>
/// <param name="sums">What is added to.</param>
/// <param name="inner">The length of a row.</param>
/// <param name="additions">How many rows are added at most.</param>
internal ref struct RowSums<E>(Span<E> sums, int inner, int additions) where E : unmanaged, IElementary<E>
{
    private const int Group = 64;

    private readonly Span<E> _sums = sums;
    private readonly int _rows = inner == 0 ? 0 : sums.Length / inner;

    /// <summary>How often each row was added to lately; none if no row can be added to so often that it matters.</summary>
    private readonly byte[]? _lately = (typeof(E) == typeof(Real64) || typeof(E) == typeof(Real32)) && additions > Group && inner > 0 ? Zeros<byte>(sums.Length / inner) : null;

    /// <summary>The running sums, and for each row which of them it has: 0 for none.</summary>
    private Running[]? _running;
    private int[]? _runningOf;
    private int _runningCount;

    /// <summary>Adds to the row that begins at a place.</summary>
    public void Add(int place, ReadOnlySpan<E> row)
    {
        if (_lately is not null)
        {
            int index = inner == 1 ? place : place / inner;
            if (_lately[index] == Group)
            {
                Move(index);
                _lately[index] = 0;
            }
            _lately[index]++;
        }
        var sum = _sums.Slice(place, row.Length);
        for (int i = 0; i < sum.Length; i++)
            sum[i] += row[i];
    }

    /// <summary>Writes the sums where they belong; adds nothing any more.</summary>
    public void Finish()
    {
        if (_lately is null)
            return;
        if (_running is not null)
        {
            for (int index = 0; index < _rows; index++)
                if (_runningOf![index] > 0)
                {
                    Move(index);
                    var running = Of(index);
                    for (int i = 0; i < inner; i++)
                        _sums[index * inner + i] = typeof(E) == typeof(Real64) ? Unsafe.BitCast<double, E>(running[i].Value) : Unsafe.BitCast<float, E>((float)running[i].Value);
                }
            ArrayPool<Running>.Shared.Return(_running);
            ArrayPool<int>.Shared.Return(_runningOf!);
        }
        ArrayPool<byte>.Shared.Return(_lately);
    }

    private readonly Span<Running> Of(int index) => _running.AsSpan((_runningOf![index] - 1) * inner, inner);

    /// <summary>Moves what a row holds to its running sum. Of −0, which is left, nothing comes.</summary>
    private void Move(int index)
    {
        _running ??= ArrayPool<Running>.Shared.Rent(Math.Min(_rows, additions / Group) * inner);
        _runningOf ??= Zeros<int>(_rows);
        if (_runningOf[index] == 0)
        {
            _runningOf[index] = ++_runningCount;
            Of(index).Fill(new(-0.0));
        }
        Span<E> row = _sums.Slice(index * inner, inner);
        Span<Running> running = Of(index);
        for (int i = 0; i < row.Length; i++)
            running[i].Add(typeof(E) == typeof(Real64) ? Unsafe.BitCast<E, double>(row[i]) : Unsafe.BitCast<E, float>(row[i]));
        row.Fill(E.Literal(-0.0));
    }

    private static T[] Zeros<T>(int length)
    {
        var array = ArrayPool<T>.Shared.Rent(length);
        array.AsSpan(0, length).Clear();
        return array;
    }
}
