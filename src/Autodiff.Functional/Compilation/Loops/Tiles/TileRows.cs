using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Operands that lie side by side in the rows of one array, an element of each in every row: their tiles, in each of which the elements of one operand lie side by side, are
/// the transpose of the rows, and so are moved in registers, in squares of eight by eight or four by four.
/// </summary>
internal static unsafe class TileRows
{
    private const int Small = 4, Large = 8;

    /// <summary>From rows to tiles.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="tiles">The operands' tiles.</param>
    /// <param name="width">How many operands there are.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="size">Of an element, in bytes.</param>
    public static void Gather<TRows>(TRows rows, ListedLines tiles, int width, int count, int size) where TRows : struct, ILines => Move(rows, count, tiles, width, size);

    /// <summary>From tiles to rows.</summary>
    public static void Scatter<TRows>(ListedLines tiles, TRows rows, int width, int count, int size) where TRows : struct, ILines => Move(tiles, width, rows, count, size);

    /// <summary>Element k of line i becomes element i of line k.</summary>
    private static void Move<TFrom, TTo>(TFrom from, int lines, TTo to, int length, int size) where TFrom : struct, ILines where TTo : struct, ILines
    {
        if (size == sizeof(long)) Move<TFrom, TTo, long>(from, lines, to, length);
        else if (size == sizeof(int)) Move<TFrom, TTo, int>(from, lines, to, length);
        else Move<TFrom, TTo, byte>(from, lines, to, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Move<TFrom, TTo, T>(TFrom from, int lines, TTo to, int length) where TFrom : struct, ILines where TTo : struct, ILines where T : unmanaged
    {
        int least = Math.Min(lines, length);
        if (sizeof(T) == sizeof(long) && Avx512F.IsSupported && least >= Large)
            for (nint line = 0; line < lines; line = Next(line, lines, Large))
                for (nint at = 0; at < length; at = Next(at, length, Large))
                    MoveLarge(from, line, to, at);
        else if ((sizeof(T) == sizeof(long) ? Avx.IsSupported : sizeof(T) == sizeof(int) && Sse2.IsSupported) && least >= Small)
            for (nint line = 0; line < lines; line = Next(line, lines, Small))
                for (nint at = 0; at < length; at = Next(at, length, Small))
                    MoveSmall<TFrom, TTo, T>(from, line, to, at);
        else if (sizeof(T) == sizeof(long) && Avx.IsSupported && length is 2 or 3 && lines >= Small)
            for (nint line = 0; line < lines; line = Next(line, lines, Small))
                MoveNarrow(from, line, to, length);
        else if (length < lines)
            for (nint at = 0; at < length; at++)
            {
                T* target = (T*)to[at];
                for (nint line = 0; line < lines; line++)
                    target[line] = ((T*)from[line])[at];
            }
        else
            for (nint line = 0; line < lines; line++)
            {
                T* source = (T*)from[line];
                for (nint at = 0; at < length; at++)
                    ((T*)to[at])[line] = source[at];
            }
    }

    /// <summary>The last square overlaps the one before it.</summary>
    private static nint Next(nint at, nint end, nint square) => at + square < end ? Math.Min(at + square, end - square) : end;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveSmall<TFrom, TTo, T>(TFrom from, nint line, TTo to, nint at) where TFrom : struct, ILines where TTo : struct, ILines where T : unmanaged
    {
        nint source = at * sizeof(T), target = line * sizeof(T);
        if (sizeof(T) == sizeof(long))
        {
            Vector256<double> a = Vector256.Load((double*)(from[line] + source)), b = Vector256.Load((double*)(from[line + 1] + source));
            Vector256<double> c = Vector256.Load((double*)(from[line + 2] + source)), d = Vector256.Load((double*)(from[line + 3] + source));
            Vector256<double> evenAB = Avx.UnpackLow(a, b), oddAB = Avx.UnpackHigh(a, b), evenCD = Avx.UnpackLow(c, d), oddCD = Avx.UnpackHigh(c, d);
            Avx.Permute2x128(evenAB, evenCD, 0x20).Store((double*)(to[at] + target));
            Avx.Permute2x128(oddAB, oddCD, 0x20).Store((double*)(to[at + 1] + target));
            Avx.Permute2x128(evenAB, evenCD, 0x31).Store((double*)(to[at + 2] + target));
            Avx.Permute2x128(oddAB, oddCD, 0x31).Store((double*)(to[at + 3] + target));
        }
        else
        {
            Vector128<int> a = Vector128.Load((int*)(from[line] + source)), b = Vector128.Load((int*)(from[line + 1] + source));
            Vector128<int> c = Vector128.Load((int*)(from[line + 2] + source)), d = Vector128.Load((int*)(from[line + 3] + source));
            Vector128<long> lowAB = Sse2.UnpackLow(a, b).AsInt64(), highAB = Sse2.UnpackHigh(a, b).AsInt64(), lowCD = Sse2.UnpackLow(c, d).AsInt64(), highCD = Sse2.UnpackHigh(c, d).AsInt64();
            Sse2.UnpackLow(lowAB, lowCD).Store((long*)(to[at] + target));
            Sse2.UnpackHigh(lowAB, lowCD).Store((long*)(to[at + 1] + target));
            Sse2.UnpackLow(highAB, highCD).Store((long*)(to[at + 2] + target));
            Sse2.UnpackHigh(highAB, highCD).Store((long*)(to[at + 3] + target));
        }
    }

    /// <summary>Of four lines that have two or three elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveNarrow<TFrom, TTo>(TFrom from, nint line, TTo to, int length) where TFrom : struct, ILines where TTo : struct, ILines
    {
        var there = Vector256.LessThan(Vector256<double>.Indices, Vector256.Create((double)length));
        Vector256<double> a = Avx.MaskLoad((double*)from[line], there), b = Avx.MaskLoad((double*)from[line + 1], there);
        Vector256<double> c = Avx.MaskLoad((double*)from[line + 2], there), d = Avx.MaskLoad((double*)from[line + 3], there);
        Vector256<double> evenAB = Avx.UnpackLow(a, b), evenCD = Avx.UnpackLow(c, d);
        Avx.Permute2x128(evenAB, evenCD, 0x20).Store((double*)to[0] + line);
        Avx.Permute2x128(Avx.UnpackHigh(a, b), Avx.UnpackHigh(c, d), 0x20).Store((double*)to[1] + line);
        if (length > 2)
            Avx.Permute2x128(evenAB, evenCD, 0x31).Store((double*)to[2] + line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MoveLarge<TFrom, TTo>(TFrom from, nint line, TTo to, nint at) where TFrom : struct, ILines where TTo : struct, ILines
    {
        Vector512<double> a = Load(from[line], at), b = Load(from[line + 1], at), c = Load(from[line + 2], at), d = Load(from[line + 3], at);
        Vector512<double> e = Load(from[line + 4], at), f = Load(from[line + 5], at), g = Load(from[line + 6], at), h = Load(from[line + 7], at);
        StoreQuarters(Avx512F.UnpackLow(a, b), Avx512F.UnpackLow(c, d), Avx512F.UnpackLow(e, f), Avx512F.UnpackLow(g, h), to[at], to[at + 2], to[at + 4], to[at + 6], line);
        StoreQuarters(Avx512F.UnpackHigh(a, b), Avx512F.UnpackHigh(c, d), Avx512F.UnpackHigh(e, f), Avx512F.UnpackHigh(g, h), to[at + 1], to[at + 3], to[at + 5], to[at + 7], line);
    }

    /// <summary>Stores the first quarters of four registers side by side, then the second, third and fourth ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarters(Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d, nint first, nint second, nint third, nint fourth, nint at)
    {
        Vector512<double> evenAB = Avx512F.Shuffle4x128(a, b, 0x88), oddAB = Avx512F.Shuffle4x128(a, b, 0xdd), evenCD = Avx512F.Shuffle4x128(c, d, 0x88), oddCD = Avx512F.Shuffle4x128(c, d, 0xdd);
        Avx512F.Shuffle4x128(evenAB, evenCD, 0x88).Store((double*)first + at);
        Avx512F.Shuffle4x128(oddAB, oddCD, 0x88).Store((double*)second + at);
        Avx512F.Shuffle4x128(evenAB, evenCD, 0xdd).Store((double*)third + at);
        Avx512F.Shuffle4x128(oddAB, oddCD, 0xdd).Store((double*)fourth + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Load(nint line, nint at) => Vector512.Load((double*)line + at);
}
