using System.Diagnostics;
using System.Globalization;
using Autodiff.Functional.Benchmarks.Models;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional.Benchmarks;

/// <summary><c>passes</c>: where the time of compiling a long chain and its gradient goes, and what is allocated: the best of some rounds, for each node.</summary>
public static class Passes
{
    private const int Rounds = 10;

    private static readonly Dictionary<string, (double Seconds, double Bytes)> s_best = [];

    public static int Run(Settings settings)
    {
        foreach (int links in (int[])[100, 1_000, 10_000, 100_000])
        {
            s_best.Clear();
            int nodes = 0;
            for (int round = 0; round < Rounds; round++)
                nodes = Measure("all", () => Compile(Scalars.LongChain(links).Function, new() { Threads = settings.Threads }));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{nodes} nodes, {"ns",29} {"bytes",8}"));
            foreach (var (name, (seconds, bytes)) in s_best)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-34} {seconds / nodes * 1e9,8:F1} {bytes / nodes,8:F1}"));
        }
        return 0;
    }

    private static int Compile(Func<Expr, Expr> f, CompileOptions options)
    {
        var graph = Measure("trace", () => Graph.Trace(x => Ad.ValueAndGrad(f, x[0]) is var (value, gradient) ? [value, gradient] : [], [new(DType.Float64, Shape.Scalar)]));
        int nodes = Measure("order", () => graph.Order.Count);
        var program = Measure("program", () => Compilation.Program.Of(graph).Program);
        foreach (var pass in Pipeline.Of(options))
            program = Measure(pass.Name, () => pass.Apply(program));
        Measure("code", () => new Executable(program, options, isBody: false, isReady: true));
        return nodes;
    }

    private static T Measure<T>(string name, Func<T> run)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        var result = run();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (!s_best.TryGetValue(name, out var best) || seconds < best.Seconds)
            s_best[name] = (seconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
        return result;
    }
}
