using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>Kahn's order of 10⁶ nodes and a fold over it; goal: 150 ms together without concurrent garbage collection.</summary>
[MemoryDiagnoser, ShortRunJob]
public abstract class Folds
{
    private const int Nodes = 1_000_000;
    private Expr _root = null!;

    [GlobalSetup]
    public void Build()
    {
        var x = Expr.Variable("x", Tensor.Scalar(0.5));
        var older = x;
        var node = x;
        for (int i = 1; i < Nodes; i++)
            (older, node) = (node, node + older);
        _root = node;
    }

    [Benchmark]
    public int Order_and_count() => KahnOrder.From(_root).Aggregate(0, (count, visit) => count + visit.Inputs.Count);
}

/// <summary>The same where the garbage collector runs concurrently, as .NET does unless told otherwise.</summary>
[GcConcurrent(true)]
public class FoldsWithConcurrentCollection : Folds;

/// <summary>The same without.</summary>
[GcConcurrent(false)]
public class FoldsWithoutConcurrentCollection : Folds;
