using System.Globalization;

namespace Autodiff.Functional.Properties;

/// <summary>How many cases a law is tried on: AUTODIFF_LONG=1 multiplies by 25, AUTODIFF_CASES by any factor.</summary>
internal static class Cases
{
    private static readonly double s_factor =
        (Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1" ? 25 : 1)
        * (double.TryParse(Environment.GetEnvironmentVariable("AUTODIFF_CASES"), CultureInfo.InvariantCulture, out double factor) ? factor : 1);

    public static int Of(int normal) => Math.Max(1, (int)Math.Round(normal * s_factor));
}
