using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>A count that the JIT knows: one source gives a kernel per number of rows and of registers.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

internal readonly struct One : ICount { public static int Value => 1; }
internal readonly struct Two : ICount { public static int Value => 2; }
internal readonly struct Three : ICount { public static int Value => 3; }
internal readonly struct Four : ICount { public static int Value => 4; }
internal readonly struct Five : ICount { public static int Value => 5; }
internal readonly struct Six : ICount { public static int Value => 6; }

/// <summary>
/// The heart of the matrix product (Van Zee and van de Geijn 2015, "BLIS"): a block of C of up to 6 rows by up to 2
/// registers stays in 12 registers while the loop runs over k.
/// </summary>
internal static class GemmKernel
{
    /// <summary>The most rows that a kernel computes.</summary>
    public const int Rows = 6;

    /// <summary>The columns of a kernel that is two registers wide.</summary>
    public static int Columns<T>() => 2 * Vector256<T>.Count;

    /// <summary>Runs the kernel of so many rows; the second register starts <paramref name="second"/> columns after the first, or is absent at 0.</summary>
    public static void Run<T>(int rows, int second, int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, ref T c, nint cRow, bool add)
        where T : unmanaged, INumberBase<T>
    {
        if (second == 0)
            switch (rows)
            {
                case 1: Block<T, One, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 2: Block<T, Two, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 3: Block<T, Three, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 4: Block<T, Four, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 5: Block<T, Five, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                default: Block<T, Six, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
            }
        else
            switch (rows)
            {
                case 1: Block<T, One, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 2: Block<T, Two, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 3: Block<T, Three, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 4: Block<T, Four, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 5: Block<T, Five, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                default: Block<T, Six, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block<T, TRows, TWidth>(int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, nint second, ref T c, nint cRow, bool add)
        where T : unmanaged, INumberBase<T> where TRows : struct, ICount where TWidth : struct, ICount
    {
        Vector256<T> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<T> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        nint aRow2 = 2 * aRow, aRow3 = 3 * aRow, aRow4 = 4 * aRow, aRow5 = 5 * aRow;

        for (; k > 0; k--)
        {
            Vector256<T> b0 = Vector256.LoadUnsafe(ref b), b1 = TWidth.Value > 1 ? Vector256.LoadUnsafe(ref b, (nuint)second) : default;
            Accumulate<T, TWidth>(a, b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) Accumulate<T, TWidth>(Unsafe.Add(ref a, aRow), b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) Accumulate<T, TWidth>(Unsafe.Add(ref a, aRow2), b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) Accumulate<T, TWidth>(Unsafe.Add(ref a, aRow3), b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) Accumulate<T, TWidth>(Unsafe.Add(ref a, aRow4), b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) Accumulate<T, TWidth>(Unsafe.Add(ref a, aRow5), b0, b1, ref c50, ref c51);
            a = ref Unsafe.Add(ref a, aColumn);
            b = ref Unsafe.Add(ref b, bRow);
        }

        Store<T, TWidth>(ref c, second, c00, c01, add);
        if (TRows.Value > 1) Store<T, TWidth>(ref Unsafe.Add(ref c, cRow), second, c10, c11, add);
        if (TRows.Value > 2) Store<T, TWidth>(ref Unsafe.Add(ref c, 2 * cRow), second, c20, c21, add);
        if (TRows.Value > 3) Store<T, TWidth>(ref Unsafe.Add(ref c, 3 * cRow), second, c30, c31, add);
        if (TRows.Value > 4) Store<T, TWidth>(ref Unsafe.Add(ref c, 4 * cRow), second, c40, c41, add);
        if (TRows.Value > 5) Store<T, TWidth>(ref Unsafe.Add(ref c, 5 * cRow), second, c50, c51, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<T, TWidth>(T a, Vector256<T> b0, Vector256<T> b1, ref Vector256<T> c0, ref Vector256<T> c1)
        where T : unmanaged, INumberBase<T> where TWidth : struct, ICount
    {
        Vector256<T> factor = Vector256.Create(a);
        c0 = MultiplyAdd(factor, b0, c0);
        if (TWidth.Value > 1) c1 = MultiplyAdd(factor, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, TWidth>(ref T c, nint second, Vector256<T> c0, Vector256<T> c1, bool add) where T : unmanaged where TWidth : struct, ICount
    {
        if (add)
        {
            c0 += Vector256.LoadUnsafe(ref c);
            if (TWidth.Value > 1) c1 += Vector256.LoadUnsafe(ref c, (nuint)second);
        }
        c0.StoreUnsafe(ref c);
        if (TWidth.Value > 1) c1.StoreUnsafe(ref c, (nuint)second);
    }

    /// <summary>x·y + z, fused where the hardware can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd<T>(Vector256<T> x, Vector256<T> y, Vector256<T> z) =>
        typeof(T) == typeof(double)
            ? Vector256.MultiplyAddEstimate(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>()
            : Vector256.MultiplyAddEstimate(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>();
}
