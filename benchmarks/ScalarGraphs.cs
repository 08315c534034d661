using Autodiff.Functional.Benchmarks.Models;
using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>Uncompiled graphs of scalars: what tracing, ordering, folding and folding constants cost a node.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class ScalarGraphs
{
    /// <summary>Value and gradient in (x, y). Goal: 20 µs.</summary>
    [Benchmark]
    public double W1_value_and_gradient() => (double)Ad.ValueAndGrad(Scalars.Nested, Scalars.SmallGraph.At).Gradient.Item2;

    /// <summary>Build and gradient of a chain; the gradient is 1.9541 at 100 000 links. Goal: 250 ms, and 10⁶ links within 1.5× of linear.</summary>
    [Benchmark]
    [Arguments(100_000)]
    [Arguments(1_000_000)]
    public double W2_chain(int links) => (double)Ad.Grad(x => Scalars.Chain(x, links), 0.5);

    /// <summary>Like <see cref="W2_chain"/>, without tracing a function: build over a variable, then the gradient map.</summary>
    [Benchmark]
    public double W2_chain_over_a_variable()
    {
        var x = Expr.Variable("x", Tensor.Scalar(0.5));
        return (double)Ad.Gradients(Scalars.Chain(x, 100_000))[x];
    }

    /// <summary>An inner gradient in each step of a loop that is differentiated itself: linear in the number of steps. Compare 400 with 1 600.</summary>
    [Benchmark]
    [Arguments(400)]
    [Arguments(1_600)]
    public double Inner_gradient_in_a_loop(int steps) => (double)Ad.Grad(x =>
    {
        var z = x;
        for (int i = 0; i < steps; i++)
            z -= 0.01 * Ad.Grad(w => Expr.Sin(w * x), z);
        return z;
    }, 0.5);
}
