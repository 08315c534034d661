using System.Collections.Immutable;
using Spectre.Console;

namespace Fit;

/// <summary>How many digits two numbers have in common.</summary>
static class Agreed
{
    /// <summary>NIST prints eleven digits, so no more can agree.</summary>
    public const double Most = 11;

    /// <summary>What counts as a pass.</summary>
    public const double Enough = 6;

    /// <summary>The log relative error −log₁₀(|ours − certified| / |certified|), absolute where the certified value is zero.</summary>
    public static double Digits(double ours, double certified)
    {
        var error = Math.Abs(ours - certified) / (certified == 0 ? 1 : Math.Abs(certified));
        return double.IsNaN(error) ? 0 : Math.Clamp(-Math.Log10(error), 0, Most);
    }

    public static double Least(NistFile file, Estimation fit) =>
        fit.Converged ? file.Certified.Min(certified => Digits(Estimate(fit, certified).Value, certified.Value)) : 0;

    public static Estimate Estimate(Estimation fit, Certified certified) => fit.Statistics!.Estimates.Single(estimate => estimate.Name == certified.Name);
}

/// <summary>Fits of a NIST problem against what is certified, for a person.</summary>
static class NistText
{
    const int NarrowestTable = 80;

    public static void Write(IAnsiConsole console, NistFile file, ImmutableArray<Estimation> fits)
    {
        console.Profile.Width = Math.Max(console.Profile.Width, NarrowestTable);
        console.WriteLine($"{file.Name}: {fits[0].Problem.Model.Text}, {fits[0].Problem.Data.Count} observations");
        foreach (var (i, fit) in fits.Index())
        {
            console.WriteLine();
            console.Write(new Text($"Start {i + 1}", new Style(decoration: Decoration.Bold)));
            console.WriteLine($" ({string.Join(", ", fit.Problem.Model.Parameters.Select(p => $"{p.Name} = {Numbers.Short(file.Starts[i][p.Name])}"))})");
            console.WriteLine(FitText.Searched(fit));
            if (fit.Statistics is { } statistics)
            {
                console.Write(Comparison(file, fit, statistics));
            }
        }
        console.WriteLine();
        console.WriteLine(string.Join(", ", fits.Select((fit, i) => $"start {i + 1}: {(fit.Converged ? $"{Format.Fixed(Agreed.Least(file, fit), 1)} digits" : "no fit")}")));
    }

    static Table Comparison(NistFile file, Estimation fit, Statistics statistics)
    {
        var table = Report.NamedTable("", "certified", "ours", "digits");
        foreach (var certified in file.Certified)
        {
            Row(certified.Name, certified.Value, Agreed.Estimate(fit, certified).Value);
        }
        foreach (var certified in file.Certified)
        {
            Row($"standard deviation of {certified.Name}", certified.StandardDeviation, Agreed.Estimate(fit, certified).StandardError);
        }
        Row("residual sum of squares", file.SumOfSquares, statistics.ResidualSumOfSquares);
        return table;

        void Row(string name, double certified, double ours) =>
            table.AddRow(name, Format.Certified(certified), Format.Certified(ours), Format.Fixed(Agreed.Digits(ours, certified), 1));
    }
}
