using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Fills memory that holds no value yet, or none any more, with bytes that are NaN in every floating-point type: a computation that reads it gives itself away. Fresh memory is usually zero and
/// hides such faults. The tests run with the switch on; otherwise the JIT removes the calls.
/// </summary>
internal static class Poison
{
    /// <summary>Is it on? Set by the process's configuration (<c>runtimeconfig.json</c>), once for all.</summary>
    public static bool IsOn { get; } = AppContext.TryGetSwitch("Autodiff.Functional.PoisonMemory", out bool isOn) && isOn;

    private const byte Byte = 0xFF;

    /// <summary>The same array, filled.</summary>
    public static T[] Filled<T>(T[] array)
    {
        Fill(array.AsSpan());
        return array;
    }

    public static void Fill<T>(Span<T> memory)
    {
        if (IsOn && !RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            for (; memory.Length > 0; memory = memory[Math.Min(memory.Length, 1 << 20)..])
                MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(memory)), Math.Min(memory.Length, 1 << 20) * Unsafe.SizeOf<T>()).Fill(Byte);
    }

    public static unsafe void Fill(nint address, long bytes)
    {
        if (IsOn)
            NativeMemory.Fill((void*)address, (nuint)bytes, Byte);
    }
}
