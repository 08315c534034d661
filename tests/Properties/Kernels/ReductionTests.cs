using Autodiff.Functional.Kernels;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>Reductions over the middle axis against plain loops, with the error bound of pairwise sums.</summary>
public class ReductionTests(ITestOutputHelper output)
{
    [Sampled(300)]
    public void Small_arrays(byte outer, byte n, byte inner, int seed) => Check(new Middle(outer % 4, 1 + n % 70, inner % 30), seed);

    [Theory]
    [InlineData(1, 100_003, 1)]
    [InlineData(3, 513, 1)]
    [InlineData(2, 1000, 7)]
    [InlineData(1, 301, 1029)]
    [InlineData(5, 64, 512)]
    public void Large_arrays(int outer, int n, int inner) => Check(new Middle(outer, n, inner), 1);

    [Fact]
    public void The_error_of_a_long_sum_stays_small()
    {
        const int n = 4_000_000;
        float[] x = new float[n];
        Array.Fill(x, 0.1f);
        Real32[] z = new Real32[1];
        Reductions.Sum(System.Runtime.InteropServices.MemoryMarshal.Cast<float, Real32>(x), new Middle(1, n, 1), z);
        double error = Math.Abs(z[0].Value - n * (double)0.1f) / (n * 0.1);
        output.WriteLine($"sum of {n} × 0.1f: relative error {error:E2}");
        Assert.True(error < 2e-6);

        Real32[] rows = new Real32[2];
        Reductions.Sum(System.Runtime.InteropServices.MemoryMarshal.Cast<float, Real32>(x), new Middle(1, n / 2, 2), rows);
        Assert.All(rows, r => Assert.True(Math.Abs(r.Value - n / 2 * (double)0.1f) / (n * 0.05) < 2e-6));
    }

    [Fact]
    public void NaN_wins_and_the_first_of_equals_is_found()
    {
        Real64[] x = [new(1), new(5), new(double.NaN), new(7), new(double.NaN), new(-1), new(-0.0), new(0.0), new(-0.0), new(-2)];
        Real64[] z = new Real64[2];
        long[] at = new long[2];
        var axes = new Middle(2, 5, 1);
        Reductions.Max(x, axes, z);
        Assert.True(double.IsNaN(z[0].Value) && z[1].Value == 0 && !double.IsNegative(z[1].Value));
        Reductions.ArgMax(x, axes, at);
        Assert.Equal([2, 1], at);
        Reductions.ArgMin(x, axes, at);
        Assert.Equal([2, 4], at);
    }

    [Fact]
    public void Nothing_sums_to_zero_and_has_no_largest()
    {
        Real64[] z = [new(3), new(4)];
        Reductions.Sum<Real64>([], new Middle(1, 0, 2), z);
        Assert.Equal([new(0), new(0)], z);
        Assert.Throws<ArgumentException>(() => Reductions.Max<Real64>([], new Middle(1, 0, 2), z));
    }

    [Sampled(100)]
    public void Bools_are_joined(bool[] values)
    {
        Bit[] any = new Bit[1], bits = [.. values.Select(v => new Bit(v))];
        Reductions.Sum(bits, new Middle(1, values.Length, 1), any);
        Assert.Equal(values.Any(v => v), any[0].Value);
    }

    [Sampled(100)]
    public void Dot_products(double[] values)
    {
        Real64[] x = [.. values.Select(v => new Real64(double.IsFinite(v) ? v % 100 : 1))];
        double exact = x.Sum(v => v.Value * v.Value);
        Assert.Equal(exact, Reductions.Dot<Real64>(x, x).Value, 1e-12 * (1 + exact));
        Assert.Equal(55, Reductions.Dot<Integer<int>>([new(3), new(4), new(2)], [new(5), new(8), new(4)]).Value);
    }

    private static void Check(Middle axes, int seed)
    {
        var random = new Random(seed);
        var (outer, n, inner) = axes;
        double[] x = new double[outer * n * inner];
        for (int i = 0; i < x.Length; i++) x[i] = random.Next(5) == 0 ? random.Next(-3, 3) : 2 * random.NextDouble() - 1;
        Real64[] x64 = [.. x.Select(v => new Real64(v))], sum = new Real64[axes.Results], max = new Real64[axes.Results], min = new Real64[axes.Results];
        Real32[] x32 = [.. x.Select(v => new Real32((float)v))], sum32 = new Real32[axes.Results], max32 = new Real32[axes.Results];
        Integer<long>[] whole = [.. x.Select(v => new Integer<long>((long)(v * 1000)))], wholeSum = new Integer<long>[axes.Results], wholeMax = new Integer<long>[axes.Results];
        long[] argMax = new long[axes.Results], argMin = new long[axes.Results];
        Reductions.Sum(x64, axes, sum);
        Reductions.Max(x64, axes, max);
        Reductions.Min(x64, axes, min);
        Reductions.ArgMax(x64, axes, argMax);
        Reductions.ArgMin(x64, axes, argMin);
        Reductions.Sum(x32, axes, sum32);
        Reductions.Max(x32, axes, max32);
        Reductions.Sum(whole, axes, wholeSum);
        Reductions.Max(whole, axes, wholeMax);

        for (int o = 0; o < outer; o++)
            for (int j = 0; j < inner; j++)
            {
                int r = o * inner + j;
                double[] line = [.. Enumerable.Range(0, n).Select(i => x[(o * n + i) * inner + j])];
                double magnitude = line.Sum(Math.Abs);
                Assert.Equal(line.Sum(), sum[r].Value, 1e-13 * (1 + magnitude));
                Assert.Equal(line.Sum(), sum32[r].Value, 3e-6 * (1 + magnitude));
                Assert.Equal(line.Max(), max[r].Value);
                Assert.Equal((float)line.Max(), max32[r].Value);
                Assert.Equal(line.Min(), min[r].Value);
                Assert.Equal(Array.IndexOf(line, line.Max()), argMax[r]);
                Assert.Equal(Array.IndexOf(line, line.Min()), argMin[r]);
                Assert.Equal(line.Sum(v => (long)(v * 1000)), wholeSum[r].Value);
                Assert.Equal(line.Max(v => (long)(v * 1000)), wholeMax[r].Value);
            }
    }
}
