using System.Collections.Immutable;
using Xunit;

namespace Fit.Tests;

/// <summary>Whatever the input, the answer is a fit, or one clear message. 10⁵ formulas and files under AUTODIFF_LONG=1.</summary>
public sealed class Fuzz
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Random_formulas()
    {
        var sheet = CsvFile.Parse("fuzz", "x,y\n0,1\n0.5,2\n1,2.5\n2,7\n-1,0.5\n");
        var choices = Choices.From(new Dictionary<string, double> { ["a"] = 1, ["b"] = 0.5 }.ToImmutableDictionary());
        for (var seed = 0; seed < (Run.Long ? 100_000 : 2_000); seed++)
        {
            var random = new Random(seed);
            var text = $"y = a * {RandomFormulas.Term(random, depth: 1 + seed % 5)} + b * x";
            if (seed % 3 != 0)
                text = RandomFormulas.Mutated(text, random);
            try
            {
                _ = Binding.Bind(text, sheet, choices);
            }
            catch (FormulaException e)
            {
                Assert.True(Clear(e.Message) && e.Picture.Split('\n') is [_, var caret] && caret.TrimStart() == "^", $"seed {seed}: {text}\n{e.Message}\n{e.Picture}");
            }
            catch (InputException e)
            {
                Assert.True(Clear(e.Message), $"seed {seed}: {text}\n{e.Message}");
            }
        }
    }

    [Fact]
    public void Mutated_tables() => Mutated(Textbooks.Puromycin, "csv", 200, "--model", "y = vm * x / (k + x)", "--start", "vm=200,k=0.1");

    [Fact]
    public void Mutated_NIST_files() => Mutated(NistProblems.Sample(), "dat", 200);

    [Fact]
    public void Random_bytes()
    {
        using var folder = new Folder();
        for (var seed = 0; seed < (Run.Long ? 2_000 : 100); seed++)
        {
            var bytes = new byte[1 + seed * 7 % 5000];
            new Random(seed).NextBytes(bytes);
            var path = Path.Combine(folder.Path, "random.csv");
            File.WriteAllBytes(path, bytes);
            Judge(Run.Of(path, "--model", "y = a * x", "--start", "a=1"), $"seed {seed}");
        }
    }

    static void Mutated(string text, string extension, int cases, params string[] arguments)
    {
        using var folder = new Folder();
        for (var seed = 0; seed < (Run.Long ? 100 * cases : cases); seed++)
        {
            using var cancellation = new CancellationTokenSource(s_patience);
            var path = folder.File($"fuzz.{extension}", RandomFormulas.Mutated(text, new Random(seed)));
            Judge(Run.Of(cancellation.Token, [path, .. arguments]), $"seed {seed}");
        }
    }

    static void Judge(Run run, string what)
    {
        var lines = run.Error.TrimEnd('\n').Split('\n');
        var clear = run.ExitCode switch
        {
            0 => run.Error.Length == 0,
            1 => lines.All(Clear),
            2 => run.Output.Length == 0 && Clear(lines[0]) && (lines.Length == 1 || (lines.Length == 3 && lines[2].TrimStart() == "^")),
            _ => false,
        };
        Assert.True(clear, $"{what}: exit code {run.ExitCode}\n{run.Error}");
    }

    static bool Clear(string line) =>
        line.Length is > 0 and < 400 && !line.Contains('\n', StringComparison.Ordinal) && !line.Contains("   at ", StringComparison.Ordinal) && !line.Contains("Exception", StringComparison.Ordinal);
}
