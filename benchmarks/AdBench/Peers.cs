using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks.AdBench;

/// <summary>
/// <c>cpp DIR</c>: the suite's files by this library and by the programs in a folder, in turns; each gets the same file and number of threads, and results are compared
/// before times are printed.
/// </summary>
public static class Peers
{
    private const int Rounds = 3;
    private static readonly ImmutableArray<int> s_points = [1_000, 2_000, 5_000, 10_000];

    public static int Run(string programs, Settings settings)
    {
        var suite = new Suite(Path.Combine(settings.Data, "adbench"));
        if (!suite.Exists)
        {
            Console.Error.WriteLine($"There is no folder {suite.Folder}, so nothing is run on ADBench's files; --data DIR names another.");
            return 0;
        }
        int faults = 0;
        foreach (var entry in suite.Entries)
        {
            // A recurrence has nothing to share out.
            if (entry.Kind == "lstm" && settings.Threads > 1)
                continue;
            faults += Compare(entry.Kind, entry.Name, entry.Path, Problem.Read(entry.Kind, entry.Path), programs, settings);
        }
        foreach (var entry in suite.Entries.Where(entry => entry.Name.EndsWith("_10k", StringComparison.Ordinal)))
            foreach (int points in s_points)
            {
                string path = Path.GetTempFileName();
                File.WriteAllLines(path, GmmProblem.WithFewerPoints(File.ReadAllLines(entry.Path), points));
                faults += Compare("gmm", $"gmm d10 K25 by points", path, Problem.Read("gmm", path), programs, settings, points);
                File.Delete(path);
            }
        return faults == 0 ? 0 : 1;
    }

    private static int Compare(string kind, string name, string path, Problem problem, string programs, Settings settings, double? size = null)
    {
        var ours = problem.Prepare(settings.Threads);
        double objective = problem.Objective(ours.Values()), norm = Agreement.Norm(ours.Entries().AsSpan());
        (string Side, string Program)[] sides = [(Measurement.Cpp, kind), (Measurement.CppTuned, $"{kind}_blocked")];
        sides = [.. sides.Where(side => File.Exists(Path.Combine(programs, side.Program)))];

        var mine = new List<Timing>[] { [], [] };
        var theirs = sides.Select(_ => new List<Output>()).ToArray();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (var (timings, runner) in mine.Zip([ours.Function!, ours.Derivative!]))
                timings.Add(Timing.Of(runner.Run, settings.Seconds / Rounds));
            for (int i = 0; i < sides.Length; i++)
                theirs[i].Add(Output.Of(Path.Combine(programs, sides[i].Program), path, settings, settings.Seconds / Rounds));
        }

        string[] faults =
        [
            .. from output in theirs.Select(outputs => outputs[0])
               from fault in new[] { Agreement.Fault($"{name}: our objective", objective, output.Objective, 1e-9), Agreement.Fault($"{name}: our gradient's norm", norm, output.GradientNorm, 1e-9) }
               where fault is not null
               select fault,
        ];
        foreach (string fault in faults)
            Console.Error.WriteLine(fault);
        double parameters = size ?? ours.Derivative!.Read().Length;
        Print(new(name, Measurement.Ours, settings.Threads, parameters, Median(mine[0].Select(t => t.Seconds)), Median(mine[1].Select(t => t.Seconds)), Median(mine[1].Select(t => t.Bytes))));
        for (int i = 0; i < sides.Length; i++)
            Print(new(name, sides[i].Side, settings.Threads, parameters, Median(theirs[i].Select(o => o.FunctionSeconds)), Median(theirs[i].Select(o => o.GradientSeconds)), null));
        return faults.Length;

        static void Print(Measurement measurement) => Console.WriteLine(measurement.ToJson());
        static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
    }

    /// <summary>What a program prints.</summary>
    private sealed record Output(double Objective, double GradientNorm, double FunctionSeconds, double GradientSeconds, int Threads)
    {
        private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        public static Output Of(string program, string path, Settings settings, double seconds)
        {
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
            foreach (string argument in (string[])[path, "--threads", $"{settings.Threads}", "--seconds", seconds.ToString(CultureInfo.InvariantCulture)])
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start) ?? throw new IOException($"{program} can't be started.");
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && JsonSerializer.Deserialize<Output>(output, s_options) is { } result ? result
                : throw new IOException($"{program} {path} ended with exit code {process.ExitCode}.");
        }
    }
}
