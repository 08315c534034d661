using System.Text;

namespace Autodiff.Functional;

/// <summary>How tightly a formula holds together: it is put in parentheses where a tighter one is called for.</summary>
public enum Binding
{
    /// <summary>A comparison or a logical connective.</summary>
    Relation,
    /// <summary>A sum or a difference.</summary>
    Sum,
    /// <summary>A product.</summary>
    Product,
    /// <summary>A power, or a function with its argument.</summary>
    Power,
    /// <summary>A name, a number, or what brackets enclose.</summary>
    Atom,
}

/// <summary>A formula in LaTeX, and what its outermost operator is: what an op says of how it is written.</summary>
/// <param name="Latex">The text.</param>
/// <param name="Binding">How tightly it holds together.</param>
/// <example><code>
/// public static Formula? Latex(Formula x) => Formula.Function(@"\sin", x);
/// </code></example>
public readonly record struct Formula(string Latex, Binding Binding = Binding.Atom)
{
    /// <summary>A function of arguments, in parentheses.</summary>
    public static Formula Function(string name, params ReadOnlySpan<Formula> arguments) =>
        new($@"{name}\left({string.Join(", ", arguments.ToArray().Select(argument => argument.Latex))}\right)", Binding.Power);

    /// <summary>Two operands and what stands between them. Where it is not associative, an equal operator on the right is put in parentheses.</summary>
    public static Formula Infix(Formula left, string symbol, Formula right, Binding binding, bool associative = true) =>
        new($"{left.Within(binding)} {symbol} {right.Within(right.Latex.StartsWith('-') ? Binding.Atom : associative ? binding : binding + 1)}", binding);

    /// <summary>A name, which may hold any characters: letters in italics, digits at its end as an index (<c>t1</c>, <c>x_2</c>).</summary>
    public static Formula Name(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int index = name.Length;
        while (index > 0 && char.IsAsciiDigit(name[index - 1]))
            index--;
        string letters = name[..index].TrimEnd('_');
        return letters.Length == 0 || !letters.All(char.IsLetter) ? new($@"\mathrm{{{Escape(name)}}}")
            : new((letters.Length == 1 ? letters : $@"\mathit{{{letters}}}") + (index < name.Length ? $"_{{{name[index..]}}}" : ""));
    }

    /// <summary>Any text, upright: what has a meaning in LaTeX is escaped.</summary>
    public static Formula Text(string text) => new($@"\mathrm{{{Escape(text)}}}");

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
            escaped.Append(c switch
            {
                '\\' => @"\backslash ",
                '{' or '}' or '_' or '#' or '%' or '&' or '$' => $@"\{c}",
                '^' => @"{\hat{\ }}",
                '~' => @"{\sim}",
                _ when char.IsControl(c) || char.IsWhiteSpace(c) => @"\ ",
                _ => $"{c}",
            });
        return escaped.ToString();
    }

    /// <summary>The text where at least this binding is needed.</summary>
    public string Within(Binding binding) => Binding >= binding ? Latex : $@"\left({Latex}\right)";

    /// <summary>The text.</summary>
    public override string ToString() => Latex;
}
