using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>Choosing between two words by a bool, without a branch: a condition is rarely predictable.</summary>
internal static class Selection
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Of64(ReadOnlySpan<bool> condition, ReadOnlySpan<ulong> yes, nint yesStep, ReadOnlySpan<ulong> no, nint noStep, Span<ulong> z)
    {
        ref byte bit = ref Unsafe.As<bool, byte>(ref MemoryMarshal.GetReference(condition));
        ref ulong left = ref MemoryMarshal.GetReference(yes), right = ref MemoryMarshal.GetReference(no), to = ref MemoryMarshal.GetReference(z);
        for (nint i = 0; i < z.Length; i++)
        {
            ulong other = Unsafe.Add(ref right, i * noStep);
            Unsafe.Add(ref to, i) = other ^ ((other ^ Unsafe.Add(ref left, i * yesStep)) & (0 - (ulong)Unsafe.Add(ref bit, i)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Of32(ReadOnlySpan<bool> condition, ReadOnlySpan<uint> yes, nint yesStep, ReadOnlySpan<uint> no, nint noStep, Span<uint> z)
    {
        ref byte bit = ref Unsafe.As<bool, byte>(ref MemoryMarshal.GetReference(condition));
        ref uint left = ref MemoryMarshal.GetReference(yes), right = ref MemoryMarshal.GetReference(no), to = ref MemoryMarshal.GetReference(z);
        for (nint i = 0; i < z.Length; i++)
        {
            uint other = Unsafe.Add(ref right, i * noStep);
            Unsafe.Add(ref to, i) = other ^ ((other ^ Unsafe.Add(ref left, i * yesStep)) & (0 - (uint)Unsafe.Add(ref bit, i)));
        }
    }
}
