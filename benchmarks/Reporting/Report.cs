using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Autodiff.Functional.Benchmarks.Reporting;

/// <summary><c>report FILE</c>: measurements, a line of JSON each, as RESULTS.md with its pictures. Lines that begin with # are facts to be told.</summary>
public static class Report
{
    public static int Run(string file, Settings settings)
    {
        string[] lines = File.ReadAllLines(file);
        var all = lines.Where(line => line.StartsWith('{')).Select(Measurement.FromJson).ToImmutableArray();
        var facts = lines.Where(line => line.StartsWith('#')).Select(line => line[1..].Trim()).Distinct();
        string pictures = Path.Combine(settings.Output, "pictures");
        Directory.CreateDirectory(pictures);
        var drawn = Pictures.Draw(all, pictures).ToList();
        File.WriteAllText(Path.Combine(settings.Output, "RESULTS.md"), Text(all, facts, drawn));
        return 0;
    }

    private static string Text(ImmutableArray<Measurement> all, IEnumerable<string> facts, IReadOnlyList<(string File, string Title)> pictures)
    {
        var text = new StringBuilder();
        text.AppendLine("""
            # Results

            Made by `eng/results`; change that, not this page. Times are medians of warm runs of both sides in one session, in turns, with the same inputs, precision and number of
            threads, after their results were compared. A ratio is our time ÷ the peer's; below 1 we are faster. A goal is that of the design; **bold** ratios miss it.

            """);
        foreach (string fact in Machine().Concat(facts))
            text.AppendLine(CultureInfo.InvariantCulture, $"- {fact}");

        Section(text, "Beside TorchSharp", "In one process. W1 has 25 scalar operations, W2 a chain of links, W3 an elementwise function and its sum, W4 logistic regression, W5 perceptrons, W7 matrix products, W8 a recurrence of 3 × 3 products.",
            all, Measurement.Torch, null);
        Section(text, "Beside hand-written C++", """
            ADBench's problems. *C++* is written down from the maths, a point or an observation at a time as the suite's own code does it; *tuned* takes 64 points at a time, so that every inner
            loop becomes vector code. Both by g++ -O3 -march=native -ffast-math. Threads in C++ are OpenMP's.
            """, all, Measurement.Cpp, Measurement.CppTuned);
        Exponents(text, all);
        CompileTime(text, all);
        Allocation(text, all);
        text.AppendLine().AppendLine("## Time against size").AppendLine();
        foreach (var (file, title) in pictures)
            text.AppendLine(CultureInfo.InvariantCulture, $"![{title}](pictures/{file})").AppendLine();
        return text.ToString().TrimEnd() + Environment.NewLine;
    }

    private static IEnumerable<string> Machine()
    {
        const string Cpus = "/proc/cpuinfo";
        string? model = File.Exists(Cpus) ? File.ReadLines(Cpus).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        string vectors = System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? "AVX-512" : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? "AVX2" : "128 bits or fewer";
        yield return $"{DateTime.UtcNow.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}; {model ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} processors, vectors of {vectors}";
        yield return $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";
    }

    // ---- tables ----

    private static void Section(StringBuilder text, string title, string about, ImmutableArray<Measurement> all, string peer, string? other)
    {
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine().AppendLine(about.Trim()).AppendLine();
        var rows = all.Where(m => m.Side == Measurement.Ours && Find(all, m, peer) is not null).ToImmutableArray();
        if (rows.IsEmpty)
        {
            text.AppendLine("Not measured here.");
            return;
        }
        bool tuned = other is not null;
        text.AppendLine(CultureInfo.InvariantCulture, $"| work | size | threads | ours | {peer} | ratio | goal |{(tuned ? " tuned | ratio |" : "")} gradient ÷ function, ours | {peer}'s | bytes a run |");
        text.AppendLine($"|---|--:|--:|--:|--:|--:|--:|{(tuned ? "--:|--:|" : "")}--:|--:|--:|");
        foreach (var ours in rows)
        {
            var theirs = Find(all, ours, peer)!;
            double ratio = ours.Seconds / theirs.Seconds;
            var goal = Goals.Of(ours);
            string shown = goal is { } g && ratio > g.Ratio ? $"**{Digits(ratio)}**" : Digits(ratio);
            string best = !tuned ? "" : Find(all, ours, other!) is { } b ? $" {Time(b)} | {Digits(ours.Seconds / b.Seconds)} |" : " | |";
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {ours.Row} | {Count(ours.Size)} | {ours.Threads} | {Time(ours)} | {Time(theirs)} | {shown} | {(goal is { } limit ? $"≤ {limit.Text}" : "")} |{best} {Factor(ours)} | {Factor(theirs)} | {Count(ours.Bytes)} |");
        }
        var faster = rows.Count(ours => ours.Seconds < Find(all, ours, peer)!.Seconds);
        var met = rows.Count(ours => Goals.Of(ours) is { } g && ours.Seconds / Find(all, ours, peer)!.Seconds <= g.Ratio);
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Faster in {faster} of {rows.Length} rows; {met} of {rows.Count(ours => Goals.Of(ours) is not null)} goals met.");
    }

    private static Measurement? Find(ImmutableArray<Measurement> all, Measurement like, string side) =>
        all.FirstOrDefault(m => m.Side == side && m.Row == like.Row && m.Threads == like.Threads && m.Size == like.Size);

    /// <summary>The slopes of log time over log size.</summary>
    private static void Exponents(StringBuilder text, ImmutableArray<Measurement> all)
    {
        text.AppendLine().AppendLine("## How time grows").AppendLine().AppendLine("One thread. The exponent e of time ~ sizeᵉ between two sizes: 1 is linear. The last line of a work is from its smallest size to its largest.").AppendLine();
        text.AppendLine("| work | from | to | time | time | exponent |").AppendLine("|---|--:|--:|--:|--:|--:|");
        foreach (var row in all.Where(m => m.Side == Measurement.Ours && m.Threads == 1).GroupBy(m => m.Row))
        {
            var sizes = row.OrderBy(m => m.Size).ToList();
            if (sizes.Count < 2 || sizes[0].Size == sizes[^1].Size)
                continue;
            var steps = sizes.Zip(sizes.Skip(1)).ToList();
            foreach (var (from, to) in steps.Count > 1 ? [.. steps, (sizes[0], sizes[^1])] : steps)
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {row.Key} | {Count(from.Size)} | {Count(to.Size)} | {Time(from)} | {Time(to)} | {Math.Log(to.Seconds / from.Seconds) / Math.Log(to.Size / from.Size):F2} |");
        }
    }

    private static void CompileTime(StringBuilder text, ImmutableArray<Measurement> all)
    {
        text.AppendLine().AppendLine("## Compile time").AppendLine()
            .AppendLine("From a function to its first value and gradient: traced, compiled, run once. *Nodes* are those of the graph of both. *First call*: the same in a fresh process, which compiles the library's own code as well.").AppendLine();
        text.AppendLine("| work | nodes | time | µs a node | goal | allocated |").AppendLine("|---|--:|--:|--:|--:|--:|");
        foreach (var row in all.Where(m => m.Row.StartsWith(Measurement.Compile, StringComparison.Ordinal) || m.Row.StartsWith(Measurement.FirstCall, StringComparison.Ordinal)))
        {
            bool cold = row.Row.StartsWith(Measurement.FirstCall, StringComparison.Ordinal);
            double each = row.Seconds * 1e6 / row.Size, goal = Goals.CompileSeconds(row.Size);
            string shown = !cold && row.Seconds > goal ? $"**{Digits(each)}**" : Digits(each);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Row} | {Count(row.Size)} | {Time(row)} | {shown} | {(cold ? "" : $"≤ {Digits(goal * 1e3)} ms")} | {Count(row.Bytes)} |");
        }
    }

    private static void Allocation(StringBuilder text, ImmutableArray<Measurement> all)
    {
        text.AppendLine().AppendLine("## Allocation").AppendLine()
            .AppendLine("Bytes that a run of value and gradient allocates on the managed heap: its outputs as new tensors, with the nodes that they come in; and into buffers of the caller's, where the list of the arguments is left.").AppendLine();
        text.AppendLine("| work | bytes of the outputs | new tensors | into buffers |").AppendLine("|---|--:|--:|--:|");
        foreach (var row in all.Where(m => m.Row.StartsWith(Measurement.Tensors, StringComparison.Ordinal)))
        {
            string name = row.Row[Measurement.Tensors.Length..];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {Count(row.Size)} | {Count(row.Bytes)} | {Count(all.FirstOrDefault(m => m.Row == Measurement.Buffers + name)?.Bytes)} |");
        }
    }

    // ---- numbers ----

    private static string Factor(Measurement m) => m is { FunctionSeconds: { } function, GradientSeconds: { } gradient } ? Digits(gradient / function) : "";

    private static string Time(Measurement m)
    {
        string time = m.Seconds switch
        {
            >= 1 => $"{Digits(m.Seconds)} s",
            >= 1e-3 => $"{Digits(m.Seconds * 1e3)} ms",
            _ => $"{Digits(m.Seconds * 1e6)} µs",
        };
        // The size of a product is its number of operations.
        return m.Row.StartsWith("W7", StringComparison.Ordinal) ? $"{time} ({(m.Size / m.Seconds / 1e9).ToString("F0", CultureInfo.InvariantCulture)} GFLOP/s)" : time;
    }

    private static string Count(double? value) => value is { } v ? Math.Round(v).ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ') : "";

    /// <summary>Three significant digits.</summary>
    private static string Digits(double value)
    {
        int decimals = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        return double.IsFinite(value) && value != 0 ? value.ToString($"F{decimals}", CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);
    }
}
