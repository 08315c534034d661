using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>The dimensions of a tensor: a value, compared by its dimensions. <c>default</c> is the shape of a scalar.</summary>
/// <example><code>
/// var shape = Shape.Of(2, 3);
/// Console.WriteLine($"{shape} has {shape.Size} elements");   // (2, 3) has 6 elements
/// </code></example>
[JsonConverter(typeof(ShapeConverter))]
[CollectionBuilder(typeof(Shape), nameof(Of))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    private readonly int[]? _dimensions;

    private Shape(int[] dimensions) => _dimensions = dimensions;

    /// <summary>The largest rank that there is, as in NumPy.</summary>
    public const int MaxRank = 64;

    /// <summary>The shape of a scalar: rank 0, one element.</summary>
    public static Shape Scalar => default;

    /// <summary>The shape with these dimensions; any of them may be 0.</summary>
    /// <exception cref="ShapeException">A dimension is negative, or there would be more than 2³¹ − 1 elements.</exception>
    public static Shape Of(params ReadOnlySpan<int> dimensions) => Of("Shape.Of", dimensions);

    private static Shape Of(string op, ReadOnlySpan<int> dimensions)
    {
        if (dimensions.IsEmpty)
            return default;
        if (dimensions.Length > MaxRank)
            throw new ShapeException(op, $"at most {MaxRank} axes", $"{dimensions.Length}");
        long size = 1;
        bool empty = false;
        foreach (int dimension in dimensions)
        {
            if (dimension < 0)
                throw new ShapeException(op, "dimensions ≥ 0", Format(dimensions), "Give the length of each axis; only Reshape works one out, for −1.");
            empty |= dimension == 0;
            size = Math.Min(size * Math.Max(dimension, 1), int.MaxValue + 1L);
        }
        return size <= int.MaxValue || empty
            ? new Shape(dimensions.ToArray())
            : throw new ShapeException(op, "at most 2³¹ − 1 elements", Format(dimensions));
    }

    /// <summary>The shape with these dimensions; any of them may be 0.</summary>
    /// <exception cref="ShapeException">A dimension is negative, or there would be more than 2³¹ − 1 elements.</exception>
    public static Shape Of(params int[] dimensions) => Of((ReadOnlySpan<int>)dimensions);   // F# knows no span of parameters

    /// <summary>The shape of one element with this many axes: (1, 1, …).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rank is negative.</exception>
    public static Shape Ones(int rank)
    {
        OutOfRange.Below("Shape.Ones", rank, 0, "Give the number of axes.");
        var dimensions = new int[rank];
        Array.Fill(dimensions, 1);
        return Of(dimensions);
    }

    /// <summary>The number of axes.</summary>
    public int Rank => _dimensions?.Length ?? 0;

    /// <summary>The number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public int Size
    {
        get
        {
            int size = 1;
            foreach (int dimension in Dimensions)
                size *= dimension;
            return size;
        }
    }

    /// <summary>Rank 0.</summary>
    public bool IsScalar => _dimensions is null;

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>The dimension of an axis, counted from the start.</summary>
    /// <exception cref="AxisException">It is outside 0 … rank − 1.</exception>
    public int this[int axis] => _dimensions is { } dimensions && (uint)axis < (uint)dimensions.Length ? dimensions[axis]
        : throw Outside("Shape[]", $"{axis}", Rank - 1, " Count from the end with shape[^1], in F# with shape.[shape.Rank - 1].");

    /// <summary>The dimension of an axis, counted from either end: <c>shape[^1]</c> is the last.</summary>
    /// <exception cref="AxisException">It is outside the rank.</exception>
    public int this[Index axis] => axis.GetOffset(Rank) is var from && (uint)from < (uint)Rank ? _dimensions![from]
        : throw Outside("Shape[]", $"{axis}", Rank - 1);

    /// <summary>The error of an axis that has to be named from the start, and is not.</summary>
    private AxisException Outside(string op, string got, int last, string remedy = "") =>
        new(op, last < 0 ? "no axis: the shape is that of a scalar" : $"an axis in 0 … {last} for the shape {this}", got, $"Shape.Axis takes negative axes to such.{remedy}");

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>The axis as a number in 0 … rank − 1; negative ones count from the end.</summary>
    /// <exception cref="AxisException">The axis is outside −rank … rank − 1.</exception>
    public int Axis(int axis, [CallerMemberName] string op = "") =>
        axis >= -Rank && axis < Rank
            ? axis < 0 ? axis + Rank : axis
            : throw new AxisException(op, Rank == 0 ? "no axis: the value is a scalar" : $"an axis in {-Rank} … {Rank - 1} for the shape {this}", $"{axis}");

    /// <summary>The axes as sorted numbers in 0 … rank − 1.</summary>
    /// <exception cref="AxisException">One is outside the rank, or named twice.</exception>
    public Axes Normalize(Axes axes, [CallerMemberName] string op = "")
    {
        if (axes.IsAll)
            return Axes.Range(0, Rank);
        var normal = new int[axes.Count];
        for (int i = 0; i < normal.Length; i++)
            normal[i] = Axis(axes[i], op);
        Array.Sort(normal);
        for (int i = 1; i < normal.Length; i++)
            if (normal[i] == normal[i - 1])
                throw new AxisException(op, "each axis once", $"{axes} for the shape {this}");
        return Axes.Of(normal);
    }

    /// <summary>This shape with another dimension at an axis.</summary>
    /// <exception cref="AxisException">The axis is outside 0 … rank − 1.</exception>
    /// <exception cref="ShapeException">The dimension is negative.</exception>
    public Shape With(int axis, int dimension)
    {
        int[] dimensions = [.. Dimensions];
        if ((uint)axis >= (uint)dimensions.Length)
            throw Outside("Shape.With", $"{axis}", Rank - 1);
        dimensions[axis] = dimension;
        return Of("Shape.With", dimensions);
    }

    /// <summary>This shape without some axes (numbers in 0 … rank − 1).</summary>
    public Shape Without(Axes axes)
    {
        var left = new List<int>(Rank);
        for (int i = 0; i < Rank; i++)
            if (!axes.Contains(i))
                left.Add(this[i]);
        return Of([.. left]);
    }

    /// <summary>This shape with 1 at some axes (numbers in 0 … rank − 1).</summary>
    /// <exception cref="AxisException">An axis is outside 0 … rank − 1.</exception>
    public Shape WithOnes(Axes axes)
    {
        int[] dimensions = [.. Dimensions];
        foreach (int axis in axes.Span)
            dimensions[(uint)axis < (uint)Rank ? axis : throw Outside("Shape.WithOnes", $"{axis}", Rank - 1)] = 1;
        return Of(dimensions);
    }

    /// <summary>This shape with a dimension put in before an axis.</summary>
    /// <exception cref="AxisException">The axis is outside 0 … rank.</exception>
    /// <exception cref="ShapeException">The dimension is negative.</exception>
    public Shape Insert(int axis, int dimension) => (uint)axis <= (uint)Rank ? Of("Shape.Insert", [.. Dimensions[..axis], dimension, .. Dimensions[axis..]])
        : throw Outside("Shape.Insert", $"{axis}", Rank);

    /// <summary>The axes of <paramref name="leading"/>, then those of this shape.</summary>
    public Shape After(Shape leading) => leading.IsScalar ? this : [.. leading.Dimensions, .. Dimensions];

    /// <summary>Some of the axes, as a shape of its own.</summary>
    /// <exception cref="AxisException">It goes beyond 0 … rank − 1.</exception>
    public Shape Slice(int start, int length) => (uint)start <= (uint)Rank && (uint)length <= (uint)(Rank - start) ? Of(Dimensions.Slice(start, length))
        : throw Outside("Shape.Slice", $"{length} from {start}", Rank - 1);

    /// <summary>The one shape that both broadcast to, by NumPy's rule: aligned at the last axis, 1 stretches.</summary>
    /// <exception cref="ShapeException">Two dimensions differ and neither is 1.</exception>
    public static Shape Broadcast(Shape left, Shape right, [CallerMemberName] string op = "")
    {
        if (left.Equals(right))
            return left;
        int rank = Math.Max(left.Rank, right.Rank);
        Span<int> dimensions = rank <= 16 ? stackalloc int[rank] : new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= left.Rank ? left[^i] : 1, b = i <= right.Rank ? right[^i] : 1;
            dimensions[rank - i] = a == b || b == 1 ? a : a == 1 ? b
                : throw new ShapeException(op, "shapes that broadcast: aligned at the last axis, equal or 1", $"{left} and {right} ({a} against {b} at axis −{i})");
        }
        return Of(dimensions);
    }

    /// <summary>Does it stretch to another shape, aligned at the last axis?</summary>
    internal bool BroadcastsTo(Shape other)
    {
        bool fits = Rank <= other.Rank;
        for (int i = 1; fits && i <= Rank; i++)
            fits = this[^i] == other[^i] || this[^i] == 1;
        return fits;
    }

    /// <summary>Row-major strides, in elements.</summary>
    internal int[] Strides()
    {
        var strides = new int[Rank];
        int stride = 1;
        for (int i = Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= this[i];
        }
        return strides;
    }

    /// <summary>The same dimensions.</summary>
    public bool Equals(Shape other) => ReferenceEquals(_dimensions, other._dimensions) || Dimensions.SequenceEqual(other.Dimensions);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int dimension in Dimensions)
            hash.Add(dimension);
        return hash.ToHashCode();
    }
    /// <summary>The same dimensions.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);
    /// <summary>Other dimensions.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The dimensions in order.</summary>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_dimensions ?? [])).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>For instance <c>(2, 3)</c>, <c>(4,)</c>, <c>()</c>, as NumPy prints it.</summary>
    public override string ToString() => Format(Dimensions);

    private static string Format(ReadOnlySpan<int> dimensions) =>
        dimensions.Length == 1 ? $"({dimensions[0]},)" : $"({string.Join(", ", dimensions.ToArray())})";
}
