using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Einsum's subscripts, read and fitted to operands: each axis of an operand has a label, and labels have lengths. A letter's label is the letter; an axis
/// under the ellipsis has a negative label, −1 for the last of them, so that they align at the last axis.
/// </summary>
internal sealed record Subscripts(ImmutableArray<ImmutableArray<int>> Operands, ImmutableArray<int> Output, ImmutableDictionary<int, int> Lengths)
{
    /// <summary>The subscripts of one operand, or of the output: letters with their places in the text, and where among them the ellipsis stands (−1: nowhere).</summary>
    private readonly record struct Term(ImmutableArray<(char Letter, int At)> Letters, int Ellipsis, int Start, int End);

    /// <exception cref="SubscriptException">The text can't be read, or does not fit the operands.</exception>
    /// <exception cref="ShapeException">One subscript stands for two lengths.</exception>
    public static Subscripts Read(string text, ImmutableArray<Shape> shapes)
    {
        var (terms, output) = Parse(text);
        if (terms.Length != shapes.Length)
            throw new SubscriptException("Einsum", $"subscripts for {shapes.Length} operands, with commas between", $"{terms.Length} in \"{text}\"");

        var operands = terms.Select((term, i) => Fit(text, term, i, shapes[i])).ToImmutableArray();
        var lengths = Measure(text, terms, operands, shapes);
        // Under the ellipsis are as many axes as the operand with the most of them has.
        ImmutableArray<int> ellipsis = [.. operands.SelectMany(labels => labels).Where(label => label < 0).Distinct().Order()];
        return new(operands, output is { } given ? Explicit(text, given, ellipsis, operands) : Implicit(ellipsis, operands), lengths);
    }

    private static (ImmutableArray<Term> Operands, Term? Output) Parse(string text)
    {
        var terms = ImmutableArray.CreateBuilder<Term>();
        var letters = ImmutableArray.CreateBuilder<(char, int)>();
        int ellipsis = -1, start = 0;
        bool hasArrow = false;
        for (int at = 0; at <= text.Length; at++)
        {
            char c = at < text.Length ? text[at] : ',';
            if (char.IsWhiteSpace(c))
                continue;
            if (char.IsAsciiLetter(c))
                letters.Add((c, at));
            else if (c == '.')
            {
                if (!text.AsSpan(at).StartsWith("..."))
                    throw Wrong(text, at, 1, "three dots for an ellipsis");
                if (ellipsis >= 0)
                    throw Wrong(text, at, 3, "at most one ellipsis for an operand");
                ellipsis = letters.Count;
                at += 2;
            }
            else if (c == ',' && (!hasArrow || at == text.Length))
                End(at, at + 1);
            else if (c == '-' && text.AsSpan(at).StartsWith("->") && !hasArrow)
            {
                hasArrow = true;
                End(at, at + 2);
                at++;
            }
            else
                throw Wrong(text, at, 1, hasArrow && c is ',' or '-' ? "one output, at the end, after one \"->\"" : "letters, \"...\", commas between operands, and \"->\" before the output");
        }
        var all = terms.ToImmutable();
        return hasArrow ? (all[..^1], all[^1]) : (all, null);

        void End(int end, int next)
        {
            terms.Add(new(letters.ToImmutable(), ellipsis, start, end));
            letters.Clear();
            (ellipsis, start) = (-1, next);
        }
    }

    /// <summary>The labels of an operand's axes.</summary>
    private static ImmutableArray<int> Fit(string text, Term term, int index, Shape shape)
    {
        int under = shape.Rank - term.Letters.Length;
        if (under < 0 || (under > 0 && term.Ellipsis < 0))
            throw Wrong(text, term.Start, term.End - term.Start, $"{(term.Ellipsis < 0 ? "" : "at most ")}{shape.Rank} subscripts for operand {index} of the shape {shape}");
        var letters = term.Letters.Select(letter => (int)letter.Letter);
        return term.Ellipsis < 0 ? [.. letters] : [.. letters.Take(term.Ellipsis), .. Enumerable.Range(-under, under), .. letters.Skip(term.Ellipsis)];
    }

    /// <summary>The length that each label stands for: that of its axes, where 1 stretches; but axes of one operand with one label are equal.</summary>
    private static ImmutableDictionary<int, int> Measure(string text, ImmutableArray<Term> terms, ImmutableArray<ImmutableArray<int>> operands, ImmutableArray<Shape> shapes)
    {
        var lengths = ImmutableDictionary.CreateBuilder<int, int>();
        for (int i = 0; i < operands.Length; i++)
            for (int axis = 0; axis < operands[i].Length; axis++)
            {
                int label = operands[i][axis], length = shapes[i][axis], first = operands[i].IndexOf(label);
                if (shapes[i][first] != length)
                    throw Differ(i, axis, shapes[i][first], "a diagonal of axes of one length");
                if (!lengths.TryGetValue(label, out int known) || known == 1)
                    lengths[label] = length;
                else if (length != known && length != 1)
                    throw Differ(i, axis, known, label < 0 ? "axes under the ellipsis that broadcast" : "one length for a subscript");
            }
        return lengths.ToImmutable();

        ShapeException Differ(int operand, int axis, int other, string expected)
        {
            var term = terms[operand];
            int label = operands[operand][axis], letter = axis;
            if (term.Ellipsis >= 0 && axis >= term.Ellipsis)
                letter -= shapes[operand].Rank - term.Letters.Length;
            string where = label < 0 ? Marked(text, text.IndexOf("...", term.Start, StringComparison.Ordinal), 3) : Marked(text, term.Letters[letter].At, 1);
            return new("Einsum", expected, $"{other} and {shapes[operand][axis]} at axis {axis} of operand {operand} of the shape {shapes[operand]}: {where}");
        }
    }

    private static ImmutableArray<int> Explicit(string text, Term output, ImmutableArray<int> ellipsis, ImmutableArray<ImmutableArray<int>> operands)
    {
        for (int i = 0; i < output.Letters.Length; i++)
        {
            var (letter, at) = output.Letters[i];
            if (!operands.Any(labels => labels.Contains(letter)))
                throw Wrong(text, at, 1, "subscripts of operands in the output");
            if (output.Letters.Take(i).Any(other => other.Letter == letter))
                throw Wrong(text, at, 1, "each subscript once in the output");
        }
        if (output.Ellipsis < 0 && ellipsis.Length > 0)
            throw Wrong(text, output.Start, output.End - output.Start, "an ellipsis in the output, as axes of operands are under one");
        var letters = output.Letters.Select(letter => (int)letter.Letter);
        return output.Ellipsis < 0 ? [.. letters] : [.. letters.Take(output.Ellipsis), .. ellipsis, .. letters.Skip(output.Ellipsis)];
    }

    /// <summary>Without "->": the axes under the ellipsis, then the letters that come once, in their alphabet's order.</summary>
    private static ImmutableArray<int> Implicit(ImmutableArray<int> ellipsis, ImmutableArray<ImmutableArray<int>> operands) =>
        [.. ellipsis, .. operands.SelectMany(labels => labels).Where(label => label >= 0).GroupBy(label => label).Where(group => group.Count() == 1).Select(group => group.Key).Order()];

    private static SubscriptException Wrong(string text, int at, int length, string expected) => new("Einsum", expected, Marked(text, at, length));

    /// <summary>The text with a part of it marked, and its position.</summary>
    private static string Marked(string text, int at, int length) => $"\"{text[..at]}»{text.Substring(at, length)}«{text[(at + length)..]}\" at position {at}";
}
