using System.Globalization;

namespace Fit;

/// <summary>Numbers for people to read.</summary>
static class Format
{
    /// <summary>So many significant digits, without an exponent where a person would write none.</summary>
    public static string Digits(double value, int digits = 8)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "–" : value > 0 ? "∞" : "-∞";
        }
        var magnitude = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return magnitude is < -5 or > 9
            ? value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture)
            : Fixed(value, Math.Max(0, digits - 1 - magnitude));
    }

    public static string Rough(double value) => value.ToString("0.00e+00", CultureInfo.InvariantCulture);

    public static string Fixed(double value, int decimals) => double.IsNaN(value) ? "–" : value.ToString($"F{decimals}", CultureInfo.InvariantCulture);

    /// <summary>As NIST writes it: eleven digits.</summary>
    public static string Certified(double value) => value.ToString("0.0000000000E+00", CultureInfo.InvariantCulture);
}
