namespace Autodiff.Functional;

[TypeFormatterSource(typeof(HtmlFormatterSource))]
public sealed partial class GradientMap : IHtml
{
    /// <summary>A table in HTML, for a notebook: each variable and its gradient; a gradient without a value as a formula.</summary>
    public string ToHtml()
    {
        var variables = this.Where(pair => pair.Key.Op is Variable).ToArray();
        var rows = Html.Join(variables.Select(pair => Html.Of($"""<tr><td style="padding:2px 12px 2px 4px"><i>∂/∂{((Variable)pair.Key.Op).Label}</i></td><td>{Shown(pair.Value)}</td></tr>""")));
        int others = Count - variables.Length;
        return Html.Of($"""<table style="border-collapse:collapse">{rows}</table><div style="opacity:.7;font-size:smaller">{(others == 0 ? "" : $"and of {others} nodes between")}</div>""").ToString();
    }

    private static Html Shown(Expr gradient)
    {
        try
        {
            return TensorTable.Of(gradient.Value, heat: false);
        }
        catch (MissingValueException)
        {
            return Html.Of($"<code>{gradient}</code>");
        }
    }
}
