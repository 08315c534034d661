using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The numbers 0 … count − 1 in random order (Fisher and Yates 1938; Durstenfeld 1964). A step takes 64 bits down to one of n places by the high half of
/// a product, so no place is favoured by more than n in 2⁶⁴.
/// </summary>
internal sealed record RandomOrder(int Count) : Op
{
    public static OpInfo Info => RandomKey.Entry("Permutation", "0 … count − 1, or the parts of a tensor along an axis, in random order", random =>
    {
        if (random.NextBool() && random.Next(5) is var count)
            return (x => new RandomKey(x[0]).Permutation(count), $"Permutation({count})", []);
        var shape = random.NextShape(minRank: 1);
        int axis = random.NextAxis(shape.Rank);
        return (x => new RandomKey(x[0]).Permutation(x[1], axis), $"Permutation(x1, {axis})", [random.NextTensor(shape)]);
    }) with
    { Signature = "key.Permutation(count), key.Permutation(x, axis = 0)", Derivative = "d in that order" };

    public override string Attributes => $"{Count}";

    public override TensorType Infer(Inputs inputs) => new(DType.Int64, Shape.Of(Count).After(Keys.Leading(Name, inputs[0])));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var keys = Keys.Of(inputs[0]);
        var result = Tensor.New<long>(ElementType.Int64, Shape.Of(Count).After(inputs[0].Shape.Slice(0, inputs[0].Rank - 1)), out var elements);
        using var blocks = new Buffer<ulong>(Count);
        for (int i = 0; i < keys.Length; i++)
        {
            Threefry.Fill(keys[i], (uint)Purpose.Draw, blocks.Span);
            var order = elements.Slice(i * Count, Count);
            for (int k = 0; k < Count; k++)
                order[k] = k;
            for (int k = Count - 1; k > 0; k--)
            {
                int other = (int)Math.BigMul(blocks.Span[k], (ulong)k + 1, out _);
                (order[k], order[other]) = (order[other], order[k]);
            }
        }
        return result;
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}
