namespace Autodiff.Functional;

/// <summary>Forward mode: a fold over the Kahn order, from inputs to outputs, that carries a tangent per node (null: zero).</summary>
internal static class ForwardMode
{
    /// <summary><paramref name="tangents"/> holds the parameters' tangents by position, and is filled with all others.</summary>
    public static Expr?[] Fold(KahnOrder order, Expr?[] tangents, Func<Visit, Inputs> inputs, Func<Visit, Expr> output)
    {
        var variation = Variation.Of(order, inputs, output, Moving(order, tangents));
        return order.Aggregate(tangents, (known, visit) =>
        {
            known[visit.Position] ??= Step(visit, known, inputs, output, variation);
            return known;
        });
    }

    /// <summary>Which nodes depend on a parameter that has a tangent, by whatever way. Of a parameter that can have none, a mask, that is not known: it may.</summary>
    private static bool[] Moving(KahnOrder order, Expr?[] tangents)
    {
        var moves = new bool[order.Count];
        foreach (var visit in order)
        {
            bool isParameter = true;
            foreach (int input in visit.InputPositions)
                if (input >= 0)
                    (isParameter, moves[visit.Position]) = (false, moves[visit.Position] || moves[input]);
            if (isParameter)
                moves[visit.Position] = tangents[visit.Position] is not null || !visit.Node.DType.IsFloating();
        }
        return moves;
    }

    private static Expr? Step(Visit visit, Expr?[] known, Func<Visit, Inputs> inputs, Func<Visit, Expr> output, Variation? variation)
    {
        var positions = visit.InputPositions;
        var tangents = new Expr?[positions.Length];
        bool any = false;
        for (int i = 0; i < positions.Length; i++)
            if (positions[i] >= 0 && known[positions[i]] is { } tangent)
                (tangents[i], any) = (tangent, true);
        return !any ? null : variation is null ? visit.Op.Jvp(inputs(visit), output(visit), tangents) : variation.Push(visit, tangents);
    }
}
