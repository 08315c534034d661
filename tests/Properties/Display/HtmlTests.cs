using System.Reflection;
using System.Xml.Linq;
using Xunit;

namespace Autodiff.Functional.Properties.Display;

/// <summary>What a notebook shows of tensors, nodes and gradients.</summary>
public sealed class HtmlTests
{
    [Fact]
    public void A_matrix_is_a_table_with_its_type()
    {
        var html = Page(Tensor.Of(new[,] { { 1.0, 2.0 }, { 3.0, 1.0 / 3 } }).ToHtml());
        Assert.Equal(["1", "2", "3", "0.333333"], Cells(html));
        Assert.Equal(2, html.Descendants("tr").Count());
        Assert.Contains("Float64 · 2 × 2", html.Value, StringComparison.Ordinal);
        Assert.Contains(html.Descendants("td"), cell => (string?)cell.Attribute("title") == "0.3333333333333333");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 12)]
    [InlineData(2, 144)]
    [InlineData(3, 1728)]
    public void All_elements_are_there_up_to_twelve_along_an_axis(int rank, int elements)
    {
        var shape = Shape.Of([.. Enumerable.Repeat(12, rank)]);
        Assert.Equal(elements, Cells(Page(Expr.Zeros(shape).Value.ToHtml())).Length);
    }

    [Fact]
    public void A_long_axis_is_shortened_in_the_middle() =>
        Assert.Equal(["0", "1", "2", "3", "⋯", "999996", "999997", "999998", "999999"], Cells(Page(Expr.Arange(1_000_000).Value.ToHtml())));

    [Fact]
    public void Heat_colours_by_sign_and_size()
    {
        string[] styles = [.. Page(Tensor.Of([-2.0, 0.0, 1.0, double.NaN, double.PositiveInfinity]).ToHtml(heat: true)).Descendants("td").Select(cell => (string)cell.Attribute("style")!)];
        Assert.Contains("rgba(40,110,200,0.75)", styles[0], StringComparison.Ordinal);
        Assert.DoesNotContain("background", styles[1], StringComparison.Ordinal);
        Assert.Contains("rgba(230,120,20,0.38)", styles[2], StringComparison.Ordinal);
        Assert.DoesNotContain("background", styles[3], StringComparison.Ordinal);
        Assert.Contains("rgba(230,120,20,0.75)", styles[4], StringComparison.Ordinal);
        Assert.DoesNotContain("background", Tensor.Of([-2.0, 1.0]).ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_bools_and_integers_are_shown()
    {
        Assert.Contains("no elements", Expr.Zeros(Shape.Of(0, 3)).Value.ToHtml(), StringComparison.Ordinal);
        Assert.Equal(["True", "False"], Cells(Page(Tensor.Of([true, false]).ToHtml(heat: true))));
        Assert.Equal(["9007199254740993"], Cells(Page(Tensor.Of([9007199254740993]).ToHtml())));
    }

    [Fact]
    public void A_gradient_without_a_value_is_a_formula()
    {
        var x = Expr.Variable("x", Shape.Scalar);
        Assert.Contains("Cos(x)", Ad.Gradients(Expr.Sin(x)).ToHtml(), StringComparison.Ordinal);
        Assert.Contains("0.540302", Ad.Gradients(Expr.Sin(Expr.Variable("x", Tensor.Scalar(1.0)))).ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_has_a_row_for_each_parameter_and_names_are_escaped()
    {
        var report = Ad.CheckGradients<(Expr, Expr), Expr>(p => p.Item1 * Expr.Sin(p.Item2), (2.0, 0.5), name: "<b>");
        var rows = Page(report.ToHtml()).Descendants("tr").ToArray();
        Assert.Equal(3, rows.Length);
        Assert.Equal(report.Leaves.Select(leaf => leaf.Path), rows[1..].Select(row => row.Elements("td").First().Value));
        Assert.All(rows[1..], row => Assert.Equal("right", row.Elements("td").Last().Value));
        Assert.DoesNotContain("<b>", report.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_node_is_the_table_of_its_value() => Assert.Equal(Tensor.Of([1.0, 2.0]).ToHtml(), Expr.Constant(Tensor.Of([1.0, 2.0])).ToHtml());

    /// <summary>The convention of Jupyter's .NET kernel: an attribute of this name, whose type makes objects with a MimeType and a Format.</summary>
    [Fact]
    public void The_kernel_finds_a_formatter_for_each_type()
    {
        var y = Expr.Sin(Expr.Variable("x", Tensor.Scalar(1.0)));
        object[] shown = [Tensor.Scalar(1.0), y, Ad.Gradients(y), Ad.CheckGradients<Expr, Expr>(Expr.Sin, 0.5)];
        foreach (object value in shown)
        {
            var attribute = value.GetType().GetCustomAttributes().Single(a => a.GetType().Name == "TypeFormatterSourceAttribute");
            var source = Activator.CreateInstance((Type)attribute.GetType().GetProperty("FormatterSourceType")!.GetValue(attribute)!)!;
            var formatter = ((IEnumerable<object>)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!).Single();
            Assert.Equal("text/html", formatter.GetType().GetProperty("MimeType")!.GetValue(formatter));
            using var writer = new StringWriter();
            Assert.Equal(true, formatter.GetType().GetMethod("Format")!.Invoke(formatter, [value, writer]));
            Assert.Equal(value.GetType().GetMethod("ToHtml", [])!.Invoke(value, null), writer.ToString());
        }
    }

    private static XElement Page(string html) => XElement.Parse($"<page>{html}</page>");

    private static string[] Cells(XElement page) => [.. page.Descendants("td").Select(cell => cell.Value)];
}
