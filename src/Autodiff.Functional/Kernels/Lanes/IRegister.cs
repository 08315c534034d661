using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Kernels;

/// <summary>A SIMD register of floats or doubles, so that one kernel serves every width.</summary>
internal interface IRegister<TSelf, T> where TSelf : struct, IRegister<TSelf, T> where T : unmanaged
{
    static abstract int Count { get; }

    /// <summary>How many of them side by side the matrix kernels hold for a row: the processor has 32 of the widest, or perhaps 16.</summary>
    static abstract int MaxWidth { get; }

    static abstract TSelf Load(ref T source, nint offset);
    static abstract TSelf Splat(T value);
    static abstract TSelf operator +(TSelf x, TSelf y);

    /// <summary>x·y + z, fused where the hardware can.</summary>
    static abstract TSelf MultiplyAdd(TSelf x, TSelf y, TSelf z);

    void Store(ref T target, nint offset);

    /// <summary>The mask of so many lanes from the first on.</summary>
    static abstract TSelf First(int count);

    /// <summary>The first lanes, zeros after them; memory beyond is not touched. The source is pinned.</summary>
    static abstract TSelf LoadFirst(ref T source, nint offset, int count, TSelf mask);

    /// <summary>Writes the first lanes only. The target is pinned.</summary>
    void StoreFirst(ref T target, nint offset, int count, TSelf mask);
}

/// <summary>The first lanes of a register one by one, where there are no masked loads and stores.</summary>
internal static class Lanewise
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Load<V, T>(ref T source, int count) where V : struct where T : unmanaged
    {
        V lanes = default;
        for (int i = 0; i < count; i++) Unsafe.Add(ref Unsafe.As<V, T>(ref lanes), i) = Unsafe.Add(ref source, i);
        return lanes;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store<V, T>(V lanes, ref T target, int count) where V : struct where T : unmanaged
    {
        for (int i = 0; i < count; i++) Unsafe.Add(ref target, i) = Unsafe.Add(ref Unsafe.As<V, T>(ref lanes), i);
    }
}

internal readonly unsafe struct Register256<T>(Vector256<T> value) : IRegister<Register256<T>, T> where T : unmanaged
{
    private readonly Vector256<T> _value = value;

    public static int Count => Vector256<T>.Count;
    public static int MaxWidth => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256<T> Load(ref T source, nint offset) => new(Vector256.LoadUnsafe(ref source, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256<T> Splat(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256<T> operator +(Register256<T> x, Register256<T> y) => new(x._value + y._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256<T> MultiplyAdd(Register256<T> x, Register256<T> y, Register256<T> z) => new(MultiplyAdd(x._value, y._value, z._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T target, nint offset) => _value.StoreUnsafe(ref target, (nuint)offset);

    // AVX's own masked store is slow on many a processor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreMasked(double* target, Vector256<double> mask, Vector256<double> value)
    {
        if (Avx512F.VL.IsSupported) Avx512F.VL.MaskStore(target, mask, value);
        else Avx.MaskStore(target, mask, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreMasked(float* target, Vector256<float> mask, Vector256<float> value)
    {
        if (Avx512F.VL.IsSupported) Avx512F.VL.MaskStore(target, mask, value);
        else Avx.MaskStore(target, mask, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> x, Vector256<T> y, Vector256<T> z) =>
        typeof(T) == typeof(double)
            ? Vector256.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector256.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256<T> First(int count) =>
        new(typeof(T) == typeof(double)
            ? Vector256.LessThan(Vector256<double>.Indices, Vector256.Create((double)count)).As<double, T>()
            : Vector256.LessThan(Vector256<float>.Indices, Vector256.Create((float)count)).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256<T> LoadFirst(ref T source, nint offset, int count, Register256<T> mask) =>
        !Avx.IsSupported ? Lanewise.Load<Register256<T>, T>(ref Unsafe.Add(ref source, offset), count)
        : new(typeof(T) == typeof(double)
            ? Avx.MaskLoad((double*)Unsafe.AsPointer(ref source) + offset, mask._value.AsDouble()).As<double, T>()
            : Avx.MaskLoad((float*)Unsafe.AsPointer(ref source) + offset, mask._value.AsSingle()).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFirst(ref T target, nint offset, int count, Register256<T> mask)
    {
        if (!Avx.IsSupported) Lanewise.Store(this, ref Unsafe.Add(ref target, offset), count);
        else if (typeof(T) == typeof(double)) StoreMasked((double*)Unsafe.AsPointer(ref target) + offset, mask._value.AsDouble(), _value.AsDouble());
        else StoreMasked((float*)Unsafe.AsPointer(ref target) + offset, mask._value.AsSingle(), _value.AsSingle());
    }
}

internal readonly unsafe struct Register512<T>(Vector512<T> value) : IRegister<Register512<T>, T> where T : unmanaged
{
    private readonly Vector512<T> _value = value;

    public static int Count => Vector512<T>.Count;
    public static int MaxWidth => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512<T> Load(ref T source, nint offset) => new(Vector512.LoadUnsafe(ref source, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512<T> Splat(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512<T> operator +(Register512<T> x, Register512<T> y) => new(x._value + y._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512<T> MultiplyAdd(Register512<T> x, Register512<T> y, Register512<T> z) =>
        new(typeof(T) == typeof(double)
            ? Vector512.MultiplyAddEstimate(x._value.AsDouble(), y._value.AsDouble(), z._value.AsDouble()).As<double, T>()
            : Vector512.MultiplyAddEstimate(x._value.AsSingle(), y._value.AsSingle(), z._value.AsSingle()).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref T target, nint offset) => _value.StoreUnsafe(ref target, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512<T> First(int count) =>
        new(typeof(T) == typeof(double)
            ? Vector512.LessThan(Vector512<double>.Indices, Vector512.Create((double)count)).As<double, T>()
            : Vector512.LessThan(Vector512<float>.Indices, Vector512.Create((float)count)).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512<T> LoadFirst(ref T source, nint offset, int count, Register512<T> mask) =>
        !Avx512F.IsSupported ? Lanewise.Load<Register512<T>, T>(ref Unsafe.Add(ref source, offset), count)
        : new(typeof(T) == typeof(double)
            ? Avx512F.MaskLoad((double*)Unsafe.AsPointer(ref source) + offset, mask._value.AsDouble(), Vector512<double>.Zero).As<double, T>()
            : Avx512F.MaskLoad((float*)Unsafe.AsPointer(ref source) + offset, mask._value.AsSingle(), Vector512<float>.Zero).As<float, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFirst(ref T target, nint offset, int count, Register512<T> mask)
    {
        if (!Avx512F.IsSupported) Lanewise.Store(this, ref Unsafe.Add(ref target, offset), count);
        else if (typeof(T) == typeof(double)) Avx512F.MaskStore((double*)Unsafe.AsPointer(ref target) + offset, mask._value.AsDouble(), _value.AsDouble());
        else Avx512F.MaskStore((float*)Unsafe.AsPointer(ref target) + offset, mask._value.AsSingle(), _value.AsSingle());
    }
}
