using System.Text.RegularExpressions;
using Xunit;

namespace Fit.Tests;

/// <summary>Whole outputs, as they stand in the folder Goldens. AUTODIFF_UPDATE=1 writes them anew.</summary>
public sealed partial class Goldens
{
    static readonly string[] s_model = ["--model", "y = vm * x / (k + x)", "--start", "vm=200,k=0.1"];

    [Fact]
    public void Table() => Same("table.txt", Run.On(Textbooks.Puromycin, "csv", s_model));

    [Fact]
    public void Profile() => Same("profile.txt", Run.On(Textbooks.Puromycin, "csv", [.. s_model, "--profile"]));

    [Fact]
    public void Several_predictors() => Same("stackloss.txt", Run.On(Textbooks.Stackloss, "csv", "--model", "loss = a + b*air + c*water + d*acid", "--start", "a=0,b=0,c=0", "--fix", "d=-0.15"));

    [Fact]
    public void Help() => Same("help.txt", Run.Of("--help"));

    [Fact]
    public void Predictions_picture_and_page()
    {
        using var folder = new Folder();
        var (data, predict) = (folder.File("data.csv", Textbooks.Puromycin), folder.File("new.csv", "x\n0.05\n0.5\n2\n"));
        var (picture, page) = (Path.Combine(folder.Path, "fit.svg"), Path.Combine(folder.Path, "fit.html"));
        Same("predictions.txt", Run.Of([data, .. s_model, "--predict", predict, "--plot", picture, "--report", page]));

        var svg = File.ReadAllText(picture);
        Assert.Contains("95 % of observations", svg, StringComparison.Ordinal);
        Assert.Equal(24, svg.Split("<ellipse").Length - 1 - 1);   // 12 observations and their residuals, and one in the legend
        var html = File.ReadAllText(page);
        Assert.Contains("<td>212.68374</td>", html, StringComparison.Ordinal);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"after \d+ trials")]
    private static partial Regex TrialCount();

    static void Same(string name, Run run)
    {
        var path = Path.Combine(Run.Root, "tests", "Fit", "Goldens", name);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var output = TrialCount().Replace(run.Output, "after some trials");   // how many depends on the processor's rounding
        if (Environment.GetEnvironmentVariable("AUTODIFF_UPDATE") == "1")
            File.WriteAllText(path, output);
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), output);
    }
}
