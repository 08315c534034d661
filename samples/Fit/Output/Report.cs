using System.Collections.Immutable;
using System.Globalization;
using Autodiff.Functional;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Fit;

/// <summary>All that a person wants to see of a fit.</summary>
static class Report
{
    public static void Write(IAnsiConsole console, Problem problem, ImmutableArray<Iteration> iterations)
    {
        // Below this a table would break its numbers in two; better that a narrow terminal breaks lines.
        console.Profile.Width = Math.Max(console.Profile.Width, 72);

        var solution = iterations[^1];
        var statistics = Statistics.Of(problem, solution);
        ReadOnlySpan<(string Title, IRenderable Content)> sections =
        [
            ("Data", Observations(problem, solution)),
            ("Model", Description(problem.Model)),
            ("Search", Search(problem, iterations)),
            ("Estimates", Estimates(statistics)),
            ("Correlation", Correlation(statistics)),
            ("Data and fitted curve", Curve(problem, solution)),
            ("Gradient of the residual sum of squares at the solution", Gradients(problem, solution)),
        ];

        foreach (var (title, content) in sections)
        {
            console.Write(new Text(title, new Style(decoration: Decoration.Bold)));
            console.WriteLine();
            console.Write(content);
            console.WriteLine();
        }
    }

    public static Rows Observations(Problem problem, Iteration solution)
    {
        var (data, table) = (problem.Data, Table([.. problem.Data.Predictors.Select(p => $"{p}"), $"{problem.Data.Response}", "fitted", "residual"]));
        for (var row = 0; row < data.Count; row++)
        {
            var (observed, residual) = (data.Response.Values[row], solution.Residuals[row]);
            table.AddRow([
                .. data.Predictors.Select(p => p.Values[row].ToString("G6", CultureInfo.InvariantCulture)),
                observed.ToString("G6", CultureInfo.InvariantCulture), Format.Fixed(observed + residual, 2), Format.Fixed(-residual, 2)]);
        }
        return new(new Text($"{data.Name}. {data.Source}"), table);
    }

    static Rows Description(Model model) =>
        new(new Text($"{model.Name}: {model.Text}"),
            new Text($"from {string.Join(", ", model.Parameters.Select(p => $"{p.Name} = {p.Start.ToString("G6", CultureInfo.InvariantCulture)}"))}"));

    static Rows Search(Problem problem, ImmutableArray<Iteration> iterations)
    {
        var table = Table(["trial", "sum of squares", "damping", .. problem.Model.Parameters.Select(p => p.Name)]);
        foreach (var at in iterations)
        {
            table.AddRow([
                $"{at.Trials}", Format.Digits(at.SumOfSquares), Format.Rough(at.Damping), .. at.Parameters.Select(value => Format.Digits(value))]);
        }
        var last = iterations[^1];
        return new(table, new Text($"Levenberg–Marquardt, {last.Accepted} iterations of {last.Trials} trials: {Sentence(last.Outcome)}."));
    }

    static string Sentence(Outcome outcome) => outcome switch
    {
        Outcome.GradientVanished => "converged, the gradient vanished",
        Outcome.StepVanished => "converged, the step vanished",
        Outcome.ReductionVanished => "converged, the sum of squares falls no more",
        Outcome.Stuck => "no convergence, no step reduces the sum of squares",
        Outcome.IterationLimit => "no convergence within the limit of iterations",
        Outcome.Searching => "not finished",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };

    static Rows Estimates(Statistics statistics)
    {
        var table = NamedTable("parameter", "estimate", "standard error", "95 % from", "to");
        foreach (var estimate in statistics.Estimates)
        {
            table.AddRow(estimate.Name, Format.Digits(estimate.Value), Format.Digits(estimate.StandardError, 6), Format.Digits(estimate.Lower, 6), Format.Digits(estimate.Upper, 6));
        }
        return new(table,
            new Text($"residual sum of squares   {Format.Digits(statistics.ResidualSumOfSquares)}"),
            new Text($"residual standard error   {Format.Digits(statistics.ResidualStandardError)} on {statistics.DegreesOfFreedom} degrees of freedom"));
    }

    public static Table Correlation(Statistics statistics)
    {
        var names = statistics.Estimates.Select(e => e.Name).ToImmutableArray();
        var table = NamedTable(["", .. names]);
        foreach (var (name, row) in names.Zip(statistics.Correlation.EnumerateRows()))
        {
            table.AddRow([name, .. row.Select(value => Format.Fixed(value, 4))]);
        }
        return table;
    }

    public static IRenderable Curve(Problem problem, Iteration solution)
    {
        if (problem.Data.Predictors is not [var x])
        {
            return new Text("(a chart needs a single predictor)");
        }
        ImmutableArray<Number<double>> parameters = [.. solution.Parameters.Select(value => new Number<double>(value))];
        return new Chart(x, problem.Data.Response, at => problem.Predict(parameters, [at]).Value);
    }

    static Rows Gradients(Problem problem, Iteration solution)
    {
        var agreement = Agreement.At(problem, solution);
        var table = NamedTable(["method", .. problem.Model.Parameters.Select(p => $"∂/∂{p.Name}"), "distance"]);
        foreach (var witness in agreement.Witnesses)
        {
            table.AddRow([witness.Method, .. witness.Gradient.Select(Format.Rough), witness.Distance == 0 ? "0" : Format.Rough(witness.Distance)]);
        }
        table.AddRow(["terms that cancel, Σ|·|", .. agreement.Terms.Select(Format.Rough), ""]);
        var blind = agreement.Witnesses.Where(witness => witness.Gradient.Any(double.IsNaN)).Select(witness => witness.Method);
        return new(table, new Text("distance: from reverse mode, relative to the terms that cancel" + string.Concat(blind.Select(method =>
            $"{Environment.NewLine}{method}: NaN where an infinite slope meets a tangent of 0, as in (x/c)^b at x = 0 with b < 1"))));
    }

    /// <summary>A table whose first column holds names.</summary>
    public static Table NamedTable(params ReadOnlySpan<string> titles)
    {
        var table = Table(titles);
        table.Columns[0].Alignment = Justify.Left;
        return table;
    }

    /// <summary>A table of numbers.</summary>
    static Table Table(params ReadOnlySpan<string> titles)
    {
        var table = new Table().Border(TableBorder.Horizontal);
        foreach (var title in titles)
        {
            table.AddColumn(new TableColumn(new Text(title)) { Alignment = Justify.Right, NoWrap = true });
        }
        return table;
    }
}
