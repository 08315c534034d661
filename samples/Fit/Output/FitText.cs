using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Fit;

/// <summary>A fit, for a person who reads a terminal.</summary>
static class FitText
{
    const int NarrowestTable = 80, NarrowestProfile = 108, MostParametersCorrelated = 10;

    public static void Write(IAnsiConsole console, Estimation fit, ImmutableArray<Profile> profile, ImmutableArray<(string Name, double Value)> fixedValues, IRenderable? predictions)
    {
        console.Profile.Width = Math.Max(console.Profile.Width, profile.IsDefault ? NarrowestTable : NarrowestProfile);
        var (problem, at) = (fit.Problem, fit.Solution.At);
        console.WriteLine($"{problem.Model.Text}");
        console.WriteLine($"{problem.Data.Count} rows of {problem.Data.Name}{string.Concat(fixedValues.Select(f => $", {f.Name} = {Numbers.Short(f.Value)} fixed"))}");
        console.WriteLine(Searched(fit));
        console.WriteLine();

        if (fit.Statistics is not { } statistics)
        {
            Section(console, "The best point so far, no fit", BestSoFar(problem, at));
            return;
        }
        Section(console, "Estimates", Estimates(fit, statistics, profile));
        if (statistics.Estimates.Length is > 1 and <= MostParametersCorrelated)
        {
            Section(console, "Correlation", Report.Correlation(statistics));
        }
        if (problem.Data.Predictors.Length == 1)
        {
            Section(console, "Data and fitted curve", Report.Curve(problem, at));
        }
        if (predictions is not null)
        {
            Section(console, "Predictions", predictions);
        }
    }

    public static string Searched(Estimation fit) =>
        $"Levenberg–Marquardt with geodesic acceleration: {fit.Trouble ?? $"converged after {fit.Solution.Trials} trials"}";

    static Table BestSoFar(Problem problem, Iteration at)
    {
        var table = Report.NamedTable("parameter", "value");
        foreach (var (parameter, value) in problem.Model.Parameters.Zip(at.Parameters))
        {
            table.AddRow(parameter.Name, Format.Digits(value));
        }
        table.AddRow("sum of squares", Format.Digits(at.SumOfSquares));
        return table;
    }

    static Rows Estimates(Estimation fit, Statistics statistics, ImmutableArray<Profile> profile)
    {
        var hessian = profile.IsDefault ? default : statistics.HessianErrors(fit.Problem, fit.Solution.At);
        var table = Report.NamedTable(["parameter", "estimate", "std. error", "95 % from", "to", .. profile.IsDefault ? Array.Empty<string>() : ["profile from", "to", "Hessian s.e."]]);
        foreach (var (j, estimate) in statistics.Estimates.Index())
        {
            table.AddRow(
            [
                estimate.Name, Format.Digits(estimate.Value), double.IsNaN(estimate.StandardError) && statistics.DegreesOfFreedom > 0 ? "at bound" : Format.Digits(estimate.StandardError, 6),
                Format.Digits(estimate.Lower, 6), Format.Digits(estimate.Upper, 6),
                .. profile.IsDefault ? Array.Empty<string>() : [Format.Digits(profile[j].Lower, 6), Format.Digits(profile[j].Upper, 6), Format.Digits(hessian[j], 6)],
            ]);
        }
        return new(table,
            new Text($"residual sum of squares   {Format.Digits(statistics.ResidualSumOfSquares)}"),
            new Text(statistics.DegreesOfFreedom > 0
                ? $"residual standard error   {Format.Digits(statistics.ResidualStandardError)} on {statistics.DegreesOfFreedom} degrees of freedom"
                : "as many parameters as rows: nothing is left to estimate errors from"));
    }

    public static Table Predictions(Problem problem, ImmutableArray<Column> predictors, ImmutableArray<Prediction> predictions)
    {
        var table = Report.NamedTable([.. predictors.Select(p => p.Name), problem.Data.Response.Name, "curve from", "to", "observation from", "to"]);
        foreach (var (row, at) in predictions.Index())
        {
            table.AddRow(
            [
                .. predictors.Select(p => Numbers.Short(p.Values[row])), Format.Digits(at.Value, 6),
                Format.Digits(at.Confidence.Lower, 6), Format.Digits(at.Confidence.Upper, 6), Format.Digits(at.Observation.Lower, 6), Format.Digits(at.Observation.Upper, 6),
            ]);
        }
        return table;
    }

    static void Section(IAnsiConsole console, string title, IRenderable content)
    {
        console.Write(new Text(title, new Style(decoration: Decoration.Bold)));
        console.WriteLine();
        console.Write(content);
        console.WriteLine();
    }
}
