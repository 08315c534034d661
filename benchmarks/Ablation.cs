using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Autodiff.Functional.Benchmarks.AdBench;
using Autodiff.Functional.Benchmarks.Models;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional.Benchmarks;

/// <summary>
/// <c>ablation</c>: does each pass pay? Each model is compiled with each pass left out, and what then takes longer is told: the run of the gradient, compiling, and the memory of a run, as ratios to all passes. A ratio above 1 is what
/// the pass is worth. Runs take turns with those of all passes, and give the same results but for rounding.
/// </summary>
public static class Ablation
{
    private const int Compilations = 5;

    public static int Run(Settings settings)
    {
        string[] wanted = [.. settings.Words];
        Console.WriteLine("| pass left out | model | run | compiling | memory |");
        Console.WriteLine("|---|---|--:|--:|--:|");
        foreach (var (name, prepare) in All(settings).Where(model => wanted.Length == 0 || wanted.Any(word => model.Name.Contains(word, StringComparison.OrdinalIgnoreCase))))
            Measure(name, prepare, settings);
        return 0;
    }

    private static IEnumerable<(string Name, Func<CompileOptions, Work> Prepare)> All(Settings settings)
    {
        foreach (var model in (Model[])[Scalars.SmallGraph, Scalars.LongChain(10_000), Scalars.LongLoop(10_000), Models.Elementwise.Of(100_000), Models.Elementwise.Of(1_000_000), Rows.W4, .. Rows.W5, .. Rows.W7[..2], Recurrence.Small])
            yield return (model.Name, model.Prepare);
        yield return ("gradients for each example", PerExample);
        var suite = new Suite(Path.Combine(settings.Data, "adbench"));
        foreach (var entry in suite.Exists ? suite.Entries.Where(entry => entry.Name is "gmm_d10_K25_1k" or "lstm_l2_c1024" or "ba1_n49_m7776_p31843") : [])
            yield return (entry.Name, Problem.Read(entry.Kind, entry.Path).Prepare);
    }

    /// <summary>The gradients of a small network for each of 256 examples.</summary>
    private static Work PerExample(CompileOptions options)
    {
        Expr x = Data.Random(1, Shape.Of(256, 8)), y = Data.Random(2, Shape.Of(256));
        (Expr First, Expr Second) at = (Data.Random(3, Shape.Of(8, 16)), Data.Random(4, Shape.Of(16)));
        Func<(Expr First, Expr Second), (Expr, Expr)> gradients = p => Ad.Vmap(e => Ad.Grad(q => Expr.Square(Expr.Dot(Expr.Tanh(Expr.MatMul(e.x, q.First)), q.Second) - e.y), p), (x, y));
        return new(null, Runner.Compile(gradients, at, options), HasValue: false);
    }

    private static void Measure(string name, Func<CompileOptions, Work> prepare, Settings settings)
    {
        var all = new CompileOptions { Threads = settings.Threads };
        var whole = prepare(all);
        foreach (string pass in Pipeline.Of(all).Select(pass => pass.Name).Distinct())
        {
            var options = all with { LeftOut = pass };
            Work without;
            try
            {
                without = prepare(options);
                without.Derivative?.Run();
            }
            catch (Exception error) when (error is InvalidOperationException or NotSupportedException or NullReferenceException or ArgumentException or InvalidCastException or IndexOutOfRangeException or KeyNotFoundException)
            {
                Console.WriteLine($"| {pass} | {name} | needed | | |");
                continue;
            }
            var (left, right) = (whole.Derivative ?? whole.Function!, without.Derivative ?? without.Function!);
            RequireSame(name, pass, left.Results(), right.Results());
            var timings = Timing.Of([left.Run, right.Run], settings.Seconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {pass} | {name} | {timings[1].Seconds / timings[0].Seconds:F3} | {Compiling(prepare, options, all):F2} | {(double)Math.Max(1, right.MemoryBytes) / Math.Max(1, left.MemoryBytes):F2} |"));
        }
    }

    private static void RequireSame(string name, string pass, ImmutableArray<double> left, ImmutableArray<double> right)
    {
        double scale = left.Select(Math.Abs).Max();
        for (int i = 0; i < left.Length; i++)
            if (Math.Abs(left[i] - right[i]) > 1e-3 * scale)
                throw new InvalidDataException($"{name} without {pass}: {right[i]} instead of {left[i]}");
    }

    /// <summary>How much longer compiling takes, the best of some that take turns.</summary>
    private static double Compiling(Func<CompileOptions, Work> prepare, CompileOptions without, CompileOptions all)
    {
        double left = double.PositiveInfinity, right = double.PositiveInfinity;
        for (int i = 0; i < Compilations; i++)
            (left, right) = (Math.Min(left, Seconds(all)), Math.Min(right, Seconds(without)));
        return right / left;

        double Seconds(CompileOptions options)
        {
            long start = Stopwatch.GetTimestamp();
            prepare(options);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
