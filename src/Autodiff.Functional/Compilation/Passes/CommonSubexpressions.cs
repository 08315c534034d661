using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Compilation;

/// <summary>Equal ops at equal inputs are computed once.</summary>
internal static class CommonSubexpressions
{
    public static Program Apply(Program program)
    {
        var known = new Dictionary<Key, int>(program.Count);
        return program.Rewrite((builder, instruction) =>
        {
            var key = new Key(instruction);
            if (!known.TryGetValue(key, out int value))
                known.Add(key, value = builder.Add(instruction));
            return value;
        });
    }

    /// <summary>What is computed. Constants are compared bit by bit, unlike tensors: 0 and −0 are different constants.</summary>
    private readonly struct Key(Instruction instruction) : IEquatable<Key>
    {
        private readonly Op _op = instruction.Op;
        private readonly ImmutableArray<int> _inputs = instruction.Inputs;
        private readonly TensorType _type = instruction.Type;

        public bool Equals(Key other)
        {
            if (!_inputs.AsSpan().SequenceEqual(other._inputs.AsSpan()) || _type.DType != other._type.DType || _type.Shape != other._type.Shape)
                return false;
            return _op is Constant x && other._op is Constant y ? SameBits(x.Value, y.Value) : _op.Equals(other._op);
        }

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            int hash = _op is Constant { Value: var value } ? (IsOneNumber(value) ? value.First(1).ElementAsDouble(0).GetHashCode() : value.Size == 0 ? 0 : RuntimeHelpers.GetHashCode(value)) : _op.GetHashCode();
            foreach (int input in _inputs)
                hash = HashCode.Combine(hash, input);
            return hash;
        }

        private static bool IsOneNumber(Tensor x) => x.Size == 1 || (x.IsUniform && x.Size > 0);

        private static bool SameBits(Tensor x, Tensor y) => ReferenceEquals(x, y) || x.Size == 0
            || (IsOneNumber(x) && IsOneNumber(y) && x.First(1).Element.Run<Bits, bool>(new(x.First(1), y.First(1))));
    }

    private readonly struct Bits(Tensor x, Tensor y) : IKernel<bool>
    {
        public bool Run<E>() where E : unmanaged, IElementary<E> =>
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.Elements<E>()).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(y.Elements<E>()));
    }
}
