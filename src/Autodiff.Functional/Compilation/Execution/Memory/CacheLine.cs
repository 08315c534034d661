using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>The unit of memory that runs work in: everything begins at a line of its own. Counted in lines, one array holds more than 2³¹ bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal readonly struct CacheLine
{
    public const int Bytes = 64;

    /// <summary>Rounds up to whole lines.</summary>
    public static long Rounded(long bytes) => (bytes + Bytes - 1) & -Bytes;

    /// <summary>Memory for so many bytes from <see cref="Start"/> on, which stays where it is.</summary>
    /// <exception cref="OutOfMemoryException">It is more than the system has.</exception>
    public static CacheLine[] Allocate(long bytes) => Poison.Filled(GC.AllocateUninitializedArray<CacheLine>(checked((int)(Rounded(bytes) / Bytes + 1)), pinned: true));

    /// <summary>The first line that lies within one of the processor's.</summary>
    public static nint Start(CacheLine[] memory) => (Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) + Bytes - 1) & -Bytes;
}
