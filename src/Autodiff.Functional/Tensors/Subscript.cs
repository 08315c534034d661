using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// What is taken along one axis: an index, which drops the axis, or a range, which keeps it. C#'s <c>int</c>, <c>Index</c> and <c>Range</c> convert to it,
/// so that they mix.
/// </summary>
/// <example><code>
/// var column = matrix[.., 0];
/// var corner = matrix[^1, ^1];
/// var inner = matrix[1..^1, 1..^1];
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct Subscript : IEquatable<Subscript>
{
    private readonly Range _range;     // of an index: only the start counts

    private Subscript(Range range, bool isIndex) => (_range, IsIndex) = (range, isIndex);

    /// <summary>Does it drop the axis?</summary>
    public bool IsIndex { get; }

    /// <summary>The index, counted from 0.</summary>
    /// <exception cref="IndexException">It is negative: from the end is <c>^1</c> here, not −1.</exception>
    public static implicit operator Subscript(int index) => index >= 0 ? (Index)index
        : throw new IndexException("[]", "indices ≥ 0", $"{index}", $"Count from the end: x[^{-(long)index}], in F# x.[x.Shape.[0] - {-(long)index}].");

    /// <summary>The index, counted from either end.</summary>
    public static implicit operator Subscript(Index index) => new(index..index, isIndex: true);

    /// <summary>The range.</summary>
    public static implicit operator Subscript(Range range) => new(range, isIndex: false);

    /// <summary>The first position and the number of positions along an axis.</summary>
    internal (int Start, int Count) Along(Shape shape, int axis, string op)
    {
        int length = shape[axis], start = _range.Start.GetOffset(length), end = IsIndex ? start + 1 : _range.End.GetOffset(length);
        return 0 <= start && start <= end && end <= length ? (start, end - start) : throw new IndexException(op,
            $"{(IsIndex ? $"an index below {length}" : $"a range within 0..{length}")} at axis {axis} of the shape {shape}", $"{this}");
    }

    /// <summary>The same index or range.</summary>
    public bool Equals(Subscript other) => IsIndex == other.IsIndex && _range.Equals(other._range);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Subscript other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsIndex, _range);
    /// <summary>The same index or range.</summary>
    public static bool operator ==(Subscript left, Subscript right) => left.Equals(right);
    /// <summary>Another index or range.</summary>
    public static bool operator !=(Subscript left, Subscript right) => !left.Equals(right);

    /// <summary>As C# writes it.</summary>
    public override string ToString() => IsIndex ? _range.Start.ToString() : _range.ToString();
}
