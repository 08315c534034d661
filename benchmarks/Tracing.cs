using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>What it costs to trace a function of 1 000 nodes, per node: making them, and putting them in Kahn's order. Goal: 150 ns.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class Tracing
{
    private const int Nodes = 1000;

    private static readonly ImmutableArray<TensorType> s_scalar = [new(DType.Float64, Shape.Scalar)], s_vector = [new(DType.Float64, Shape.Of(100))];

    [Benchmark(OperationsPerInvoke = Nodes)]
    public Graph Scalars() => Graph.Trace(Chain, s_scalar);

    [Benchmark(OperationsPerInvoke = Nodes)]
    public Graph Vectors() => Graph.Trace(Chain, s_vector);

    /// <summary>The same into an op of its own: traced, closed over, traced again.</summary>
    [Benchmark(OperationsPerInvoke = Nodes)]
    public Graph Checkpoints() => Graph.Trace(x => [Ad.Checkpoint((Expr y) => Chain([y])[0])(x[0])], s_scalar);

    private static ImmutableArray<Expr> Chain(ImmutableArray<Expr> x)
    {
        var y = x[0];
        for (int i = 0; i < Nodes / 2; i++)
            y = Expr.Sin(y) * x[0];
        return [y];
    }
}
