using System.Collections.Immutable;
using System.Globalization;

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
public readonly struct BatchAxes : IEquatable<BatchAxes>
{
    private readonly int _ofAll;
    private readonly int?[]? _each;
    private readonly Func<string, int?>? _byPath;

    private BatchAxes(int ofAll, int?[]? each, Func<string, int?>? byPath) => (_ofAll, _each, _byPath) = (ofAll, each, byPath);

    /// <summary>No leaf is batched.</summary>
    public static BatchAxes None { get; } = By(_ => null);

    /// <summary>One axis for every leaf.</summary>
    public static BatchAxes All(int axis) => new(axis, null, null);

    /// <summary>An axis for each leaf, in the order of <see cref="Structure.Leaves"/>; null where a leaf is not batched.</summary>
    public static BatchAxes Of(params int?[] axes)
    {
        ArgumentNullException.ThrowIfNull(axes);
        return new(0, [.. axes], null);
    }

    /// <summary>An axis for each leaf by its path in the structure, such as <c>.Item2</c> or <c>.Layers[0].Weight</c>; null where a leaf is not batched.</summary>
    public static BatchAxes By(Func<string, int?> axisOfPath)
    {
        ArgumentNullException.ThrowIfNull(axisOfPath);
        return new(0, null, axisOfPath);
    }

    /// <summary>One axis for every leaf.</summary>
    public static implicit operator BatchAxes(int axis) => All(axis);

    /// <summary>The axis of each leaf of a value; <paramref name="which"/> axes they are, an error says.</summary>
    internal ImmutableArray<int?> Each<P>(Structure<P> structure, P value, int leaves, string which)
    {
        if (_byPath is { } byPath)
            return [.. structure.Leaves(value, "").Select(leaf => byPath(leaf.Path))];
        if (_each is { } each)
            return each.Length == leaves ? [.. each]
                : throw new AxisException("Vmap", $"as many {which} axes as there are leaves, {leaves}: {string.Join(", ", structure.Leaves(value, "").Select(leaf => leaf.Path))}", $"{each.Length}",
                    "One int stands for all; BatchAxes.By chooses by path.");
        return [.. Enumerable.Repeat<int?>(_ofAll, leaves)];
    }

    /// <summary>The same axes, said in the same way.</summary>
    public bool Equals(BatchAxes other) => _ofAll == other._ofAll && _byPath == other._byPath && (_each is { } each ? other._each is { } others && each.SequenceEqual(others) : other._each is null);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BatchAxes other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_ofAll, _byPath, _each?.Length);
    /// <summary>The same axes, said in the same way.</summary>
    public static bool operator ==(BatchAxes left, BatchAxes right) => left.Equals(right);
    /// <summary>Other axes, or said in another way.</summary>
    public static bool operator !=(BatchAxes left, BatchAxes right) => !left.Equals(right);

    /// <summary>For instance <c>0</c>, <c>[0, none]</c>, <c>none</c>.</summary>
    public override string ToString() => this == None ? "none"
        : _byPath is not null ? "by path"
        : _each is null ? _ofAll.ToString(CultureInfo.InvariantCulture)
        : $"[{string.Join(", ", _each.Select(axis => axis?.ToString(CultureInfo.InvariantCulture) ?? "none"))}]";
}
