using System.Runtime.CompilerServices;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>A chain of a million nodes goes through every fold, on a thread whose stack would not hold a recursion of a thousandth of it.</summary>
public sealed class DeepGraphs(ITestOutputHelper output, DeepGraphs.Chains chains) : IClassFixture<DeepGraphs.Chains>
{
    private const int Links = 1_000_000, Stack = 256 * 1024;

    /// <summary>A chain over a variable, and one that is traced, for the tests that only read them.</summary>
    public sealed class Chains
    {
        private readonly Lazy<Expr> _chain = new(() => Chain(Variable()));
        private readonly Lazy<Graph> _graph = new(() => Graph.Trace(x => [Chain(x[0])], [new(DType.Float64, Shape.Scalar)]));

        public Expr Node => _chain.Value;
        public Graph Graph => _graph.Value;
    }

    /// <summary>Runs on a small stack. A stack overflow would end the process, not the test: that it returns is the test.</summary>
    private void OnASmallStack(Action action)
    {
        Exception? failure = null;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        }, Stack);
        thread.Start();
        thread.Join();
        output.WriteLine($"{clock.Elapsed.TotalSeconds:F2} s");
        if (failure is not null)
            throw new Xunit.Sdk.XunitException($"{failure}");
    }

    /// <summary>z ← z + 10⁻⁶·z, which goes from 1 to e. Each second link is an addition.</summary>
    private static Expr Chain(Expr x, int links = Links)
    {
        for (int i = 0; i < links / 2; i++)
            x += 2e-6 * x;
        return x;
    }

    private static readonly double s_value = Math.Pow(1 + 2e-6, Links / 2);

    private static Expr Variable() => Expr.Variable("x", Tensor.Scalar(1.0));

    [Fact]
    public void It_is_built() => OnASmallStack(() => Assert.Equal(Shape.Scalar, Chain(Variable()).Shape));

    [Fact]
    public void It_is_ordered() => OnASmallStack(() => Assert.InRange(KahnOrder.From(chains.Node).Count, Links, 2 * Links));

    [Fact]
    public void It_is_evaluated() => OnASmallStack(() => Assert.Equal(s_value, (double)chains.Node, 1e-9));

    [Fact]
    public void It_is_evaluated_as_a_function() => OnASmallStack(() => Assert.Equal(s_value, (double)chains.Graph.Evaluate(Tensor.Scalar(1.0))[0], 1e-9));

    [Fact]
    public void It_is_replayed() => OnASmallStack(() => Assert.Equal(2 * s_value, (double)chains.Graph.Call(2.0)[0], 1e-9));

    [Fact]
    public void It_is_batched() => OnASmallStack(() =>
        Assert.Equal(2 * Math.Pow(1 + 2e-6, Links / 10), Graph.Trace(x => [Chain(x[0], Links / 5)], [new(DType.Float64, Shape.Scalar)])
            .Batch([Tensor.Of([1.0, 2.0])], [true], 2)[0].Value.ToArray<double>()[1], 1e-8));

    [Fact]
    public void It_is_differentiated_backwards() => OnASmallStack(() => Assert.Equal(s_value, (double)chains.Graph.Vjp([1.0]).Pullback([1.0])[0], 1e-9));

    [Fact]
    public void It_is_differentiated_forwards() => OnASmallStack(() => Assert.Equal(s_value, (double)chains.Graph.Jvp([1.0], [1.0]).Tangents[0], 1e-9));

    [Fact]
    public void It_is_differentiated_backwards_as_a_graph_and_that_evaluated() => OnASmallStack(() =>
        Assert.Equal(s_value, (double)Ad.Gradients(chains.Node).Single(e => e.Key.Op is Variable).Value, 1e-9));

    [Fact]
    public void It_is_printed() => OnASmallStack(() =>
    {
        Assert.InRange(chains.Node.ToString().Length, 5, 200);
        Assert.Equal(Links + 2, chains.Node.Print().AsSpan().Count('\n'));
    });

    [Fact]
    public void It_is_drawn() => OnASmallStack(() =>
    {
        var y = Chain(Variable(), Links / 10);
        Assert.InRange(y.ToMermaid().Length, Links, 100 * Links);
        Assert.InRange(y.ToDot().Length, Links, 100 * Links);
    });

    [Fact]
    public void It_is_compared_and_hashed() => OnASmallStack(() =>
    {
        Expr a = chains.Node, b = chains.Graph.Outputs[0];
        Assert.False(a.Equals(b));
        Assert.True(a.Equals(a));
        Assert.True(a != b);
        Assert.Equal(a.GetHashCode(), a.GetHashCode());
        var nodes = new HashSet<Expr>(chains.Graph.Order.Select(v => v.Node));
        Assert.Contains(b, nodes);
        Assert.DoesNotContain(a, nodes);
        Assert.Equal(a.Op, b.Op);
        Assert.Equal(a.Op.GetHashCode(), b.Op.GetHashCode());
    });

    [Fact]
    public void It_is_collected() => OnASmallStack(() =>
    {
        var reference = Make();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(reference.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Make()
        {
            var y = Chain(Variable());
            GC.Collect();   // marking a live chain is deep as well
            Assert.NotNull(y.Inputs[0]);
            return new(y);
        }
    });

    [Fact]
    public void Supports_are_made_along_a_chain() => OnASmallStack(() =>
    {
        // Each link selects, so that each has a support made from the one before.
        static Expr Selecting(Expr x) => Enumerable.Range(0, 50_000).Aggregate(x, (z, i) => i % 2 == 0 ? Expr.Relu(z) : Expr.Sin(z) * 1e-6 + z);
        Assert.Equal(Math.Exp(0.025), (double)Ad.Grad(x => Expr.Sum(Selecting(x)), Tensor.Of([0.0001, -1.0]))[0], 1e-2);
    });

    [Fact]
    public void A_wide_graph_is_one_sum() => OnASmallStack(() =>
    {
        var x = Variable();
        var sum = Enumerable.Range(0, 100_000).Select(i => Expr.Sin(x) * i).Chunk(1000).Select(part => part.Aggregate((a, b) => a + b)).Aggregate((a, b) => a + b);
        double total = 100_000.0 * 99_999 / 2;
        Assert.Equal(Math.Cos(1) * total, (double)Ad.Gradients(sum)[x], 1e-4);
        var inputs = Enumerable.Range(0, 5_000).Select(i => Expr.Variable($"x{i}", Tensor.Scalar((double)i))).ToArray();
        var gradients = Ad.Gradients(Expr.Sum(Expr.Square(Expr.Stack(inputs))));
        Assert.Equal(2 * 4_999, (double)gradients[inputs[^1]]);
        Assert.Equal(5_000, gradients.Keys.Count(k => k.Op is Variable));
    });

    [Fact]
    public void A_ladder_of_60_diamonds_has_2_to_the_60_paths_and_is_linear() => OnASmallStack(() =>
    {
        static Expr Ladder(Expr x) => Enumerable.Range(0, 60).Aggregate(x, (z, _) => z * 0.5 + Expr.Sin(z) * 0.0 + z * 0.5);
        var x = Variable();
        var y = Ladder(x);
        Assert.InRange(KahnOrder.From(y).Count, 60, 60 * 10);
        Assert.Equal(1, (double)y);
        Assert.Equal(1, (double)Ad.Gradients(y)[x]);
        Assert.Equal(1, (double)Ad.Jvp(Ladder, 1.0, 1.0).Tangent);
        Assert.Equal(0, (double)Ad.Grad(Ad.Grad(Ladder), 1.0));
        Assert.InRange(KahnOrder.From(Ad.Grad(Ladder, x)).Count, 60, 60 * 40);
    });
}
