using System.Globalization;
using System.Numerics;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>
/// A binary floating-point number with 256 bits: the reference that functions are measured against. Slow and short on
/// purpose, from the definitions: Taylor series after an exact reduction, Newton's iteration, Machin's formula.
/// </summary>
internal readonly record struct Precise(BigInteger Mantissa, int Exponent)
{
    private const int Bits = 256;
    private const int PiBits = 1500;

    public static Precise Of(double value)
    {
        if (value == 0) return default;
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52 & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFF | (exponent > 0 ? 1L << 52 : 0);
        return new(value < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075);
    }

    public bool IsZero => Mantissa.IsZero;

    /// <summary>The exponent of the number as a power of two: |x| lies in [2ˢ, 2ˢ⁺¹).</summary>
    public int Scale => (int)BigInteger.Abs(Mantissa).GetBitLength() - 1 + Exponent;

    public static Precise operator +(Precise x, Precise y)
    {
        if (x.IsZero) return y;
        if (y.IsZero) return x;
        if (x.Scale - y.Scale > 2 * Bits) return x;
        if (y.Scale - x.Scale > 2 * Bits) return y;
        int exponent = Math.Min(x.Exponent, y.Exponent);
        return Rounded((x.Mantissa << x.Exponent - exponent) + (y.Mantissa << y.Exponent - exponent), exponent);
    }

    public static Precise operator -(Precise x) => new(-x.Mantissa, x.Exponent);
    public static Precise operator -(Precise x, Precise y) => x + -y;
    public static Precise operator *(Precise x, Precise y) => Rounded(x.Mantissa * y.Mantissa, x.Exponent + y.Exponent);
    public static Precise operator /(Precise x, Precise y) => Rounded((x.Mantissa << 2 * Bits) / y.Mantissa, x.Exponent - y.Exponent - 2 * Bits);
    public static implicit operator Precise(double value) => Of(value);

    /// <summary>The nearest double, roughly: good for differences and first guesses.</summary>
    public double ToDouble() => IsZero ? 0 : Math.ScaleB((double)(Mantissa >> Math.Max(0, (int)BigInteger.Abs(Mantissa).GetBitLength() - 64)), Exponent + Math.Max(0, (int)BigInteger.Abs(Mantissa).GetBitLength() - 64));

    public Precise Times2To(int power) => new(Mantissa, Exponent + power);

    public static Precise Ln2 { get; } = LogNearOne(2);
    public static Precise Ln10 { get; } = Log(10);

    private static readonly BigInteger Pi = 4 * (4 * ArctanOfReciprocal(5) - ArctanOfReciprocal(239));

    public static Precise Exp(Precise x)
    {
        int k = (int)Math.Round((x / Ln2).ToDouble());
        Precise r = (x - Ln2 * k).Times2To(-8), sum = 1, term = 1;
        for (int n = 1; n < 40; n++) sum += term = term * r / n;
        for (int i = 0; i < 8; i++) sum *= sum;
        return sum.Times2To(k);
    }

    public static Precise Expm1(Precise x) => x.IsZero || x.Scale > -80 ? Exp(x) - 1 : x + x * x / 2 + x * x * x / 6;

    public static Precise Log(Precise x)
    {
        int k = x.Scale;
        return LogNearOne(x.Times2To(-k)) + (k == 0 ? 0 : Ln2 * k);
    }

    public static Precise Log1p(Precise x) => x.IsZero || x.Scale > -80 ? Log(x + 1) : x - x * x / 2 + x * x * x / 3;

    public static Precise Sin(double x) => Turn(x, 0);
    public static Precise Cos(double x) => Turn(x, 1);
    public static Precise Tan(double x) => Sin(x) / Cos(x);

    public static Precise Tanh(Precise x)
    {
        Precise e = Expm1(x * 2);
        return e / (e + 2);
    }

    public static Precise Sinh(Precise x)
    {
        if (x.Mantissa.Sign < 0) return -Sinh(-x);
        Precise e = Expm1(x);
        return (e + e / (e + 1)) / 2;
    }

    public static Precise Cosh(Precise x) => (Exp(x) + Exp(-x)) / 2;

    /// <summary>By Newton's iteration on the sine: y + (x − sin y)/cos y.</summary>
    public static Precise Asin(double x) => Solved(Math.Asin(x), y => (x - SinNear(y)) / CosNear(y));
    public static Precise Acos(double x) => Solved(Math.Acos(x), y => (CosNear(y) - x) / SinNear(y));
    public static Precise Atan(double x) => Solved(Math.Atan(x), y => (x * CosNear(y) - SinNear(y)) / (CosNear(y) + x * SinNear(y)));

    public static Precise Sigmoid(Precise x) => (Precise)1 / (Exp(-x) + 1);
    public static Precise Pow(double x, double y) => Exp(Log(x) * y);

    /// <summary>A decimal number, of as many digits as 256 bits hold.</summary>
    public static Precise Parse(string text)
    {
        int e = text.IndexOf('e', StringComparison.Ordinal);
        string digits = e < 0 ? text : text[..e];
        int point = digits.IndexOf('.', StringComparison.Ordinal), power = e < 0 ? 0 : int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture);
        power -= point < 0 ? 0 : digits.Length - point - 1;
        Precise whole = Rounded(BigInteger.Parse(digits.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), 0);
        Precise scale = Rounded(BigInteger.Pow(10, Math.Abs(power)), 0);
        return power < 0 ? whole / scale : whole * scale;
    }

    /// <summary>How far a double is from this number, in units of the last place of a double of this size.</summary>
    public double UlpsTo(double value)
    {
        if (!double.IsFinite(value)) return Scale >= 1024 ? 0 : double.PositiveInfinity;
        int ulp = Math.Max(IsZero ? -1074 : Scale - 52, -1074);
        return Math.Abs((Of(value) - this).Times2To(-ulp).ToDouble());
    }

    private static Precise LogNearOne(Precise x)
    {
        Precise y = Math.Log(x.ToDouble());
        for (int i = 0; i < 3; i++)
        {
            Precise e = ExpNearZero(y);
            y += (x - e) * 2 / (x + e);
        }
        return y;
    }

    private static Precise ExpNearZero(Precise x)
    {
        Precise r = x.Times2To(-8), sum = 1, term = 1;
        for (int n = 1; n < 40; n++) sum += term = term * r / n;
        for (int i = 0; i < 8; i++) sum *= sum;
        return sum;
    }

    private static Precise Turn(double x, int quarters)
    {
        Precise exact = Of(x);
        BigInteger scaled = exact.Exponent + PiBits >= 0 ? exact.Mantissa << exact.Exponent + PiBits : exact.Mantissa >> -(exact.Exponent + PiBits);
        BigInteger quadrant = BigInteger.Divide(4 * scaled + (scaled.Sign >= 0 ? Pi : -Pi), 2 * Pi);
        Precise r = quadrant.IsZero ? exact : Rounded(2 * scaled - quadrant * Pi, -PiBits - 1);
        int turn = (int)(((quadrant + quarters) % 4 + 4) % 4);
        Precise value = Taylor(r, turn % 2 == 0 ? r : 1, turn % 2 == 0 ? 2 : 1);
        return turn < 2 ? value : -value;
    }

    private static Precise Solved(double guess, Func<Precise, Precise> step)
    {
        Precise y = guess;
        for (int i = 0; i < 4; i++) y += step(y);
        return y;
    }

    private static Precise SinNear(Precise x) => Taylor(x, x, 2);
    private static Precise CosNear(Precise x) => Taylor(x, 1, 1);

    private static Precise Taylor(Precise r, Precise first, int n)
    {
        Precise sum = first, term = first;
        for (; n < 100; n += 2) sum += term = -term * r * r / ((double)n * (n + 1));
        return sum;
    }

    private static BigInteger ArctanOfReciprocal(int n)
    {
        BigInteger power = (BigInteger.One << PiBits + 64) / n, sum = power;
        for (int i = 3; !power.IsZero; i += 2)
        {
            power /= -n * n;
            sum += power / i;
        }
        return sum >> 64;
    }

    private static Precise Rounded(BigInteger mantissa, int exponent)
    {
        int excess = (int)BigInteger.Abs(mantissa).GetBitLength() - Bits;
        return mantissa.IsZero ? default : excess <= 0 ? new(mantissa, exponent) : new(mantissa >> excess, exponent + excess);
    }
}
