using System.Globalization;

namespace Autodiff.Functional;

/// <summary>A tensor as a table: its dtype and shape, rows and columns, outer axes one table after another; long axes shortened in their middle.</summary>
internal static class TensorTable
{
    private const int Edge = 4, Longest = 12;
    private const string Cell = "text-align:right;padding:2px 8px;border:1px solid rgba(128,128,128,.3);font-family:ui-monospace,monospace";

    public static Html Of(Tensor tensor, bool heat)
    {
        double largest = heat ? Largest(tensor) : 0;
        return Html.Of($"""<div style="display:inline-block"><div style="opacity:.7;font-size:smaller">{Caption(tensor.Type)}</div>{Axes(tensor, largest, [])}</div>""");
    }

    public static string Caption(TensorType type) => type.Shape.IsScalar ? $"{type.DType}" : $"{type.DType} · {string.Join(" × ", type.Shape)}";

    // The recursion is over the axes.
    private static Html Axes(Tensor tensor, double largest, int[] index)
    {
        if (tensor.Size == 0)
            return Html.Of($"<div>no elements</div>");
        if (tensor.Rank <= 2)
            return Table(tensor, largest);
        return Html.Join(Shown(tensor.Shape[0]).Select(i => i < 0
            ? Html.Of($"<div>⋮</div>")
            : tensor.Rank > 3 ? Axes(tensor[i], largest, [.. index, i])
            : Html.Of($"""<div style="opacity:.7;font-size:smaller;margin-top:4px">[{string.Join(", ", [.. index, i])}]</div>{Table(tensor[i], largest)}""")));
    }

    private static Html Table(Tensor matrix, double largest)
    {
        int rows = matrix.Rank == 2 ? matrix.Shape[0] : 1, columns = matrix.Rank > 0 ? matrix.Shape[^1] : 1;
        var table = Shown(rows).Select(i => Html.Of($"<tr>{Html.Join(Shown(columns).Select(j => i < 0 || j < 0
            ? Html.Of($"""<td style="{Cell}">{(i < 0 && j < 0 ? "⋱" : i < 0 ? "⋮" : "⋯")}</td>""")
            : Element(matrix.Rank switch { 2 => matrix[i, j], 1 => matrix[j], _ => matrix }, largest)))}</tr>"));
        return Html.Of($"""<table style="border-collapse:collapse;margin:2px 0">{Html.Join(table)}</table>""");
    }

    private static Html Element(Tensor element, double largest) =>
        Html.Of($"""<td style="{Cell}{Colour(element, largest)}" title="{element}">{Short(element)}</td>""");

    /// <summary>Six digits; the title has them all.</summary>
    private static string Short(Tensor element) => element.DType.IsFloating() ? ((double)element).ToString("G6", CultureInfo.InvariantCulture) : element.ToString();

    /// <summary>Positive numbers orange, negative ones blue, the stronger the larger.</summary>
    private static string Colour(Tensor element, double largest)
    {
        double value = largest > 0 ? (double)Expr.Cast(element, DType.Float64).Value : 0;
        return value is 0 or double.NaN ? ""
            : string.Create(CultureInfo.InvariantCulture, $";background:rgba({(value > 0 ? "230,120,20" : "40,110,200")},{0.75 * Math.Min(1, Math.Abs(value) / largest):0.00})");
    }

    private static double Largest(Tensor tensor) => tensor.Size == 0 ? 0
        : Expr.Cast(tensor, DType.Float64).Value.ToArray<double>().Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();

    private static IEnumerable<int> Shown(int length) => length <= Longest
        ? Enumerable.Range(0, length)
        : [.. Enumerable.Range(0, Edge), -1, .. Enumerable.Range(length - Edge, Edge)];
}

[TypeFormatterSource(typeof(HtmlFormatterSource))]
public sealed partial class Tensor : IHtml
{
    /// <summary>A table in HTML with dtype and shape, for a notebook; long axes are shortened.</summary>
    public string ToHtml() => ToHtml(heat: false);

    /// <summary>A table in HTML with dtype and shape. With <paramref name="heat"/> each number is coloured by its sign and size.</summary>
    public string ToHtml(bool heat) => TensorTable.Of(this, heat).ToString();
}
