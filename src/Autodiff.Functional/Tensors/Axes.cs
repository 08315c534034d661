using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// Some axes of a tensor, in an order: a value, compared by its axes. Negative ones count from the end.
/// <c>default</c> stands for all axes, whatever the rank.
/// </summary>
/// <example><code>
/// x.Sum();            // over all axes
/// x.Sum(-1);          // over the last
/// x.Sum([0, 1]);      // over the first two
/// </code></example>
[JsonConverter(typeof(AxesConverter))]
[CollectionBuilder(typeof(Axes), nameof(Of))]
public readonly struct Axes : IEquatable<Axes>, IReadOnlyList<int>
{
    private readonly int[]? _axes;

    private Axes(int[] axes) => _axes = axes;

    /// <summary>All axes.</summary>
    public static Axes All => default;

    /// <summary>These axes; none of them if empty, which is not the same as <see cref="All"/>.</summary>
    public static Axes Of(params ReadOnlySpan<int> axes) => new(axes.ToArray());

    /// <summary>These axes; none of them if empty, which is not the same as <see cref="All"/>.</summary>
    public static Axes Of(params int[] axes) => Of((ReadOnlySpan<int>)axes);   // F# knows no span of parameters

    /// <summary>The axes start … start + count − 1.</summary>
    public static Axes Range(int start, int count) => new([.. Enumerable.Range(start, count)]);

    /// <summary>One axis.</summary>
    public static implicit operator Axes(int axis) => Of(axis);
    /// <summary>These axes.</summary>
    public static implicit operator Axes(int[] axes) => Of(axes);

    /// <summary>Stands for all axes.</summary>
    public bool IsAll => _axes is null;
    /// <summary>How many are named.</summary>
    public int Count => _axes?.Length ?? 0;
    /// <summary>The named axis at a position.</summary>
    public int this[int index] => _axes![index];
    /// <summary>The named axes.</summary>
    public ReadOnlySpan<int> Span => _axes;

    /// <summary>Is this axis named?</summary>
    public bool Contains(int axis) => Span.Contains(axis);

    /// <summary>Every axis moved by <paramref name="by"/>, as when leading axes are put in front.</summary>
    public Axes Shift(int by)
    {
        int[] shifted = [.. Span];
        for (int i = 0; i < shifted.Length; i++)
            shifted[i] += by;
        return new(shifted);
    }

    /// <summary>The permutation that undoes this one.</summary>
    public Axes Inverse()
    {
        var inverse = new int[Count];
        for (int i = 0; i < Count; i++)
            inverse[this[i]] = i;
        return new(inverse);
    }

    /// <summary>Names 0, 1, 2 … in order: as a permutation, it moves nothing.</summary>
    public bool IsIdentity
    {
        get
        {
            for (int i = 0; i < Count; i++)
                if (this[i] != i)
                    return false;
            return true;
        }
    }

    /// <summary>The same axes in the same order.</summary>
    public bool Equals(Axes other) => IsAll == other.IsAll && Span.SequenceEqual(other.Span);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Axes other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int axis in Span)
            hash.Add(axis);
        return hash.ToHashCode();
    }
    /// <summary>The same axes in the same order.</summary>
    public static bool operator ==(Axes left, Axes right) => left.Equals(right);
    /// <summary>Other axes, or another order.</summary>
    public static bool operator !=(Axes left, Axes right) => !left.Equals(right);

    /// <summary>The named axes in order.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_axes ?? [])).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For instance <c>[0, 2]</c>, or <c>all</c>.</summary>
    public override string ToString() => IsAll ? "all" : $"[{string.Join(", ", _axes!.Select(axis => axis.ToString(CultureInfo.InvariantCulture)))}]";
}
