using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.FsCheck;

/// <summary>Random shapes, tensors and parameter structures, which FsCheck makes smaller: fewer axes and entries, then simpler numbers.</summary>
/// <example><code>
/// Prop.ForAll(Generate.Tensor(maxRank: 2), x => Expr.Sum(x).Shape.IsScalar).QuickCheckThrowOnFailure();
/// </code></example>
public static class Generate
{
    /// <summary>Small shapes of a rank between two.</summary>
    /// <param name="minRank">The smallest rank.</param>
    /// <param name="maxRank">The largest rank.</param>
    /// <param name="minDimension">1 where empty tensors are not wanted.</param>
    public static Arbitrary<Shape> Shape(int minRank = 0, int maxRank = 3, int minDimension = 0) =>
        Arb.From(Seeded(random => random.NextShape(minRank, maxRank, minDimension)), shape => Smaller(shape, minRank, minDimension));

    /// <summary>Float64 tensors of small shapes.</summary>
    /// <param name="minRank">The smallest rank.</param>
    /// <param name="maxRank">The largest rank.</param>
    /// <param name="on">Where the numbers are drawn; −2 … 2 if not given.</param>
    public static Arbitrary<Tensor> Tensor(int minRank = 0, int maxRank = 3, Interval? on = null) => Arb.From(
        Seeded(random => random.NextTensor(random.NextShape(minRank, maxRank, 1), on)),
        tensor => Smaller(tensor.Shape, minRank, 1).Select(shape => Functional.Tensor.Of(tensor.ToArray<double>()[..shape.Size], shape)).Concat(Simpler(tensor, on)));

    /// <summary>Float64 tensors of one shape.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="on">Where the numbers are drawn; −2 … 2 if not given.</param>
    public static Arbitrary<Tensor> Tensor(Shape shape, Interval? on = null) => Arb.From(Seeded(random => random.NextTensor(shape, on)), tensor => Simpler(tensor, on));

    /// <summary>The same as nodes.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="on">Where the numbers are drawn; −2 … 2 if not given.</param>
    public static Arbitrary<Expr> Node(Shape shape, Interval? on = null) => Like<Expr>(Expr.Zeros(shape), on);

    /// <summary>Values of a structure (a model's parameters, say) like a given one, with other numbers in its floating-point nodes.</summary>
    /// <param name="value">Gives types, shapes, lengths, keys and cases.</param>
    /// <param name="on">Where the numbers are drawn; −2 … 2 if not given.</param>
    public static Arbitrary<P> Like<P>(P value, Interval? on = null)
    {
        ImmutableArray<Expr> nodes = [.. Structure.Leaves(value, "").Select(leaf => leaf.Node)];
        return Arb.From(
            Seeded(random => With(value, nodes.Select(node => node.DType.IsFloating() ? Of(random.NextTensor(node.Shape, on), node.DType) : node))),
            drawn => SimplerStructures(drawn, on));
    }

    private static IEnumerable<P> SimplerStructures<P>(P value, Interval? on)
    {
        ImmutableArray<Expr> nodes = [.. Structure.Leaves(value, "").Select(leaf => leaf.Node)];
        for (int i = 0; i < nodes.Length; i++)
            if (nodes[i].DType.IsFloating())
                foreach (var simpler in Simpler(Expr.Cast(nodes[i], DType.Float64).Value, on))
                    yield return With(value, nodes.SetItem(i, Of(simpler, nodes[i].DType)));
    }

    private static P With<P>(P like, IEnumerable<Expr> nodes) => Structure.Rebuild(like, nodes);

    private static Expr Of(Tensor tensor, DType dtype) => Expr.Cast(tensor, dtype);

    internal static Gen<T> Seeded<T>(Func<Random, T> draw) => Gen.Choose(0, int.MaxValue).Select(seed => draw(new Random(seed)));

    private static IEnumerable<Shape> Smaller(Shape shape, int minRank, int minDimension)
    {
        int[] dimensions = [.. shape];
        if (dimensions.Length > minRank)
            yield return Functional.Shape.Of(dimensions[1..]);
        for (int i = 0; i < dimensions.Length; i++)
            if (dimensions[i] > Math.Max(1, minDimension))
                yield return Functional.Shape.Of([.. dimensions[..i], dimensions[i] - 1, .. dimensions[(i + 1)..]]);
    }

    /// <summary>All entries one simple number, then one entry after the other; numbers stay where they may be drawn.</summary>
    internal static IEnumerable<Tensor> Simpler(Tensor tensor, Interval? on)
    {
        var entries = tensor.ToArray<double>();
        double[] simple = [.. new[] { 1, 0.5, -1 }.Where(number => on is not { } i || (number >= i.From && number <= i.To && Math.Abs(number) >= i.OffZero))];
        bool IsSimple(double number) => simple.Contains(number);
        foreach (double number in simple.Take(2))
            if (entries.Length > 1 && !entries.All(IsSimple))
                yield return Functional.Tensor.Full(tensor.Shape, number);
        for (int i = 0; i < entries.Length; i++)
            if (!IsSimple(entries[i]))
                foreach (double number in simple)
                    yield return Functional.Tensor.Of([.. entries[..i], number, .. entries[(i + 1)..]], tensor.Shape);
    }
}

/// <summary>Tensors and shapes for parameters of properties: <c>[Property(Arbitrary = new[] { typeof(TensorArbitraries) })]</c>.</summary>
public static class TensorArbitraries
{
    /// <summary>Small shapes.</summary>
    public static Arbitrary<Shape> Shapes() => Generate.Shape();

    /// <summary>Float64 tensors of small shapes.</summary>
    public static Arbitrary<Tensor> Tensors() => Generate.Tensor();
}
