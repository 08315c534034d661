using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks;

/// <summary><c>scaling</c>: how our times grow, on sizes that the peers do not reach.</summary>
public static class Scaling
{
    public static int Run(Settings settings)
    {
        foreach (int links in (int[])[10_000, 100_000, 1_000_000])
            if (Scalars.LongChain(links) is var chain)
                Print("W2 alone", links, Work.Uncompiled(chain.Function, chain.At), settings);
        foreach (int steps in (int[])[1_000, 10_000, 100_000])
            if (Scalars.LongLoop(steps) is var loop)
                Print("Scan", steps, loop.Prepare(settings.Threads), settings);
        return 0;
    }

    private static void Print(string row, double size, Work work, Settings settings) =>
        Console.WriteLine(Measurement.Of(row, size, settings.Threads, settings.Seconds, (Measurement.Ours, work)).Single().ToJson());
}
