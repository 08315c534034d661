using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>Forward mode: a fold over the Kahn order, from inputs to outputs, that carries a tangent per node (null: zero).</summary>
internal static class ForwardMode
{
    /// <summary>The tangents of all nodes, of which those of the parameters are given, by position.</summary>
    public static ImmutableArray<Expr?> Fold(KahnOrder order, Expr?[] given)
    {
        var variation = Variation.Of(order, Moving(order, given));
        return order.Carry<Expr?>((visit, tangents) => given[visit.Position] ?? Push(visit, tangents, variation), _ => null);
    }

    /// <summary>Which nodes depend on a parameter that has a tangent, by whatever way. Of a parameter that can have none, a mask, that is not known: it may.</summary>
    private static ImmutableArray<bool> Moving(KahnOrder order, Expr?[] given) =>
        order.Carry<bool>((visit, moves) => visit.Wanted.Any ? moves.Contains(true) : given[visit.Position] is not null || !visit.Node.DType.IsFloating(), _ => false);

    private static Expr? Push(Visit visit, ReadOnlySpan<Expr?> tangents, Variation? variation)
    {
        foreach (var tangent in tangents)
            if (tangent is not null)
                return variation is null ? visit.Op.Jvp(visit.Inputs, visit.Node, tangents) : variation.Push(visit, tangents);
        return null;
    }
}
