using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Autodiff.Functional;

/// <summary>Folds that write a graph down, from inputs to outputs: as text in single-assignment form, as Mermaid, as DOT.</summary>
internal static class GraphPrinter
{
    private const int ShortDepth = 3, ShortConstant = 12;

    /// <summary>One line per node: its name, its type, its op and what it is computed from. Below an op that holds functions stand these, indented.</summary>
    public static string Print(ReadOnlySpan<Expr> roots, IEnumerable<KeyValuePair<string, Expr>> names) => Lines(new(), roots, names, [], "").ToString();

    // The recursion is as deep as functions are nested.
    private static StringBuilder Lines(StringBuilder text, ReadOnlySpan<Expr> roots, IEnumerable<KeyValuePair<string, Expr>> names, ImmutableArray<Expr> parameters, string indent)
    {
        var order = KahnOrder.From(roots);
        var labels = Array.ConvertAll(Labels(order, names), OneLine);
        foreach (var visit in order)
        {
            if (IsInline(visit.Node) || parameters.Contains(visit.Node))
                continue;
            text.Append(indent).Append(labels[visit.Position]).Append(": ").Append(visit.Node.Type).Append(" = ").Append(Definition(visit, labels)).Append('\n');
            foreach (var (name, body) in visit.Op.Bodies)
            {
                var own = body.Parameters.Select((parameter, i) => KeyValuePair.Create($"p{i}", parameter));
                text.Append(indent).Append("    ").Append(name).Append('(').AppendJoin(", ", own.Select(parameter => $"{parameter.Key}: {parameter.Value.Type}")).Append("):\n");
                Lines(text, body.Outputs.AsSpan(), own, body.Parameters, indent + "        ");
            }
        }
        return text.Append(indent).Append("return ").AppendJoin(", ", RootLabels(order, labels)).Append('\n');
    }

    public static string Mermaid(ReadOnlySpan<Expr> roots, IEnumerable<KeyValuePair<string, Expr>> names)
    {
        var order = KahnOrder.From(roots);
        var labels = Labels(order, names);
        var text = new StringBuilder("graph TD\n");
        foreach (var visit in order)
        {
            string body = Escape(Body(visit, labels), c => $"#{c.Value};");
            text.Append(CultureInfo.InvariantCulture, $"    n{visit.Position}").Append(visit.Inputs.Count == 0 ? $"([\"{body}\"])" : $"[\"{body}\"]").Append('\n');
            foreach (int input in visit.InputPositions)
                text.Append(CultureInfo.InvariantCulture, $"    n{input} --> n{visit.Position}\n");
        }
        return text.ToString();
    }

    public static string Dot(ReadOnlySpan<Expr> roots, IEnumerable<KeyValuePair<string, Expr>> names)
    {
        var order = KahnOrder.From(roots);
        var labels = Labels(order, names);
        var text = new StringBuilder("digraph {\n    node [shape=box];\n");
        foreach (var visit in order)
        {
            string body = Escape(Body(visit, labels), c => c.Value switch { '\n' => "\\n", '\r' => "\\r", _ => $"\\{c}" }, dot: true);
            text.Append(CultureInfo.InvariantCulture, $"    n{visit.Position} [label=\"{body}\"{(visit.Inputs.Count == 0 ? ", shape=ellipse" : "")}];\n");
            foreach (int input in visit.InputPositions)
                text.Append(CultureInfo.InvariantCulture, $"    n{input} -> n{visit.Position};\n");
        }
        return text.Append("}\n").ToString();
    }

    /// <summary>One line: the node and what it is computed from, three ops deep.</summary>
    public static string Short(Expr node) => IsInline(node) || node.Inputs.Count == 0 ? Leaf(node) : $"{Nested(node, ShortDepth)} : {node.Type}";

    // The recursion is limited by ShortDepth.
    private static string Nested(Expr node, int depth) =>
        node.Inputs.Count == 0 ? Leaf(node)
        : depth == 0 ? "…"
        : $"{node.Op}({string.Join(", ", node.Inputs.Take(4).Select(input => Nested(input, depth - 1)))}{(node.Inputs.Count > 4 ? ", …" : "")})";

    private static string Leaf(Expr node) => node.Op switch
    {
        Variable variable => OneLine(variable.Label),
        Constant { Value: var value } => OneLine(value),
        Placeholder => $"parameter {node.Type}",
        var op => op.Name,
    };

    /// <summary>A constant scalar is written where it is used.</summary>
    internal static bool IsInline(Expr node) => node.IsConstant && node.Shape.IsScalar;

    /// <summary>A name for each node: the caller's, a variable's own, or v and a number; each once.</summary>
    internal static string[] Labels(KahnOrder order, IEnumerable<KeyValuePair<string, Expr>> names)
    {
        var given = new Dictionary<Expr, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, node) in names)
            given.TryAdd(node, name);
        var taken = new HashSet<string>(given.Values);
        int next = 0;
        var labels = new string[order.Count];
        foreach (var visit in order)
            if (visit.Op is Variable variable && !given.ContainsKey(visit.Node))
                labels[visit.Position] = Fresh(variable.Label);
        foreach (var visit in order)
            labels[visit.Position] ??= given.TryGetValue(visit.Node, out string? name) ? name : IsInline(visit.Node) ? Leaf(visit.Node) : Fresh(null);
        return labels;

        string Fresh(string? wish)
        {
            string name = wish ?? $"v{next++}";
            for (int i = 2; !taken.Add(name); i++)
                name = wish is null ? $"v{next++}" : $"{wish}_{i}";
            return name;
        }
    }

    private static string Definition(Visit visit, string[] labels) => visit.Op switch
    {
        Variable => "variable",
        Functional.Placeholder => "parameter",
        Constant { Value: var value } => $"constant {OneLine(value)}",
        var op => $"{op}({string.Join(", ", visit.InputPositions.ToArray().Select(position => labels[position]))})",
    };

    /// <summary>The first few elements.</summary>
    private static string OneLine(Tensor value) => value switch
    {
        { Size: 0 } => "[]",
        { IsUniform: true } => $"{value[[.. Enumerable.Repeat((Index)0, value.Rank)]]} everywhere",
        { Size: <= ShortConstant } => string.Join(' ', value.ToString().Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries)),
        _ => $"{value.First(3).ToString()[..^1]} …]",
    };

    private static string Body(Visit visit, string[] labels) => visit.Inputs.Count == 0
        ? labels[visit.Position]
        : $"{labels[visit.Position]} = {visit.Op}";

    private static ImmutableArray<string> RootLabels(KahnOrder order, string[] labels) => [.. order.Roots.ToArray().Select(position => labels[position])];

    private static string Escape(string text, Func<Rune, string> escape, bool dot = false)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            escaped.Append((dot ? rune.Value is '"' or '\\' or '\n' or '\r' : !(Rune.IsLetterOrDigit(rune) || " _=.,-()".Contains(rune.ToString(), StringComparison.Ordinal))) ? escape(rune) : rune.ToString());
        return escaped.ToString();
    }

    /// <summary>A name that holds line breaks, on one line.</summary>
    private static string OneLine(string name) => !name.Any(char.IsControl) ? name
        : string.Concat(name.Select(c => c switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ when char.IsControl(c) => $"\\u{(int)c:x4}", _ => $"{c}" }));
}

public sealed partial class Expr
{
    /// <summary>
    /// The whole graph as text in single-assignment form: one line per node, with its type, in Kahn's order. <paramref name="names"/> names nodes; variables
    /// carry their own.
    /// </summary>
    public string Print(params IEnumerable<KeyValuePair<string, Expr>> names) => GraphPrinter.Print([this], names);

    /// <summary>The whole graph as text in single-assignment form.</summary>
    public string Print() => GraphPrinter.Print([this], []);   // F# knows no sequence of parameters

    /// <summary>The graph as a Mermaid flow chart, for Markdown. Names are escaped.</summary>
    public string ToMermaid(params IEnumerable<KeyValuePair<string, Expr>> names) => GraphPrinter.Mermaid([this], names);

    /// <summary>The graph as a Mermaid flow chart.</summary>
    public string ToMermaid() => GraphPrinter.Mermaid([this], []);   // F# knows no sequence of parameters

    /// <summary>The graph in Graphviz' DOT language. Names are escaped.</summary>
    public string ToDot(params IEnumerable<KeyValuePair<string, Expr>> names) => GraphPrinter.Dot([this], names);

    /// <summary>The graph in Graphviz' DOT language.</summary>
    public string ToDot() => GraphPrinter.Dot([this], []);   // F# knows no sequence of parameters

    /// <summary>Several graphs printed together: what they share is printed once.</summary>
    public static string Print(IEnumerable<Expr> roots, params IEnumerable<KeyValuePair<string, Expr>> names) => GraphPrinter.Print([.. roots], names);

    /// <summary>A fresh parameter that stands for a point: it is told apart from it, and knows its value if there is one.</summary>
    internal static Expr SeedAt(Expr at) => new(Seed.Instance, new(at), at.Type, at.IsConstant ? at.Value : null, weak: false);

    /// <summary>The same; <paramref name="read"/> is told when the value of it, or of what is computed from it, is asked for.</summary>
    internal static Expr SeedAt(Expr at, Action read) => new(new Seed { Read = read }, new(at), at.Type, null, weak: false);

    /// <summary>A fresh leaf of a type.</summary>
    internal static Expr Leaf(Leaf op, TensorType type) => new(op, default, type, null, weak: false);
}
