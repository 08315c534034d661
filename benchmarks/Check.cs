using System.Collections.Immutable;
using Autodiff.Functional.Benchmarks.AdBench;
using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks;

/// <summary><c>check</c>: all models, before any of them is timed.</summary>
public static class Check
{
    public static int Run(Settings settings)
    {
        var suite = new Suite(Path.Combine(settings.Data, "adbench"));
        if (!suite.Exists)
            Console.WriteLine($"There is no folder {suite.Folder}: ADBench's inputs and references are not checked; --data DIR names another.");
        string[] faults =
        [
            .. Rows.All.SelectMany(model => Report(model.Name, model.Faults())),
            .. Report("BA, distinct data", BundleAdjustment.Faults()),
            .. suite.Entries.SelectMany(entry => Report(entry.Name, Faults(entry, settings.Threads))),
        ];
        Console.WriteLine(faults.Length == 0 ? "All models are right." : $"{faults.Length} faults.");
        return faults.Length == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Faults(Suite.Entry entry, int threads)
    {
        var problem = Problem.Read(entry.Kind, entry.Path);
        var work = problem.Prepare(threads);
        var values = work.Values();
        return Reference.Read(entry.ReferencePath).Faults(entry.Name, problem.Objective(values), work.Entries());
    }

    private static ImmutableArray<string> Report(string name, IEnumerable<string> faults)
    {
        ImmutableArray<string> found = [.. faults];
        Console.WriteLine(found.IsEmpty ? $"{name}: as it should be" : string.Join(Environment.NewLine, found));
        return found;
    }
}
