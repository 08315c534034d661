using System.Globalization;
using System.Numerics;

namespace Autodiff.Functional;

/// <summary>
/// Real numbers as NumPy prints them: as few digits as tell them apart from their neighbours, at most 8 after the point, points aligned; with exponents
/// where the magnitudes need them.
/// </summary>
internal static class RealFormat
{
    private const int Precision = 8;

    /// <summary>The texts of the elements of an array, of equal length; or of a scalar, which shows all its digits.</summary>
    public static string[] Texts<T>(T[] values, bool alone) where T : IFloatingPointIeee754<T>
    {
        var numbers = Array.ConvertAll(values, Decimal.Of);
        return alone ? [.. numbers.Select(n => n.Scalar())] : NeedsExponents(values) ? Scientific(numbers) : Positional(numbers);
    }

    private static bool NeedsExponents<T>(T[] values) where T : IFloatingPointIeee754<T>
    {
        var sizes = values.Where(v => T.IsFinite(v) && v != T.Zero).Select(T.Abs).ToArray();
        return sizes.Length > 0 && (sizes.Max()! >= T.CreateChecked(1e8) || sizes.Min()! < T.CreateChecked(1e-4) || sizes.Max()! / sizes.Min()! > T.CreateChecked(1000));
    }

    private static string[] Positional(Decimal[] numbers)
    {
        var cut = Array.ConvertAll(numbers, n => n.CutAfterPoint(Precision));
        int left = Longest(cut, n => n.Whole.Length), right = Longest(cut, n => n.Fraction.Length);
        return Aligned(cut, n => n.Whole.PadLeft(left) + "." + n.Fraction.PadRight(right));
    }

    private static string[] Scientific(Decimal[] numbers)
    {
        var cut = Array.ConvertAll(numbers, n => n.Cut(Precision + 1));
        int fraction = Longest(cut, n => n.Digits.Length - 1);
        int exponent = Math.Max(2, Longest(cut, n => n.ExponentText(0).Length - 2));
        int left = Longest(cut, n => n.Sign.Length + 1);
        var filled = Array.ConvertAll(cut, n => n.Fill(fraction + 1));
        return Aligned(filled, n => (n.Sign + n.Digits[0]).PadLeft(left) + "." + n.Digits[1..].PadRight(fraction, '0') + n.ExponentText(exponent));
    }

    private static int Longest(Decimal[] numbers, Func<Decimal, int> length) => numbers.Where(n => n.IsFinite).Select(length).DefaultIfEmpty(0).Max();

    /// <summary>Finite numbers as given, the others by name; all of one length.</summary>
    private static string[] Aligned(Decimal[] numbers, Func<Decimal, string> finite)
    {
        var texts = Array.ConvertAll(numbers, n => n.IsFinite ? finite(n) : n.Digits);
        int width = texts.Max(text => text.Length);
        return Array.ConvertAll(texts, text => text.PadLeft(width));
    }

    /// <summary>A number in decimal: ±d.ddd… · 10^Exponent, without trailing zeros.</summary>
    /// <param name="Sign">"-" or nothing.</param>
    /// <param name="Digits">The shortest digits that tell the number apart; the name of a number that is not finite.</param>
    /// <param name="Exponent">The power of ten of the first digit.</param>
    /// <param name="Exact">The number itself, for rounding it again.</param>
    private sealed record Decimal(string Sign, string Digits, int Exponent, double Exact)
    {
        public static Decimal Of<T>(T value) where T : IFloatingPointIeee754<T>
        {
            double exact = double.CreateChecked(value);
            if (!T.IsFinite(value))
                return new("", T.IsNaN(value) ? "nan" : exact > 0 ? "inf" : "-inf", 0, exact);
            return Parse(value.ToString("R", CultureInfo.InvariantCulture), exact);   // the shortest digits
        }

        /// <summary>From .NET's text, with or without point and exponent.</summary>
        private static Decimal Parse(string text, double exact)
        {
            string sign = text[0] == '-' ? "-" : "";
            int end = text.IndexOf('E', StringComparison.Ordinal);
            int exponent = end < 0 ? 0 : int.Parse(text.AsSpan(end + 1), CultureInfo.InvariantCulture);
            string mantissa = text[sign.Length..(end < 0 ? text.Length : end)];
            int point = mantissa.IndexOf('.', StringComparison.Ordinal);
            string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
            int zeros = digits.Length - digits.TrimStart('0').Length;
            if (zeros == digits.Length)
                return new(sign, "0", 0, exact);
            return new(sign, digits[zeros..].TrimEnd('0'), exponent + (point < 0 ? mantissa.Length : point) - 1 - zeros, exact);
        }

        public bool IsFinite => double.IsFinite(Exact);

        /// <summary>The part before the point, with the sign.</summary>
        public string Whole => Sign + (Exponent < 0 ? "0" : Digits.PadRight(Exponent + 1, '0')[..(Exponent + 1)]);

        /// <summary>The part after the point.</summary>
        public string Fraction => Exponent < 0 ? (Digits == "0" ? "" : new string('0', -Exponent - 1) + Digits) : Digits.Length > Exponent + 1 ? Digits[(Exponent + 1)..] : "";

        public string ExponentText(int width) => (Exponent < 0 ? "e-" : "e+") + Math.Abs(Exponent).ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');

        /// <summary>With no more digits after the point than this.</summary>
        public Decimal CutAfterPoint(int places) => IsFinite && Fraction.Length > places ? Rounded('F', places) : this;

        /// <summary>With no more digits in all than this.</summary>
        public Decimal Cut(int digits) => IsFinite && Digits.Length > digits ? Rounded('E', digits - 1) : this;

        /// <summary>With this many digits in all: where the shortest are fewer, those that follow in the exact value.</summary>
        public Decimal Fill(int digits) => IsFinite && Digits.Length < digits && Exact != 0 ? Rounded('E', digits - 1) : this;

        // .NET rounds the exact value, but halves away from zero; NumPy to even. A half is seen by the digits that follow: 5 and then nothing.
        private Decimal Rounded(char format, int places)
        {
            string away = Text(places), exactly = Text(60), towards = Text(places + 1);
            int cut = (format == 'F' ? exactly.Length : exactly.IndexOf('E', StringComparison.Ordinal)) - 60 + places;
            bool half = exactly[cut] == '5' && exactly.AsSpan(cut + 1, 59 - places).TrimEnd('0').IsEmpty;
            bool even = (exactly[cut - 1] - '0') % 2 == 0;
            return Parse(half && even ? towards.Remove(cut, 1) : away, Exact);

            string Text(int digits) => Exact.ToString($"{format}{digits}", CultureInfo.InvariantCulture);
        }

        /// <summary>By itself, with all digits: an exponent below 10⁻⁴ and from 10¹⁶ on.</summary>
        public string Scalar() => !IsFinite ? Digits
            : Digits != "0" && Exponent is < -4 or >= 16 ? Sign + Digits[0] + (Digits.Length > 1 ? "." + Digits[1..] : "") + ExponentText(2)
            : $"{Whole}.{(Fraction.Length > 0 ? Fraction : "0")}";
    }
}
