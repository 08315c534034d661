using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// What the second word of a Threefry counter says the block is for, so that what is drawn with a key has nothing to do with the keys derived from it.
/// </summary>
internal enum Purpose : uint
{
    Draw,
    Split,
    FoldInLow,
    FoldInHigh,
}

/// <summary>Keys as Threefry takes them: over the last axis of a tensor, two Int32 each, the low word first.</summary>
internal static class Keys
{
    /// <summary>The axes before the words.</summary>
    public static Shape Leading(string op, Expr key) => key.DType == DType.Int32 && key.Rank > 0 && key.Shape[^1] == 2
        ? key.Shape.Slice(0, key.Rank - 1)
        : throw new ShapeException(op, "keys: two words of dtype Int32 over the last axis", $"{key.Type}", "Make one with RandomKey.FromSeed.");

    public static ulong[] Of(Tensor words)
    {
        var elements = words.Elements<int>();
        var keys = new ulong[elements.Length / 2];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = (uint)elements[2 * i] | (ulong)(uint)elements[2 * i + 1] << 32;
        return keys;
    }
}

/// <summary>
/// Random bits: a key's block i is element i of an Int64, or elements 2i and 2i + 1 of an Int32, in row-major order of the shape. So a shorter draw is
/// the beginning of a longer one, and the same whatever else is in the batch.
/// </summary>
internal sealed record RandomBits(Shape Of, DType DType) : Op
{
    public static OpInfo Info => RandomKey.Entry("Bits", "random bits, as integers", random =>
    {
        var shape = random.NextShape();
        var dtype = random.NextBool() ? DType.Int32 : DType.Int64;
        return (x => new RandomKey(x[0]).Bits(shape, dtype), $"Bits({RandomKey.Text(shape)}, DType.{dtype})", []);
    }) with
    { Signature = "key.Bits(shape, dtype = Int32)", Edges = "The same on every machine; a shorter draw is the beginning of a longer one." };

    public override string Attributes => $"{DType}{Of}";

    public override TensorType Infer(Inputs inputs) => new(DType, Of.After(Keys.Leading(Name, inputs[0])));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var keys = Keys.Of(inputs[0]);
        var shape = Of.After(inputs[0].Shape.Slice(0, inputs[0].Rank - 1));
        int size = Of.Size;
        if (DType == DType.Int64)
        {
            var whole = Tensor.New<long>(ElementType.Int64, shape, out var numbers);
            for (int i = 0; i < keys.Length; i++)
                Threefry.Fill(keys[i], (uint)Purpose.Draw, MemoryMarshal.Cast<long, ulong>(numbers.Slice(i * size, size)));
            return whole;
        }
        var result = Tensor.New<int>(ElementType.Int32, shape, out var elements);
        using var blocks = new Buffer<ulong>((size + 1) / 2);
        for (int i = 0; i < keys.Length; i++)
        {
            Threefry.Fill(keys[i], (uint)Purpose.Draw, blocks.Span);
            for (int k = 0; k < size; k++)
                elements[i * size + k] = (int)(blocks.Span[k / 2] >> 32 * (k % 2));
        }
        return result;
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}

/// <summary>64 random bits as a number in [0, 1), even: as many of the leading bits as the dtype's mantissa holds. So a Float32 is the Float64 cut off.</summary>
internal sealed record UnitInterval(DType DType) : Op
{
    public override string Attributes => $"{DType}";

    public override TensorType Infer(Inputs inputs) => inputs[0].DType == DType.Int64 && DType.IsFloating() ? new(DType, inputs[0].Shape)
        : throw new DTypeException(Name, "Int64 to a floating dtype", $"{inputs[0].DType} to {DType}");

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        var bits = inputs[0].Elements<long>();
        if (DType == DType.Float32)
        {
            var single = Tensor.New<float>(ElementType.Float32, inputs[0].Shape, out var floats);
            for (int i = 0; i < floats.Length; i++)
                floats[i] = (bits[i] >>> 40) * (1f / (1 << 24));
            return single;
        }
        var result = Tensor.New<double>(ElementType.Float64, inputs[0].Shape, out var doubles);
        for (int i = 0; i < doubles.Length; i++)
            doubles[i] = (bits[i] >>> 11) * (1.0 / (1L << 53));
        return result;
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}
