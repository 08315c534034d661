using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Steps that run block by block along an axis give what they give one after the other, and loops follow the order in which their inputs lie.</summary>
public sealed class BlockLaws
{
    /// <summary>Functions of points (n × 4) and factors (6 × 4) whose steps have the axis of the points in common.</summary>
    private static readonly ImmutableArray<(string Name, Func<Expr, Expr, Expr[]> Function)> s_functions =
    [
        ("sums only", (points, factors) => [Expr.Sum(Expr.LogSumExp(Scores(points, factors), 1))]),
        ("a gradient", (points, factors) => [Ad.Grad(at => Expr.Sum(Expr.LogSumExp(Scores(points, at), 1)), factors)]),
        ("both gradients", (points, factors) => [Ad.Grad(at => Expr.Sum(Expr.Tanh(Scores(at, factors))), points), Ad.Grad(at => Expr.Sum(Expr.Tanh(Scores(points, at))), factors)]),
        ("what others need as well", (points, factors) => [Expr.Softmax(Scores(points, factors), 1), Expr.Sum(Expr.Exp(-Scores(points, factors)), 0)]),
        ("transposed", (points, factors) => [Expr.Transpose(Expr.Tanh(Scores(points, factors))), Expr.MatMul(Expr.Transpose(Expr.Sigmoid(Scores(points, factors))), points)]),
        ("a product of products", (points, factors) => [Expr.MatMul(Expr.Relu(Expr.MatMul(points, Expr.Transpose(factors))), factors), Expr.Sum(Expr.Relu(Expr.MatMul(points, Expr.Transpose(factors))), 0)]),
        ("the largest over the axis", (points, factors) => [Expr.Max(Scores(points, factors), 0), Expr.Sum(Expr.Exp(Scores(points, factors) - Expr.Max(Scores(points, factors), 0)), 0)]),
    ];

    public static TheoryData<string, DType> Cases
    {
        get
        {
            var cases = new TheoryData<string, DType>();
            foreach (var (name, _) in s_functions)
            {
                cases.Add(name, DType.Float64);
                cases.Add(name, DType.Float32);
            }
            return cases;
        }
    }

    /// <summary>−½·|F·(x − f)|² for all points and factors, by way of an array of one axis more.</summary>
    private static Expr Scores(Expr points, Expr factors)
    {
        var distances = Expr.Einsum("kij,nj->nki", Expr.Reshape(Expr.Concatenate([factors, factors], 1), 6, 2, 4), points) - Expr.Slice(factors, 1, 0, 2);
        return Expr.Cast(Expr.Literal(-0.5), points.DType) * Expr.Sum(Expr.Square(distances), 2);
    }

    private static (Graph Graph, ImmutableArray<Tensor> Inputs) Draw(string name, int points, DType dtype)
    {
        var random = new Random(points);
        var function = s_functions.Single(each => each.Name == name).Function;
        ImmutableArray<Tensor> inputs = [Tensor(points, 4), Tensor(6, 4)];
        return (Graph.Trace(at => [.. function(at[0], at[1])], [.. inputs.Select(input => input.Type)]), inputs);

        Tensor Tensor(int rows, int columns) =>
            Expr.Cast(Expr.Constant(Functional.Tensor.Of([.. Enumerable.Range(0, rows * columns).Select(_ => random.NextDouble() - 0.5)], [rows, columns])), dtype).Value;
    }

    /// <summary>The pass alone with blocks of any length, in any order of the chunks.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void Blocks_of_any_length_give_the_same(string name, DType dtype)
    {
        double coarseness = dtype == DType.Float32 ? 1e9 : 100;
        foreach (int points in (int[])[64, 130, 333])
        {
            var (graph, inputs) = Draw(name, points, dtype);
            var before = Pipeline.Of(new()).TakeWhile(pass => pass.Name != "blocks").Aggregate(Functional.Compilation.Program.Of(graph).Program, (program, pass) => pass.Apply(program));
            var expected = before.Evaluate(inputs.AsSpan());
            foreach (int bytes in (int[])[1, 4096, 1 << 20])
            {
                var after = Blocks.Apply(before, bytes, leastLength: 16, leastSaved: 1, (_, _) => true);
                Assert.Contains(after.Instructions, instruction => instruction.Op is Blocked);
                var (evaluated, run) = (after.Evaluate(inputs.AsSpan()), Run(after, inputs, threads: 1));
                var shared = Run(after, inputs, threads: 3);
                for (int i = 0; i < expected.Length; i++)
                {
                    Assert.Null(Near.Tensors($"{name}, {points} points, output {i}, evaluated", expected[i], evaluated[i], coarseness));
                    Assert.Null(Near.Tensors($"{name}, {points} points, output {i}, in blocks of {bytes} bytes", expected[i], run[i], coarseness));
                    Assert.True(Same.SameBits(run[i], shared[i]));
                }
            }
        }
    }

    /// <summary>In plans: as interpreted, and the same bits for any number of threads, with generated code and without.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void Plans_in_blocks_are_right(string name, DType dtype)
    {
        var (graph, inputs) = Draw(name, 6_007, dtype);
        Assert.Null(Same.Results(graph, inputs, coarseness: dtype == DType.Float32 ? 1e9 : 100));
    }

    [Fact]
    public void What_has_an_axis_in_common_is_one_step()
    {
        var (graph, _) = Draw("a gradient", 20_000, DType.Float64);
        var plan = Same.Plan(graph);
        var blocked = Assert.Single(plan.Program.Instructions.Select(instruction => instruction.Op).OfType<Blocked>());
        Assert.Equal(20_000, blocked.Length);
        Assert.Contains("blocks", plan.Explain(), StringComparison.Ordinal);
        // Nothing as long as 20 000 × 6 × 2 is kept.
        Assert.True(plan.ArenaBytes < 1 << 20, $"{plan.ArenaBytes} bytes");
    }

    /// <summary>A loop over a transposed value goes through it as it lies, and so do those after it.</summary>
    [Fact]
    public void Loops_follow_the_order_of_what_they_read()
    {
        var graph = Graph.Trace(x => [Expr.Sum(Expr.Square(Expr.Exp(Expr.Transpose(x[0])) + x[1]), 1)], [new(DType.Float64, [300, 200]), new(DType.Float64, [300])]);
        var loop = Assert.Single(Same.Plan(graph).Program.Instructions.Select(instruction => instruction.Op).OfType<Fused>()).Loop;
        Assert.Equal([300, 200], loop.Space.ToArray());
        Assert.Contains(loop.Inputs, input => input.Strides.SequenceEqual([200, 1]));
        Assert.Equal([0, 1], loop.Results.Single().Strides.ToArray());
    }

    private static unsafe Tensor[] Run(Functional.Compilation.Program program, ImmutableArray<Tensor> inputs, int threads)
    {
        var executable = new Executable(program, new() { Threads = threads }, isBody: true, isReady: true);
        var frame = executable.NewFrame();
        Array[] arguments = [.. inputs.Select(input => Flat(input))];
        Array[] results = [.. executable.Outputs.Select(output => output.Element.Allocate(output.Size))];
        GCHandle[] handles = [.. arguments.Concat(results).Select(array => GCHandle.Alloc(array, GCHandleType.Pinned))];
        for (int i = 0; i < arguments.Length; i++)
            if (executable.Arguments[i] is { } argument)
                frame.Regions[argument.At.Region] = handles[i].AddrOfPinnedObject();
        for (int i = 0; i < results.Length; i++)
            frame.Regions[executable.Outputs[i].At.Region] = handles[arguments.Length + i].AddrOfPinnedObject();
        executable.Run(frame);
        foreach (var handle in handles)
            handle.Free();
        frame.Dispose();
        return [.. results.Select((result, i) => new Tensor(executable.Outputs[i].Element, executable.Outputs[i].Type.Shape, result))];

        static Array Flat(Tensor x) => x.DType == DType.Float32 ? x.ToArray<float>() : x.ToArray<double>();
    }
}
