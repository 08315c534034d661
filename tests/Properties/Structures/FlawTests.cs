using System.Collections.Immutable;
using Xunit;
using static Autodiff.Functional.Properties.Structures.Zoo;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>What can't be taken apart is an error that names type, member and path, and what to do.</summary>
public sealed class FlawTests
{
    private static void Says(string op, Action action, params string[] texts)
    {
        var error = Assert.Throws<StructureException>(action);
        Assert.Equal(op, error.Op);
        Assert.All(texts, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("Autodiff.Functional.", error.Message, StringComparison.Ordinal);
    }

    private static Expr One<P>(P _) => 1.0;

    [Fact]
    public void A_mutable_class() =>
        Says("Grad", () => Ad.Grad(One, new HoldsCounter(1.0, [new(), new()])), "Zoo.Counter", "member Value can be set", "the argument.Counters[0]", "init-only", "record");

    [Fact]
    public void A_mutable_collection()
    {
        Says("Grad", () => Ad.Grad(One, new List<Expr> { 1.0 }), "List<Expr>", "immutable collection");
        Says("Structure.Map", () => Structure.Map((1, new Dictionary<string, Expr>()), x => x), "Dictionary<String, Expr>", "the argument.Item2");
    }

    [Fact]
    public void A_constructor_that_does_not_match()
    {
        Says("Grad", () => Ad.Grad(One, new Misnamed(1.0)), "Zoo.Misnamed", "constructor", "match its properties by name", "Structure.Register");
        Says("Grad", () => Ad.Grad(One, (1.0, new Partial(1.0))), "Zoo.Partial", "member B", "the argument.Item2", "parameter");
        Says("Grad", () => Ad.Grad(One, new Hidden(1.0)), "Zoo.Hidden", "member w");
    }

    [Fact]
    public void A_cycle()
    {
        var knot = new Knot(1.0, new object?[2]);
        knot.Links[1] = new Knot(2.0, [null, knot]);
        Says("Grad", () => Ad.Grad(One, knot), "Zoo.Knot", "the argument.Links[1].Links[1]", "cycle");
        Says("Structure.Leaves", () => Structure.Leaves(knot), "knot.Links[1].Links[1]", "cycle");
    }

    [Fact]
    public void A_cycle_that_is_far_away()
    {
        object?[] first = [null], last = first;
        for (int i = 0; i < 1000; i++)
            last = (object?[])(last[0] = new object?[1])!;
        last[0] = first;
        Says("Structure.Map", () => Structure.Map(first, x => x), "Object[]", "cycle", " … ");
    }

    [Fact]
    public void A_shared_part_is_no_cycle()
    {
        var shared = new Positional(1.0, 2.0);
        Assert.Equal(4, Structure.Leaves<object[]>([shared, shared]).Length);
    }

    [Fact]
    public void Nothing_to_differentiate()
    {
        Says("Grad", () => Ad.Grad<double>(One, 1.0), "Double", "as Expr");
        Says("Grad", () => Ad.Grad(One, new Dropout(0.5)), "Dropout");
        Says("Grad", () => Ad.Grad(One, ImmutableArray.Create("x")), "ImmutableArray<String>");
    }

    [Fact]
    public void A_missing_node()
    {
        Says("Grad", () => Ad.Grad(One, new Positional(1.0, null!)), "null at the argument.B", "Expr?");
        Says("Grad", () => Ad.Grad<Positional>(One, null!), "null at the argument");
    }

    [Fact]
    public void A_node_of_integers_by_its_path()
    {
        var error = Assert.Throws<DTypeException>(() => Ad.Grad(One, new Positional(1.0, Tensor.Of([1, 2]))));
        Assert.Contains("the argument.B", error.Message, StringComparison.Ordinal);
        Assert.Contains("selector", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Structures_that_differ()
    {
        var at = new Residual([new Affine(1.0, 2.0), new Dropout(0.5)]);
        Says("Structure.Zip", () => Structure.Zip(at, at with { Inner = [at.Inner[0]] }, (x, y) => x), "second value");
        Says("Structure.Zip", () => Structure.Zip<Layer>(at, new Affine(1.0, 2.0), (x, y) => x), ".W", ".Inner[0].W");
        var table = ImmutableDictionary<string, Expr>.Empty.Add("a", 1.0);
        Says("Structure.Zip", () => Structure.Zip(table, ImmutableDictionary<string, Expr>.Empty.Add("b", 1.0), (x, y) => x), "\"a\"", "\"b\"");
        Says("Jvp", () => Ad.Jvp(p => p.W + (p.B ?? 0.0), new Optional(1.0, 2.0), new Optional(1.0, null)), "tangent", ".B", "null");
        Says("Structure.Rebuild", () => Structure.Rebuild((at, 1), [1.0]), "2 nodes", "1");
    }

    [Fact]
    public void Nodes_of_several_dtypes_make_no_vector()
    {
        var error = Assert.Throws<DTypeException>(() => Structure.Ravel(new Positional(1.0, Expr.Scalar(1f))));
        Assert.Contains("Float32 at the argument.B", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_is_in_use_is_not_registered_again()
    {
        Structure.Leaves(new Unsealed(1.0, "n"));
        Says("Structure.Register", () => Structure.Register<Unsealed>(u => [u.W], (u, leaves) => new(leaves[0], u.Name)), "Zoo.Unsealed", "before its first use");
    }
}
