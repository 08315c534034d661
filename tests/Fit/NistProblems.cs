using System.Text.Json;
using Xunit;

namespace Fit.Tests;

/// <summary>NIST's reference problems, as far as they are on this machine.</summary>
public sealed class NistProblems
{
    static readonly string s_folder = Path.GetFullPath(Path.Combine(Run.Root, "..", "shared", "data", "nist"));

    public static TheoryData<string> Files => Directory.Exists(s_folder)
        ? [.. Directory.GetFiles(s_folder, "*.dat").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [$"absent: no folder {s_folder}, nothing to test"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Have_the_certified_parameters_errors_and_sums_from_every_start(string name)
    {
        if (name.StartsWith("absent", StringComparison.Ordinal))
            return;
        var path = Path.Combine(s_folder, name);
        var (file, run) = (NistFile.Parse(TextFile.Read(path)), Run.Of(path, "--json"));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));

        using var document = JsonDocument.Parse(run.Output);
        Assert.Equal(file.Name, document.RootElement.GetProperty("problem").GetString());
        Assert.Equal(2, document.RootElement.GetProperty("starts").GetArrayLength());
        foreach (var start in document.RootElement.GetProperty("starts").EnumerateArray())
        {
            foreach (var certified in file.Certified)
            {
                Assert.InRange(Agreed.Digits(start.GetProperty("parameters").GetProperty(certified.Name).GetDouble(), certified.Value), 9, 11);
                Assert.InRange(Agreed.Digits(start.GetProperty("standardErrors").GetProperty(certified.Name).GetDouble(), certified.StandardDeviation), 9, 11);
            }
            Assert.InRange(Agreed.Digits(start.GetProperty("residualSumOfSquares").GetDouble(), file.SumOfSquares), 9, 11);
            Assert.True(start.GetProperty("converged").GetBoolean());
            Assert.True(start.GetProperty("iterations").GetInt32() > 0);
        }
    }

    [Fact]
    public void Can_be_read_with_several_lines_constants_and_a_transformed_response()
    {
        var run = Run.On(Sample(), "dat", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("{\n  \"problem\": \"Sample\",", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Fail_where_the_certified_values_are_others()
    {
        var run = Run.On(Sample().Replace("5.0000000000E-01", "5.0001000000E-01", StringComparison.Ordinal), "dat");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("Fit: start 1: only 4.7 digits agree with what is certified\nFit: start 2: only 4.7 digits agree with what is certified\n", run.Error);
    }

    [Theory]
    [InlineData("Dataset Name:", "Name:", "not a NIST StRD file: it lacks 'Dataset Name:'")]
    [InlineData("Number of Observations:         6", "Number of Observations:         7", "the header announces 7 observations, but there are 6")]
    [InlineData("      1.0E0", "      abc", "line 33, column 'x1': 'abc' is not a finite number")]
    [InlineData("3E0         0E0", "3E0", "line 35 has 2 cells, but there are 3 columns")]
    [InlineData("exp[-b2*x1]", "exp[-b2*x3]", "'x3' is no column, and as a parameter it needs a start; did you mean 'x1'?\n  log[y] = 2 * b1 * tau / (2 * tau) + ln(exp[-b2*x3]) + b3*x2  +  e\n                                                 ^")]
    public void Say_what_is_wrong(string text, string replacement, string error)
    {
        var run = Run.On(Sample().Replace(text, replacement, StringComparison.Ordinal), "dat");
        Assert.Equal((2, $"Fit: {error}\n"), (run.ExitCode, run.Error));
    }

    /// <summary>log y = ½ − ¼·x₁ + 2·x₂, up to the last digit of y.</summary>
    internal static string Sample()
    {
        (double X1, double X2)[] points = [(1, 0), (2, 1), (3, 0), (4, 1), (5, 0), (6, -1)];
        var rows = points.Select((point, i) => FormattableString.Invariant(
            $"      {Math.Exp(0.5 - 0.25 * point.X1 + 2 * point.X2 + (i % 2 - 0.5) * 1e-9):E15}      {(i == 0 ? "1.0" : $"{point.X1}")}E0         {point.X2}E0"));
        return $"""
            NIST/ITL StRD
            Dataset Name:  Sample            (Sample.dat)

            File Format:   ASCII
                           Starting Values   (lines 41 to 43)

            Data:          1 Response  (y)
                           2 Predictors (x1, x2)

            Model:         Exponential Class
                           3 Parameters (b1 to b3)

                           tau = 6.283E0
                           log[y] = 2 * b1 * tau
                                    / (2 * tau) +
                                    ln(exp[-b2*x1]) + b3*x2  +  e


                      Starting values                  Certified Values

                    Start 1     Start 2           Parameter     Standard Deviation
              b1 =    2           .25          5.0000000000E-01  1.0E-09
              b2 =    0.1         3E-1         2.5000000000E-01  1.0E-09
              b3 =   -1          +5            2.0000000000E+00  1.0E-09

            Residual Sum of Squares:                    1.0E-18
            Residual Standard Deviation:                1.0E-09
            Degrees of Freedom:                               3
            Number of Observations:         6


            Data:   y              x1            x2
            {string.Join('\n', rows)}

            """.ReplaceLineEndings("\n");
    }
}
