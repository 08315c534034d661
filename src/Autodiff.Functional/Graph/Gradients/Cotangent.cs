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

    /// <summary>Where it can differ from 0 because no factor that is 0 makes the path from here to the output constant (null: everywhere). Its value there is 0 in the absence of poles.</summary>
    internal Support? Varying { get; init; }

    /// <summary>Did it pass a pole, so that it may be infinite where all values are finite?</summary>
    internal bool MayBeInfinite
    {
        get => field || (!Parts.IsDefault && Parts.Any(part => part.MayBeInfinite));
        init;
    }

    /// <summary>Where an elementwise op that it passed gave NaN (null: it passed none): the output is none there, and has no derivative.</summary>
    internal Support? Undefined { get; init; }

    /// <summary>Where the values that it comes to are not masked later by <see cref="WhereVarying"/> (null: everywhere). Elsewhere a NaN of theirs says nothing.</summary>
    internal Support? Unmasked { get; init; }

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
        : new(left.Value! + right.Value!, Support.Union(left.Support, right.Support))
        {
            Varying = Support.Union(left.Varying, right.Varying),
            MayBeInfinite = left.MayBeInfinite || right.MayBeInfinite,
            Undefined = left.Undefined is null ? right.Undefined : right.Undefined is null ? left.Undefined : Support.Union(left.Undefined, right.Undefined),
            Unmasked = Support.Union(left.Unmasked, right.Unmasked),
        };

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
