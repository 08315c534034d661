using System.Globalization;

namespace Fit;

/// <summary>Numbers as people write them in files: always with a point, whatever the country.</summary>
static class Numbers
{
    /// <summary>A finite number, or nothing.</summary>
    public static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    /// <summary>So many significant digits.</summary>
    public static string Short(double value, int digits = 6) => value.ToString($"G{digits}", CultureInfo.InvariantCulture);
}
