using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Kernels;

/// <summary>The first lanes of a register between memory and it, by AVX-512's masks: what lies past them is not touched, and read as 1.</summary>
internal static unsafe class FirstLanes
{
    /// <summary>Are there instructions for registers like this one?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreSupported<T>(Vector256<T> _) => Avx512F.VL.IsSupported;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreSupported<T>(Vector512<T> _) => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(nint source, Vector256<double> lanes) => Avx512F.VL.MaskLoad((double*)source, lanes, Vector256<double>.One);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(nint source, Vector256<float> lanes) => Avx512F.VL.MaskLoad((float*)source, lanes, Vector256<float>.One);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load(nint source, Vector512<double> lanes) => Avx512F.MaskLoad((double*)source, lanes, Vector512<double>.One);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(nint source, Vector512<float> lanes) => Avx512F.MaskLoad((float*)source, lanes, Vector512<float>.One);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<double> x, nint target, Vector256<double> lanes) => Avx512F.VL.MaskStore((double*)target, lanes, x);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> x, nint target, Vector256<float> lanes) => Avx512F.VL.MaskStore((float*)target, lanes, x);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<double> x, nint target, Vector512<double> lanes) => Avx512F.MaskStore((double*)target, lanes, x);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> x, nint target, Vector512<float> lanes) => Avx512F.MaskStore((float*)target, lanes, x);
}
