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
internal readonly struct Seven : ICount { public static int Value => 7; }
internal readonly struct Eight : ICount { public static int Value => 8; }

/// <summary>How many registers side by side, and whether the block ends inside the last of them.</summary>
internal interface IWidth : ICount
{
    static abstract bool IsPartial { get; }
}

internal readonly struct Whole<TCount> : IWidth where TCount : struct, ICount
{
    public static int Value => TCount.Value;
    public static bool IsPartial => false;
}

internal readonly struct Partial<TCount> : IWidth where TCount : struct, ICount
{
    public static int Value => TCount.Value;
    public static bool IsPartial => true;
}

/// <summary>
/// The heart of the matrix product (Van Zee and van de Geijn 2015, "BLIS"): a block of C of up to 8 rows by up to 3
/// registers stays in registers while the loop runs over k.
/// </summary>
/// <remarks>An element of C is one chain of multiply-adds over k, so its bits depend neither on the block nor on the width of the registers.</remarks>
internal static class GemmKernel
{
    /// <summary>The most rows of a block so many registers wide: what the processor has registers for.</summary>
    public static int MaxRows<T, V>(int width) where T : unmanaged where V : struct, IRegister<V, T> => width == 1 || V.MaxWidth > 2 ? 8 : 6;

    /// <summary>C (or C + …) = A·B for a block of so many rows and columns.</summary>
    public static void Run<T, V>(int rows, int columns, int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, ref T c, nint cRow, bool add)
        where T : unmanaged where V : struct, IRegister<V, T>
    {
        if (columns == V.Count) Run<T, V, Whole<One>>(rows, V.Count, k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, add);
        else if (columns < V.Count) Run<T, V, Partial<One>>(rows, columns, k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, add);
        else if (columns == 2 * V.Count) Run<T, V, Whole<Two>>(rows, V.Count, k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, add);
        else if (columns < 2 * V.Count) Run<T, V, Partial<Two>>(rows, columns - V.Count, k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, add);
        else if (columns == 3 * V.Count) Run<T, V, Whole<Three>>(rows, V.Count, k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, add);
        else Run<T, V, Partial<Three>>(rows, columns - 2 * V.Count, k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, add);
    }

    private static void Run<T, V, TWidth>(int rows, int last, int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, ref T c, nint cRow, bool add)
        where T : unmanaged where V : struct, IRegister<V, T> where TWidth : struct, IWidth
    {
        switch (rows)
        {
            case 1: Block<T, V, One, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            case 2: Block<T, V, Two, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            case 3: Block<T, V, Three, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            case 4: Block<T, V, Four, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            case 5: Block<T, V, Five, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            case 6: Block<T, V, Six, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            case 7: Block<T, V, Seven, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
            default: Block<T, V, Eight, TWidth>(k, ref a, aRow, aColumn, ref b, bRow, ref c, cRow, last, add); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Block<T, V, TRows, TWidth>(int k, ref T a, nint aRow, nint aColumn, ref T b, nint bRow, ref T c, nint cRow, int last, bool add)
        where T : unmanaged where V : struct, IRegister<V, T> where TRows : struct, ICount where TWidth : struct, IWidth
    {
        V c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        V c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        V c40 = default, c41 = default, c42 = default, c50 = default, c51 = default, c52 = default;
        V c60 = default, c61 = default, c62 = default, c70 = default, c71 = default, c72 = default;
        nint aRow2 = 2 * aRow, aRow3 = 3 * aRow, aRow4 = 4 * aRow, aRow5 = 5 * aRow, aRow6 = 6 * aRow, aRow7 = 7 * aRow;
        V mask = TWidth.IsPartial ? V.First(last) : default;

        // Masked loads and stores take pointers.
        fixed (T* pinnedB = &b, pinnedC = &c)
        {
            for (; k > 0; k--)
            {
                V b0 = Load<T, V, TWidth, One>(ref b, last, mask);
                V b1 = TWidth.Value > 1 ? Load<T, V, TWidth, Two>(ref b, last, mask) : default;
                V b2 = TWidth.Value > 2 ? Load<T, V, TWidth, Three>(ref b, last, mask) : default;
                V factor = V.Splat(a);
                c00 = V.MultiplyAdd(factor, b0, c00);
                if (TWidth.Value > 1) c01 = V.MultiplyAdd(factor, b1, c01);
                if (TWidth.Value > 2) c02 = V.MultiplyAdd(factor, b2, c02);
                if (TRows.Value > 1)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow));
                    c10 = V.MultiplyAdd(factor, b0, c10);
                    if (TWidth.Value > 1) c11 = V.MultiplyAdd(factor, b1, c11);
                    if (TWidth.Value > 2) c12 = V.MultiplyAdd(factor, b2, c12);
                }
                if (TRows.Value > 2)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow2));
                    c20 = V.MultiplyAdd(factor, b0, c20);
                    if (TWidth.Value > 1) c21 = V.MultiplyAdd(factor, b1, c21);
                    if (TWidth.Value > 2) c22 = V.MultiplyAdd(factor, b2, c22);
                }
                if (TRows.Value > 3)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow3));
                    c30 = V.MultiplyAdd(factor, b0, c30);
                    if (TWidth.Value > 1) c31 = V.MultiplyAdd(factor, b1, c31);
                    if (TWidth.Value > 2) c32 = V.MultiplyAdd(factor, b2, c32);
                }
                if (TRows.Value > 4)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow4));
                    c40 = V.MultiplyAdd(factor, b0, c40);
                    if (TWidth.Value > 1) c41 = V.MultiplyAdd(factor, b1, c41);
                    if (TWidth.Value > 2) c42 = V.MultiplyAdd(factor, b2, c42);
                }
                if (TRows.Value > 5)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow5));
                    c50 = V.MultiplyAdd(factor, b0, c50);
                    if (TWidth.Value > 1) c51 = V.MultiplyAdd(factor, b1, c51);
                    if (TWidth.Value > 2) c52 = V.MultiplyAdd(factor, b2, c52);
                }
                if (TRows.Value > 6)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow6));
                    c60 = V.MultiplyAdd(factor, b0, c60);
                    if (TWidth.Value > 1) c61 = V.MultiplyAdd(factor, b1, c61);
                    if (TWidth.Value > 2) c62 = V.MultiplyAdd(factor, b2, c62);
                }
                if (TRows.Value > 7)
                {
                    factor = V.Splat(Unsafe.Add(ref a, aRow7));
                    c70 = V.MultiplyAdd(factor, b0, c70);
                    if (TWidth.Value > 1) c71 = V.MultiplyAdd(factor, b1, c71);
                    if (TWidth.Value > 2) c72 = V.MultiplyAdd(factor, b2, c72);
                }
                a = ref Unsafe.Add(ref a, aColumn);
                b = ref Unsafe.Add(ref b, bRow);
            }

            Store<T, V, TWidth>(ref c, c00, c01, c02, last, mask, add);
            if (TRows.Value > 1) Store<T, V, TWidth>(ref Unsafe.Add(ref c, cRow), c10, c11, c12, last, mask, add);
            if (TRows.Value > 2) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 2 * cRow), c20, c21, c22, last, mask, add);
            if (TRows.Value > 3) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 3 * cRow), c30, c31, c32, last, mask, add);
            if (TRows.Value > 4) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 4 * cRow), c40, c41, c42, last, mask, add);
            if (TRows.Value > 5) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 5 * cRow), c50, c51, c52, last, mask, add);
            if (TRows.Value > 6) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 6 * cRow), c60, c61, c62, last, mask, add);
            if (TRows.Value > 7) Store<T, V, TWidth>(ref Unsafe.Add(ref c, 7 * cRow), c70, c71, c72, last, mask, add);
        }
    }

    /// <summary>The register at this place of the row; of the last one perhaps only the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load<T, V, TWidth, TIndex>(ref T row, int last, V mask) where T : unmanaged where V : struct, IRegister<V, T> where TWidth : struct, IWidth where TIndex : struct, ICount =>
        TWidth.IsPartial && TIndex.Value == TWidth.Value ? V.LoadFirst(ref row, (TIndex.Value - 1) * V.Count, last, mask) : V.Load(ref row, (TIndex.Value - 1) * V.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, V, TWidth>(ref T c, V c0, V c1, V c2, int last, V mask, bool add) where T : unmanaged where V : struct, IRegister<V, T> where TWidth : struct, IWidth
    {
        if (add)
        {
            c0 += Load<T, V, TWidth, One>(ref c, last, mask);
            if (TWidth.Value > 1) c1 += Load<T, V, TWidth, Two>(ref c, last, mask);
            if (TWidth.Value > 2) c2 += Load<T, V, TWidth, Three>(ref c, last, mask);
        }
        Store<T, V, TWidth, One>(ref c, c0, last, mask);
        if (TWidth.Value > 1) Store<T, V, TWidth, Two>(ref c, c1, last, mask);
        if (TWidth.Value > 2) Store<T, V, TWidth, Three>(ref c, c2, last, mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T, V, TWidth, TIndex>(ref T c, V value, int last, V mask) where T : unmanaged where V : struct, IRegister<V, T> where TWidth : struct, IWidth where TIndex : struct, ICount
    {
        if (TWidth.IsPartial && TIndex.Value == TWidth.Value) value.StoreFirst(ref c, (TIndex.Value - 1) * V.Count, last, mask);
        else value.Store(ref c, (TIndex.Value - 1) * V.Count);
    }
}
