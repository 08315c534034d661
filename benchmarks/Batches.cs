using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;

namespace Autodiff.Functional.Benchmarks;

/// <summary>What batching is worth: gradients of an MLP 8-16-1 for each of 256 examples, all uncompiled. Goal: 20 times faster than the loop.</summary>
/// <remarks>
/// The gradient of the first matrix is 262 kB, which .NET by default puts on the large object heap, and every 3 MB there start a full collection. With a higher
/// threshold (System.GC.LOHThreshold in runtimeconfig.json) they do not; measured both ways.
/// </remarks>
[Config(typeof(Heaps))]
public class Batches
{
    private sealed class Heaps : ManualConfig
    {
        public Heaps()
        {
            var job = Job.ShortRun.WithGcConcurrent(false);
            AddJob(job.WithId("as .NET is"), job.WithEnvironmentVariable("DOTNET_GCLOHThreshold", "400000").WithId("large objects from 4 MB"));
            AddDiagnoser(MemoryDiagnoser.Default);
        }
    }

    private const int Count = 256;

    public sealed record Mlp(Expr W1, Expr B1, Expr W2, Expr B2);

    private static readonly RandomKey[] s_keys = [.. RandomKey.FromSeed(1).Split(5)];
    private readonly Mlp _model = new(s_keys[0].Normal(Shape.Of(8, 16)), s_keys[1].Normal(Shape.Of(16)), s_keys[2].Normal(Shape.Of(16, 1)), Expr.Zeros(Shape.Of(1)));
    private readonly Expr _x = s_keys[3].Normal(Shape.Of(Count, 8)), _y = s_keys[4].Normal(Shape.Of(Count, 1));

    private static Expr Loss(Mlp m, Expr x, Expr y) => Expr.Sum(Expr.Square(Expr.MatMul(Expr.Tanh(Expr.MatMul(x, m.W1) + m.B1), m.W2) + m.B2 - y));

    [Benchmark]
    public object Per_example_gradients() => Ad.Vmap(e => Ad.Grad(m => Loss(m, e.Item1, e.Item2), _model), (_x, _y));

    [Benchmark(Baseline = true)]
    public object Per_example_gradients_in_a_loop()
    {
        var gradients = new Mlp[Count];
        for (int i = 0; i < Count; i++)
            gradients[i] = Ad.Grad(m => Loss(m, _x[i], _y[i]), _model);
        return gradients;
    }

    /// <summary>The same as one gradient of the sum, which is not per example: what batching can't be faster than.</summary>
    [Benchmark]
    public object Gradient_of_the_sum() => Ad.Grad(m => Loss(m, _x, _y), _model);

    /// <summary>The network written for columns: W·x, with the matrix on the left.</summary>
    [Benchmark]
    public object Per_example_gradients_with_columns()
    {
        var (w1, w2) = (_model.W1.Transpose(), _model.W2.Transpose());
        return Ad.Vmap(e => Ad.Grad(m => Expr.Sum(Expr.Square(Expr.MatMul(m.W2, Expr.Tanh(Expr.MatMul(m.W1, e.Item1) + m.B1)) + m.B2 - e.Item2)), new Mlp(w1, _model.B1, w2, _model.B2)), (_x, _y));
    }
}

/// <summary>Matrices of derivatives, uncompiled. Goal: 1 ms for the Hessian of 50 variables.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class Matrices
{
    private readonly Expr _x = Expr.Linspace(-1.2, 1, 50);

    /// <summary>Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², Rosenbrock 1960.</summary>
    private static Expr Rosenbrock(Expr x) => Expr.Sum(100 * Expr.Square(x[1..] - Expr.Square(x[..^1])) + Expr.Square(1 - x[..^1]));

    [Benchmark]
    public object Hessian() => Ad.Hessian(Rosenbrock, _x);

    [Benchmark]
    public object Gradient() => Ad.Grad(Rosenbrock, _x);
}
