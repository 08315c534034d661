using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>Reads elements as those of another type of the same layout (<c>double</c> and <see cref="Real64"/>).</summary>
internal static class Elements
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<To> As<From, To>(ReadOnlySpan<From> span) where From : struct where To : struct =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<From, To>(ref MemoryMarshal.GetReference(span)), span.Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Span<To> As<From, To>(Span<From> span) where From : struct where To : struct =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<From, To>(ref MemoryMarshal.GetReference(span)), span.Length);
}

/// <summary>Scratch memory from the shared pool, given back at the end of the block that <c>using</c> opens.</summary>
internal readonly ref struct Buffer<T>
{
    private readonly T[] _rented;

    public Buffer(int length)
    {
        _rented = ArrayPool<T>.Shared.Rent(length);
        Span = _rented.AsSpan(0, length);
        Poison.Fill(Span);
    }

    public Span<T> Span { get; }

    public void Dispose() => ArrayPool<T>.Shared.Return(_rented);
}
