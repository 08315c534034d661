using Xunit;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>A while loop is that of the host language; over a batch each element is done in its own time.</summary>
public sealed class WhileLaws
{
    /// <summary>x, multiplied by w until it is large: with the number of steps.</summary>
    private static (Expr X, Expr Steps) Library(Expr x, Expr w, Expr limit) =>
        Ad.While(s => Expr.Abs(s.X) < limit, s => (s.X * w + Expr.Sin(s.X), s.Steps + 1), (X: x, Steps: Expr.Constant(Tensor.Scalar(0L))));

    private static (Expr X, Expr Steps) Host(Expr x, Expr w, Expr limit)
    {
        Expr steps = Tensor.Scalar(0L);
        while ((bool)(Expr.Abs(x) < limit).Value)
            (x, steps) = (x * w + Expr.Sin(x), steps + 1);
        return (x, steps);
    }

    [Sampled(60)]
    public void It_is_the_host_languages_loop(int seed)
    {
        var random = new Random(seed);
        Expr x = 0.1 + random.NextDouble(), w = 1.2 + random.NextDouble(), limit = 10 * random.NextDouble();
        Assert.Equal(Host(x, w, limit).X.Value, Library(x, w, limit).X.Value);
        Assert.Equal(Host(x, w, limit).Steps.Value, Library(x, w, limit).Steps.Value);
        // Forward mode, of first and second order, in what is carried and what is closed over.
        Func<Func<Expr, Expr, Expr, (Expr X, Expr)>, Func<Expr, Expr>> along = loop => t => loop(x + t, w + 2 * t, limit).X;
        foreach (var derivative in (Func<Func<Expr, Expr>, Expr>[])[f => Ad.Jvp(f, 0.0, 1.0).Tangent, f => Ad.Jvp(t => Ad.Jvp(f, t, 1.0).Tangent, 0.0, 1.0).Tangent, f => Ad.Linearize(f, 0.0).Pushforward(1.0), f => Ad.JacobianForward(f, 0.0)])
            Assert.Null(Close.Agree("", derivative(along(Host)).Value, derivative(along(Library)).Value, 1e-9));
    }

    [Sampled(40)]
    public void Over_a_batch_those_that_are_done_wait_for_the_others(int seed)
    {
        var random = new Random(seed);
        double[] x = [.. Enumerable.Range(0, 4).Select(_ => 0.1 + random.NextDouble())], limit = [.. Enumerable.Range(0, 4).Select(_ => 10 * random.NextDouble())];
        var graph = Graph.Trace(v => [Library(v[0], 1.5, v[1]).X, Library(v[0], 1.5, v[1]).Steps, Ad.Jvp(t => Library(t, 1.5, v[1]).X, v[0], 1.0).Tangent], [new(DType.Float64, Shape.Scalar), new(DType.Float64, Shape.Scalar)]);
        foreach (int subset in (int[])[1, 2, 3])
        {
            bool[] batched = [(subset & 1) != 0, (subset & 2) != 0];
            var together = graph.Batch([batched[0] ? Tensor.Of(x) : x[0], batched[1] ? Tensor.Of(limit) : limit[0]], [.. batched], 4);
            for (int i = 0; i < 4; i++)
            {
                Expr at = x[batched[0] ? i : 0], until = limit[batched[1] ? i : 0];
                Assert.Null(Close.Agree("x", Host(at, 1.5, until).X.Value, together[0][i].Value, 1e-12));
                Assert.Equal(Host(at, 1.5, until).Steps.Value, together[1][i].Value);
                Assert.Null(Close.Agree("tangent", Ad.Jvp(t => Host(t, 1.5, until).X, at, 1.0).Tangent.Value, together[2][i].Value, 1e-12));
            }
        }
    }

    [Fact]
    public void Reverse_mode_says_what_to_use_instead()
    {
        var error = Assert.Throws<DerivativeException>(() => Ad.Grad(x => Ad.While(v => v < 100, v => v * x, x), 2.0));
        Assert.Contains("ForLoop", error.Message, StringComparison.Ordinal);
        Assert.Contains("Fix", error.Message, StringComparison.Ordinal);
        // What no derivative goes through is nobody's error.
        Assert.Equal(2, (double)Ad.Grad(x => 2 * x + Ad.While(v => v < 100, v => 2 * v, 1.0), 2.0));
        Assert.Equal(7, (double)Ad.Grad(x => x * Expr.Cast(Ad.While(n => n * n < 40, n => n + 1, Tensor.Scalar(0L)), DType.Float64), 2.0));
    }
}
