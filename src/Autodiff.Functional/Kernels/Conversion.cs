using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Kernels;

/// <summary>Numbers of one element type as those of another: fractions are cut off towards 0, and a bit says what is not 0.</summary>
internal static class Conversion
{
    /// <summary>z = x, element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert<T, R>(ReadOnlySpan<T> x, Span<R> z) where T : unmanaged where R : unmanaged
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = Convert<T, R>(x[i]);
    }

    /// <summary>One number. Only whole numbers of 64 bits do not fit into a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Convert<T, R>(T x) where T : unmanaged where R : unmanaged =>
        typeof(T) == typeof(R) ? Unsafe.BitCast<T, R>(x)
        : typeof(T) == typeof(Integer<long>) && typeof(R) == typeof(Integer<int>) ? Unsafe.BitCast<int, R>(unchecked((int)Unsafe.BitCast<T, long>(x)))
        : FromDouble<R>(ToDouble(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble<T>(T x) where T : unmanaged
    {
        if (typeof(T) == typeof(Real64)) return Unsafe.BitCast<T, double>(x);
        if (typeof(T) == typeof(Real32)) return Unsafe.BitCast<T, float>(x);
        if (typeof(T) == typeof(Integer<long>)) return Unsafe.BitCast<T, long>(x);
        if (typeof(T) == typeof(Integer<int>)) return Unsafe.BitCast<T, int>(x);
        if (typeof(T) == typeof(Bit)) return Unsafe.BitCast<T, bool>(x) ? 1 : 0;
        throw new NotSupportedException($"Cast: there is none from {typeof(T)}.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static R FromDouble<R>(double x) where R : unmanaged
    {
        if (typeof(R) == typeof(Real64)) return Unsafe.BitCast<double, R>(x);
        if (typeof(R) == typeof(Real32)) return Unsafe.BitCast<float, R>((float)x);
        if (typeof(R) == typeof(Integer<long>)) return Unsafe.BitCast<long, R>((long)x);
        if (typeof(R) == typeof(Integer<int>)) return Unsafe.BitCast<int, R>((int)x);
        if (typeof(R) == typeof(Bit)) return Unsafe.BitCast<bool, R>(x != 0);
        throw new NotSupportedException($"Cast: there is none to {typeof(R)}.");
    }
}
