namespace Autodiff.Functional;

/// <summary>Forward mode: a fold over the Kahn order, from inputs to outputs, that carries a tangent per node (null: zero).</summary>
internal static class ForwardMode
{
    /// <summary><paramref name="tangents"/> holds the parameters' tangents by position, and is filled with all others.</summary>
    public static Expr?[] Fold(KahnOrder order, Expr?[] tangents, Func<Visit, Inputs> inputs, Func<Visit, Expr> output) =>
        order.Aggregate(tangents, (known, visit) =>
        {
            known[visit.Position] ??= Step(visit, known, inputs, output);
            return known;
        });

    private static Expr? Step(Visit visit, Expr?[] known, Func<Visit, Inputs> inputs, Func<Visit, Expr> output)
    {
        var positions = visit.InputPositions;
        var tangents = new Expr?[positions.Length];
        bool any = false;
        for (int i = 0; i < positions.Length; i++)
            if (positions[i] >= 0 && known[positions[i]] is { } tangent)
                (tangents[i], any) = (tangent, true);
        return any ? visit.Op.Jvp(inputs(visit), output(visit), tangents) : null;
    }
}
