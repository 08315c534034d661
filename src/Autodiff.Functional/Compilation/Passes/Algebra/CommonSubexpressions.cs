using System.Numerics;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>Equal ops at equal inputs are computed once.</summary>
internal static class CommonSubexpressions
{
    public static Program Apply(Program program)
    {
        // A table of the new program's values by their hashes, with linear probing: a dictionary would hold each instruction once more.
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * program.Count + 2));
        using GrowingList<int> table = new(size), hashes = new(program.Count);
        table.Space[..size].Clear();             // value + 1; 0: free
        return program.Rewrite((builder, instruction) =>
        {
            Span<int> entries = table.Space, known = hashes.Space;
            int hash = Hash(instruction), at = hash & (size - 1);
            for (; entries[at] > 0; at = (at + 1) & (size - 1))
                if (known[entries[at] - 1] == hash && AreEqual(builder[entries[at] - 1], instruction))
                    return entries[at] - 1;
            int value = builder.Add(instruction);
            (entries[at], known[value]) = (value + 1, hash);
            return value;
        });
    }

    /// <summary>Is the same computed? Constants are compared bit by bit, unlike tensors: 0 and −0 are different constants.</summary>
    public static bool AreEqual(Instruction x, Instruction y) => x.Inputs == y.Inputs && x.Type.DType == y.Type.DType && x.Type.Shape == y.Type.Shape
        && (x is { Constant: { } one } && y is { Constant: { } other } ? SameBits(one, other) : ReferenceEquals(x.Op, y.Op) || x.Op.Equals(y.Op));

    public static int Hash(Instruction instruction)
    {
        int hash = instruction.Constant is { } value ? (IsOneNumber(value) ? value.First(1).ElementAsDouble(0).GetHashCode() : value.Size == 0 ? 0 : RuntimeHelpers.GetHashCode(value)) : instruction.Op.GetHashCode();
        // Numbers' hashes have equal low bits.
        uint mixed = ((uint)hash ^ (uint)instruction.Inputs.GetHashCode()) * 0x9E3779B1;
        return (int)(mixed ^ mixed >> 15);
    }

    private static bool IsOneNumber(Tensor x) => x.Size == 1 || (x.IsUniform && x.Size > 0);

    private static bool SameBits(Tensor x, Tensor y) => ReferenceEquals(x, y) || x.Size == 0
        || (IsOneNumber(x) && IsOneNumber(y) && x.First(1).Element.Run<Bits, bool>(new(x.First(1), y.First(1))));

    private readonly struct Bits(Tensor x, Tensor y) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E> =>
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.Elements<E>()).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(y.Elements<E>()));
    }
}
