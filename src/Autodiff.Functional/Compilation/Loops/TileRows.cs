using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Operands that lie side by side in the rows of one array, an element of each in every row: their tiles, in each of which the elements of one operand lie side by side, are
/// the transpose of the rows, and so are moved four by four in registers, and each row in one go.
/// </summary>
internal static unsafe class TileRows
{
    private const int Square = 4;

    /// <summary>From rows to tiles.</summary>
    /// <param name="rows">The first row.</param>
    /// <param name="step">From row to row, in bytes.</param>
    /// <param name="tiles">The addresses of the operands' tiles.</param>
    /// <param name="width">How many operands there are.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="size">Of an element, in bytes.</param>
    public static void Gather(nint rows, nint step, nint* tiles, int width, int count, int size) => Move<FromRows>(rows, step, tiles, width, count, size);

    /// <summary>From tiles to rows.</summary>
    public static void Scatter(nint* tiles, nint rows, nint step, int width, int count, int size) => Move<ToRows>(rows, step, tiles, width, count, size);

    private static void Move<TWay>(nint rows, nint step, nint* tiles, int width, int count, int size) where TWay : struct, IWay
    {
        if (size == sizeof(long)) Move<TWay, long>(rows, step, tiles, width, count);
        else if (size == sizeof(int)) Move<TWay, int>(rows, step, tiles, width, count);
        else Move<TWay, byte>(rows, step, tiles, width, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move<TWay, T>(nint rows, nint step, nint* tiles, int width, int count) where TWay : struct, IWay where T : unmanaged
    {
        if (width < Square || count < Square || !(sizeof(T) == sizeof(long) ? Avx.IsSupported : sizeof(T) == sizeof(int) && Sse2.IsSupported))
        {
            for (int row = 0; row < count; row++)
                for (int k = 0; k < width; k++)
                    TWay.One((T*)(rows + row * step) + k, (T*)tiles[k] + row);
            return;
        }
        // The last square overlaps the one before it.
        for (int row = 0; row < count; row = row + Square < count ? Math.Min(row + Square, count - Square) : count)
            for (int k = 0; k < width; k = k + Square < width ? Math.Min(k + Square, width - Square) : width)
                TWay.Four<T>(rows + row * step + k * sizeof(T), step, tiles + k, row * sizeof(T));
    }

    /// <summary>One of the two ways.</summary>
    private interface IWay
    {
        static abstract void One<T>(T* inRow, T* inTile) where T : unmanaged;

        /// <summary>Four elements of each of four rows.</summary>
        static abstract void Four<T>(nint rows, nint step, nint* tiles, nint at) where T : unmanaged;
    }

    private readonly struct FromRows : IWay
    {
        public static void One<T>(T* inRow, T* inTile) where T : unmanaged => *inTile = *inRow;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Four<T>(nint rows, nint step, nint* tiles, nint at) where T : unmanaged =>
            Transpose<T>(rows, rows + step, rows + 2 * step, rows + 3 * step, tiles[0] + at, tiles[1] + at, tiles[2] + at, tiles[3] + at);
    }

    private readonly struct ToRows : IWay
    {
        public static void One<T>(T* inRow, T* inTile) where T : unmanaged => *inRow = *inTile;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Four<T>(nint rows, nint step, nint* tiles, nint at) where T : unmanaged =>
            Transpose<T>(tiles[0] + at, tiles[1] + at, tiles[2] + at, tiles[3] + at, rows, rows + step, rows + 2 * step, rows + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose<T>(nint from0, nint from1, nint from2, nint from3, nint to0, nint to1, nint to2, nint to3) where T : unmanaged
    {
        if (sizeof(T) == sizeof(long))
        {
            Vector256<double> a = Vector256.Load((double*)from0), b = Vector256.Load((double*)from1), c = Vector256.Load((double*)from2), d = Vector256.Load((double*)from3);
            Vector256<double> evenAB = Avx.UnpackLow(a, b), oddAB = Avx.UnpackHigh(a, b), evenCD = Avx.UnpackLow(c, d), oddCD = Avx.UnpackHigh(c, d);
            Avx.Permute2x128(evenAB, evenCD, 0x20).Store((double*)to0);
            Avx.Permute2x128(oddAB, oddCD, 0x20).Store((double*)to1);
            Avx.Permute2x128(evenAB, evenCD, 0x31).Store((double*)to2);
            Avx.Permute2x128(oddAB, oddCD, 0x31).Store((double*)to3);
        }
        else
        {
            Vector128<int> a = Vector128.Load((int*)from0), b = Vector128.Load((int*)from1), c = Vector128.Load((int*)from2), d = Vector128.Load((int*)from3);
            Vector128<long> lowAB = Sse2.UnpackLow(a, b).AsInt64(), highAB = Sse2.UnpackHigh(a, b).AsInt64(), lowCD = Sse2.UnpackLow(c, d).AsInt64(), highCD = Sse2.UnpackHigh(c, d).AsInt64();
            Sse2.UnpackLow(lowAB, lowCD).AsInt32().Store((int*)to0);
            Sse2.UnpackHigh(lowAB, lowCD).AsInt32().Store((int*)to1);
            Sse2.UnpackLow(highAB, highCD).AsInt32().Store((int*)to2);
            Sse2.UnpackHigh(highAB, highCD).AsInt32().Store((int*)to3);
        }
    }
}
