using System.Runtime.CompilerServices;

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
/// <remarks>An element of C is one chain of multiply-adds over k, so its bits depend neither on the block nor on the width of the registers.</remarks>
internal static class GemmKernel
{
    /// <summary>The most rows that a kernel computes.</summary>
    public const int Rows = 6;

    /// <summary>Runs the kernel of so many rows; the second register starts <paramref name="second"/> columns after the first, or is absent at 0.</summary>
    public static void Run<T, V>(int rows, int second, int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, ref T c, nint cRow, bool add)
        where T : unmanaged where V : struct, IRegister<V, T>
    {
        if (second == 0)
            switch (rows)
            {
                case 1: Block<T, V, One, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 2: Block<T, V, Two, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 3: Block<T, V, Three, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 4: Block<T, V, Four, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                case 5: Block<T, V, Five, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
                default: Block<T, V, Six, One>(k, ref a, aRow, aColumn, ref b, bRow, 0, ref c, cRow, add); break;
            }
        else
            switch (rows)
            {
                case 1: Block<T, V, One, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 2: Block<T, V, Two, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 3: Block<T, V, Three, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 4: Block<T, V, Four, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                case 5: Block<T, V, Five, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
                default: Block<T, V, Six, Two>(k, ref a, aRow, aColumn, ref b, bRow, second, ref c, cRow, add); break;
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block<T, V, TRows, TWidth>(int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, nint second, ref T c, nint cRow, bool add)
        where T : unmanaged where V : struct, IRegister<V, T> where TRows : struct, ICount where TWidth : struct, ICount
    {
        V c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        V c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        nint aRow2 = 2 * aRow, aRow3 = 3 * aRow, aRow4 = 4 * aRow, aRow5 = 5 * aRow;

        for (; k > 0; k--)
        {
            V b0 = V.Load(ref b, 0), b1 = TWidth.Value > 1 ? V.Load(ref b, second) : default;
            V factor = V.Splat(a);
            c00 = V.MultiplyAdd(factor, b0, c00);
            if (TWidth.Value > 1) c01 = V.MultiplyAdd(factor, b1, c01);
            if (TRows.Value > 1)
            {
                factor = V.Splat(Unsafe.Add(ref a, aRow));
                c10 = V.MultiplyAdd(factor, b0, c10);
                if (TWidth.Value > 1) c11 = V.MultiplyAdd(factor, b1, c11);
            }
            if (TRows.Value > 2)
            {
                factor = V.Splat(Unsafe.Add(ref a, aRow2));
                c20 = V.MultiplyAdd(factor, b0, c20);
                if (TWidth.Value > 1) c21 = V.MultiplyAdd(factor, b1, c21);
            }
            if (TRows.Value > 3)
            {
                factor = V.Splat(Unsafe.Add(ref a, aRow3));
                c30 = V.MultiplyAdd(factor, b0, c30);
                if (TWidth.Value > 1) c31 = V.MultiplyAdd(factor, b1, c31);
            }
            if (TRows.Value > 4)
            {
                factor = V.Splat(Unsafe.Add(ref a, aRow4));
                c40 = V.MultiplyAdd(factor, b0, c40);
                if (TWidth.Value > 1) c41 = V.MultiplyAdd(factor, b1, c41);
            }
            if (TRows.Value > 5)
            {
                factor = V.Splat(Unsafe.Add(ref a, aRow5));
                c50 = V.MultiplyAdd(factor, b0, c50);
                if (TWidth.Value > 1) c51 = V.MultiplyAdd(factor, b1, c51);
            }
            a = ref Unsafe.Add(ref a, aColumn);
            b = ref Unsafe.Add(ref b, bRow);
        }

        Store<T, V, TWidth>(ref c, second, c00, c01, add);
        if (TRows.Value > 1) Store<T, V, TWidth>(ref Unsafe.Add(ref c, cRow), second, c10, c11, add);
        if (TRows.Value > 2) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 2 * cRow), second, c20, c21, add);
        if (TRows.Value > 3) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 3 * cRow), second, c30, c31, add);
        if (TRows.Value > 4) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 4 * cRow), second, c40, c41, add);
        if (TRows.Value > 5) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 5 * cRow), second, c50, c51, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, V, TWidth>(ref T c, nint second, V c0, V c1, bool add) where T : unmanaged where V : struct, IRegister<V, T> where TWidth : struct, ICount
    {
        if (add)
        {
            c0 += V.Load(ref c, 0);
            if (TWidth.Value > 1) c1 += V.Load(ref c, second);
        }
        c0.Store(ref c, 0);
        if (TWidth.Value > 1) c1.Store(ref c, second);
    }
}
