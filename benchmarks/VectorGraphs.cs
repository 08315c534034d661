using Autodiff.Functional.Benchmarks.Models;
using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>Uncompiled value and gradient of functions of tensors: the later stages compile these.</summary>
[MemoryDiagnoser, GcConcurrent(false), ShortRunJob]
public class VectorGraphs
{
    /// <summary>sum(exp(−x²)·sin x + log(1 + x²)), x of 10⁶ doubles.</summary>
    [Benchmark]
    public double W3_elementwise() => (double)Ad.ValueAndGrad(Rows.W3.Function, Rows.W3.At).Value;

    /// <summary>Logistic regression, 10 000 × 100: mean softplus(−y·Xw).</summary>
    [Benchmark]
    public double W4_logistic_regression() => (double)Ad.ValueAndGrad(Rows.W4.Function, Rows.W4.At).Value;
}
