using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using static Autodiff.Functional.Properties.Structures.Zoo;

namespace Autodiff.Functional.Properties.Structures;

/// <summary>A random nesting of types, and how many nodes are in it.</summary>
public sealed record AnyStructure(object? Value, int Nodes)
{
    private sealed record Named(string Name, object? First, Expr? Maybe, ImmutableList<object?> Rest);

    public static Arbitrary<AnyStructure> All { get; } = Arb.From(Gen.Sized(size => Of(Math.Min(size / 8, 5))));

    private static Gen<Expr> Node => Gen.Choose(-9, 9).Select(i => Expr.Scalar((double)i));

    private static Gen<AnyStructure> Of(int depth)
    {
        var leaf = Gen.OneOf(
            Node.Select(x => new AnyStructure(x, 1)),
            Gen.Elements<object?>("text", 3, 0.5, null, typeof(int)).Select(value => new AnyStructure(value, 0)),
            Node.Select(x => new AnyStructure(new Tagged<Positional>(new(x, x), "t"), 2)),
            Node.Select(x => new AnyStructure(new Optional(x, null), 1)));
        if (depth == 0)
            return leaf;
        var part = Of(depth - 1);
        var parts = Gen.Choose(0, 3).SelectMany(count => part.ListOf(count)).Select(list => list.ToArray());
        return Gen.OneOf(
            leaf,
            parts.Select(list => new AnyStructure(list.Select(p => p.Value).ToArray(), list.Sum(p => p.Nodes))),
            parts.Select(list => new AnyStructure(list.Select((p, i) => (p, i)).ToImmutableDictionary(pair => $"key {pair.i}", pair => pair.p.Value), list.Sum(p => p.Nodes))),
            from a in part from b in part select new AnyStructure((a.Value, b.Value), a.Nodes + b.Nodes),
            from a in part from b in part select new AnyStructure(Tuple.Create(a.Value, 1, b.Value), a.Nodes + b.Nodes),
            from a in part from b in part select new AnyStructure(new Generic<object?>(a.Value, b.Value, 2), a.Nodes + b.Nodes),
            from a in part from x in Node from list in parts select new AnyStructure(new Named("n", a.Value, x, [.. list.Select(p => p.Value)]), a.Nodes + 1 + list.Sum(p => p.Nodes)));
    }

    public override string ToString() => Describe(Value);

    private static string Describe(object? value) => value switch
    {
        null => "null",
        object?[] items => $"[{string.Join(", ", items.Select(Describe))}]",
        ImmutableDictionary<string, object?> items => $"{{{string.Join(", ", items.Select(pair => $"{pair.Key}: {Describe(pair.Value)}"))}}}",
        ValueTuple<object?, object?> pair => $"({Describe(pair.Item1)}, {Describe(pair.Item2)})",
        Tuple<object?, int, object?> triple => $"Tuple({Describe(triple.Item1)}, {Describe(triple.Item3)})",
        Generic<object?> pair => $"Generic({Describe(pair.Value)}, {Describe(pair.Other)})",
        Named named => $"Named({Describe(named.First)}, {named.Maybe}, [{string.Join(", ", named.Rest.Select(Describe))}])",
        _ => $"{value}",
    };
}
