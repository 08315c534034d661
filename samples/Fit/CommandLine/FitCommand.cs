using System.Collections.Immutable;
using Spectre.Console.Cli;

namespace Fit;

/// <summary>Fits one file.</summary>
sealed class FitCommand(Terminal terminal) : Command<FitSettings>
{
    const int Fitted = 0, NotFitted = 1;

    public override int Execute(CommandContext context, FitSettings settings, CancellationToken cancellationToken)
    {
        var text = TextFile.Read(settings.File);
        return NistFile.Is(text) ? FitNist(NistFile.Parse(text), settings) : FitTable(CsvFile.Parse(Path.GetFileName(settings.File), text), settings);
    }

    int FitNist(NistFile file, FitSettings settings)
    {
        if (OptionForTables(settings) is { } option)
        {
            throw new InputException($"{option} is for tables; a NIST problem has its model, starts and data inside");
        }

        var fits = ImmutableArray.CreateBuilder<Estimation>();
        foreach (var (i, start) in file.Starts.Index())
        {
            var problem = Binding.Bind(file.Formula, file.Sheet, Choices.From(start));
            fits.Add(terminal.Working($"{file.Name}, start {i + 1}", progress => Estimation.Of(problem, progress: progress, cancellation: terminal.Cancellation)));
        }

        if (settings.Json)
        {
            terminal.Output.WriteLine(FitJson.Of(file.Name, fits.ToImmutable()));
        }
        else
        {
            NistText.Write(terminal.Console, file, fits.ToImmutable());
        }
        foreach (var (i, fit) in fits.Index().Where(fit => Agreed.Least(file, fit.Item) < Agreed.Enough))
        {
            terminal.Error.WriteLine($"Fit: start {i + 1}: {fit.Trouble ?? $"only {Format.Fixed(Agreed.Least(file, fit), 1)} digits agree with what is certified"}");
        }
        return fits.All(fit => Agreed.Least(file, fit) >= Agreed.Enough) ? Fitted : NotFitted;
    }

    int FitTable(Sheet sheet, FitSettings settings)
    {
        var model = settings.Model ?? throw new InputException("a table needs a model: --model \"y = a * exp(-b * x)\" --start a=1,b=1");
        if (settings.Robust is { } method && method != "huber")
        {
            throw new InputException($"--robust: no method '{method}'; there is 'huber'");
        }
        if (settings is { Robust: not null, Profile: true })
        {
            throw new InputException("--profile is about least squares and does not go with --robust");
        }
        var fix = Pairs.Values("--fix", settings.Fix);   // a parameter that is fixed is so whatever its start
        var choices = new Choices(Pairs.Values("--start", settings.Start).RemoveRange(fix.Keys), fix, Pairs.Intervals("--bounds", settings.Bounds));
        var problem = Binding.Bind(model, sheet, choices, settings.Weights);
        var others = settings.Predict is { } file ? Predictors(problem, CsvFile.Parse(file, TextFile.Read(file))) : default;

        var fit = terminal.Working(sheet.Name, progress => Estimation.Of(problem, settings.Robust is not null, progress, terminal.Cancellation));
        var profile = settings.Profile && fit.Statistics is { } s ? Profile.Of(fit.Problem, fit.Solution.At, s, terminal.Cancellation) : default;
        var predictions = !others.Columns.IsDefault && fit.Statistics is { } statistics ? Prediction.At(fit.Problem, fit.Solution.At, statistics, others.Columns, others.Rows) : default;

        if (settings.Plot is { } picture && fit.Converged)
        {
            TextFile.Write(picture, Plot.Svg(fit));
        }
        if (settings.Report is { } page && fit.Converged)
        {
            TextFile.Write(page, Page.Html(fit, profile));
        }

        if (settings.Json)
        {
            terminal.Output.WriteLine(FitJson.Of(Path.GetFileNameWithoutExtension(sheet.Name), [fit], profile, predictions));
        }
        else
        {
            FitText.Write(terminal.Console, fit, profile, [.. choices.Fixed.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value))],
                predictions.IsDefault ? null : FitText.Predictions(fit.Problem, others.Columns, predictions));
        }
        if (fit.Trouble is { } trouble)
        {
            throw new NoFitException(trouble);
        }
        if (settings.Profile && profile.IsDefault)
        {
            throw new NoFitException("cancelled before the profile was done; the estimates are complete");
        }
        return Fitted;
    }

    static (ImmutableArray<Column> Columns, int Rows) Predictors(Problem problem, Sheet sheet) =>
        ([.. problem.Data.Predictors.Select(predictor => sheet.Column(predictor.Name))], sheet.Count);

    static string? OptionForTables(FitSettings settings) =>
        settings.Model is not null ? "--model" : settings.Start.Length > 0 ? "--start" : settings.Fix.Length > 0 ? "--fix" : settings.Bounds.Length > 0 ? "--bounds"
        : settings.Weights is not null ? "--weights" : settings.Robust is not null ? "--robust" : settings.Profile ? "--profile" : settings.Predict is not null ? "--predict"
        : settings.Plot is not null ? "--plot" : settings.Report is not null ? "--report" : null;
}
