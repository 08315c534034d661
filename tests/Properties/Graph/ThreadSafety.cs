using System.Collections.Concurrent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>One graph, many threads: evaluating, differentiating, printing give what one thread gets.</summary>
public sealed class ThreadSafety(ITestOutputHelper output)
{
    private static void OnEightThreads(Action<int> action)
    {
        using var together = new Barrier(8);
        var failures = new ConcurrentBag<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            together.SignalAndWait();
            try
            {
                action(i);
            }
            catch (Exception e)
            {
                failures.Add(e);
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Empty(failures);
    }

    [Fact]
    public void Values_and_gradients_of_one_graph() => Law.Holds(output, 40, Programs.Plain, p =>
    {
        Expr[] Variables() => [.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))];
        Expr[] alone = Variables();
        var expected = Ad.Gradients(p.Loss(alone));
        var (value, text) = (p.Loss(alone).Value, p.Loss(alone).Print());

        Expr[] shared = Variables();
        var loss = p.Loss(shared);      // nothing is evaluated yet: all threads begin with that
        var results = new ConcurrentBag<string>();
        OnEightThreads(_ =>
        {
            var gradients = Ad.Gradients(loss);
            for (int i = 0; i < shared.Length; i++)
                if (!gradients[shared[i]].Value.Equals(expected[alone[i]].Value))
                    results.Add($"the gradient in x{i} differs");
            if (!loss.Value.Equals(value))
                results.Add("the value differs");
            if (loss.Print() != text)
                results.Add("the text differs");
        });
        return results.FirstOrDefault();
    });

    [Fact]
    public void Transforms_nested_on_all_threads() => Law.Holds(output, 40, Programs.Nested, p =>
    {
        var expected = p.Run(p.At).Value;
        var graph = p.Traced();
        var traced = graph.Evaluate([.. p.Inputs])[0];
        var results = new ConcurrentBag<string>();
        OnEightThreads(_ =>
        {
            if (!p.Run(p.At).Value.Equals(expected))
                results.Add("the value differs");
            if (!graph.Evaluate([.. p.Inputs])[0].Equals(traced))
                results.Add("the graph's value differs");
        });
        return results.FirstOrDefault();
    });

    [Fact]
    public void A_graph_built_by_one_thread_is_differentiated_by_another_over_a_third_ones_node()
    {
        Expr Made(Func<Expr> make)
        {
            Expr? made = null;
            var thread = new Thread(() => made = make());
            thread.Start();
            thread.Join();
            return made!;
        }
        var x = Made(() => Expr.Variable("x", Tensor.Scalar(3.0)));
        var y = Made(() => x * x);
        var z = Made(() => Ad.Grad(s => s * s * y, x));          // 2x·x² = 2x³
        Assert.Equal(54, (double)z);
        Assert.Equal(54, (double)Ad.Gradients(Made(() => z * 1.0))[x]);
    }

    [Fact]
    public void Supports_are_made_once_whoever_asks()
    {
        var x = Expr.Variable("x", Tensor.Of([0.0, 4.0]));
        var loss = Expr.Sum(Expr.Where(x > 0.0, Expr.Sqrt(x), 0.0));
        OnEightThreads(_ => Assert.Equal([0, 0.25], Ad.Gradients(loss)[x].Value.ToArray<double>()));
        var (_, pullback) = Ad.Vjp(s => Expr.Where(s > 0.0, Expr.Sqrt(s), 0.0), x);
        OnEightThreads(i => Assert.Equal([0, 0.25 * i], pullback(Tensor.Of([1.0, i])).Value.ToArray<double>()));
    }
}
