using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Autodiff.Functional.Properties.Display;

/// <summary>A name that a user gives shows as it is in a page, in a picture and in a formula, and is never part of their markup.</summary>
public sealed class EscapingTests
{
    public static TheoryData<string> Names { get; } =
    [
        "<script>alert(1)</script>", "a\"b'c", "a&b;&lt;c", "back\\slash\\end{aligned}", "line\nbreak", "dollar$$x", "{[}(%#~^_", "θ₁ 𝒙 😀", "]]>", "\u0000\u0007\uD800", "",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void In_a_page(string name)
    {
        var x = Expr.Variable(name, Tensor.Scalar(1.0));
        var y = Expr.Sin(x) * x;
        Assert.DoesNotContain(Fragment(y.ToHtml()).Descendants(), element => element.Name.LocalName == "script");
        Assert.Contains(Clean(name), Fragment(Ad.Gradients(y).ToHtml()).Value, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_a_picture(string name)
    {
        var x = Expr.Variable(name, Tensor.Scalar(1.0));
        string[] drawn = [.. Fragment((Expr.Sin(x) * x).ToSvg()).Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value)];
        string[] given = [.. Fragment(Expr.Sin(x).ToSvg([new(name, x)])).Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value)];
        Assert.All(Clean(name).Split('\n'), line => Assert.Contains(line, drawn));
        Assert.All(Clean(name).Split('\n'), line => Assert.Contains(line, given));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_a_formula(string name)
    {
        var x = Expr.Variable(name, Tensor.Scalar(1.0));
        string latex = Expr.Sin(x).ToLatex();
        Assert.StartsWith(@"\sin\left(", latex, StringComparison.Ordinal);
        Assert.EndsWith(@"\right)", latex, StringComparison.Ordinal);
        string inside = latex[@"\sin\left(".Length..^@"\right)".Length];
        Assert.Matches(@"^(\p{L}|\\mathrm\{([^\\{}$#%&_~^\r\n]|\\[{}_#%&$ ]|\\backslash |\{\\hat\{\\ \}\}|\{\\sim\})*\})$", inside);
    }

    /// <summary>What is seen of a name: what no document may hold is replaced.</summary>
    private static string Clean(string name) => Regex.Replace(name, @"[\u0000\u0007\uD800]", m => "\uFFFD");

    private static XElement Fragment(string html) => XElement.Parse($"<page>{html}</page>");
}
