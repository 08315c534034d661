using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>Memory of the caller's that an output of a compiled function is written to, row by row. An array or a <see cref="Memory{T}"/> of double, float, long, int or bool is one.</summary>
/// <example><code>
/// var gradient = new double[1000];
/// step.Run(x, into: gradient);
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public readonly struct OutputBuffer
{
    private OutputBuffer(DType dtype, Array? array, IPinnable? pinnable, int start, int length) =>
        (DType, Array, Pinnable, Start, Length) = (dtype, array, pinnable, start, length);

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>How many elements there are.</summary>
    public int Length { get; }

    internal Array? Array { get; }
    internal IPinnable? Pinnable { get; }
    internal int Start { get; }
    internal bool IsDefault => Array is null && Pinnable is null;

    /// <summary>Some memory as an output.</summary>
    /// <exception cref="DTypeException">The elements are not bool, int, long, float or double.</exception>
    public static OutputBuffer Of<T>(Memory<T> memory) where T : unmanaged
    {
        var dtype = ElementType.Of<T>("OutputBuffer.Of").DType;
        return MemoryMarshal.TryGetArray<T>(memory, out var segment) ? new(dtype, segment.Array ?? [], null, segment.Offset, segment.Count)
            : MemoryMarshal.TryGetMemoryManager<T, MemoryManager<T>>(memory, out var manager, out int start, out int length) ? new(dtype, null, manager, start, length)
            : throw new NotSupportedException("Memory is that of an array or of a MemoryManager.");
    }

#pragma warning disable CS1591, CA2225 // each converts memory of its type
    public static implicit operator OutputBuffer(Memory<double> memory) => Of(memory);
    public static implicit operator OutputBuffer(Memory<float> memory) => Of(memory);
    public static implicit operator OutputBuffer(Memory<long> memory) => Of(memory);
    public static implicit operator OutputBuffer(Memory<int> memory) => Of(memory);
    public static implicit operator OutputBuffer(Memory<bool> memory) => Of(memory);
    public static implicit operator OutputBuffer(double[] array) => Of(array.AsMemory());
    public static implicit operator OutputBuffer(float[] array) => Of(array.AsMemory());
    public static implicit operator OutputBuffer(long[] array) => Of(array.AsMemory());
    public static implicit operator OutputBuffer(int[] array) => Of(array.AsMemory());
    public static implicit operator OutputBuffer(bool[] array) => Of(array.AsMemory());
#pragma warning restore CS1591, CA2225
}
