using System.Globalization;

namespace Autodiff.Functional;

/// <summary>The fold that writes a graph as formulas: a node that is used several times is named and stands on a line of its own.</summary>
internal static class LatexPrinter
{
    private const int LongFormula = 160, SmallTensor = 9;

    public static string Print(Expr root, IEnumerable<KeyValuePair<string, Expr>> names)
    {
        var order = KahnOrder.From(root);
        var given = new Dictionary<Expr, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, node) in names)
            given.TryAdd(node, name);
        var uses = Uses(order);
        var taken = new HashSet<string>([.. given.Values, .. order.Select(visit => visit.Op).OfType<Variable>().Select(variable => variable.Label)]);
        int next = 1;
        var lines = new List<(Formula Name, string Is)>();
        var formulas = new Formula[order.Count];
        foreach (var visit in order)
        {
            bool isRoot = visit.Position == order.Count - 1;
            if (visit.Op is Variable variable)
                formulas[visit.Position] = Formula.Name(given.GetValueOrDefault(visit.Node, variable.Label));
            else if (visit.Node.IsConstant && Written(visit.Node.Value) is { } written)
                formulas[visit.Position] = written;
            else if (visit.Inputs.Count == 0)
                formulas[visit.Position] = Line(visit.Node, $@"\in \mathbb{{R}}^{{{string.Join(@" \times ", visit.Node.Shape)}}}");
            else
            {
                Formula[] inputs = [.. visit.InputPositions.ToArray().Select(position => formulas[position])];
                var formula = visit.Op.Latex(inputs);
                bool named = given.ContainsKey(visit.Node) || formula.Latex.Length > LongFormula || (uses[visit.Position] > 1 && !inputs.Contains(formula));
                formulas[visit.Position] = named && !(isRoot && lines.Count == 0 && !given.ContainsKey(visit.Node)) ? Line(visit.Node, $"= {formula}") : formula;
            }
        }
        if (lines.Count == 0)
            return formulas[^1].Latex;
        if (formulas[^1].Latex != lines[^1].Name.Latex)
            lines.Add((new(""), formulas[^1].Latex));
        return $"\\begin{{aligned}}\n{string.Join(" \\\\\n", lines.Select(line => $"{line.Name} &{line.Is}"))}\n\\end{{aligned}}";

        Formula Line(Expr node, string what)
        {
            string? name = given.GetValueOrDefault(node);
            while (name is null)
                name = taken.Add($"v{next++}") ? $"v{next - 1}" : null;
            lines.Add((Formula.Name(name), what));
            return Formula.Name(name);
        }
    }

    private static int[] Uses(KahnOrder order)
    {
        var uses = new int[order.Count];
        foreach (var visit in order)
            foreach (int input in visit.InputPositions)
                uses[input]++;
        return uses;
    }

    /// <summary>A number, one number everywhere, or a small vector or matrix.</summary>
    private static Formula? Written(Tensor value) => value switch
    {
        { Size: 0 } => null,
        { Shape.IsScalar: true } or { IsUniform: true } => Number(value[[.. Enumerable.Repeat((Index)0, value.Rank)]]),
        { Rank: 1, Size: <= SmallTensor } => Matrix(Elements(value).Select(element => new[] { element })),
        { Rank: 2, Size: <= SmallTensor } => Matrix(Elements(value).Chunk(value.Shape[1])),
        _ => null,
    };

    private static IEnumerable<Tensor> Elements(Tensor value) => Enumerable.Range(0, value.Size).Select(i => value.Rank == 1 ? value[i] : value[i / value.Shape[1], i % value.Shape[1]]);

    private static Formula Matrix(IEnumerable<Tensor[]> rows) =>
        new($@"\begin{{bmatrix}} {string.Join(@" \\ ", rows.Select(row => string.Join(" & ", row.Select(element => Number(element).Latex))))} \end{{bmatrix}}");

    private static Formula Number(Tensor element)
    {
        if (element.DType == DType.Bool)
            return Formula.Text(element.ToString());
        string text = element.DType.IsFloating() ? ((double)element).ToString("G9", CultureInfo.InvariantCulture) : element.ToString();
        text = text.Replace("Infinity", @"\infty", StringComparison.Ordinal).Replace("NaN", @"\mathrm{NaN}", StringComparison.Ordinal);
        return text.IndexOf('E', StringComparison.Ordinal) is var e and >= 0
            ? new($@"{text[..e]} \cdot 10^{{{int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture)}}}", Binding.Product)
            : new(text, text.StartsWith('-') ? Binding.Product : Binding.Atom);
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The graph as formulas in LaTeX. What is used several times is named and written on a line of its own; <paramref name="names"/> names nodes, variables
    /// carry their own. Broadcasting and reshaping are left out. Names are escaped.
    /// </summary>
    public string ToLatex(params IEnumerable<KeyValuePair<string, Expr>> names) => LatexPrinter.Print(this, names);

    /// <summary>The graph as formulas in LaTeX; what is used several times is named.</summary>
    public string ToLatex() => LatexPrinter.Print(this, []);   // F# knows no sequence of parameters
}
