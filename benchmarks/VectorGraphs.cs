using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>Uncompiled value and gradient of functions of tensors: the later stages compile these.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class VectorGraphs
{
    private readonly Expr _x = Expr.Linspace(-3, 3, 1_000_000);
    private readonly Expr _features = Random(1, 10_000, 100), _labels = Expr.Where(Random(2, 10_000) > 0.5, 1.0, -1.0), _weights = Random(3, 100);

    private static Expr Random(int seed, params int[] shape)
    {
        var random = new Random(seed);
        return Expr.Constant(Tensor.Of([.. Enumerable.Range(0, Shape.Of(shape).Size).Select(_ => random.NextDouble())], Shape.Of(shape)));
    }

    /// <summary>sum(exp(−x²)·sin x + log(1 + x²)), x of 10⁶ doubles.</summary>
    [Benchmark]
    public double W3_elementwise() =>
        (double)Ad.ValueAndGrad(x => Expr.Sum(Expr.Exp(-Expr.Square(x)) * Expr.Sin(x) + Expr.Log(1 + Expr.Square(x))), _x).Value;

    /// <summary>Logistic regression, 10 000 × 100: mean softplus(−y·Xw).</summary>
    [Benchmark]
    public double W4_logistic_regression() =>
        (double)Ad.ValueAndGrad(w => Expr.Mean(Expr.Softplus(-_labels * Expr.MatMul(_features, w))), _weights).Value;
}
