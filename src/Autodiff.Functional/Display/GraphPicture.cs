using System.Globalization;

namespace Autodiff.Functional;

/// <summary>A graph as a picture in SVG: up to sixty nodes are drawn, a larger graph is summarised by how often each op occurs.</summary>
internal static class GraphPicture
{
    private const int MostNodes = 60, MostBars = 12, MostCharacters = 42;
    private const double Row = 76, Line = 15, Character = 7.25, Margin = 8, LongestBar = 300;

    public static Html Of(Expr root, IEnumerable<KeyValuePair<string, Expr>> names)
    {
        var order = KahnOrder.From(root);
        return order.Count(visit => !IsLiteral(visit.Node)) <= MostNodes ? Drawn(order, names) : Summary(order);
    }

    /// <summary>One number, also if it is stretched over a shape: it is written where it is used.</summary>
    private static bool IsLiteral(Expr node) => node.IsConstant && (node.Shape.IsScalar || node.Value.IsUniform);

    private static string Literal(Tensor value) => $"{value[[.. Enumerable.Repeat((Index)0, value.Rank)]]}";

    private static Html Drawn(KahnOrder order, IEnumerable<KeyValuePair<string, Expr>> names)
    {
        var given = new Dictionary<Expr, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, node) in names)
            given.TryAdd(node, name);
        string[] labels = GraphPrinter.Labels(order, []);
        string[][] texts = [.. order.Select(visit => Texts(visit, labels, given.GetValueOrDefault(visit.Node)))];
        bool IsDrawn(Visit visit) => !IsLiteral(visit.Node) || order.Count == 1;
        var layout = new GraphLayout(order, IsDrawn, visit => 22 + Character * texts[visit.Position].Max(line => line.Length));
        double Top(int row) => row * Row;
        double Height(GraphLayout.Box box) => box.Position < 0 ? 0 : 14 + Line * texts[box.Position].Length;
        double Bottom(int row) => Top(row) + layout.Rows[row].Max(Height);

        var edges = layout.Rows.SelectMany((row, i) => row.SelectMany(box => box.Below.Select(below =>
            Edge(box, Top(i), box.Position < 0 ? Bottom(i) : Top(i) + Height(box), below, Top(i + 1)))));
        var boxes = layout.Rows.SelectMany((row, i) => row.Where(box => box.Position >= 0).Select(box => Box(box, Top(i), Height(box), texts[box.Position], order[box.Position])));
        return Page(layout.Width, layout.Rows.Select((_, i) => Bottom(i)).Max(), Html.Of($"""
            <defs><marker id="autodiff-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor" fill-opacity=".55"/></marker></defs>
            <g fill="none" stroke="currentColor" stroke-opacity=".55">{Html.Join(edges)}</g>
            {Html.Join(boxes)}
            """));
    }

    /// <summary>From the bottom of a box to the top of the next; a bend goes straight through its row first.</summary>
    private static Html Edge(GraphLayout.Box from, double top, double bottom, GraphLayout.Box to, double next)
    {
        double middle = (bottom + next) / 2;
        string path = string.Create(CultureInfo.InvariantCulture,
            $"M{from.Centre:0.#} {(from.Position < 0 ? top : bottom):0.#}V{bottom:0.#}C{from.Centre:0.#} {middle:0.#} {to.Centre:0.#} {middle:0.#} {to.Centre:0.#} {next:0.#}");
        return to.Position < 0 ? Html.Of($"""<path d="{path}"/>""") : Html.Of($"""<path d="{path}" marker-end="url(#autodiff-arrow)"/>""");
    }

    private static Html Box(GraphLayout.Box box, double top, double height, string[] texts, Visit visit)
    {
        double left = box.Centre - box.Width / 2;
        string colour = visit.Op is Variable ? "#e67814" : visit.Inputs.Count == 0 ? "#808080" : "#286ec8";
        double round = visit.Inputs.Count == 0 ? height / 2 : 5;
        var lines = texts.Select((text, i) => Html.Of($"""<text x="{box.Centre:0.#}" y="{top + 18 + i * Line:0.#}"{(i == 0 ? Html.Of($"") : Html.Of($""" fill-opacity=".65" font-size="11" """))}>{text}</text>"""));
        return Html.Of($"""
            <g><title>{visit.Node.Type}</title><rect x="{left:0.#}" y="{top:0.#}" width="{box.Width:0.#}" height="{height:0.#}" rx="{round:0.#}" fill="{colour}" fill-opacity=".14" stroke="{colour}"/>{Html.Join(lines)}</g>
            """);
    }

    /// <summary>What stands in a node's box: the caller's words, or the op with its literal arguments; below it the shape, if it is no scalar.</summary>
    private static string[] Texts(Visit visit, string[] labels, string? given)
    {
        string what = given ?? (visit.Inputs.Count == 0 ? labels[visit.Position] : visit.Inputs.Any(IsLiteral)
            ? $"{visit.Op}({string.Join(", ", visit.Inputs.Select(input => IsLiteral(input) ? Literal(input.Value) : "·"))})"
            : $"{visit.Op}");
        string[] lines = [.. what.ReplaceLineEndings("\n").Split('\n')];
        return [.. (visit.Node.Shape.IsScalar || given is not null ? lines : [.. lines, TensorTable.Caption(visit.Node.Type)]).Select(Cut)];
    }

    private static string Cut(string text) => text.Length <= MostCharacters ? text : $"{text[..(MostCharacters - 1)]}…";

    private static Html Summary(KahnOrder order)
    {
        var level = new int[order.Count];
        foreach (var visit in order)
            foreach (int input in visit.InputPositions)
                level[visit.Position] = Math.Max(level[visit.Position], level[input] + 1);
        var ops = order.GroupBy(visit => visit.Op.Name).Select(group => (Name: group.Key, Count: group.Count())).OrderByDescending(op => op.Count).ThenBy(op => op.Name, StringComparer.Ordinal).ToArray();
        var shown = ops.Take(MostBars).ToArray();
        double names = Character * shown.Max(op => Cut(op.Name).Length) + 10;
        var bars = shown.Select((op, i) => Html.Of($"""
            <text x="{names - 8:0.#}" y="{48 + i * 20}" text-anchor="end">{Cut(op.Name)}</text><rect x="{names:0.#}" y="{36 + i * 20}" width="{LongestBar * op.Count / shown[0].Count:0.#}" height="15" rx="2" fill="#286ec8" fill-opacity=".5"/><text x="{names + 6 + LongestBar * op.Count / shown[0].Count:0.#}" y="{48 + i * 20}" text-anchor="start">{op.Count}</text>
            """));
        string rest = ops.Length > MostBars ? $", {ops.Length} ops" : "";
        return Page(names + LongestBar + 70, 40 + 20 * shown.Length, Html.Of($"""
            <text x="0" y="16" text-anchor="start">{order.Count} nodes, {level.Max() + 1} levels{rest}</text>{Html.Join(bars)}
            """));
    }

    private static Html Page(double width, double height, Html content) => Html.Of($"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width + 2 * Margin:0}" height="{height + 2 * Margin:0}" viewBox="{-Margin:0} {-Margin:0} {width + 2 * Margin:0} {height + 2 * Margin:0}" style="max-width:100%;height:auto" font-family="ui-monospace,monospace" font-size="12" text-anchor="middle" fill="currentColor">{content}</svg>
        """);
}

[TypeFormatterSource(typeof(HtmlFormatterSource))]
public sealed partial class Expr : IHtml
{
    private const int LargestFormula = 60;

    /// <summary>
    /// The graph as a picture in SVG, its nodes in rows by Kahn level; above sixty nodes a summary of its ops. <paramref name="names"/> gives the words in
    /// nodes' boxes, which may have several lines. All text is escaped.
    /// </summary>
    public string ToSvg(params IEnumerable<KeyValuePair<string, Expr>> names) => GraphPicture.Of(this, names).ToString();

    /// <summary>The graph as a picture in SVG.</summary>
    public string ToSvg() => ToSvg([]);   // F# knows no sequence of parameters

    /// <summary>The graph in HTML, for a notebook: as formulas in LaTeX, if it is not too large for them, and as a picture. A constant is the table of its value.</summary>
    public string ToHtml() => IsConstant ? Value.ToHtml()
        : KahnOrder.From(this).Count > LargestFormula ? ToSvg()
        : Html.Of($"<div>$$ {ToLatex()} $$</div>{GraphPicture.Of(this, [])}").ToString();
}
