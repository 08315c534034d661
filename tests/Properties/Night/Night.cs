using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Autodiff.Functional.Properties.Night;

/// <summary>One random program after the other, each in the modes that its seed selects. The n-th program of a night's seed is always the same.</summary>
internal sealed class Night(Journal journal, int seed)
{
    private static readonly TimeSpan s_shrinking = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (long Programs, long Checks, long Silent, long Failures, TimeSpan Time)> _counts = [];

    /// <summary>How many programs failed.</summary>
    public long Failures => _counts.Values.Sum(count => count.Failures);

    /// <summary>Programs, checks and failures by family.</summary>
    public string Summary
    {
        get
        {
            var text = new StringBuilder();
            foreach (var (name, count) in _counts)
                text.AppendLine(CultureInfo.InvariantCulture, $"{name}\t{count.Programs}\t{count.Checks}\t{count.Silent}\t{count.Failures}\t{count.Time.TotalSeconds:F0}");
            return text.ToString();
        }
    }

    public void Run(TimeSpan duration)
    {
        var clock = Stopwatch.StartNew();
        var random = new Random(seed);
        for (long n = 0; clock.Elapsed < duration; n++)
        {
            One(Family.Of(random), random.Next());
            if (n % 64 == 63)
                journal.Count(Summary);
        }
        journal.Count(Summary);
        journal.Idle();
    }

    private void One(Family family, int own)
    {
        journal.Begin(family, own);
        var clock = Stopwatch.StartNew();
        var program = family.Draw(own);
        string? wrong = Try(program, out int checks);
        var count = _counts.GetValueOrDefault(family.Name);
        _counts[family.Name] = (count.Programs + 1, count.Checks + checks, count.Silent + (wrong is "" ? 1 : 0), count.Failures + (wrong is { Length: > 0 } ? 1 : 0), count.Time + clock.Elapsed);
        if (wrong is { Length: > 0 })
        {
            var (smallest, message) = Smallest(program, wrong);
            journal.Write(family, own, smallest, message);
        }
    }

    private static string? Try(Program program, out int checks)
    {
        checks = 0;
        try
        {
            return Trial.Violation(program.Run, program.Inputs, Trial.Seed(program), out checks);
        }
#pragma warning disable CA1031 // whatever is thrown is what is wrong with the program
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error.ToString();
        }
    }

    /// <summary>A smaller program that fails, too; found within half a minute.</summary>
    private static (Program Program, string Wrong) Smallest(Program program, string wrong)
    {
        var clock = Stopwatch.StartNew();
        for (bool found = true; found;)
        {
            found = false;
            foreach (var smaller in Programs.Smaller(program))
            {
                if (clock.Elapsed > s_shrinking)
                    break;
                if (smaller.Steps.Length > 0 && Try(smaller, out _) is { Length: > 0 } message)
                {
                    (program, wrong, found) = (smaller, message, true);
                    break;
                }
            }
        }
        return (program, wrong);
    }
}
