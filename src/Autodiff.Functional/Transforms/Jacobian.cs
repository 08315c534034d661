using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// The derivatives of several values in several parameters. A value's row has the parameters' structure; each block's shape is the value's, then the
/// parameter's.
/// </summary>
/// <typeparam name="P">The parameters' structure.</typeparam>
/// <typeparam name="R">The values' structure.</typeparam>
/// <example><code>
/// var hessian = Ad.Hessian(p => Expr.Sin(p.Item1) * p.Item2, (x, y));
/// var mixed = hessian[p => p.Item1].Item2;
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public sealed class Jacobian<P, R>
{
    private readonly Structure<R> _structure;
    private readonly R _like;
    private readonly ImmutableArray<P> _rows;

    internal Jacobian(Structure<R> structure, R like, ImmutableArray<P> rows) => (_structure, _like, _rows) = (structure, like, rows);

    /// <summary>The derivatives of the value that a selector picks, in each parameter.</summary>
    /// <exception cref="ForeignVariableException">The selector gives something else than one of the values.</exception>
    public P this[Func<R, Expr> select]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(select);
            var markers = _structure.Flatten(_like).Select(value => Expr.Leaf(new Placeholder("a selector"), value.Type)).ToImmutableArray();
            int index = markers.IndexOf(select(_structure.Rebuild(_like, markers)), ReferenceEqualityComparer.Instance);
            return index >= 0 ? _rows[index] : throw new ForeignVariableException("Jacobian[]", "a selector that picks one of the values", "another node", "Select a member, without computing on it.");
        }
    }

    internal P Single() => _rows.Single();

    /// <summary>The rows, one a line.</summary>
    public override string ToString() => string.Join(Environment.NewLine, _rows);
}
