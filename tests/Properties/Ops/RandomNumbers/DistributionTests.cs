using Xunit;

namespace Autodiff.Functional.Properties.Ops.RandomNumbers;

/// <summary>Distributions at fixed keys: moments, χ² and correlations within four to five of their deviations; edges; and derivatives in the parameters.</summary>
public sealed class DistributionTests
{
    private const int Count = 100_000;
    private static readonly RandomKey s_key = RandomKey.FromSeed(8);

    private static double[] Doubles(Expr x) => Expr.Cast(x, DType.Float64).Value.ToArray<double>();

    /// <summary>Is χ² of counts against expected ones within five deviations of its mean?</summary>
    private static void Fits(double[] counts, double[] expected)
    {
        double statistic = counts.Zip(expected, (c, e) => (c - e) * (c - e) / e).Sum(), freedom = counts.Length - 1;
        Assert.InRange(statistic, Math.Max(0, freedom - 5 * Math.Sqrt(2 * freedom)), freedom + 5 * Math.Sqrt(2 * freedom));
    }

    private static double[] Histogram(IEnumerable<int> bins, int count)
    {
        var counts = new double[count];
        foreach (int bin in bins)
            counts[bin]++;
        return counts;
    }

    private static double[] Even(int bins, double total) => [.. Enumerable.Repeat(total / bins, bins)];

    [Theory, InlineData(DType.Float64), InlineData(DType.Float32)]
    public void Uniform_numbers_are_even(DType dtype)
    {
        var x = Doubles(s_key.Uniform(Shape.Of(Count), dtype));
        Assert.All(x, v => Assert.InRange(v, 0, 1 - Math.ScaleB(1, -53)));
        Fits(Histogram(x.Select(v => (int)(v * 100)), 100), Even(100, Count));
        Assert.Equal(0.5, x.Average(), 5 / Math.Sqrt(12.0 * Count));
        // Pairs of neighbours are even over the square.
        Fits(Histogram(x.Chunk(2).Select(pair => (int)(pair[0] * 10) * 10 + (int)(pair[1] * 10)), 100), Even(100, Count / 2));
        // The last bits of the mantissa too.
        double last = dtype == DType.Float64 ? 1L << 53 : 1 << 24;
        Fits(Histogram(x.Select(v => (int)((long)(v * last) & 15)), 16), Even(16, Count));
    }

    [Fact]
    public void Each_bit_is_even()
    {
        var bits = s_key.Bits(Shape.Of(Count), DType.Int64).Value.ToArray<long>();
        for (int bit = 0; bit < 64; bit++)
            Assert.Equal(Count / 2.0, bits.Count(b => (b >> bit & 1) != 0), 5 * Math.Sqrt(Count) / 2);
    }

    [Theory, InlineData(DType.Float64), InlineData(DType.Float32)]
    public void Normal_numbers_are_normal(DType dtype)
    {
        var z = Doubles(s_key.Normal(Shape.Of(Count), dtype));
        Assert.Equal(0, z.Average(), 5 / Math.Sqrt(Count));
        Assert.Equal(1, z.Average(v => v * v), 5 * Math.Sqrt(2.0 / Count));
        Assert.Equal(0, z.Average(v => v * v * v), 5 * Math.Sqrt(15.0 / Count));
        Assert.Equal(3, z.Average(v => v * v * v * v), 5 * Math.Sqrt(96.0 / Count));
        Assert.Equal(0, z.Chunk(2).Average(pair => pair[0] * pair[1]), 5 / Math.Sqrt(Count / 2.0));
        // Quartiles, octiles and the tails: quantiles of the normal distribution at 1/8 … 7/8, 0.01 and 0.99.
        double[] edges = [-2.3263478740408411, -1.1503493803760079, -0.67448975019608171, -0.31863936396437514, 0, 0.31863936396437514, 0.67448975019608171, 1.1503493803760079, 2.3263478740408411];
        double[] shares = [0.01, 0.115, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.115, 0.01];
        Fits(Histogram(z.Select(v => edges.Count(edge => v >= edge)), 10), [.. shares.Select(share => share * Count)]);
    }

    [Fact]
    public void Single_precision_is_double_precision_with_fewer_bits()
    {
        var shape = Shape.Of(1000);
        Assert.All(Doubles(s_key.Uniform(shape)).Zip(Doubles(s_key.Uniform(shape, DType.Float32))), pair => Assert.InRange(pair.First - pair.Second, 0, Math.ScaleB(1, -24)));
        Assert.Equal(Expr.Cast(s_key.Normal(shape), DType.Float32).Value, s_key.Normal(shape, DType.Float32).Value);
    }

    [Fact]
    public void Keys_that_were_split_are_uncorrelated()
    {
        var keys = s_key.Split(3);
        double[][] draws = [.. keys.Append(s_key).Append(s_key.FoldIn(0)).Append(RandomKey.FromSeed(9)).Select(key => Doubles(key.Normal(Shape.Of(Count))))];
        for (int i = 0; i < draws.Length; i++)
            for (int k = 0; k < i; k++)
                Assert.Equal(0, draws[i].Zip(draws[k], (a, b) => a * b).Average(), 5 / Math.Sqrt(Count));
        // Across keys as well: one draw of each of many keys.
        var across = s_key.Split(4000).Select(key => (double)key.Uniform(Shape.Scalar));
        Fits(Histogram(across.Select(v => (int)(v * 20)), 20), Even(20, 4000));
    }

    [Fact]
    public void Bernoulli_has_its_probability_and_its_edges()
    {
        Assert.Equal(0.3 * Count, s_key.Bernoulli(0.3, Shape.Of(Count)).Value.ToArray<bool>().Count(b => b), 5 * Math.Sqrt(Count * 0.21));
        Assert.DoesNotContain(true, s_key.Bernoulli(0, Shape.Of(Count)).Value.ToArray<bool>());
        Assert.DoesNotContain(false, s_key.Bernoulli(1, Shape.Of(Count)).Value.ToArray<bool>());
        Assert.Equal(Shape.Of(2), s_key.Bernoulli(Tensor.Of(new[] { 0.1f, 0.9f })).Shape);
    }

    [Fact]
    public void Categorical_has_its_probabilities()
    {
        double[] weights = [1, 2, 3, 0, 4];
        Expr logits = Expr.Log(Expr.Constant(Tensor.Of((ReadOnlySpan<double>)weights)));
        var drawn = s_key.Categorical(logits.BroadcastTo(Shape.Of(Count, 5)));
        var counts = Histogram(drawn.Value.ToArray<long>().Select(i => (int)i), 5);
        Assert.Equal(0, counts[3]);
        Fits([.. counts.Where((_, i) => i != 3)], [.. weights.Where(w => w > 0).Select(w => w / 10 * Count)]);
        var columns = s_key.Categorical(Expr.Zeros([3, 7]), axis: 0);
        Assert.Equal(Shape.Of(7), columns.Shape);
    }

    [Fact]
    public void Permutations_are_even()
    {
        // All 24 orders of four come equally often.
        var orders = s_key.Split(24_000 / 4).Select(key => key.Permutation(4).Value.ToArray<long>()).ToArray();
        Assert.All(orders, order => Assert.Equal([0, 1, 2, 3], order.Order()));
        Fits([.. orders.GroupBy(order => string.Join("", order)).Select(group => (double)group.Count())], Even(24, 24_000 / 4));
        Assert.Empty(s_key.Permutation(0).Value.ToArray<long>());
        Expr x = new Random(1).NextTensor(Shape.Of(3, 50));
        Assert.Equal(Expr.Take(x, s_key.Permutation(50), 1).Value, s_key.Permutation(x, axis: 1).Value);
    }

    [Fact]
    public void Draws_are_differentiable_in_their_parameters()
    {
        var shape = Shape.Of(4);
        var unit = s_key.Uniform(shape);
        Assert.Equal((1 - unit).Value, Ad.Grad(low => Expr.Sum(s_key.Uniform(shape, low: low, high: 5)), Expr.Zeros([4])).Value);
        Assert.Equal((double)Expr.Sum(unit), (double)Ad.Grad(high => Expr.Sum(s_key.Uniform(shape, low: -2, high: high)), 5.0), 1e-15);
        Assert.Equal(s_key.Normal(shape).Value, Ad.Grad(deviation => Expr.Sum(s_key.Normal(shape, standardDeviation: deviation)), Expr.Ones([4])).Value);
        Assert.Equal(4.0, (double)Ad.Grad(mean => Expr.Sum(s_key.Normal(shape, mean: mean)), 1.0));
        // The pathwise gradient of E z² = μ² + σ² in μ is 2μ.
        var gradient = Ad.Grad(mean => Expr.Mean(Expr.Square(s_key.Normal(Shape.Of(Count), mean: mean))), 0.7);
        Assert.Equal(1.4, (double)gradient, 5 * 2 / Math.Sqrt(Count));
    }
}
