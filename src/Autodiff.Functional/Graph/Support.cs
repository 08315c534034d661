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
    private readonly Support? _left, _right;
    private readonly Func<Expr?, Expr?, Expr>? _make;
    private Expr? _mask;

    private Support(Support? left, Support? right, Func<Expr?, Expr?, Expr> make) => (_left, _right, _make) = (left, right, make);

    /// <summary>The entries where <paramref name="mask"/> is true.</summary>
    public Support(Expr mask) => _mask = mask;

    /// <summary>A support made from another (null: from everywhere) by <paramref name="make"/>, when first needed.</summary>
    public static Support From(Support? support, Func<Expr?, Expr> make) => new(support, null, (mask, _) => make(mask));

    /// <summary>Where either may differ from 0.</summary>
    [return: NotNullIfNotNull(nameof(left))]
    public static Support? Union(Support? left, Support? right) =>
        left is null || right is null ? null! : ReferenceEquals(left, right) ? left : new(left, right, (a, b) => Expr.Or(a!, b!));

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
            if (top._mask is null && top._left is { _mask: null } left)
                stack.Push(left);
            else if (top._mask is null && top._right is { _mask: null } right)
                stack.Push(right);
            else
            {
                top._mask ??= top._make!(top._left?._mask, top._right?._mask);
                stack.Pop();
            }
        }
    }
}
