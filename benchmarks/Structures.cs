using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>What it costs to take structures apart and put them together, per leaf. Goal: 50 ns.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class Structures
{
    private const int Leaves = 1000;

    public sealed record Ten(Expr A, Expr B, Expr C, Expr D, Expr E, Expr F, Expr G, Expr H, Expr I, Expr J);

    public record Layer(Expr W, Expr B, string Name);

    private static readonly ImmutableArray<Expr> s_nodes = [.. Enumerable.Range(0, Leaves).Select(i => Expr.Scalar(i))];

    private readonly Ten _ten = new(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0);
    private readonly ImmutableArray<Ten> _tens = [.. Enumerable.Range(0, Leaves / 10).Select(i => new Ten(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0))];
    private readonly ImmutableArray<Layer> _layers = [.. Enumerable.Range(0, Leaves / 2).Select(i => new Layer(0.0, 1.0, "n"))];
    private readonly object[] _objects = [.. s_nodes];
    private readonly ImmutableList<Expr> _list = [.. s_nodes];
    private readonly ImmutableDictionary<string, Expr> _dictionary = s_nodes.Select((node, i) => (node, i)).ToImmutableDictionary(pair => $"{pair.i}", pair => pair.node);

    private static P Round<P>(P value)
    {
        var structure = Structure.Of<P>();
        return structure.Rebuild(value, structure.Flatten(value));
    }

    [Benchmark(OperationsPerInvoke = 10)]
    public object Record_of_ten() => Round(_ten);

    [Benchmark(OperationsPerInvoke = Leaves)]
    public object Array_of_records() => Round(_tens);

    [Benchmark(OperationsPerInvoke = Leaves)]
    public object Array_of_unsealed_records() => Round(_layers);

    [Benchmark(OperationsPerInvoke = Leaves)]
    public object Array_of_objects() => Round(_objects);

    [Benchmark(OperationsPerInvoke = Leaves)]
    public object Immutable_list() => Round(_list);

    [Benchmark(OperationsPerInvoke = Leaves)]
    public object Immutable_dictionary() => Round(_dictionary);

    // ---- Grad over a record against raw nodes: goal, 2 µs more ----

    private static Expr Sum(ReadOnlySpan<Expr> x)
    {
        var sum = x[0] * x[0];
        foreach (var one in x[1..])
            sum += one * one;
        return sum;
    }

    [Benchmark]
    public object Grad_of_a_record_of_ten() => Ad.Grad(t => Sum([t.A, t.B, t.C, t.D, t.E, t.F, t.G, t.H, t.I, t.J]), _ten);

    [Benchmark(Baseline = true)]
    public object Grad_of_ten_nodes()
    {
        var graph = Graph.TraceAt(x => [Sum(x.AsSpan())], s_nodes[..10]);
        return graph.Vjp(s_nodes[..10]).Pullback([1.0]);
    }
}
