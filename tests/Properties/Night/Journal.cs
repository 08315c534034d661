using System.Globalization;
using System.Text;
using Autodiff.Functional.Properties.Documentation;

namespace Autodiff.Functional.Properties.Night;

/// <summary>What a night leaves in its folder: the program at hand (should it end the process), each failure as a test, and counts.</summary>
internal sealed class Journal : IDisposable
{
    private const int MostFiles = 200;

    private readonly string _folder = Environment.GetEnvironmentVariable("AUTODIFF_NIGHT_FOLDER") ?? Path.Combine(Repository.Root, "artifacts", "night");
    private readonly string _worker = Environment.GetEnvironmentVariable("AUTODIFF_NIGHT_WORKER") ?? "0";
    private readonly FileStream _current;
    private int _files;

    public Journal()
    {
        Directory.CreateDirectory(_folder);
        _current = new(Path.Combine(_folder, $"current-{_worker}"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    public void Dispose() => _current.Dispose();

    /// <summary>A program is about to be drawn and tried.</summary>
    public void Begin(Family family, int seed) => Current($"{family.Name}:{seed}");

    /// <summary>There is none.</summary>
    public void Idle() => Current("");

    private void Current(string text) => RandomAccess.Write(_current.SafeFileHandle, Encoding.UTF8.GetBytes(text.PadRight(40)), 0);

    /// <summary>The counts so far.</summary>
    public void Count(string summary) => File.WriteAllText(Path.Combine(_folder, $"counts-{_worker}"), summary);

    /// <summary>A failure, as a test that can be pasted into a class of tests/Properties.</summary>
    public void Write(Family family, int seed, Program program, string wrong)
    {
        if (_files++ > MostFiles)
            return;
        string name = string.Create(CultureInfo.InvariantCulture, $"{family.Name.Replace(' ', '_')}_{unchecked((uint)seed)}");
        string parameters = string.Join(", ", program.Inputs.Select((_, i) => $"x[{i}]")), points = string.Join(", ", program.Inputs.Select((_, i) => $"at{i}.Value"));
        var text = new StringBuilder();
        foreach (string line in wrong.Split('\n'))
            text.Append("// ").AppendLine(line.TrimEnd());
        text.AppendLine("[Fact]").AppendLine($"public void Night_{name}()").AppendLine("{");
        foreach (string line in program.ToString().Split('\n').Where(line => line.Length > 0 && !line.StartsWith("var y =", StringComparison.Ordinal)))
            text.Append("    ").AppendLine(line.TrimEnd());
        text.AppendLine(CultureInfo.InvariantCulture, $"    Assert.Null(Trial.Violation(x => F({parameters}), [{points}], {Trial.Seed(program)}));").AppendLine("}");
        File.WriteAllText(Path.Combine(_folder, $"{name}.cs"), text.ToString());
    }
}
