using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A new key for a key and each of some whole numbers: one of its children, or the key with data folded in. The keys' leading axes and the first axes of
/// the numbers are walked through together.
/// </summary>
internal sealed record DeriveKey(bool Split) : Op
{
    public static IEnumerable<OpInfo> Entries =>
    [
        RandomKey.Entry("Split", "new keys, independent of it and of one another", random =>
        {
            int count = random.Next(1, 4), index = random.Next(count);
            return (x => new RandomKey(x[0]).Split(count)[index].Words, $"Split({count})[{index}].Words", []);
        }) with
        { Signature = "key.Split(count = 2)", Edges = "Child i does not depend on how many there are." },
        RandomKey.Entry("FoldIn", "a new key for it and a number", random => (x => new RandomKey(x[0]).FoldIn(x[1]).Words, "FoldIn(x1).Words", [random.NextIndices(Shape.Scalar, int.MaxValue)])) with
        { Signature = "key.FoldIn(data)", Edges = "The data may be traced: the counter of a loop." },
    ];

    public override string Name => Split ? "Split" : "FoldIn";

    public override TensorType Infer(Inputs inputs)
    {
        var (leading, numbers) = (Keys.Leading(Name, inputs[0]), inputs[1].Shape);
        if (inputs[1].DType != DType.Int64)
            throw new DTypeException(Name, "whole numbers of dtype Int64", $"{inputs[1].DType}", "Cast them.");
        return numbers.Rank >= leading.Rank && numbers.Slice(0, leading.Rank) == leading ? new(DType.Int32, [.. numbers, 2])
            : throw new ShapeException(Name, $"numbers with the keys' leading axes {leading}", $"{numbers}");
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var keys = Keys.Of(inputs[0]);
        var numbers = inputs[1].Elements<long>();
        var result = Tensor.New<int>(ElementType.Int32, [.. inputs[1].Shape, 2], out var words);
        int each = keys.Length == 0 ? 0 : numbers.Length / keys.Length;
        for (int i = 0; i < numbers.Length; i++)
        {
            ulong key = keys[i / each];
            ulong derived = Split ? Threefry.Block(key, (uint)numbers[i], (uint)Purpose.Split)
                : Threefry.Block(Threefry.Block(key, (uint)numbers[i], (uint)Purpose.FoldInLow), (uint)(numbers[i] >> 32), (uint)Purpose.FoldInHigh);
            (words[2 * i], words[2 * i + 1]) = ((int)derived, (int)(derived >> 32));
        }
        return result;
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this,
        batched[0] ? inputs[0] : Batching.Repeat(inputs[0], size),
        batched[1] ? inputs[1] : Batching.Repeat(inputs[1], size));
}
