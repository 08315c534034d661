using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Kernels;

/// <summary>Truth values between memory, a byte each, and the lanes of a register: all bits of a lane, or none. What differs with the width of registers.</summary>
internal static class TruthValues
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ref readonly bool source, out Vector256<long> mask)
    {
        (Vector128<long> low, Vector128<long> high) = Vector128.Widen(Vector128.WidenLower(Vector128.WidenLower(Bytes<uint>(in source))));
        mask = -Vector256.Create(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ref readonly bool source, out Vector256<int> mask)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.WidenLower(Bytes<ulong>(in source)));
        mask = -Vector256.Create(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ref readonly bool source, out Vector512<long> mask)
    {
        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.WidenLower(Bytes<ulong>(in source)));
        (Vector256<long> lower, Vector256<long> upper) = Vector256.Widen(Vector256.Create(low, high));
        mask = -Vector512.Create(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ref readonly bool source, out Vector512<int> mask)
    {
        (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Bytes<Vector128<sbyte>>(in source));
        (Vector256<int> lower, Vector256<int> upper) = Vector256.Widen(Vector256.Create(low, high));
        mask = -Vector512.Create(lower, upper);
    }

    /// <summary>Writes whether each lane is negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSigns(Vector256<double> lanes, ref bool target) => Write(ref target, (uint)Spread(lanes.ExtractMostSignificantBits()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSigns(Vector256<float> lanes, ref bool target) => Write(ref target, Spread(lanes.ExtractMostSignificantBits()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSigns(Vector512<double> lanes, ref bool target) => Write(ref target, Spread((uint)lanes.ExtractMostSignificantBits()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSigns(Vector512<float> lanes, ref bool target)
    {
        uint bits = (uint)lanes.ExtractMostSignificantBits();
        Write(ref target, Vector128.Create(Spread(bits & 0xFF), Spread(bits >> 8)));
    }

    /// <summary>Eight bits, each as the lowest of a byte: a product with 1 + 2⁷ + 2¹⁴ + 2²¹ does it for four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(uint bits) => Bmi2.X64.IsSupported
        ? Bmi2.X64.ParallelBitDeposit(bits, 0x0101010101010101)
        : ((bits & 0x0F) * 0x00204081ul & 0x01010101ul) | ((bits >> 4) * 0x00204081ul & 0x01010101ul) << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Bytes<T>(ref readonly bool source) where T : unmanaged
    {
        T bytes = Unsafe.ReadUnaligned<T>(ref Unsafe.As<bool, byte>(ref Unsafe.AsRef(in source)));
        return typeof(T) == typeof(uint) ? Vector128.CreateScalar(Unsafe.BitCast<T, uint>(bytes)).AsSByte()
            : typeof(T) == typeof(ulong) ? Vector128.CreateScalar(Unsafe.BitCast<T, ulong>(bytes)).AsSByte()
            : Unsafe.BitCast<T, Vector128<sbyte>>(bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<T>(ref bool target, T bytes) where T : unmanaged => Unsafe.WriteUnaligned(ref Unsafe.As<bool, byte>(ref target), bytes);
}
