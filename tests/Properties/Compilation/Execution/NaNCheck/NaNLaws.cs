using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>
/// <see cref="CompileOptions.CheckNaN"/> reports a NaN exactly if a result depends on it. NaNs are planted in random programs: an input is the logarithm of what is negative at some elements. Whether a result depends on
/// those is found without the compiler, by putting other numbers in their place.
/// </summary>
public sealed class NaNLaws(ITestOutputHelper output)
{
    /// <summary>A program, one of its inputs, and which elements of that are NaN.</summary>
    private sealed record Planted(Program Program, int Input, ImmutableArray<bool> Elements)
    {
        public static Planted Of(Program program, Random random)
        {
            int input = Enumerable.Range(0, program.Inputs.Length).Where(i => program.Inputs[i].Size > 0).OrderBy(_ => random.Next()).First();
            bool[] elements = [.. Enumerable.Range(0, program.Inputs[input].Size).Select(_ => random.Next(3) == 0)];
            elements[random.Next(elements.Length)] = true;
            return new(program, input, [.. elements]);
        }

        /// <summary>The inputs, one of them as what its logarithm is taken of.</summary>
        public Expr[] At(double planted) => [.. Program.Inputs.Select((input, i) => i != Input ? (Expr)input : Tensor.Of([.. input.ToArray<double>().Select((e, k) => Elements[k] ? planted : Math.Exp(e))], input.Shape))];

        public Expr Run(Expr[] at) => Program.Run([.. at.Select((input, i) => i == Input ? Expr.Log(input) : input)]);

        /// <summary>The value where it is no NaN, with its gradient.</summary>
        public (Expr Value, Expr[] Gradient) Masked(Expr[] at, Expr keep) => Ad.ValueAndGrad(x => Expr.Sum(Expr.Where(keep, Run(x), 0)), at);

        public override string ToString() => $"{Program}NaN in x{Input}: {string.Join(", ", Elements)}";
    }

    private static readonly ImmutableArray<double> s_others = [1, Math.E, 1 / Math.E, 1e250, 1e-250, 1.7, 0.3];

    private static readonly CompileOptions s_checked = new() { CheckNaN = true, GenerateCode = false };

    private static readonly Arbitrary<Planted> s_plain = Of(random => Programs.Of(random, depth: 0, steps: 8));
    private static readonly Arbitrary<Planted> s_nested = Of(random => Programs.Of(random, depth: 2, steps: 4));
    private static readonly Arbitrary<Planted> s_catalogued = Of(random => Catalogued.Of(random));

    private static Arbitrary<Planted> Of(Func<Random, Program> draw) => Arb.From(Gen.Choose(int.MinValue, int.MaxValue).Select(seed => new Random(seed)).Select(random => Planted.Of(draw(random), random)));

    [Fact]
    public void A_NaN_is_reported_if_the_value_depends_on_it() => Law.Holds(output, 100, s_plain, planted => Violation(planted.At, planted.Run), atMost: 0.5);

    [Fact]
    public void Within_transforms_loops_and_branches_too() => Law.Holds(output, 60, s_nested, planted => Violation(planted.At, planted.Run), atMost: 0.5);

    [Fact]
    public void Over_the_catalogue_too() => Law.Holds(output, 100, s_catalogued, planted => Violation(planted.At, planted.Run), atMost: 0.5);

    [Fact]
    public void A_masked_NaN_is_not_reported() => Law.Holds(output, 100, s_plain, Masked, atMost: 0.5);

    [Fact]
    public void Nor_one_within_transforms_loops_and_branches() => Law.Holds(output, 60, s_nested, Masked, atMost: 0.5);

    private static string? Masked(Planted planted)
    {
        var keep = Expr.Constant((!Expr.IsNaN(planted.Run(planted.At(-1)))).Value);
        return Violation<(Expr[] At, Expr Keep), (Expr Value, Expr[] Gradient)>(number => (planted.At(number), keep), x => planted.Masked(x.At, x.Keep));
    }

    private static string? Violation<P, R>(Func<double, P> at, Func<P, R> f)
    {
        if (Values(f, at(-1)) is not { } values)
            return "";
        bool isNaN = Array.Exists(values, double.IsNaN), isReported = false;
        try
        {
            Ad.Compile(f, s_checked).Run(at(-1));
        }
        catch (NotANumberException)
        {
            isReported = true;
        }
        if (isNaN)
            return isReported ? null : "a NaN that is a result is not reported";
        var others = s_others.Select(number => Values(f, at(number))).ToArray();
        bool depends = others.Any(other => other is not null && !other.SequenceEqual(values));
        if (isReported == depends)
            return null;
        // That x is NaN may be asked for, and any answer to another question is thought possible.
        var (asks, compares) = Questions(f, at(-1));
        return !isReported ? asks ? "" : $"a NaN on which the result depends is not reported: {string.Join(' ', values)}; {string.Join("; ", others.Select(other => other is null ? "none" : string.Join(' ', other)))}"
            : compares || others.Contains(null) ? "" : "a NaN is reported on which nothing depends";
    }

    /// <summary>Is a NaN compared with itself? Is one compared at all, or its sign asked for? Of what happens in a body nothing is known.</summary>
    private static (bool Asks, bool Compares) Questions<P, R>(Func<P, R> f, P at)
    {
        var leaves = Structure.Leaves(at).Select(leaf => leaf.Node).ToArray();
        var graph = Graph.Trace(x => [.. Structure.Leaves(f(Structure.Rebuild(at, x))).Select(leaf => leaf.Node)], [.. leaves.Select(leaf => leaf.Type)]);
        bool isUnknown = graph.Order.Any(visit => visit.Node.Op.Bodies.Any(body => body.Graph.Order.Any(inner => inner.Node.DType == DType.Bool || inner.Node.Op.Bodies.Any())));
        var (asks, compares) = (isUnknown, isUnknown);
        foreach (var node in graph.Order.Select(visit => visit.Node).Where(node => (node.DType == DType.Bool || node.Op.Name == "CopySign") && node.Inputs.Any(input => input.DType == DType.Float64)))
        {
            bool isNaN = Graph.Of(graph.Parameters, [.. node.Inputs]).Evaluate([.. leaves.Select(leaf => leaf.Value)]).Any(value => value.DType == DType.Float64 && value.ToArray<double>().Any(double.IsNaN));
            asks |= isNaN && node.Inputs.Count == 2 && ReferenceEquals(node.Inputs[0], node.Inputs[1]);
            compares |= isNaN;
        }
        return (asks, compares);
    }

    /// <summary>Null if it fails.</summary>
    private static double[]? Values<P, R>(Func<P, R> f, P at)
    {
        try
        {
            return [.. Structure.Leaves(f(at)).SelectMany(leaf => leaf.Node.Value.ToArray<double>())];
        }
        catch (AutodiffException)
        {
            return null;
        }
    }
}
