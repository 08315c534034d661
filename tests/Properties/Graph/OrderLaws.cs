using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>Kahn's order: each node after all its inputs; which of several such orders does not matter.</summary>
public sealed class OrderLaws(ITestOutputHelper output)
{
    [Fact]
    public void Each_node_comes_once_and_after_its_inputs() => Law.Holds(output, 300, Programs.Nested, p =>
    {
        var root = p.Loss(Variables(p));
        foreach (int seed in (int[])[0, 1, 2])
            if (Invalid(seed == 0 ? KahnOrder.From(root) : KahnOrder.From(root).Reordered(new Random(seed).Next)) is { } wrong)
                return wrong;
        return null;
    });

    [Fact]
    public void Any_order_gives_the_same_map() => Law.Holds(output, 300, Programs.Plain, p =>
    {
        var root = p.Loss(Variables(p));
        var order = KahnOrder.DependentOnVariables(root);
        var one = Fold(order);
        var other = Fold(order.Reordered(new Random(p.Count).Next));
        if (one.Count != other.Count)
            return $"{one.Count} nodes have a cotangent, or {other.Count}";
        return one.Select(entry => Close.Agree($"{entry.Key}", entry.Value.Value, other[entry.Key].Value)).FirstOrDefault(wrong => wrong is not null);

        GradientMap Fold(KahnOrder order) => ReverseMode.Fold(order, GradientMap.Seed(order, [Expr.One]));
    });

    [Fact]
    public void Between_parameters_and_roots_lies_what_depends_on_a_parameter() => Law.Holds(output, 300, Programs.Plain, p =>
    {
        Expr[] older = [.. Variables(p).Select(Expr.Sin)];
        var seed = Expr.SeedAt(older[0]);
        var root = p.Loss([seed, .. older[1..]]);
        var dependent = new HashSet<Expr> { seed };
        foreach (var visit in KahnOrder.From(root))
            if (visit.Inputs.Any(dependent.Contains))
                dependent.Add(visit.Node);
        var between = KahnOrder.Between([seed], [root], out _);
        return Invalid(between) ?? (between.Count == 0 || dependent.SetEquals(between.Select(v => v.Node)) ? null : $"{between.Count} nodes are between, {dependent.Count} depend on the seed");
    });

    private static string? Invalid(KahnOrder order)
    {
        if (order.Select(v => v.Node).Distinct(ReferenceEqualityComparer.Instance).Count() != order.Count)
            return "a node comes twice";
        foreach (var visit in order)
            for (int i = 0; i < visit.Inputs.Count; i++)
                if (visit.InputPositions[i] is var at && at >= 0 && (at >= visit.Position || !ReferenceEquals(order[at].Node, visit.Inputs[i])))
                    return $"input {i} of {visit.Node} stands at {at}, the node at {visit.Position}";
        return null;
    }

    private static Expr[] Variables(Program p) => [.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))];
}
