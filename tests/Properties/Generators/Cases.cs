using System.Globalization;

namespace Autodiff.Functional.Properties;

/// <summary>How many cases a law is tried on: AUTODIFF_CASES=N multiplies by N, AUTODIFF_LONG=1 by 25.</summary>
internal static class Cases
{
    private static readonly double s_factor = double.TryParse(Environment.GetEnvironmentVariable("AUTODIFF_CASES"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) ? factor
        : Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1" ? 25 : 1;

    public static int Of(int normal) => Math.Max(1, (int)(normal * s_factor));
}
