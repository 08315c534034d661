using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Where the nodes of a trace can vary with what is differentiated. A product with a factor that is 0, and does not depend on the seed, is constant there, like a branch that is
/// not taken: a derivative on that path is 0, also where a slope on it is infinite. Both folds ask this for masks, which are made only where a pole is near.
/// </summary>
/// <remarks>
/// <para>A mask is made from factors, and says which of them are 0 when the derivative is evaluated. What depends on the seed is known from the trace, never from replayed nodes.</para>
/// <para>Only what is 0 in truth becomes 0: a product with a factor 0, and what it is multiplied by after that. The infinite slope itself stays, since another transform may vary the factor.</para>
/// </remarks>
internal sealed class Variation
{
    private readonly ImmutableArray<bool> _moves;          // forward mode: by position, does the node depend on what has a tangent? default: all do
    private readonly Support?[] _nonzero;     // by position: where the value is not known to be 0 for good; null: everywhere
    private readonly Support?[] _varies;      // forward mode: by position, where the tangent is not known to be 0 for good
    private readonly bool[] _infinite;        // forward mode: by position, may the tangent be infinite where all values are finite?
    private readonly Dictionary<Expr, Support> _factors = new(ReferenceEqualityComparer.Instance);

    private Variation(KahnOrder order, ImmutableArray<bool> moves)
    {
        _moves = moves;
        (_nonzero, _varies, _infinite) = (new Support?[order.Count], new Support?[order.Count], new bool[order.Count]);
        foreach (var visit in order)
            if (visit.Node.DType.IsFloating() && (moves.IsDefault || moves[visit.Position]))
                _nonzero[visit.Position] = NonZero(visit);
    }

    /// <summary>Of a trace, all or some of whose nodes move with the seed; null if no factor in it may be 0 for good.</summary>
    public static Variation? Of(KahnOrder order, ImmutableArray<bool> moves = default)
    {
        foreach (var visit in order)
            if (Begins(visit, moves))
                return new(order, moves);
        return null;
    }

    // ---- reverse mode ----

    /// <summary>What a rule contributed: exactly 0 where a factor 0 makes it so but an infinite slope gave NaN.</summary>
    public Contributions Guard(Visit visit, Cotangent cotangent, Contributions contributions)
    {
        bool infinite = cotangent.MayBeInfinite || HasPoles(visit);
        var guarded = new Cotangent[visit.Inputs.Count];
        for (int i = 0; i < guarded.Length; i++)
            if (visit.InputPositions[i] >= 0 && contributions[i] is { IsNone: false } contribution)
                guarded[i] = Guard(visit, i, cotangent, contribution, infinite) with { MayBeInfinite = infinite };
        return new([.. guarded]);
    }

    private Cotangent Guard(Visit visit, int index, Cotangent cotangent, Cotangent contribution, bool infinite)
    {
        var shown = Support.Intersection(cotangent.Support, cotangent.Unmasked);
        switch (visit.Op)
        {
            case Elementwise:
                var (factors, value, output) = (Beside(visit, index), contribution.Value!, visit.Node);
                var undefined = cotangent.Undefined ?? NaN(visit.Node, shown);     // a NaN before would show here
                if (infinite)
                {
                    value = WhereVarying.Of(factors, undefined, factors is not null && shown is not null ? Expr.Where(shown.Mask, output, 0.0) : output, value);
                    value = WhereVarying.Of(cotangent.Varying, undefined, cotangent.Value!, value);
                }
                return contribution with { Value = value, Varying = Support.Intersection(cotangent.Varying, factors), Undefined = undefined, Unmasked = cotangent.Unmasked };
            case WhereVarying:
                // A guard's own NaN shows. A mask that moves hides nothing: a NaN behind it, which no later node shows, counts as well.
                var unknown = NaN(visit.Node, shown);
                if (Moves(visit, 0, _moves))
                    unknown = Support.Union(unknown, NaN(visit.Inputs[2], shown));
                return contribution with
                {
                    Varying = cotangent.Varying,
                    Undefined = cotangent.Undefined is null ? unknown : Support.Union(cotangent.Undefined, unknown),
                    Unmasked = Support.Intersection(cotangent.Unmasked, Beside(visit, index)),
                };
            case Linear { Cancels: false }:
                // To read all data for the few parameters that they share would cost what the gradient does. What is undefined, though, is asked for only where another mask is used.
                bool isShared = visit.Inputs[index].Shape.Size < visit.Node.Shape.Size;
                return contribution with
                {
                    Varying = isShared ? null : Transposed(visit, index, cotangent.Varying),
                    Undefined = Transposed(visit, index, cotangent.Undefined),
                    Unmasked = isShared ? null : Transposed(visit, index, cotangent.Unmasked),
                };
            default:
                return contribution.Value is null ? contribution : contribution with { Undefined = Support.Any(cotangent.Undefined, visit.Inputs[index].Shape) };
        }
    }

    /// <summary>Where a mask of the output reaches an input through the transpose of a linear op.</summary>
    private static Support? Transposed(Visit visit, int index, Support? mask) => mask is null ? null : Support.From(mask, known =>
        visit.Op.Vjp(visit.Inputs, visit.Node, new Cotangent(Expr.Cast(known!, visit.Node.DType)), visit.Wanted)[index].Value is { } reached ? Expr.NotEqual(reached, 0.0)
        : Expr.Zeros(visit.Inputs[index].Shape, DType.Bool));

    // ---- forward mode ----

    /// <summary>The tangent of a node: exactly 0 where those of its inputs are so for good, or a factor 0 makes it so.</summary>
    public Expr? Push(Visit visit, ReadOnlySpan<Expr?> tangents)
    {
        var (inputs, output) = (visit.Inputs, visit.Node);
        var positions = visit.InputPositions;
        var (varies, moving) = (new Support?[tangents.Length], new bool[tangents.Length]);
        bool first = true, infinite = HasPoles(visit);
        for (int i = 0; i < tangents.Length; i++)
            if (moving[i] = tangents[i] is not null)
            {
                infinite |= _infinite[positions[i]];
                if (visit.Op is Elementwise or WhereVarying)
                {
                    varies[i] = Support.Intersection(_varies[positions[i]], Beside(visit, i));
                    (_varies[visit.Position], first) = (first ? varies[i] : Support.Union(_varies[visit.Position], varies[i]), false);
                }
            }
        _infinite[visit.Position] = infinite;
        if (visit.Op is Linear { Cancels: false } && Any(visit, _varies))
            _varies[visit.Position] = Carried(visit, _varies, moving);
        if (!infinite || !Array.Exists(varies, mask => mask is not null))
            return visit.Op.Jvp(inputs, output, tangents);
        Expr? sum = null;
        var alone = new Expr?[tangents.Length];
        for (int i = 0; i < tangents.Length; i++)
        {
            alone[i] = tangents[i];
            if (tangents[i] is { } tangent && visit.Op.Jvp(inputs, output, alone) is { } part)
            {
                var undefined = NaN(visit.Node, null);
                part = visit.Op is WhereVarying ? WhereVarying.Of(Beside(visit, i), null, inputs[1], part)
                    : WhereVarying.Of(_varies[positions[i]], undefined, tangent, WhereVarying.Of(Beside(visit, i), undefined, output, part));
                sum = sum is null ? part : sum + part;
            }
            alone[i] = null;
        }
        return sum;
    }

    /// <summary>Can a slope be infinite here? A divisor or an exponent that is one constant number tells.</summary>
    private static bool HasPoles(Visit visit) => visit.Op.HasPoles
        && !(visit.Op is Elementwise and IScalarFunction function && visit.Inputs.Count == 2 && visit.InputPositions[1] < 0 && Number(visit.Inputs[1]) is { } number && !Poles.Are(function, arity: 1, number));

    private static double? Number(Expr node) => !node.IsConstant ? null : node.IsScalarConstant ? node.ScalarValue
        : node.Value is { Size: > 0 } value && (value.IsUniform || value.Size == 1) ? value.ElementAsDouble(0) : null;

    // ---- masks ----

    /// <summary>Where a value is NaN, and that shows.</summary>
    private static Support NaN(Expr value, Support? shown) => Support.From(shown, mask => mask is null ? Expr.NotEqual(value, value) : Expr.And(mask, Expr.NotEqual(value, value)));

    // ---- factors ----

    /// <summary>Is there a factor here that may be 0 and does not move with the seed, beside an input that does?</summary>
    private static bool Begins(Visit visit, ImmutableArray<bool> moves)
    {
        if (visit.Op is not Elementwise { Factors: not Factors.None })
            return false;
        for (int i = 0; i < 2; i++)
            if (IsFactor(visit.Op, i) && !Moves(visit, i, moves) && Moves(visit, 1 - i, moves) && MayBeZero(visit.Inputs[i]))
                return true;
        return false;
    }

    private static bool IsFactor(Op op, int index) => op is Elementwise { Factors: var factors } && (factors == Factors.Both || (factors == Factors.First && index == 0));

    private static bool Moves(Visit visit, int index, ImmutableArray<bool> moves) => visit.InputPositions[index] is var position and >= 0 && (moves.IsDefault || moves[position]);

    /// <summary>A single number is looked at; of more, the mask tells.</summary>
    private static bool MayBeZero(Expr factor) => Number(factor) is null or 0;

    /// <summary>Where no factor beside an input is 0 for good; null: everywhere.</summary>
    private Support? Beside(Visit visit, int index)
    {
        if (visit.Op is WhereVarying)
            return Moves(visit, 0, _moves) ? null : new(visit.Inputs[0]);
        Support? all = null;
        for (int i = 0; i < visit.Inputs.Count; i++)
            if (i != index && IsFactor(visit.Op, i) && NonZero(visit, i) is { } factor)
                // Where both are 0 for good, as in a square, the other keeps its slope: that it is constant shows where it is made.
                all = Support.Intersection(all, !Moves(visit, i, _moves) || NonZero(visit, index) is not { } other ? factor : Support.Union(factor, Support.From(other, mask => Expr.Not(mask!))));
        return all;
    }

    /// <summary>Where an input is not known to be 0 for good; null: everywhere.</summary>
    private Support? NonZero(Visit visit, int index)
    {
        if (Moves(visit, index, _moves))
            return _nonzero[visit.InputPositions[index]];
        var factor = visit.Inputs[index];
        if (!MayBeZero(factor))
            return null;
        if (!_factors.TryGetValue(factor, out var support))
            _factors.Add(factor, support = Support.From((Support?)null, _ => Expr.NotEqual(factor, 0.0)));
        return support;
    }

    /// <summary>Where a node is not known to be 0 for good: a product with such a factor is, and what takes only zeros to 0.</summary>
    private Support? NonZero(Visit visit)
    {
        Support? mask = null;
        switch (visit.Op)
        {
            case Elementwise { Factors: not Factors.None } op:
                for (int i = 0; i < 2; i++)
                    if (IsFactor(op, i))
                        mask = Support.Intersection(mask, NonZero(visit, i));
                return mask;
            case Elementwise and IScalarFunction function when function.Evaluate(0, 0) == 0:
                mask = NonZero(visit, 0);
                for (int i = 1; i < visit.Inputs.Count; i++)
                    mask = Support.Union(mask, NonZero(visit, i));
                return mask;
            case WhereVarying:
                return NonZero(visit, 2);
            case Linear { Cancels: false } when Any(visit, _nonzero):
                return Carried(visit, _nonzero);
            default:
                return null;
        }
    }

    private static bool Any(Visit visit, Support?[] masks)
    {
        foreach (int position in visit.InputPositions)
            if (position >= 0 && masks[position] is not null)
                return true;
        return false;
    }

    /// <summary>A mask of the output: what a linear op makes of those of its inputs, or of everywhere; of nowhere, where an input does not count.</summary>
    private static Support Carried(Visit visit, Support?[] masks, bool[]? counts = null)
    {
        var (inputs, output, op) = (visit.Inputs, visit.Node, visit.Op);
        var sources = ImmutableArray.CreateBuilder<Support?>(inputs.Count);
        for (int i = 0; i < inputs.Count; i++)
            sources.Add(visit.InputPositions[i] is var position and >= 0 ? masks[position] : null);
        return Support.From(sources.MoveToImmutable(), known => op.Jvp(inputs, output, [.. known.Select((mask, i) => counts?[i] != false && inputs[i].DType.IsFloating() ? Ones(inputs[i], mask) : null)]) is { } carried
            ? Expr.NotEqual(carried, 0.0) : Expr.Zeros(output.Shape, DType.Bool));
    }

    private static Expr Ones(Expr node, Expr? where) => where is null ? Expr.Ones(node.Shape, node.DType) : Expr.Cast(where, node.DType);
}
