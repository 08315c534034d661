using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace Fit;

/// <summary>A fit as a page that stands alone: the picture is inside, nothing is loaded from elsewhere.</summary>
static class Page
{
    public static string Html(Estimation fit, ImmutableArray<Profile> profile)
    {
        var (problem, at, statistics) = (fit.Problem, fit.Solution.At, fit.Statistics!);
        var page = new StringBuilder($$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>{{Text(problem.Data.Name)}}</title>
            <style>
            body { font: 16px/1.5 system-ui, sans-serif; color: #333; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            th, td { padding: .2rem .9rem; text-align: right; border-bottom: 1px solid #ddd; }
            th:first-child, td:first-child { text-align: left; padding-left: 0; }
            code { font-size: 1.05em; } svg { max-width: 100%; height: auto; }
            </style>
            </head>
            <body>
            <h1>{{Text(problem.Data.Name)}}</h1>
            <p><code>{{Text(problem.Model.Text)}}</code>, {{problem.Data.Count}} rows. {{Text(FitText.Searched(fit))}}.</p>

            """);
        var picture = Plot.Svg(fit);
        page.Append(picture[picture.IndexOf("<svg", StringComparison.Ordinal)..]);

        page.Append("<h2>Estimates</h2>\n");
        var hessian = profile.IsDefault ? default : statistics.HessianErrors(problem, at);
        Table(page,
            ["parameter", "estimate", "standard error", "95 % from", "to", .. profile.IsDefault ? Array.Empty<string>() : ["profile from", "to", "standard error, Hessian"]],
            statistics.Estimates.Select((e, j) => (IEnumerable<string>)
            [
                e.Name, Format.Digits(e.Value), Format.Digits(e.StandardError, 6), Format.Digits(e.Lower, 6), Format.Digits(e.Upper, 6),
                .. profile.IsDefault ? Array.Empty<string>() : [Format.Digits(profile[j].Lower, 6), Format.Digits(profile[j].Upper, 6), Format.Digits(hessian[j], 6)],
            ]));
        page.Append($"<p>Residual sum of squares {Format.Digits(statistics.ResidualSumOfSquares)}, residual standard error {Format.Digits(statistics.ResidualStandardError)} on {statistics.DegreesOfFreedom} degrees of freedom.</p>\n");

        page.Append("<h2>Correlation</h2>\n");
        var names = statistics.Estimates.Select(e => e.Name).ToImmutableArray();
        Table(page, ["", .. names], names.Zip(statistics.Correlation.EnumerateRows(), (name, row) => row.Select(value => Format.Digits(value, 4)).Prepend(name)));
        return page.Append("</body>\n</html>\n").ToString();
    }

    static void Table(StringBuilder page, IEnumerable<string> titles, IEnumerable<IEnumerable<string>> rows)
    {
        page.Append("<table>\n");
        Row(page, "th", titles);
        foreach (var row in rows)
        {
            Row(page, "td", row);
        }
        page.Append("</table>\n");
    }

    static void Row(StringBuilder page, string tag, IEnumerable<string> cells) =>
        page.Append("<tr>").AppendJoin("", cells.Select(cell => $"<{tag}>{Text(cell)}</{tag}>")).Append("</tr>\n");

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
