using System.Diagnostics;

namespace Autodiff.Functional.Benchmarks;

/// <summary>How long a run takes when it has run often before, and what it allocates.</summary>
/// <param name="Seconds">The median.</param>
/// <param name="Bytes">Allocated on the managed heap in a run, by all threads.</param>
public readonly record struct Timing(double Seconds, double Bytes)
{
    private const double Shortest = 20e-6;   // of a sample, so that reading the clock does not count
    private const int LeastSamples = 7, LeastRuns = 35;   // a method is compiled anew after 30 calls

    /// <summary>Runs for <paramref name="seconds"/> to warm up, then as long again to measure.</summary>
    public static Timing Of(Action run, double seconds)
    {
        ArgumentNullException.ThrowIfNull(run);
        long begin = Stopwatch.GetTimestamp();
        int runs = 0;
        // What is slow has loops that are replaced while they run; LeastRuns of it would take too long.
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds || (runs < LeastRuns && Stopwatch.GetElapsedTime(begin).TotalSeconds < 3 * seconds))
        {
            run();
            runs++;
        }
        double estimate = Stopwatch.GetElapsedTime(begin).TotalSeconds / runs;
        int repeat = (int)Math.Clamp(Math.Ceiling(Shortest / estimate), 1, 100_000);
        GC.Collect();

        var samples = new List<double>(1 << 16);
        long bytes = GC.GetTotalAllocatedBytes(precise: true);
        begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < repeat; i++)
                run();
            samples.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / repeat);
        }
        while (samples.Count < samples.Capacity && (samples.Count < LeastSamples || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds));
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        samples.Sort();
        return new(samples[samples.Count / 2], (double)bytes / ((double)samples.Count * repeat));
    }
}
