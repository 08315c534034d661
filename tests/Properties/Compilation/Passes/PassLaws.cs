using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Each pass alone, and each beginning of the pipeline, preserves what a program computes.</summary>
public sealed class PassLaws(ITestOutputHelper output)
{
    private static readonly ImmutableArray<Pass> s_passes = Pipeline.Of(new());

    public static TheoryData<string> Names => [.. s_passes.Select(pass => pass.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_pass_preserves_meaning(string name) => Law.Holds(output, 60, Programs.Plain, p => !p.IsTame ? ""
        : Wrong(name, x => [p.Run(x), .. Ad.Grad<Expr[]>(p.Loss, x)], p.Inputs));

    /// <summary>Loops, branches and checkpoints among them.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Of_nested_transforms_too(string name) => Law.Holds(output, 30, Programs.Nested, p => Wrong(name, x => [p.Run(x)], p.Inputs));

    /// <summary>What is left of Vmap, over more rows than a tiny tensor has.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Over_a_batch_too(string name) => Law.Holds(output, 30, Programs.Small, p => !p.IsTame ? ""
        : Wrong(name, x => [.. Ad.Vmap<Expr[], Expr[]>(y => [p.Run(y), .. Ad.Grad<Expr[]>(p.Loss, y)])(x)], p.OverRows(70).Inputs));

    private static string? Wrong(string name, Func<Expr[], Expr[]> f, ImmutableArray<Tensor> inputs)
    {
        var before = Functional.Compilation.Program.Of(Graph.Trace(x => [.. f([.. x])], [.. inputs.Select(input => input.Type)])).Program;
        var expected = before.Evaluate(inputs.AsSpan());
        var pass = s_passes.First(pass => pass.Name == name);
        // Alone where it can stand alone, and after those before it.
        return Compare(pass.Name == "fusion" ? Views.Apply(before) : before)
            ?? Compare(s_passes.TakeWhile(other => other.Name != name).Aggregate(before, (program, other) => other.Apply(program)));

        string? Compare(Functional.Compilation.Program program)
        {
            var after = pass.Apply(program);
            var actual = after.Evaluate(inputs.AsSpan());
            return Enumerable.Range(0, expected.Length).Select(i => Near.Tensors($"output {i}", expected[i], actual[i], 10)).FirstOrDefault(wrong => wrong is not null) is { } wrong
                ? $"{wrong}\nbefore\n{program}\nafter\n{after}" : null;
        }
    }

    /// <summary>A program in pieces of a few instructions, each through a pass, is the program through that pass.</summary>
    [Fact]
    public void Piece_by_piece_it_is_the_same() => Law.Holds(output, 100, Programs.Plain, p =>
    {
        var before = Pipeline.Of(new()).TakeWhile(pass => pass.Name != "blocks")
            .Aggregate(Functional.Compilation.Program.Of(Graph.Trace(x => [p.Run([.. x]), x[0], .. Ad.Grad<Expr[]>(p.Loss, [.. x])], [.. p.Inputs.Select(input => input.Type)])).Program, (program, pass) => pass.Apply(program));
        var after = Segments.Apply(before, 2, Scheduling.Apply);
        var (expected, actual) = (before.Evaluate(p.Inputs.AsSpan()), after.Evaluate(p.Inputs.AsSpan()));
        return Enumerable.Range(0, expected.Length).All(i => Same.SameBits(expected[i], actual[i])) ? null : $"before\n{before}\nafter\n{after}";
    });

    [Fact]
    public void A_pass_that_finds_nothing_gives_the_program_itself()
    {
        var before = Functional.Compilation.Program.Of(Graph.Trace(x => [Expr.Sin(x[0]) * x[1], Expr.Exp(x[1]) + 0.5], [new(DType.Float64, Shape.Scalar), new(DType.Float64, Shape.Scalar)])).Program;
        foreach (var pass in s_passes.TakeWhile(pass => pass.Name != "fusion"))
            Assert.Same(before, pass.Apply(before));
    }

    /// <summary>The same numbers in the program of a graph are one constant, and zeros of either sign are two.</summary>
    [Fact]
    public void Equal_numbers_are_one_constant()
    {
        var program = Functional.Compilation.Program.Of(Graph.Trace(x => [x[0] * 0.0 + 2.0 * x[0], x[0] * -0.0 + 2.0], [new(DType.Float64, Shape.Scalar)])).Program;
        Assert.Equal(3, program.Instructions.Count(instruction => instruction.Op is Constant));
    }

    /// <summary>A layer that is written out ten times is made ready once.</summary>
    [Fact]
    public void Equal_loops_share_a_kernel()
    {
        var graph = Graph.Trace(x => [Enumerable.Range(0, 10).Aggregate(x[0], (h, _) => Expr.Tanh(Expr.MatMul(x[1], h)))], [new(DType.Float64, [30]), new(DType.Float64, [30, 30])]);
        var program = s_passes.Aggregate(Functional.Compilation.Program.Of(graph).Program, (program, pass) => pass.Apply(program));
        var kernels = Fused.Kernels(program, generateCode: true).OfType<LoopKernel>().ToList();
        Assert.Equal(10, kernels.Count);
        Assert.Single(kernels.Distinct());
    }

    [Theory, InlineData(4, false, true), InlineData(4, true, false), InlineData(8, true, false), InlineData(1, true, true), InlineData(40, false, false)]
    public void A_few_elements_are_scalars_where_tiles_cost_more(int size, bool functions, bool scalars)
    {
        var graph = Graph.Trace(x => [functions ? Expr.Tanh(x[0] * x[0]) * Expr.Exp(x[0]) : (x[0] * x[0] - x[0]) * x[0], Expr.Sort(x[0])], [new(DType.Float64, [size])]);
        var program = s_passes.TakeWhile(pass => pass.Name != "fusion").Aggregate(Functional.Compilation.Program.Of(graph).Program, (program, pass) => pass.Apply(program));
        Assert.Equal(scalars, program.Instructions.Any(instruction => instruction.Op is Fused));
    }

    public static TheoryData<string> Lowered => ["LogSumExp", "Norm", "Sigmoid", "Softplus", "LogSigmoid"];

    [Theory, MemberData(nameof(Lowered))]
    public void Lowering_keeps_special_values(string name)
    {
        double[] special = [0.0, -0.0, 1.5, -2, 800, -800, 1e200, 5e-324, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        Func<Expr, Axes, Expr> op = name switch
        {
            "Norm" => (x, axes) => Expr.Norm(x, axes),
            "LogSumExp" => (x, axes) => Expr.LogSumExp(x, axes),
            "Softplus" => (x, _) => Expr.Softplus(x),
            "LogSigmoid" => (x, _) => Expr.LogSigmoid(x),
            _ => (x, _) => Expr.Sigmoid(x),
        };
        double[] pairs = [.. from x in special from y in special from each in (double[])[x, y] select each];
        foreach (var x in (Tensor[])[Tensor.Of(pairs, [pairs.Length / 2, 2]), Tensor.Of([.. pairs.Select(each => (float)each)], [pairs.Length / 2, 2])])
            foreach (var axes in (Axes[])[Axes.Of(1), Axes.Of(0), Axes.All, Axes.Of([])])
            {
                var graph = Graph.Trace(at => [op(at[0], axes)], [x.Type]);
                var before = Functional.Compilation.Program.Of(graph).Program;
                var after = Lowering.Apply(before);
                Assert.DoesNotContain(after.Instructions, instruction => instruction.Op.Name == name);
                var (expected, lowered, compiled) = (before.Evaluate(x)[0], after.Evaluate(x)[0], Same.Run(graph, [x])[0].Value);
                for (int i = 0; i < expected.Size; i++)
                {
                    double tolerance = (x.DType == DType.Float32 ? 1e-6 : 1e-14) * Math.Abs(expected.ElementAsDouble(i));
                    Assert.Null(Near.Numbers($"{name} over {axes}, element {i}", expected.ElementAsDouble(i), lowered.ElementAsDouble(i), tolerance));
                    Assert.Null(Near.Numbers($"{name} over {axes}, element {i}, compiled", expected.ElementAsDouble(i), compiled.ElementAsDouble(i), tolerance));
                }
            }
    }
}
