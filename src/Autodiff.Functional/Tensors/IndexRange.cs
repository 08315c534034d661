using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>An axis whose sub-tensors are named by indices.</summary>
/// <param name="Op">The op, for the error.</param>
/// <param name="Data">The shape that is indexed.</param>
/// <param name="Axis">The axis.</param>
internal sealed record IndexRange(string Op, Shape Data, int Axis)
{
    public int Length { get; } = Data[Axis];

    /// <summary>How many elements lie together at each place.</summary>
    public int Inner { get; } = Data.Slice(Axis + 1, Data.Rank - Axis - 1).Size;

    /// <summary>An index as 0 … length − 1.</summary>
    /// <exception cref="IndexException">It is outside −length … length − 1.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Position(long index)
    {
        long position = index < 0 ? index + Length : index;
        return (ulong)position < (ulong)Length ? (int)position : throw Outside(index);
    }

    private IndexException Outside(long index) => new(Op, $"indices in {-Length} … {Length - 1} at axis {Axis} of {Data}", $"{index}");
}
