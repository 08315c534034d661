using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Kernels;

/// <summary>x·2ᵏ by AVX-512's instruction, which rounds once.</summary>
internal static class PowersOfTwo
{
    /// <summary>Is there an instruction for registers like this one?</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanScale<T>(Vector256<T> _) => Avx512F.VL.IsSupported;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanScale<T>(Vector512<T> _) => Avx512F.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Scale(Vector256<double> x, Vector256<double> k) => Avx512F.VL.Scale(x, k);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> x, Vector256<float> k) => Avx512F.VL.Scale(x, k);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Scale(Vector512<double> x, Vector512<double> k) => Avx512F.Scale(x, k);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> x, Vector512<float> k) => Avx512F.Scale(x, k);
}
