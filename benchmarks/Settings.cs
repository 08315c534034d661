using System.Globalization;

namespace Autodiff.Functional.Benchmarks;

/// <summary>The words after a command: <c>--threads N</c>, <c>--seconds S</c>, <c>--data DIR</c>, <c>--output DIR</c>, and the others in order.</summary>
public sealed record Settings(IReadOnlyList<string> Words, int Threads, double Seconds, string Data, string Output)
{
    /// <exception cref="ArgumentException">An option lacks its value, or the value is no such thing.</exception>
    public static Settings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Settings([], 1, 1, Path.Combine("..", "shared", "data"), "benchmarks");
        var words = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(arguments[i]);
                continue;
            }
            string option = arguments[i], value = ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{option} needs a value.");
            settings = option switch
            {
                "--threads" => settings with { Threads = int.TryParse(value, CultureInfo.InvariantCulture, out int threads) && threads > 0 ? threads : throw Wrong("a number of threads") },
                "--seconds" => settings with { Seconds = double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds >= 0 ? seconds : throw Wrong("a number of seconds") },
                "--data" => settings with { Data = value },
                "--output" => settings with { Output = value },
                _ => throw new ArgumentException($"There is no option {option}."),
            };

            ArgumentException Wrong(string what) => new($"{option} needs {what}, not '{value}'.");
        }
        return settings with { Words = words };
    }
}
