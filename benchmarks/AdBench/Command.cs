using System.Text.Json;
using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks.AdBench;

/// <summary><c>adbench gmm|lstm|ba FILE</c>: the last line of standard output is one JSON object.</summary>
public static class Command
{
    public static int Run(string kind, string path, Settings settings)
    {
        var problem = Problem.Read(kind, path);
        var work = problem.Prepare(settings.Threads);
        var values = work.Values();
        var entries = work.Entries();
        var function = Timing.Of(work.Function!.Run, settings.Seconds);
        var derivative = Timing.Of(work.Derivative!.Run, settings.Seconds);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            objective = problem.Objective(values),
            gradient_norm = Agreement.Norm(entries.AsSpan()),
            function_seconds = function.Seconds,
            gradient_seconds = derivative.Seconds,
            threads = settings.Threads,
        }));
        return 0;
    }
}
