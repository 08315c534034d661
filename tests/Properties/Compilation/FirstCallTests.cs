using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>A function is traced and compiled once for each kind of arguments, however many threads call it first; and not at all for a call that is cancelled before.</summary>
public sealed class FirstCallTests
{
    private static T[] AtOnce<T>(int threads, Func<int, T> call)
    {
        using var barrier = new Barrier(threads);
        var results = new T[threads];
        var all = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            barrier.SignalAndWait();
            results[i] = call(i);
        })).ToArray();
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "a thread waits for ever"));
        return results;
    }

    [Fact]
    public void Eight_first_calls_trace_once_for_each_shape()
    {
        int traces = 0;
        var f = Ad.Compile(x =>
        {
            Interlocked.Increment(ref traces);
            Thread.Sleep(100);
            return Expr.Sum(x * x);
        });
        double[] sums = AtOnce(8, i => (double)f.Run(Tensor.Full(Shape.Of(2 + i % 2), 2.0)));
        Assert.Equal([8.0, 12.0, 8.0, 12.0, 8.0, 12.0, 8.0, 12.0], sums);
        Assert.Equal((2, 2), (traces, f.Plans.Length));
        Plan[] plans = AtOnce(8, _ => f.Plan(Tensor.Full(Shape.Of(4), 2.0)));
        Assert.Single(plans.Distinct());
        Assert.Equal(3, traces);
    }

    [Fact]
    public void A_trace_that_fails_fails_for_all_and_is_tried_again()
    {
        bool fails = true;
        var f = Ad.Compile(x =>
        {
            Thread.Sleep(20);
            return fails ? throw new InvalidOperationException("mine") : x * 2.0;
        });
        Assert.All(AtOnce(4, _ => Record.Exception(() => f.Run(1.0))), error => Assert.IsType<InvalidOperationException>(error));
        fails = false;
        Assert.All(AtOnce(4, _ => (double)f.Run(1.0)), y => Assert.Equal(2.0, y));
    }

    [Fact]
    public void Functions_that_call_one_another_while_they_are_traced_do_not_wait_for_ever()
    {
        Compiled<Expr, Expr> f = null!, g = null!;
        f = Ad.Compile(x => { Thread.Sleep(20); return x.Shape[0] > 1 ? g.Run(x[1..]) : Expr.Sum(x); });
        g = Ad.Compile(x => { Thread.Sleep(20); return x.Shape[0] > 1 ? f.Run(x[1..]) : Expr.Sum(x); });
        Assert.All(AtOnce(6, i => (double)(i % 2 == 0 ? f : g).Run(Tensor.Of([1.0, 2.0, 3.0, 4.0, 5.0]))), y => Assert.Equal(5.0, y));
    }

    [Fact]
    public void A_call_that_is_cancelled_before_traces_nothing()
    {
        int traces = 0;
        var f = Ad.Compile(x => { traces++; return x * 2.0; });
        var cancelled = new CancellationToken(canceled: true);
        Assert.Throws<OperationCanceledException>(() => f.Run(1.0, cancelled));
        Assert.Throws<OperationCanceledException>(() => f.Run(1.0, cancelled, new double[1]));
        Assert.Equal((0, 0), (traces, f.Plans.Length));
    }

    [Fact]
    public void A_call_that_waits_for_another_trace_can_be_cancelled()
    {
        using var traced = new ManualResetEventSlim();
        using var may = new ManualResetEventSlim();
        var f = Ad.Compile(x =>
        {
            traced.Set();
            may.Wait();
            return x * 2.0;
        });
        double first = 0;
        var thread = new Thread(() => first = (double)f.Run(1.0));
        thread.Start();
        traced.Wait();
        using var source = new CancellationTokenSource(50);
        Assert.ThrowsAny<OperationCanceledException>(() => f.Run(1.0, source.Token));
        may.Set();
        thread.Join();
        Assert.Equal(2.0, first);
    }

    [Fact]
    public void A_plan_of_nothing_names_itself() =>
        Assert.StartsWith("Compiled.Plan: ", Assert.Throws<StructureException>(() => Ad.Compile<Expr[], Expr>(x => x[0]).Plan(null!)).Message, StringComparison.Ordinal);
}
