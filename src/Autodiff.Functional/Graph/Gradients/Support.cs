using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// Which entries of a cotangent were selected: a Bool mask of the node's shape, made only when something asks for it.
/// A null support stands for everywhere. Making is iterative, however long the chain of supports.
/// </summary>
[JsonConverter(typeof(NoJsonConverter))]
public sealed class Support
{
    private readonly ImmutableArray<Support?> _sources = [];
    private readonly Func<ImmutableArray<Expr?>, Expr>? _make;
    private Expr? _mask;

    private Support(ImmutableArray<Support?> sources, Func<ImmutableArray<Expr?>, Expr> make) => (_sources, _make) = (sources, make);

    /// <summary>The entries where <paramref name="mask"/> is true.</summary>
    public Support(Expr mask) => _mask = mask;

    /// <summary>A support made from another (null: from everywhere) by <paramref name="make"/>, when first needed.</summary>
    public static Support From(Support? support, Func<Expr?, Expr> make) => new([support], masks => make(masks[0]));

    /// <summary>A support made from several (null: from everywhere), when first needed.</summary>
    internal static Support From(ImmutableArray<Support?> supports, Func<ImmutableArray<Expr?>, Expr> make) => new(supports, make);

    /// <summary>Where either may differ from 0.</summary>
    [return: NotNullIfNotNull(nameof(left))]
    public static Support? Union(Support? left, Support? right) =>
        left is null || right is null ? null! : ReferenceEquals(left, right) ? left : new([left, right], masks => Expr.Or(masks[0]!, masks[1]!));

    /// <summary>Where both may differ from 0.</summary>
    internal static Support? Intersection(Support? left, Support? right) =>
        left is null ? right : right is null || ReferenceEquals(left, right) ? left : new([left, right], masks => Expr.And(masks[0]!, masks[1]!));

    /// <summary>Everywhere in a shape if the support has any entry, else nowhere.</summary>
    public static Support? Any(Support? support, Shape shape) => Any(support, shape, leading: 0);

    /// <summary>The same for each element of a batch, whose axes lie first in the support and in the shape.</summary>
    internal static Support? Any(Support? support, Shape shape, int leading) => support is null ? null : From(support, mask =>
        Expr.BroadcastTo(Expr.Reshape(Expr.Any(mask!, Axes.Range(leading, mask!.Rank - leading)), Shape.Ones(shape.Rank - leading).After(shape.Slice(0, leading))), shape));

    /// <summary>The mask. It is remembered.</summary>
    public Expr Mask
    {
        get
        {
            if (_mask is null)
                Make();
            return _mask!;
        }
    }

    private void Make()
    {
        var stack = new Stack<Support>([this]);
        while (stack.TryPeek(out var top))
        {
            int waiting = stack.Count;
            if (top._mask is null)
                foreach (var source in top._sources)
                    if (source is { _mask: null })
                        stack.Push(source);
            if (stack.Count > waiting)
                continue;
            top._mask ??= top._make!([.. top._sources.Select(source => source?._mask)]);
            stack.Pop();
        }
    }
}
