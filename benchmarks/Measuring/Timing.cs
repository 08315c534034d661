using System.Collections.Immutable;
using System.Diagnostics;

namespace Autodiff.Functional.Benchmarks;

/// <summary>How long a run takes when it has run often before, and what it allocates.</summary>
/// <param name="Seconds">The median.</param>
/// <param name="Bytes">Allocated on the managed heap in a run, by all threads.</param>
public readonly record struct Timing(double Seconds, double Bytes)
{
    private const double Shortest = 20e-6;   // of a sample, so that reading the clock does not count
    private const int LeastSamples = 1, MostSamples = 1 << 14, Rounds = 3;
    private const int LeastRuns = 35;        // a method is compiled anew after 30 calls
    private const int Settle = 20;           // ms, in which worker threads of others fall asleep

    /// <summary>Runs for <paramref name="seconds"/> to warm up, then as long again to measure.</summary>
    public static Timing Of(Action run, double seconds) => Of([run], seconds).Single();

    /// <summary>The same for several, which take turns, so that what else the machine does meets all of them.</summary>
    public static ImmutableArray<Timing> Of(ImmutableArray<Action> runs, double seconds)
    {
        ImmutableArray<Sampler> samplers = [.. runs.Select(run => new Sampler(run, seconds))];
        for (int round = 0; round < Rounds; round++)
            foreach (var sampler in samplers)
            {
                Thread.Sleep(Settle);
                sampler.Sample(seconds / Rounds);
            }
        return [.. samplers.Select(sampler => sampler.Result)];
    }

    private sealed class Sampler
    {
        private readonly Action _run;
        private readonly int _repeat;
        private readonly List<double> _samples = new(Rounds * MostSamples);
        private long _bytes;

        public Sampler(Action run, double seconds)
        {
            _run = run;
            long begin = Stopwatch.GetTimestamp();
            int runs = 0, late = 0;
            double half = 0;
            // What is slow runs fewer than LeastRuns times: its loops are replaced while they run.
            for (double now = 0; now < seconds || (runs < LeastRuns && now < 3 * seconds); now = Stopwatch.GetElapsedTime(begin).TotalSeconds)
            {
                run();
                runs++;
                if (now < seconds / 2)
                    (late, half) = (runs, Stopwatch.GetElapsedTime(begin).TotalSeconds);
            }
            double estimate = runs > late ? (Stopwatch.GetElapsedTime(begin).TotalSeconds - half) / (runs - late) : half / late;
            _repeat = (int)Math.Clamp(Math.Ceiling(Shortest / estimate), 1, 100_000);
        }

        public void Sample(double seconds)
        {
            long bytes = GC.GetTotalAllocatedBytes(precise: true), begin = Stopwatch.GetTimestamp();
            int count = 0;
            do
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < _repeat; i++)
                    _run();
                _samples.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / _repeat);
            }
            while (++count < MostSamples && (count < LeastSamples || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds));
            _bytes += GC.GetTotalAllocatedBytes(precise: true) - bytes;
        }

        public Timing Result
        {
            get
            {
                double[] sorted = [.. _samples.Order()];
                return new(sorted[sorted.Length / 2], (double)_bytes / ((double)sorted.Length * _repeat));
            }
        }
    }
}
