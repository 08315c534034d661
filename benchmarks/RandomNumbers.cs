using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>A million random numbers, by a key and by .NET's own generator in a loop, which has a state and no key.</summary>
[ShortRunJob]
public class RandomNumbers
{
    private const int Count = 1_000_000;
    private readonly RandomKey _key = RandomKey.FromSeed(1);
    private readonly Random _random = new(1);

    [Benchmark]
    public Expr Bits() => _key.Bits(Shape.Of(Count));

    [Benchmark]
    public Expr Uniform() => _key.Uniform(Shape.Of(Count));

    [Benchmark]
    public double[] Uniform_by_Random()
    {
        var numbers = new double[Count];
        for (int i = 0; i < Count; i++)
            numbers[i] = _random.NextDouble();
        return numbers;
    }

    [Benchmark]
    public Expr Normal() => _key.Normal(Shape.Of(Count));

    [Benchmark]
    public Expr Permutation() => _key.Permutation(Count);
}
