using System.Collections.Immutable;
using System.Text.Json;
using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks.AdBench;

/// <summary>What the suite's own hand-written code gives for a file: a folder of JSON files beside the inputs has them.</summary>
public sealed record Reference(double Objective, int Size, double Norm, double Sum, ImmutableArray<double> Gradient)
{
    private const double Tolerance = 1e-9;   // the suite's code reorders sums (-ffast-math)

    public static Reference Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        var root = document.RootElement;
        return new(root.GetProperty("objective").GetDouble(), root.GetProperty("size").GetInt32(), root.GetProperty("norm2").GetDouble(), root.GetProperty("sum").GetDouble(),
            [.. root.GetProperty("gradient").EnumerateArray().Select(entry => entry.GetDouble())]);
    }

    /// <summary>In what a problem's results differ from the reference.</summary>
    public IEnumerable<string> Faults(string name, double objective, ImmutableArray<double> gradient)
    {
        string?[] faults =
        [
            gradient.Length == Size ? null : $"{name}: the gradient has {gradient.Length} entries, not {Size}",
            Agreement.Fault($"{name}: objective", objective, Objective, Tolerance),
            Agreement.Fault($"{name}: gradient's norm", Agreement.Norm(gradient.AsSpan()), Norm, Tolerance),
            Agreement.Fault($"{name}: gradient's sum", gradient.Sum(), Sum, Tolerance * Norm * Math.Sqrt(Size) / Math.Abs(Sum)),
            Agreement.Fault($"{name}: gradient", gradient.AsSpan(), Gradient.AsSpan(), Tolerance),
        ];
        return faults.OfType<string>();
    }
}
