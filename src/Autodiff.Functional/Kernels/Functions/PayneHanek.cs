namespace Autodiff.Functional.Kernels;

/// <summary>
/// The remainder of any double by π/2, to twice the precision of a double also next to a multiple of π/2 (Payne and Hanek 1983,
/// "Radian reduction for trigonometric functions"): of 2/π only the bits are taken that reach the quadrant and the fraction.
/// </summary>
internal static class PayneHanek
{
    private const double HalfPi = Math.PI / 2, HalfPiLow = 6.123233995736766e-17;
    private const double TwoToMinus53 = 1.0 / (1L << 53), TwoToMinus117 = TwoToMinus53 / (1UL << 63) / 2;

    /// <summary>The bits of 2/π, after 64 zeros.</summary>
    private static ReadOnlySpan<ulong> TwoOverPi =>
    [
        0,
        0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0,
        0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4,
        0x9C845F8BBDF9283B, 0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
        0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
    ];

    /// <summary>x = quadrant·π/2 + r + low, modulo 2π, with |r| ≤ π/4, for finite |x| ≥ 2³⁰.</summary>
    public static (double R, double Low, long Quadrant) Reduce(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        ulong mantissa = (ulong)bits & 0xFFFFFFFFFFFFF | 1UL << 52;
        int exponent = (int)(bits >> 52 & 0x7FF) - 1075;

        // The 192 bits of 2/π·2^exponent from the weight 2 on: those before are multiples of four quadrants.
        int start = exponent + 62, word = start >> 6, shift = start & 63;
        ulong high = Word(word, shift), middle = Word(word + 1, shift), low = Word(word + 2, shift);
        UInt128 lower = (UInt128)mantissa * low;
        UInt128 upper = (UInt128)mantissa * middle + (lower >> 64);
        (high, middle, low) = (mantissa * high + (ulong)(upper >> 64), (ulong)upper, (ulong)lower);

        // Two bits of quadrant, then the fraction of one, as a number in [−½, ½).
        long quadrant = (long)(high >> 62);
        UInt128 fraction = new UInt128(high, middle) << 2 | low >> 62;
        bool above = (fraction >> 127) != 0;
        if (above)
        {
            quadrant++;
            fraction = UInt128.MaxValue - fraction;
            low = ~low;
        }
        // As two doubles: the leading bits, and what follows them.
        int zeros = (int)UInt128.LeadingZeroCount(fraction);
        if (zeros > 0) fraction = fraction << zeros | (UInt128)(low << 2) << 64 >> 128 - zeros;
        double f = (double)(ulong)(fraction >> 75) * TwoToMinus53, fLow = (double)(ulong)(fraction >> 11 & ulong.MaxValue) * TwoToMinus117;
        double r = f * HalfPi, rLow = Math.FusedMultiplyAdd(f, HalfPi, -r) + (f * HalfPiLow + fLow * HalfPi);
        double scale = BitConverter.Int64BitsToDouble((1023L - zeros) << 52), sum = r + rLow;
        (r, rLow) = (sum * scale, ((r - sum) + rLow) * scale);
        bool negative = above != x < 0;
        return (negative ? -r : r, negative ? -rLow : rLow, x < 0 ? -quadrant : quadrant);
    }

    private static ulong Word(int word, int shift) => shift == 0 ? TwoOverPi[word] : TwoOverPi[word] << shift | TwoOverPi[word + 1] >> 64 - shift;
}
