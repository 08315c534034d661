using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Finds memory that two values of a run would share. A tensor may stand in an array of the caller's (of an ImmutableArray nothing is copied), and the caller may hand that very array out as a
/// buffer: then a step would read what another has written already.
/// </summary>
internal static unsafe class SharedMemory
{
    private const int Few = 16;     // so many are compared each with each; more are sorted

    private static readonly Comparison<(int Array, int Start, int Index)> s_byAddress = (a, b) => a.Array != b.Array ? a.Array.CompareTo(b.Array) : a.Start.CompareTo(b.Start);

    /// <summary>No two buffers share memory: what would be in them then depends on which is written last.</summary>
    /// <exception cref="ArgumentException">Two do.</exception>
    public static void RequireApart(ReadOnlySpan<OutputBuffer> buffers)
    {
        if (buffers.Length > Few)
        {
            RequireApartSorted(buffers);
            return;
        }
        for (int i = 1; i < buffers.Length; i++)
        {
            var array = buffers[i].Array;
            for (int j = 0; j < i; j++)
                // Two arrays are apart.
                if ((ReferenceEquals(buffers[j].Array, array) || array is null || buffers[j].Array is null) && Overlap(buffers[i], buffers[j]))
                    throw Shared(j, i);
        }
    }

    // Arrays are objects apart from one another, so only places in one array are to be compared; a sort brings them together.
    private static void RequireApartSorted(ReadOnlySpan<OutputBuffer> buffers)
    {
        var rented = ArrayPool<(int Array, int Start, int Index)>.Shared.Rent(buffers.Length);
        try
        {
            int count = 0;
            for (int i = 0; i < buffers.Length; i++)
                if (buffers[i] is { Array: { } array, Length: > 0 })
                    rented[count++] = (RuntimeHelpers.GetHashCode(array), buffers[i].Start, i);
                else
                    for (int j = 0; j < buffers.Length; j++)    // known by its address only
                        if (i != j && Overlap(buffers[i], buffers[j]))
                            throw Shared(Math.Min(i, j), Math.Max(i, j));
            var ranges = rented.AsSpan(0, count);
            ranges.Sort(s_byAddress);
            // Two arrays may have one hash: each is compared with all of its hash that begin before its end.
            for (int i = 0; i < count; i++)
                for (int j = i + 1; j < count && ranges[j].Array == ranges[i].Array && ranges[j].Start < ranges[i].Start + buffers[ranges[i].Index].Length; j++)
                    if (Overlap(buffers[ranges[i].Index], buffers[ranges[j].Index]))
                        throw Shared(Math.Min(ranges[i].Index, ranges[j].Index), Math.Max(ranges[i].Index, ranges[j].Index));
        }
        finally
        {
            ArrayPool<(int, int, int)>.Shared.Return(rented);
        }
    }

    /// <summary>No buffer shares memory with a constant that a plan reads where it is: the next run would find another one.</summary>
    /// <exception cref="ArgumentException">One does.</exception>
    public static void RequireApart(ReadOnlySpan<OutputBuffer> buffers, ImmutableArray<Tensor> constants)
    {
        foreach (var constant in constants)
            for (int i = 0; i < buffers.Length; i++)
                if (Overlap(buffers[i], constant.Array, constant.Offset, constant.Size, constant.Element.Size))
                    throw new ArgumentException($"Compiled.Run: expected buffers apart from what the function captured; got as buffer {i} memory of a captured constant of {constant.Type}, which later runs would find changed. Pass an array of its own, or make the constant an argument.");
    }

    private static ArgumentException Shared(int first, int second) =>
        new($"Compiled.Run: expected buffers apart from one another; got memory in common for outputs {first} and {second}. Pass an array of its own for each, or slices that do not overlap.");

    /// <summary>
    /// Of the large arguments those that a large output would be written over are read from copies: so a step may give its results into the very memory that its arguments came from. Small
    /// ones are copied in any case.
    /// </summary>
    /// <param name="frame">The memory of the run, where all of them stand pinned.</param>
    /// <param name="arguments">The large arguments.</param>
    /// <param name="outputs">The large outputs, which are apart from one another.</param>
    public static void CopyOverwritten(Frame frame, ImmutableArray<Operand> arguments, ImmutableArray<Operand> outputs)
    {
        (nint Start, nint End)[]? rented = outputs.Length > Few ? ArrayPool<(nint Start, nint End)>.Shared.Rent(outputs.Length) : null;
        var ranges = rented is not null ? rented.AsSpan(0, outputs.Length) : stackalloc (nint Start, nint End)[outputs.Length];
        var (first, last) = (nint.MaxValue, nint.MinValue);
        for (int i = 0; i < ranges.Length; i++)
        {
            nint start = frame.Address(outputs[i].At), end = start + (nint)outputs[i].Bytes;
            ranges[i] = (start, end);
            (first, last) = (Math.Min(first, start), Math.Max(last, end));
        }
        if (rented is not null)
            ranges.Sort();
        foreach (var argument in arguments)
            if (frame.Address(argument.At) is var address && address < last && address + (nint)argument.Bytes > first && Meets(address, argument.Bytes, ranges, isSorted: rented is not null))
            {
                var copy = argument.Element.Allocate(argument.Size);
                fixed (byte* to = &MemoryMarshal.GetArrayDataReference(copy))
                    Buffer.MemoryCopy((void*)address, to, argument.Bytes, argument.Bytes);
                frame.Pin(argument.At.Region, copy, 0);
            }
        if (rented is not null)
            ArrayPool<(nint Start, nint End)>.Shared.Return(rented);
    }

    private static bool Meets(nint start, long bytes, ReadOnlySpan<(nint Start, nint End)> ranges, bool isSorted)
    {
        int from = 0, to = ranges.Length;
        if (isSorted)
        {
            // The first that ends behind the start: as they are apart, no other is nearer.
            for (int high = to; from < high;)
            {
                int middle = (from + high) / 2;
                if (ranges[middle].End > start)
                    high = middle;
                else
                    from = middle + 1;
            }
            to = Math.Min(to, from + 1);
        }
        for (; from < to; from++)
            if (ranges[from].End > start && ranges[from].Start < start + (nint)bytes)
                return true;
        return false;
    }

    private static bool Overlap(in OutputBuffer a, in OutputBuffer b)
    {
        if (b.Array is { } array)
            return Overlap(a, array, b.Start, b.Length, ElementType.Of(b.DType).Size);
        if (a.Array is not null)
            return Overlap(b, a);
        bool overlap = Overlap(a, ref *(byte*)b.Pinnable!.Pin(b.Start).Pointer, Bytes(b));
        b.Pinnable.Unpin();
        return overlap;
    }

    private static bool Overlap(in OutputBuffer buffer, Array array, int start, int length, int size) => buffer.Array is { } own
        ? ReferenceEquals(own, array) && buffer.Start < start + length && start < buffer.Start + buffer.Length && length > 0 && buffer.Length > 0
        : Overlap(buffer, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), (nint)start * size), (long)length * size);

    private static bool Overlap(in OutputBuffer managed, ref byte other, long bytes)
    {
        nint from = Unsafe.ByteOffset(ref *(byte*)managed.Pinnable!.Pin(managed.Start).Pointer, ref other);
        managed.Pinnable.Unpin();
        return bytes > 0 && managed.Length > 0 && (from >= 0 ? from < Bytes(managed) : -from < bytes);
    }

    private static long Bytes(in OutputBuffer buffer) => (long)buffer.Length * ElementType.Of(buffer.DType).Size;
}
