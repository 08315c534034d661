using System.Diagnostics.CodeAnalysis;

namespace Autodiff.Functional;

/// <summary>
/// Names what shows a type in a notebook. The .NET kernel of Jupyter finds this attribute by its name, so that no package of it is referred to; other
/// hosts call the public <c>ToHtml</c> themselves.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
internal sealed class TypeFormatterSourceAttribute([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicMethods)] Type formatterSourceType) : Attribute
{
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicMethods)]
    public Type FormatterSourceType { get; } = formatterSourceType;

    public string[]? PreferredMimeTypes { get; set; } = ["text/html"];
}

/// <summary>A value that shows itself in a page.</summary>
internal interface IHtml
{
    string ToHtml();
}

/// <summary>What the kernel makes and asks for formatters; its shape is the kernel's convention.</summary>
internal sealed class HtmlFormatterSource
{
    [SuppressMessage("Performance", "CA1822", Justification = "The kernel calls it on an instance.")]
    public IEnumerable<object> CreateTypeFormatters() => [new HtmlFormatter()];
}

/// <summary>Writes a value as HTML; its shape is the kernel's convention.</summary>
internal sealed class HtmlFormatter
{
    [SuppressMessage("Performance", "CA1822", Justification = "The kernel reads it from an instance.")]
    public string MimeType => "text/html";

    [SuppressMessage("Performance", "CA1822", Justification = "The kernel calls it on an instance.")]
    public bool Format(object instance, TextWriter writer)
    {
        string? html = (instance as IHtml)?.ToHtml();
        writer.Write(html);
        return html is not null;
    }
}
