using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>A run can be cancelled between steps and between the trips of loops; the next one is as if nothing had been.</summary>
public sealed class CancellationTests
{
    private static readonly Expr s_x = Tensor.Of([0.5, -1.0, 2.0]);

    /// <summary>An op that cancels when it has been computed a number of times: between one step and the next.</summary>
    private sealed record CancelAfter(int Calls, CancellationTokenSource Source) : Op
    {
        private int _calls;

        public override TensorType Infer(Inputs inputs) => inputs[0].Type;

        public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
        {
            if (++_calls == Calls)
                Source.Cancel();
            return inputs[0];
        }

        public int Seen => _calls;

        public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => tangents[0];

        public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => throw new NotSupportedException();
    }

    [Fact]
    public void A_run_that_was_cancelled_before_it_began_computes_nothing()
    {
        using var source = new CancellationTokenSource();
        var count = new CancelAfter(int.MaxValue, source);
        var compiled = Ad.Compile(x => Expr.Apply(count, x) * 2);
        source.Cancel();
        Assert.Equal(source.Token, Assert.Throws<OperationCanceledException>(() => compiled.Run(s_x, source.Token)).CancellationToken);
        Assert.Throws<OperationCanceledException>(() => compiled.Run(s_x, source.Token, new double[3]));
        Assert.Equal(0, count.Seen);
        Assert.Equal([1.0, -2.0, 4.0], compiled.Run(s_x).Value.ToArray<double>());
        Assert.Equal(1, count.Seen);
    }

    [Fact]
    public void Between_one_step_and_the_next()
    {
        using var source = new CancellationTokenSource();
        var (first, second) = (new CancelAfter(1, source), new CancelAfter(int.MaxValue, source));
        var compiled = Ad.Compile(x => Expr.Apply(second, Expr.Apply(first, x)));
        Assert.Throws<OperationCanceledException>(() => compiled.Run(s_x, source.Token));
        Assert.Equal((1, 0), (first.Seen, second.Seen));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Between_the_trips_of_a_loop(bool scan)
    {
        using var source = new CancellationTokenSource();
        var stop = new CancelAfter(7, source);
        var compiled = Ad.Compile(x => scan
            ? Ad.ForLoop(1_000_000, (i, c) => Expr.Apply(stop, Expr.Sin(c)) * 0.5, x)
            : Ad.While(c => Expr.Sum(c) < 1e9, c => Expr.Apply(stop, Expr.Abs(c)) + 1e-3, x));
        Assert.Throws<OperationCanceledException>(() => compiled.Run(s_x, source.Token));
        Assert.Equal(7, stop.Seen);
    }

    [Fact]
    public void What_a_cancelled_run_had_in_memory_serves_the_next_ones()
    {
        var f = (Expr x) => Ad.ForLoop(20, (i, c) => Expr.Sin(Expr.MatMul(x, c)), Expr.Ones(Shape.Of(40, 40)));
        var compiled = Ad.Compile(f);
        var at = Expr.Eye(40) * 0.3;
        var expected = compiled.Run(at).Value;
        for (int i = 0; i < 100; i++)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMicroseconds(20 * i));
            var into = new double[40 * 40];
            try
            {
                compiled.Run(at, source.Token, into);
                Assert.Equal(expected.ToArray<double>(), into);
            }
            catch (OperationCanceledException)
            {
            }
            Assert.Equal(expected, compiled.Run(at, CancellationToken.None).Value);
        }
    }

    [Fact]
    public void Where_a_call_only_records_its_graph_there_is_nothing_to_cancel()
    {
        using var source = new CancellationTokenSource();
        var compiled = Ad.Compile(Expr.Sin);
        Assert.Equal(Math.Cos(0.5), (double)Ad.Grad(x => compiled.Run(x, source.Token), 0.5), 14);
    }
}
