using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// Where the batch is in the leaves of a structure: for each an axis, which may count from the end, or none. <c>default</c> is the first axis of every leaf,
/// and so is a plain 0: an int is the axis of every leaf.
/// </summary>
/// <remarks>A leaf that is not batched is the same for every element of the batch; a result that is not must not depend on the batch.</remarks>
/// <example><code>
/// Ad.Vmap(Loss, examples, inAxes: -1);                                        // along the last axis
/// Ad.Vmap(Predict, (model, x), inAxes: BatchAxes.By(path => path == ".Item2" ? 0 : null));
/// Ad.Vmap(p => p.Item1 * p.Item2, (x, scale), inAxes: BatchAxes.Of(1, null));  // leaf after leaf
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct BatchAxes : IEquatable<BatchAxes>
{
    // One reference and nothing beside it: an int, an int?[], a function of the path; null for 0. F# leaves the other fields of an omitted struct argument as it finds them.
    private readonly object? _axes;

    private BatchAxes(object? axes) => _axes = axes;

    /// <summary>No leaf is batched.</summary>
    public static BatchAxes None { get; } = By(_ => null);

    /// <summary>One axis for every leaf.</summary>
    public static BatchAxes All(int axis) => new(axis == 0 ? null : axis);

    /// <summary>An axis for each leaf, in the order of <see cref="Structure.Leaves"/>; null where a leaf is not batched.</summary>
    public static BatchAxes Of(params int?[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        return new((int?[])[.. axes]);
    }

    /// <summary>An axis for each leaf by its path in the structure, such as <c>.Item2</c> or <c>.Layers[0].Weight</c>; null where a leaf is not batched.</summary>
    public static BatchAxes By(Func<string, int?> axisOfPath)
    {
        ArgumentNullException.ThrowIfNull(axisOfPath);
        return new(axisOfPath);
    }

    /// <summary>One axis for every leaf.</summary>
    public static implicit operator BatchAxes(int axis) => All(axis);

    /// <summary>The axis of each leaf of a value; <paramref name="which"/> axes they are, an error says.</summary>
    internal ImmutableArray<int?> Each<P>(Structure<P> structure, P value, int leaves, string which) => _axes switch
    {
        Func<string, int?> byPath => [.. structure.Leaves(value, "").Select(leaf => byPath(leaf.Path))],
        int?[] each when each.Length != leaves => throw new AxisException("Vmap", $"as many {which} axes as there are leaves, {leaves}: {string.Join(", ", structure.Leaves(value, "").Select(leaf => leaf.Path))}", $"{each.Length}",
            "One int stands for all; BatchAxes.By chooses by path."),
        int?[] each => [.. each],
        var ofAll => [.. Enumerable.Repeat<int?>(ofAll is int axis ? axis : 0, leaves)],
    };

    /// <summary>The same axes, said in the same way.</summary>
    public bool Equals(BatchAxes other) => _axes is int?[] each ? other._axes is int?[] others && each.SequenceEqual(others) : Equals(_axes, other._axes);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BatchAxes other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => _axes is int?[] each ? each.Length : _axes?.GetHashCode() ?? 0;
    /// <summary>The same axes, said in the same way.</summary>
    public static bool operator ==(BatchAxes left, BatchAxes right) => left.Equals(right);
    /// <summary>Other axes, or said in another way.</summary>
    public static bool operator !=(BatchAxes left, BatchAxes right) => !left.Equals(right);

    /// <summary>For instance <c>0</c>, <c>[0, none]</c>, <c>none</c>.</summary>
    public override string ToString() => _axes switch
    {
        Func<string, int?> => this == None ? "none" : "by path",
        int?[] each => $"[{string.Join(", ", each.Select(axis => axis?.ToString(CultureInfo.InvariantCulture) ?? "none"))}]",
        var ofAll => string.Create(CultureInfo.InvariantCulture, $"{ofAll ?? 0}"),
    };
}
