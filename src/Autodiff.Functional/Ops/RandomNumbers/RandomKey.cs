using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// A key to random numbers: a value. The same key gives the same numbers, always and on every machine; other numbers take another key, which
/// <see cref="Split"/> and <see cref="FoldIn(Expr)"/> make. A key is made of nodes, so what draws with it is a pure function of it, and over a batch of keys it is a batch of draws.
/// </summary>
/// <remarks>
/// <para>The generator is Threefry-2x32 with 20 rounds: element i of a draw is a function of the key and of i alone. So a shorter draw is the beginning of a
/// longer one, the shape only arranges the elements, and no batch, order or thread count changes a bit. Bits, uniform numbers, permutations and keys are
/// the same on every machine; normal numbers up to the last bits of the logarithm and cosine there.</para>
/// <para>A key may be split and drawn from; but two draws with one key are not independent: they are the same bits.</para>
/// </remarks>
/// <example><code>
/// var keys = RandomKey.FromSeed(42).Split(2);
/// var weights = keys[0].Normal(Shape.Of(128, 10), standardDeviation: 0.1);
/// var noise = keys[1].Uniform(Shape.Of(10));
/// </code></example>
[JsonConverter(typeof(RandomKeyConverter))]
public sealed class RandomKey
{
    /// <summary>The key with these words: a node of two Int32, the low word first. A batch of keys is a node of such pairs, handed to a batched function.</summary>
    /// <exception cref="ShapeException">It is not two Int32.</exception>
    public RandomKey(Expr words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (Keys.Leading("RandomKey", words).Rank > 0)
            throw new ShapeException("RandomKey", "one key: two words of dtype Int32", $"{words.Type}", "For a batch of keys, batch the function that draws.");
        Words = words;
    }

    /// <summary>The words of the key.</summary>
    public Expr Words { get; }

    /// <summary>The key of a seed. Seeds that differ give keys that differ.</summary>
    public static RandomKey FromSeed(long seed) => new(Tensor.Of((ReadOnlySpan<int>)[(int)seed, (int)(seed >> 32)]));

    /// <summary>New keys, independent of this one and of one another. Child i does not depend on how many there are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public ImmutableArray<RandomKey> Split(int count = 2)
    {
        OutOfRange.Below("Split", count, 0, "Give the number of keys.");
        var words = Expr.Apply(new DeriveKey(Split: true), Words, Expr.Arange(count));
        return [.. Enumerable.Range(0, count).Select(i => new RandomKey(words[i]))];
    }

    /// <summary>A new key for this one and a whole number: for the step of a loop, the index of a worker.</summary>
    public RandomKey FoldIn(long data) => FoldIn(Expr.Constant(Tensor.Scalar(data)));

    /// <summary>A new key for this one and a whole number, which may be traced.</summary>
    /// <exception cref="DTypeException">It is not an integer.</exception>
    /// <exception cref="ShapeException">It is not a scalar.</exception>
    public RandomKey FoldIn(Expr data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Rank > 0)
            throw new ShapeException("FoldIn", "a scalar", $"the shape {data.Shape}", "For several keys, batch the function that folds in.");
        if (!data.DType.IsInteger() && !data.IsWeak)
            throw new DTypeException("FoldIn", "a whole number, of dtype Int32 or Int64", $"{data.DType}", "Cast it.");
        return new(Expr.Apply(new DeriveKey(Split: false), Words, Expr.Cast(data, DType.Int64)));
    }

    /// <summary>Random bits: integers over all of their range.</summary>
    /// <exception cref="DTypeException">The dtype is not an integer.</exception>
    public Expr Bits(Shape shape, DType dtype = DType.Int32) => dtype.IsInteger() ? Expr.Apply(new RandomBits(shape, dtype), Words)
        : throw new DTypeException("Bits", "Int32 or Int64", $"{dtype}", "Draw numbers with Uniform or Normal.");

    /// <summary>
    /// Numbers drawn evenly from low (included) to high (excluded, but for rounding), 0 to 1 if not given, with as many random bits as the dtype's mantissa
    /// holds; a Float32 is the Float64 cut off. The bounds broadcast to the shape, and are differentiable: a number is low + (high − low)·u.
    /// </summary>
    /// <exception cref="ShapeException">A bound does not broadcast to the shape.</exception>
    /// <exception cref="DTypeException">The dtype is not floating-point, or a bound has another.</exception>
    public Expr Uniform(Shape shape, DType dtype = DType.Float64, Expr? low = null, Expr? high = null)
    {
        RequireFloating("Uniform", dtype);
        var unit = Unit(shape, dtype);
        if (low is null && high is null)
            return unit;
        (low, high) = (Parameter("Uniform", low ?? 0.0, dtype), Parameter("Uniform", high ?? 1.0, dtype));
        return In(shape, "Uniform", Composite.Of("Uniform", low, high, unit, static (low, high, unit) => low + (high - low) * unit));
    }

    /// <summary>
    /// Normal numbers (Box and Muller 1958), of mean 0 and standard deviation 1 if not given, up to 8.5 deviations from the mean; a Float32 is the Float64
    /// rounded. Mean and deviation broadcast to the shape, and are differentiable: a number is mean + deviation·z.
    /// </summary>
    /// <exception cref="ShapeException">Mean or deviation does not broadcast to the shape.</exception>
    /// <exception cref="DTypeException">The dtype is not floating-point, or mean or deviation has another.</exception>
    public Expr Normal(Shape shape, DType dtype = DType.Float64, Expr? mean = null, Expr? standardDeviation = null)
    {
        RequireFloating("Normal", dtype);
        // Of each pair of uniform numbers, a radius and an angle: two normal numbers.
        int pairs = (shape.Size + 1) / 2;
        var unit = Unit(Shape.Of(pairs, 2), DType.Float64);
        var radius = Expr.Sqrt(-2.0 * Expr.Log1p(-unit[.., ..1]));
        var angle = 2 * Math.PI * unit[.., 1..];
        var both = Expr.Concatenate([radius * Expr.Cos(angle), radius * Expr.Sin(angle)], 1);
        var z = Expr.Cast(Expr.Reshape(Expr.Ravel(both)[..shape.Size], shape), dtype);
        z = standardDeviation is null ? z : Composite.Of("Normal", Parameter("Normal", standardDeviation, dtype), z, Expr.Multiply);
        return In(shape, "Normal", mean is null ? z : Composite.Of("Normal", Parameter("Normal", mean, dtype), z, Expr.Add));
    }

    /// <summary>True with a probability: where a uniform number is below it.</summary>
    public Expr Bernoulli(Expr probability)
    {
        ArgumentNullException.ThrowIfNull(probability);
        return Bernoulli(probability, probability.Shape);
    }

    /// <summary>True with a probability, which broadcasts to the shape: where a uniform number is below it.</summary>
    /// <exception cref="ShapeException">The probability does not broadcast to the shape.</exception>
    public Expr Bernoulli(Expr probability, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(probability);
        probability = Promotion.Number("Bernoulli", probability, Domain.Real);
        if (!probability.Shape.BroadcastsTo(shape))
            throw new ShapeException("Bernoulli", $"a probability that broadcasts to the shape {shape}", $"{probability.Shape}");
        return Unit(shape, probability.DType) < probability;
    }

    /// <summary>
    /// The index along an axis, drawn with probabilities that are the softmax of the logits there: one for each other position (the largest of logit plus
    /// Gumbel noise; Gumbel 1954). A logit of −∞ is never drawn unless all are. For several draws, stretch the logits.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public Expr Categorical(Expr logits, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(logits);
        logits = Promotion.Number("Categorical", logits, Domain.Real);
        // The least number that could come is lifted off 0, where the noise would be infinite.
        var noise = -Expr.Log(-Expr.Log(Expr.Maximum(Unit(logits.Shape, DType.Float64), Math.ScaleB(1, -54))));
        return Composite.Of("Categorical", logits + Expr.Cast(noise, logits.DType), axis, static (noisy, axis) => Expr.ArgMax(noisy, axis));
    }

    /// <summary>The numbers 0 … count − 1 in random order, as Int64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Expr Permutation(int count)
    {
        OutOfRange.Below("Permutation", count, 0, "Give how many numbers to permute.");
        return Expr.Apply(new RandomOrder(count), Words);
    }

    /// <summary>The parts of a tensor along an axis, in random order.</summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public Expr Permutation(Expr x, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Expr.Take(x, Permutation(x.Shape[x.Shape.Axis(axis)]), axis);
    }

    /// <summary>The words, if they are known.</summary>
    public override string ToString() => Words.Remembered is { } words ? $"RandomKey({(uint)words.Elements<int>()[0]:x8} {(uint)words.Elements<int>()[1]:x8})" : $"RandomKey({Words})";

    private Expr Unit(Shape shape, DType dtype) => Expr.Apply(new UnitInterval(dtype), Bits(shape, DType.Int64));

    /// <summary>Whole numbers as parameters are taken as numbers of the draw's dtype.</summary>
    private static Expr Parameter(string op, Expr x, DType dtype) => x.DType.IsInteger() ? Expr.Cast(x, dtype) : Promotion.Number(op, x, Domain.Real);

    private static Expr In(Shape shape, string op, Expr drawn) => drawn.Shape == shape ? drawn
        : throw new ShapeException(op, $"parameters that broadcast to the shape {shape}", $"ones that make it {drawn.Shape}");

    private static void RequireFloating(string op, DType dtype)
    {
        if (!dtype.IsFloating())
            throw new DTypeException(op, "Float32 or Float64", $"{dtype}", "Draw integers with Bits.");
    }

    /// <summary>What the catalogue says of drawing: the first input is the key, the others follow.</summary>
    internal static OpInfo Entry(string name, string formula, Func<Random, (Func<ImmutableArray<Expr>, Expr> Draw, string Call, ImmutableArray<Tensor> Others)> draw) =>
        new($"RandomKey.{name}", formula, random =>
        {
            var key = Tensor.Of((ReadOnlySpan<int>)[random.Next(), random.Next()]);
            var (apply, call, others) = draw(random);
            return new([key, .. others], inputs => apply(inputs), $"new RandomKey(x0).{call}");
        })
        {
            Source = "Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3",
        };

    internal static string Text(Shape shape) => $"Shape.Of({string.Join(", ", shape)})";

    private static DType Floating(Expr x) => x.DType.IsFloating() ? x.DType : DType.Float64;

    internal static IEnumerable<OpInfo> Entries =>
    [
        Entry("Uniform", "low + (high − low)·u, u even on [0, 1)", random =>
        {
            var shape = random.NextShape();
            return (x => new RandomKey(x[0]).Uniform(shape, Floating(x[1]), x[1], x[2]), $"Uniform({Text(shape)}, DType.Float64, x1, x2)",
                [random.NextTensor(random.NextPartOf(shape), new(-2, -1)), random.NextTensor(random.NextPartOf(shape), new(1, 2))]);
        }) with
        { Signature = "key.Uniform(shape, dtype = Float64, low = 0, high = 1)", Derivative = "dlow·(1 − u) + dhigh·u", Edges = "Float32 is Float64 cut off. [0, 1) exactly; other bounds up to rounding." },
        Entry("Normal", "mean + deviation·z, z normal", random =>
        {
            var shape = random.NextShape();
            return (x => new RandomKey(x[0]).Normal(shape, Floating(x[1]), x[1], x[2]), $"Normal({Text(shape)}, DType.Float64, x1, x2)",
                [random.NextTensor(random.NextPartOf(shape)), random.NextTensor(random.NextPartOf(shape), new(0.5, 2))]);
        }) with
        { Signature = "key.Normal(shape, dtype = Float64, mean = 0, standardDeviation = 1)", Derivative = "dmean + ddeviation·z", Source = "Box and Muller 1958, A note on the generation of random normal deviates", Edges = "Float32 is Float64 rounded." },
        Entry("Bernoulli", "true with a probability", random => (x => new RandomKey(x[0]).Bernoulli(x[1]), "Bernoulli(x1)", [random.NextTensor(random.NextShape(), new(0, 1))])) with
        { Signature = "key.Bernoulli(probability, shape = its own)", Edges = "Never at 0, always at 1." },
        Entry("Categorical", "an index, with probabilities softmax(logits)", random =>
        {
            var shape = random.NextShape(minRank: 1, minDimension: 1);
            int axis = random.NextAxis(shape.Rank);
            return (x => new RandomKey(x[0]).Categorical(x[1], axis), $"Categorical(x1, {axis})", [random.NextTensor(shape)]);
        }) with
        { Signature = "key.Categorical(logits, axis = -1)", Source = "Gumbel 1954, Statistical theory of extreme values", Edges = "A logit of −∞ is not drawn." },
    ];
}
