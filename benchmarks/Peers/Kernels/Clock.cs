using System.Diagnostics;

namespace Autodiff.Functional.Peers;

internal static class Clock
{
    /// <summary>The best time of one call of each side, in nanoseconds. The sides take turns, in slices short enough to fall between what else the machine does.</summary>
    public static double[] Best(double milliseconds, params Action<int>[] sides)
    {
        const double slice = 200e-6;
        int[] calls = new int[sides.Length];
        double[] best = new double[sides.Length];
        WarmUp(sides);
        for (int i = 0; i < sides.Length; i++)
        {
            double once;
            for (calls[i] = 1; (once = Time(sides[i], calls[i])) < slice && calls[i] < 1 << 20; calls[i] *= 2) { }
            best[i] = once / calls[i];
        }
        long end = Stopwatch.GetTimestamp() + (long)(milliseconds * 1e-3 * Stopwatch.Frequency);
        do
            for (int i = 0; i < sides.Length; i++) best[i] = Math.Min(best[i], Time(sides[i], calls[i]) / calls[i]);
        while (Stopwatch.GetTimestamp() < end);
        return [.. best.Select(seconds => seconds * 1e9)];
    }

    // The runtime compiles what is called often anew, in the background, some 100 ms later.
    private static void WarmUp(Action<int>[] sides)
    {
        foreach (Action<int> side in sides)
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalMilliseconds < 50;) side(1);
        Thread.Sleep(150);
    }

    private static double Time(Action<int> side, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        side(calls);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
