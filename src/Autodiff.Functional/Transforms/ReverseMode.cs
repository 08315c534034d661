namespace Autodiff.Functional;

/// <summary>Reverse mode: a fold over the Kahn order, from outputs to inputs, that carries the <see cref="GradientMap"/>.</summary>
internal static class ReverseMode
{
    /// <summary>
    /// A node is visited after all its consumers, so its cotangent is complete, and is handed on by the op's rule. A node without
    /// contribution is skipped. <paramref name="inputs"/> and <paramref name="output"/> give what the rule sees of a node.
    /// </summary>
    public static GradientMap Fold(KahnOrder order, GradientMap seed, Func<Visit, Inputs> inputs, Func<Visit, Expr> output)
    {
        var variation = Variation.Of(order, inputs, output);
        return order.Reversed.Aggregate(seed, (gradients, visit) =>
        {
            if (!gradients.TryGetValue(visit, out var cotangent))
                return gradients;
            var contributions = visit.Op.Vjp(inputs(visit), output(visit), cotangent, visit.Wanted);
            return gradients.Add(visit, variation is null ? contributions : variation.Guard(visit, cotangent, contributions));
        });
    }
}
