using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"): 64 random bits as a function of
/// a key and a counter, of two words each. Nothing is carried from one to the next, so any part of a stream can be made by itself.
/// </summary>
internal static class Threefry
{
    /// <summary>The two words of a block: the first in the low half, the second in the high half.</summary>
    public static ulong Block(ulong key, uint first, uint second)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32), k2 = Parity ^ k0 ^ k1;
        uint x = first + k0, y = second + k1;
        Four(ref x, ref y, 13, 15, 26, 6);
        (x, y) = (x + k1, y + k2 + 1);
        Four(ref x, ref y, 17, 29, 16, 24);
        (x, y) = (x + k2, y + k0 + 2);
        Four(ref x, ref y, 13, 15, 26, 6);
        (x, y) = (x + k0, y + k1 + 3);
        Four(ref x, ref y, 17, 29, 16, 24);
        (x, y) = (x + k1, y + k2 + 4);
        Four(ref x, ref y, 13, 15, 26, 6);
        (x, y) = (x + k2, y + k0 + 5);
        return x | (ulong)y << 32;
    }

    /// <summary>The blocks whose counters' first words are 0, 1, 2 …</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(ulong key, uint second, Span<ulong> blocks)
    {
        ref ulong target = ref MemoryMarshal.GetReference(blocks);
        int i = 0;
        var steps = Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
        Vector256<uint> k0 = Vector256.Create((uint)key), k1 = Vector256.Create((uint)(key >> 32)), k2 = Vector256.Create(Parity) ^ k0 ^ k1;
        for (; i + 8 <= blocks.Length; i += 8)
        {
            Vector256<uint> x = Vector256.Create((uint)i) + steps + k0, y = Vector256.Create(second) + k1;
            Four(ref x, ref y, 13, 15, 26, 6);
            (x, y) = (x + k1, y + k2 + Vector256.Create(1u));
            Four(ref x, ref y, 17, 29, 16, 24);
            (x, y) = (x + k2, y + k0 + Vector256.Create(2u));
            Four(ref x, ref y, 13, 15, 26, 6);
            (x, y) = (x + k0, y + k1 + Vector256.Create(3u));
            Four(ref x, ref y, 17, 29, 16, 24);
            (x, y) = (x + k1, y + k2 + Vector256.Create(4u));
            Four(ref x, ref y, 13, 15, 26, 6);
            (x, y) = (x + k2, y + k0 + Vector256.Create(5u));
            (Vector256.WidenLower(x) | Vector256.WidenLower(y) << 32).StoreUnsafe(ref target, (nuint)i);
            (Vector256.WidenUpper(x) | Vector256.WidenUpper(y) << 32).StoreUnsafe(ref target, (nuint)i + 4);
        }
        for (; i < blocks.Length; i++)
            blocks[i] = Block(key, (uint)i, second);
    }

    private const uint Parity = 0x1BD11BDA;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref uint x, ref uint y, int a, int b, int c, int d)
    {
        x += y;
        y = uint.RotateLeft(y, a) ^ x;
        x += y;
        y = uint.RotateLeft(y, b) ^ x;
        x += y;
        y = uint.RotateLeft(y, c) ^ x;
        x += y;
        y = uint.RotateLeft(y, d) ^ x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref Vector256<uint> x, ref Vector256<uint> y, int a, int b, int c, int d)
    {
        x += y;
        y = (y << a | y >>> 32 - a) ^ x;
        x += y;
        y = (y << b | y >>> 32 - b) ^ x;
        x += y;
        y = (y << c | y >>> 32 - c) ^ x;
        x += y;
        y = (y << d | y >>> 32 - d) ^ x;
    }
}
