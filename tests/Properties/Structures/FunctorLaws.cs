using System.Collections.Immutable;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>Structures are functors, and zip: on random nestings of types.</summary>
public sealed class FunctorLaws(ITestOutputHelper output)
{
    private static Expr[] Nodes(object? value) => [.. Structure.Leaves(new object?[] { value }).Select(leaf => leaf.Node)];

    private static object? Map(object? value, Func<Expr, Expr> f) => Structure.Map<object?[]>([value], f)[0];

    private static string? Same(string law, object? left, object? right) =>
        Nodes(left).Select(x => (double)x).SequenceEqual(Nodes(right).Select(x => (double)x)) && left?.GetType() == right?.GetType() ? null : law;

    [Fact]
    public void Every_node_is_found_once() => Law.Holds(output, 500, AnyStructure.All, s =>
        Nodes(s.Value).Length == s.Nodes ? null : $"found {Nodes(s.Value).Length} of {s.Nodes}");

    [Fact]
    public void Paths_are_distinct() => Law.Holds(output, 300, AnyStructure.All, s =>
        Structure.Leaves(new[] { s.Value }).Select(leaf => leaf.Path).Distinct().Count() == s.Nodes ? null : "a path names two nodes");

    [Fact]
    public void Mapping_the_identity_changes_nothing() => Law.Holds(output, 500, AnyStructure.All, s =>
        Nodes(s.Value).SequenceEqual(Nodes(Map(s.Value, x => x)), ReferenceEqualityComparer.Instance) ? null : "another node");

    [Fact]
    public void Mapping_twice_is_mapping_the_composition() => Law.Holds(output, 300, AnyStructure.All, s =>
        Same("map f ∘ map g = map (f ∘ g)", Map(Map(s.Value, x => x + 1.0), x => x * 3.0), Map(s.Value, x => (x + 1.0) * 3.0)));

    [Fact]
    public void Zipping_with_itself_is_mapping() => Law.Holds(output, 300, AnyStructure.All, s =>
        Same("zip f x x = map (x ↦ f x x) x", Structure.Zip<object?[]>([s.Value], [s.Value], (x, y) => x * y)[0], Map(s.Value, x => x * x)));

    [Fact]
    public void Raveling_goes_both_ways() => Law.Holds(output, 300, AnyStructure.All, s =>
    {
        var (vector, unravel) = Structure.Ravel<object?[]>([s.Value]);
        return Same("unravel (2 · ravel x) = 2 · x", unravel(vector * 2.0)[0], Map(s.Value, x => x * 2.0));
    });

    [Fact]
    public void A_gradient_over_a_structure_is_the_gradient_over_its_vector() => Law.Holds(output, 200, AnyStructure.All, s =>
    {
        var (vector, unravel) = Structure.Ravel<object?[]>([s.Value]);
        Expr Loss(object?[] p) => Nodes(p[0]).Select((x, i) => x * x * (double)(i + 1)).Aggregate(Expr.Scalar(0.0), (sum, term) => sum + term);
        if (s.Nodes == 0)
            return HoldsNothing(s.Value) || Throws<StructureException>(() => Ad.Grad<object?[]>(Loss, [s.Value])) ? null : "what passes through looks like a gradient";
        return Same("∇ ∘ ravel = ravel ∘ ∇", Ad.Grad<object?[]>(Loss, [s.Value])[0], unravel(Ad.Grad(v => Loss(unravel(v)), vector))[0]);
    });

    private static bool HoldsNothing(object? value) => value switch
    {
        null or string or Type => true,
        object?[] items => items.All(HoldsNothing),
        ImmutableDictionary<string, object?> items => items.Values.All(HoldsNothing),
        ValueTuple<object?, object?> pair => HoldsNothing(pair.Item1) && HoldsNothing(pair.Item2),
        _ => false,
    };

    private static bool Throws<E>(Action action) where E : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (E)
        {
            return true;
        }
    }
}
