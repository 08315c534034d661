using System.Globalization;
using System.Net;
using System.Text;

namespace Autodiff.Functional;

/// <summary>A page that is being written. What is interpolated into it is escaped, unless it is itself a piece of a page.</summary>
internal readonly struct Html(string markup)
{
    /// <summary>The markup.</summary>
    public override string ToString() => markup ?? "";

    /// <summary>Markup whose holes are text.</summary>
    public static Html Of(FormattableString markup) => new(string.Format(Escaping.Provider, markup.Format, markup.GetArguments()));

    /// <summary>Pieces one after another.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(pieces.Aggregate(new StringBuilder(), (text, piece) => text.Append(piece)).ToString());

    /// <summary>Text in which nothing is markup.</summary>
    public static string Escape(string text)
    {
        // What no document may hold, also not escaped: control characters but tab and line breaks, and halves of surrogate pairs.
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune.Value is '\t' or '\n' or '\r' || !Rune.IsControl(rune) ? rune.ToString() : "\uFFFD");
        return WebUtility.HtmlEncode(clean.ToString());
    }

    private sealed class Escaping : IFormatProvider, ICustomFormatter
    {
        public static readonly Escaping Provider = new();

        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            null => "",
            Html html => html.ToString(),
            IFormattable number => Escape(number.ToString(format, CultureInfo.InvariantCulture)),
            _ => Escape(arg.ToString() ?? ""),
        };
    }
}
