using System.Collections.Immutable;
using Autodiff.Functional.Kernels;
using Xunit;

namespace Autodiff.Functional.Properties.Ops.RandomNumbers;

/// <summary>The generator: published vectors, and what draws with it promise about their bits.</summary>
public sealed class ThreefryTests
{
    private static readonly RandomKey s_key = RandomKey.FromSeed(20111112);

    /// <summary>Random123, kat_vectors: threefry2x32, 20 rounds.</summary>
    [Theory]
    [InlineData(0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6b200159, 0x99ba4efe)]
    [InlineData(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7)]
    [InlineData(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0)]
    public void Published_vectors(uint counter0, uint counter1, uint key0, uint key1, uint word0, uint word1) =>
        Assert.Equal(word0 | (ulong)word1 << 32, Threefry.Block(key0 | (ulong)key1 << 32, counter0, counter1));

    [Fact]
    public void Side_by_side_blocks_are_single_blocks()
    {
        for (int length = 0; length < 40; length++)
        {
            var blocks = new ulong[length];
            Threefry.Fill(0x0123456789abcdef, 7, blocks);
            Assert.Equal(Enumerable.Range(0, length).Select(i => Threefry.Block(0x0123456789abcdef, (uint)i, 7)), blocks);
        }
    }

    /// <summary>What stands here must never change: people keep seeds.</summary>
    [Fact]
    public void Draws_are_pinned()
    {
        // The key of seed 0 at the counter (0, 0) is the first published vector.
        var key = RandomKey.FromSeed(0);
        Assert.Equal([0x6b200159, unchecked((int)0x99ba4efe)], key.Bits(Shape.Of(3)).Value.ToArray<int>()[..2]);
        Assert.Equal(unchecked((long)0x99ba4efe6b200159), key.Bits(Shape.Of(1), DType.Int64).Value.ToArray<long>()[0]);
        Assert.Equal((0x99ba4efe6b200159 >> 11) * Math.ScaleB(1, -53), key.Uniform(Shape.Of(1)).Value.ToArray<double>()[0]);
        Assert.Equal((float)((0x99ba4efe6b200159 >> 40) * Math.ScaleB(1, -24)), key.Uniform(Shape.Of(1), DType.Float32).Value.ToArray<float>()[0]);
        Assert.Equal("RandomKey(00000000 00000000)", key.ToString());
    }

    [Fact]
    public void A_shorter_draw_is_the_beginning_of_a_longer_one_and_shapes_only_arrange()
    {
        foreach (int length in (ReadOnlySpan<int>)[0, 1, 2, 7, 8, 9, 100])
        {
            Assert.Equal(s_key.Bits(Shape.Of(100))[..length].Value, s_key.Bits(Shape.Of(length)).Value);
            Assert.Equal(s_key.Bits(Shape.Of(100), DType.Int64)[..length].Value, s_key.Bits(Shape.Of(length), DType.Int64).Value);
            Assert.Equal(s_key.Uniform(Shape.Of(100))[..length].Value, s_key.Uniform(Shape.Of(length)).Value);
            Assert.Equal(s_key.Normal(Shape.Of(100))[..length].Value, s_key.Normal(Shape.Of(length)).Value);
        }
        Assert.Equal(Expr.Reshape(s_key.Normal(Shape.Of(12)), 3, 4).Value, s_key.Normal(Shape.Of(3, 4)).Value);
        Assert.Equal(s_key.Split(5)[1].Words.Value, s_key.Split(2)[1].Words.Value);
    }

    [Fact]
    public void Integers_of_both_sizes_are_the_same_bits()
    {
        var words = s_key.Bits(Shape.Of(8)).Value.ToArray<int>();
        Assert.Equal(Enumerable.Range(0, 4).Select(i => (uint)words[2 * i] | (long)words[2 * i + 1] << 32), s_key.Bits(Shape.Of(4), DType.Int64).Value.ToArray<long>());
    }

    public static TheoryData<string> Draws => ["Bits", "Bits64", "Uniform", "Uniform32", "Normal", "Bernoulli", "Categorical", "Permutation", "PermutationOf", "Split", "FoldIn"];

    private static Expr Draw(string name, Expr words) => new RandomKey(words) is var key ? name switch
    {
        "Bits" => key.Bits(Shape.Of(3, 3)),
        "Bits64" => key.Bits(Shape.Of(9), DType.Int64),
        "Uniform" => key.Uniform(Shape.Of(9), low: -1, high: 3),
        "Uniform32" => key.Uniform(Shape.Of(9), DType.Float32),
        "Normal" => key.Normal(Shape.Of(3, 3), DType.Float32),
        "Bernoulli" => key.Bernoulli(0.4, Shape.Of(50)),
        "Categorical" => key.Categorical(Expr.Zeros([10, 4])),
        "Permutation" => key.Permutation(20),
        "PermutationOf" => key.Permutation(Expr.Arange(20)),
        "Split" => key.Split(3)[2].Split()[0].Uniform(Shape.Of(9)),
        _ => key.FoldIn(17).Normal(Shape.Of(9)),
    } : words;

    [Theory, MemberData(nameof(Draws))]
    public void A_batch_of_keys_is_a_batch_of_draws_bit_for_bit(string name)
    {
        ImmutableArray<Expr> keys = [.. s_key.Split(5).Select(key => key.Words)];
        var graph = Graph.Trace(x => [Draw(name, x[0])], [new(DType.Int32, Shape.Of(2))]);
        Assert.Equal(Expr.Stack(keys.Select(key => Draw(name, key))).Value, graph.Batch([Expr.Stack(keys)], [true], 5)[0].Value);
        Assert.Equal(0, graph.Batch([Expr.Zeros([0, 2], DType.Int32)], [true], 0)[0].Shape[0]);
        // Two batches deep as well.
        var twice = Graph.Trace(x => [graph.Batch([x[0]], [true], 5)[0]], [new(DType.Int32, Shape.Of(5, 2))]);
        Assert.Equal(graph.Batch([Expr.Stack(keys)], [true], 5)[0].Value, twice.Batch([Expr.Stack([Expr.Zeros([5, 2], DType.Int32), Expr.Stack(keys)])], [true], 2)[0][1].Value);
    }

    [Fact]
    public void Data_folded_in_may_be_traced()
    {
        var graph = Graph.Trace(x => [s_key.FoldIn(x[0]).Uniform(Shape.Of(3))], [new(DType.Int64, Shape.Scalar)]);
        Expr steps = Tensor.Of(new long[] { 0, 1, long.MaxValue, -1 });
        var batch = graph.Batch([steps], [true], 4)[0];
        Assert.Equal(Expr.Stack(steps.Value.ToArray<long>().Select(step => s_key.FoldIn(step).Uniform(Shape.Of(3)))).Value, batch.Value);
    }

    [Fact]
    public async Task Threads_change_no_bit()
    {
        var expected = s_key.Normal(Shape.Of(1000)).Value;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => s_key.Normal(Shape.Of(1000)).Value))), value => Assert.Equal(expected, value));
    }

    [Fact]
    public void Keys_differ_from_one_another_and_from_what_they_draw()
    {
        var key = s_key;
        var all = key.Split(1000).Concat(Enumerable.Range(0, 1000).Select(i => key.FoldIn(i))).Append(key).Select(k => k.Bits(Shape.Scalar, DType.Int64).Value.ToScalar<long>())
            .Concat(key.Split(1000).Select(k => k.Words.Value).Select(w => (uint)w.ToArray<int>()[0] | (long)w.ToArray<int>()[1] << 32))
            .Concat(key.Bits(Shape.Of(1000), DType.Int64)[1..].Value.ToArray<long>());
        Assert.Equal(4000, all.Distinct().Count());
        Assert.NotEqual(RandomKey.FromSeed(1).Bits(Shape.Of(4)).Value, RandomKey.FromSeed(1L << 32).Bits(Shape.Of(4)).Value);
    }

    private static void Says<TException>(string what, Func<object> call) where TException : Exception =>
        Assert.Contains(what, Assert.ThrowsAny<TException>(call).Message, StringComparison.Ordinal);

    [Fact]
    public void Errors_say_what_is_wrong()
    {
        Says<ShapeException>("expected keys: two words of dtype Int32", () => new RandomKey(Expr.Ones([2])));
        Says<ShapeException>("batch the function that draws", () => new RandomKey(Expr.Zeros([3, 2], DType.Int32)));
        Says<DTypeException>("Bits: expected Int32 or Int64; got Float64", () => s_key.Bits(Shape.Of(2), DType.Float64));
        Says<DTypeException>("Uniform: expected Float32 or Float64; got Int32", () => s_key.Uniform(Shape.Of(2), DType.Int32));
        Says<ShapeException>("Normal: expected parameters that broadcast to the shape (2,)", () => s_key.Normal(Shape.Of(2), mean: Expr.Zeros([3, 2])));
        Says<DTypeException>("FoldIn: expected a whole number", () => s_key.FoldIn(Expr.Scalar(0.5)));
        Says<ArgumentOutOfRangeException>("Permutation: expected count ≥ 0; got -1", () => s_key.Permutation(-1));
    }
}
