using System.Text.Json;
using System.Text.Json.Serialization;

namespace Autodiff.Functional.Benchmarks;

/// <summary>One side's times for one row of the table: a line of JSON.</summary>
/// <param name="Row">Which work.</param>
/// <param name="Side">Whose.</param>
/// <param name="Threads">How many it may use.</param>
/// <param name="Size">What the time grows with.</param>
/// <param name="FunctionSeconds">The value alone; nothing where it is not asked for.</param>
/// <param name="GradientSeconds">Value and gradient, or the Jacobian; nothing where it is not asked for.</param>
/// <param name="Bytes">Allocated on the managed heap in a run of the gradient, or of the function where there is none.</param>
public sealed record Measurement(string Row, string Side, int Threads, double Size, double? FunctionSeconds, double? GradientSeconds, double? Bytes)
{
    public const string Ours = "ours", Torch = "TorchSharp", Cpp = "C++", CppTuned = "C++ tuned";

    /// <summary>How the names of rows begin that have no peer: from a function to its first values, the same in a fresh process, and runs into new tensors and into buffers.</summary>
    public const string Compile = "compile ", FirstCall = "first call ", Tensors = "tensors ", Buffers = "buffers ";

    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The time that the table compares.</summary>
    [JsonIgnore]
    public double Seconds => GradientSeconds ?? FunctionSeconds ?? double.NaN;

    public string ToJson() => JsonSerializer.Serialize(this, s_options);

    public static Measurement FromJson(string line) => JsonSerializer.Deserialize<Measurement>(line, s_options) ?? throw new FormatException("A measurement is null.");

    /// <summary>Works that take turns, as measurements.</summary>
    public static IEnumerable<Measurement> Of(string row, double size, int threads, double seconds, params (string Side, Work Work)[] sides)
    {
        var runners = sides.SelectMany(side => new[] { side.Work.Function, side.Work.Derivative }).OfType<Runner>().ToList();
        var timings = Timing.Of([.. runners.Select(runner => runner.Run)], seconds);
        foreach (var (side, work) in sides)
        {
            Timing? function = Find(work.Function), derivative = Find(work.Derivative);
            yield return new(row, side, threads, size, function?.Seconds, derivative?.Seconds, derivative?.Bytes ?? function?.Bytes);
        }

        Timing? Find(Runner? runner) => runner is null ? null : timings[runners.IndexOf(runner)];
    }
}
