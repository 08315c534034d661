using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// What reverse mode carries for a node: the cotangent's value, and its support, outside of which the value is exactly 0
/// because the output does not depend on those entries (null: everywhere). For a node with several outputs, a bundle of parts.
/// <c>default</c> is no cotangent at all.
/// </summary>
/// <param name="Value">The cotangent, of the node's shape.</param>
/// <param name="Support">Where it can differ from 0.</param>
[JsonConverter(typeof(NoJsonConverter))]
public readonly record struct Cotangent(Expr? Value, Support? Support = null)
{
    /// <summary>The parts, for a node with several outputs; a part without contribution is <c>default</c>.</summary>
    public ImmutableArray<Cotangent> Parts { get; private init; }

    /// <summary>Nothing has been contributed.</summary>
    public bool IsNone => Value is null && Parts.IsDefault;

    /// <summary>A contribution without a known support.</summary>
    public static implicit operator Cotangent(Expr? value) => new(value);

    /// <summary>A bundle of <paramref name="count"/> parts that has one.</summary>
    internal static Cotangent Part(int index, int count, Cotangent part) => new(null)
    {
        Parts = [.. Enumerable.Range(0, count).Select(i => i == index ? part : default)],
    };

    /// <summary>The sum of two contributions to one node; their supports unite.</summary>
    public static Cotangent operator +(Cotangent left, Cotangent right) =>
        left.IsNone ? right
        : right.IsNone ? left
        : !left.Parts.IsDefault ? new(null) { Parts = [.. left.Parts.Zip(right.Parts, (a, b) => a + b)] }
        : new(left.Value! + right.Value!, Support.Union(left.Support, right.Support));

    /// <summary>
    /// What passes on to an input of a general op, which knows nothing of single entries: everywhere if there is any support,
    /// guarded so that it is exactly 0 if there is none.
    /// </summary>
    public Cotangent Through(Expr value)
    {
        var support = Support.Any(Support, value.Shape);
        return new(Guard.Of(support, value), support);
    }
}

/// <summary>What a reverse rule contributes to each input of its node. A rule for one or two inputs needs no array.</summary>
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct Contributions
{
    private readonly Cotangent _first, _second;
    private readonly ImmutableArray<Cotangent> _all;

    /// <summary>To an only input.</summary>
    public Contributions(Cotangent first) => _first = first;
    /// <summary>To two inputs.</summary>
    public Contributions(Cotangent first, Cotangent second) => (_first, _second) = (first, second);
    /// <summary>To any number of inputs.</summary>
    public Contributions(ImmutableArray<Cotangent> all) => _all = all;

    /// <summary>No contribution to any input.</summary>
    public static Contributions None => default;

    /// <summary>To the input at an index.</summary>
    public Cotangent this[int index] => !_all.IsDefault ? _all[index] : index switch { 0 => _first, 1 => _second, _ => default };

    /// <summary>To an only input.</summary>
    public static implicit operator Contributions(Cotangent first) => new(first);
}
