namespace Autodiff.Functional;

[TypeFormatterSource(typeof(HtmlFormatterSource))]
public sealed partial record GradientReport : IHtml
{
    /// <summary>The table in HTML, for a notebook: a row for each parameter, its verdict in green, orange or red.</summary>
    public string ToHtml()
    {
        const string Cell = "padding:2px 10px;text-align:left;border-bottom:1px solid rgba(128,128,128,.3)";
        var header = Html.Join(s_columns.Select(column => Html.Of($"""<th style="{Cell}">{column}</th>""")));
        var rows = Html.Join(Leaves.Select(leaf => Html.Of($"<tr>{Html.Join(Row(leaf).Select((cell, column) => column == s_columns.Length - 1
            ? Html.Of($"""<td style="{Cell};font-weight:bold;color:{Colour(leaf.Verdict)}">{cell}</td>""")
            : Html.Of($"""<td style="{Cell}">{cell}</td>""")))}</tr>")));
        return Html.Of($"""<table style="border-collapse:collapse;font-family:ui-monospace,monospace;font-size:smaller"><tr>{header}</tr>{rows}</table>""").ToString();
    }

    private static string Colour(GradientVerdict verdict) => verdict switch
    {
        GradientVerdict.Right => "#2a9d5c",
        GradientVerdict.Wrong => "#d63b3b",
        _ => "#e67814",
    };
}
