using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Fit.Tests;

/// <summary>
/// Dose and response, with the four-parameter logistic: assays whose concentrations begin with 0, where (x / c) to the power b has an infinite slope below b = 1 and an infinite curvature below 2.
/// </summary>
public sealed class Assays
{
    internal const string Logistic = "y = d + (a - d) / (1 + (x / c)^b)";

    static readonly double[] s_concentrations = [0, 0, 0.3, 0.3, 1, 1, 3, 3, 10, 10, 30, 30, 100, 100];

    /// <summary>An assay: responses of a logistic, each off by some hundredths, the same at every call.</summary>
    internal static string Table(double b, double c, double noise = 0.02)
    {
        var random = new Random(7);
        var rows = s_concentrations.Select(x => (x, y: 0.1 + (2 - 0.1) / (1 + Math.Pow(x / c, b)) + noise * (random.NextDouble() + random.NextDouble() - 1)));
        return "x,y\n" + string.Concat(rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.x},{row.y:F6}\n")));
    }

    /// <summary>Every usual start leads to one fit, whose profile is there as well.</summary>
    [Theory]
    [InlineData(0.5, 5)]
    [InlineData(0.8, 2)]
    [InlineData(1, 10)]
    [InlineData(1.19, 5)]
    [InlineData(2, 5)]
    [InlineData(3, 12)]
    public void Every_usual_start_leads_to_the_same_fit(double b, double c)
    {
        var table = Table(b, c);
        var first = default(double[]);
        foreach (var startB in Run.Long ? new[] { 0.5, 0.75, 1, 1.19, 1.5, 2, 3 } : [0.5, 1, 1.19, 3])
        {
            foreach (var startC in Run.Long ? new double[] { 1, 2, 5, 10, 20 } : [1, 5, 20])
            {
                var start = string.Create(CultureInfo.InvariantCulture, $"a=2,b={startB},c={startC},d=0");
                var run = Run.On(table, "csv", ["--model", Logistic, "--start", start, "--json", .. first is null || Run.Long ? ["--profile"] : Array.Empty<string>()]);
                Assert.True(run.ExitCode == 0, $"from {start}: {run.Error}");
                using var json = JsonDocument.Parse(run.Output);
                var fit = json.RootElement.GetProperty("starts")[0];
                double[] found = [.. "abcd".Select(name => fit.GetProperty("parameters").GetProperty($"{name}").GetDouble())];
                if (first is null)
                {
                    first = found;
                    Assert.All("abcd", name => Assert.True(json.RootElement.GetProperty("profile").GetProperty($"{name}").GetProperty("upper").ValueKind is JsonValueKind.Number, $"no profile of {name}"));
                }
                Assert.All(found.Zip(first), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-6 * (1 + Math.Abs(pair.Second)), $"from {start}: {string.Join(", ", found)} and not {string.Join(", ", first)}"));
            }
        }
    }
}
