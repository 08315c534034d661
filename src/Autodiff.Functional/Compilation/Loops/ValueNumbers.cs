using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>The numbers of the values that an instruction is computed from, in order. Up to three are kept without an array, since most instructions have no more.</summary>
[CollectionBuilder(typeof(ValueNumbers), nameof(Of))]
internal readonly struct ValueNumbers : IReadOnlyList<int>, IEquatable<ValueNumbers>
{
    private readonly int[]? _many;
    private readonly int _count;
    private readonly Few _few;

    [InlineArray(3)]
    private struct Few
    {
        private int _first;
    }

    private ValueNumbers(int[] many) => (_many, _count) = (many, many.Length);

    private ValueNumbers(int count, int first, int second, int third)
    {
        _count = count;
        _few[0] = first;
        _few[1] = second;
        _few[2] = third;
    }

    /// <summary>These numbers.</summary>
    public static ValueNumbers Of(params ReadOnlySpan<int> numbers) => numbers.Length switch
    {
        0 => default,
        1 => new(1, numbers[0], 0, 0),
        2 => new(2, numbers[0], numbers[1], 0),
        3 => new(3, numbers[0], numbers[1], numbers[2]),
        _ => new(numbers.ToArray()),
    };

    public int Length => _count;

    public bool IsEmpty => _count == 0;

    public int this[int index] => AsSpan()[index];

    int IReadOnlyCollection<int>.Count => _count;

    [UnscopedRef]
    public ReadOnlySpan<int> AsSpan() => _many is not null ? _many : ((ReadOnlySpan<int>)_few)[.._count];

    public ValueNumbers Slice(int start, int length) => Of(AsSpan().Slice(start, length));

    /// <summary>Each number replaced by what stands there.</summary>
    public ValueNumbers In(ReadOnlySpan<int> table)
    {
        if (_many is null)
            return new(_count, _count > 0 ? table[_few[0]] : 0, _count > 1 ? table[_few[1]] : 0, _count > 2 ? table[_few[2]] : 0);
        var numbers = new int[_count];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = table[_many[i]];
        return _many.AsSpan().SequenceEqual(numbers) ? this : new(numbers);
    }

    public bool Equals(ValueNumbers other) => _count == other._count
        && (_many is null ? _few[0] == other._few[0] && _few[1] == other._few[1] && _few[2] == other._few[2] : _many == other._many || _many.AsSpan().SequenceEqual(other._many));

    public override bool Equals(object? obj) => obj is ValueNumbers other && Equals(other);

    public override int GetHashCode()
    {
        uint hash = (uint)_count;
        foreach (int number in this)
        {
            hash = (hash + (uint)number) * 0x9E3779B1;
            hash ^= hash >> 15;
        }
        return (int)hash;
    }

    public static bool operator ==(ValueNumbers left, ValueNumbers right) => left.Equals(right);
    public static bool operator !=(ValueNumbers left, ValueNumbers right) => !left.Equals(right);

    [UnscopedRef]
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();
    IEnumerator<int> IEnumerable<int>.GetEnumerator() => ((IEnumerable<int>)AsSpan().ToArray()).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => AsSpan().ToArray().GetEnumerator();
}
