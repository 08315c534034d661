using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>Loops as values, uncompiled: what a step costs, forwards and with its gradient.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class ControlFlow
{
    private const int Steps = 100_000;

    private readonly Expr _rows = Tensor.Of([.. Enumerable.Range(0, Steps).Select(i => Math.Sin(i))]);
    private readonly Expr _matrix = Tensor.Of([.. Enumerable.Range(0, 64).Select(i => 0.1 * Math.Cos(i))], Shape.Of(8, 8));

    private static Expr Chain(Expr z) => Ad.ForLoop(Steps, (_, c) => Expr.Sin(c) * 1e-5 + c, z);

    /// <summary>z ← sin(z)·1e−5 + z, 10⁵ times: 1.2135.</summary>
    [Benchmark]
    public double Value() => (double)Chain(0.5);

    /// <summary>The same with its gradient, 1.9541. Goal: 300 ms.</summary>
    [Benchmark]
    public double Value_and_gradient() => (double)Ad.ValueAndGrad(Chain, 0.5).Gradient;

    /// <summary>With rows, outputs, and a gradient in what the body closes over. Goal: 300 ms.</summary>
    [Benchmark]
    public double Value_and_gradient_with_rows_and_outputs() => (double)Ad.ValueAndGrad(
        w => Expr.Mean(Ad.Scan((c, x) => (Expr.Tanh(c * w + x), c), 0.0, _rows).Outputs), 0.5).Gradient;

    /// <summary>A recurrent net of 8 units, 1 000 steps: gradient in its matrix.</summary>
    [Benchmark]
    public Tensor Recurrent_net() => Ad.Grad(w => Expr.Sum(Ad.ForLoop(1_000, (_, h) => Expr.Tanh(Expr.MatMul(w, h) + 0.1), Expr.Zeros([8]))), _matrix).Value;
}
