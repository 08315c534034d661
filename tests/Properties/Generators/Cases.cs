using System.Globalization;

namespace Autodiff.Functional.Properties;

/// <summary>
/// How many cases a law is tried on, and which. AUTODIFF_CASES=N multiplies the number by N, AUTODIFF_LONG=1 by 250. The cases are the same in every run, so that a red
/// run is about the change at hand; the long run draws new ones each time, and so does AUTODIFF_SEED=random. AUTODIFF_SEED=N draws the N-th set, and AUTODIFF_SEED=N,gamma,size goes on from the case of which
/// FsCheck said so.
/// </summary>
internal static class Cases
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1";

    private static readonly double s_factor = double.TryParse(Environment.GetEnvironmentVariable("AUTODIFF_CASES"), NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) ? factor
        : s_long ? 250 : 1;

    public static int Of(int normal) => Math.Max(1, (int)(normal * s_factor));

    /// <summary>Where the drawing starts, as FsCheck writes it; null for somewhere new.</summary>
    public static string? Replay { get; } = Environment.GetEnvironmentVariable("AUTODIFF_SEED") is { Length: > 0 } text
        ? text.Contains(',', StringComparison.Ordinal) ? text : Seed(text) is { } seed ? First(seed) : null
        : s_long ? null : First(1);

    /// <summary>Where the counting starts, of cases that are drawn by their number; 0 unless other ones are asked for.</summary>
    public static int Offset { get; } = Replay is null ? Random.Shared.Next() : unchecked((int)(Seed(Replay.Split(',')[0])!.Value - 1) * 1_000_003);

    private static ulong? Seed(string text) => ulong.TryParse(text, CultureInfo.InvariantCulture, out ulong seed) ? seed : null;

    private static string First(ulong seed) => string.Create(CultureInfo.InvariantCulture, $"{seed},{0x9E3779B97F4A7C15}");
}
