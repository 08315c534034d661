using Xunit;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>Graphs as text: what is written where it is used, what gets a name, and that names can't break out of a picture.</summary>
public sealed class PrinterTests
{
    [Theory]
    [InlineData("a\"b")]
    [InlineData("a]b[c{d}e(f)g")]
    [InlineData("a\nb\r\nc")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("back\\slash\\")]
    [InlineData("semi;colon --> n0")]
    [InlineData("#35;&quot;&amp;%")]
    [InlineData("θ₁ ∂/∂x 𝒙")]
    [InlineData("")]
    public void Names_are_escaped(string name)
    {
        var x = Expr.Variable(name, Tensor.Scalar(1.0));
        var y = Expr.Sin(x) * x;

        string mermaid = y.ToMermaid();
        string[] lines = mermaid.TrimEnd('\n').Split('\n');
        Assert.Equal("graph TD", lines[0]);
        Assert.All(lines[1..], line => Assert.Matches("""^    n\d+(\(\["[^"<>\[\]\r\n]*"\]\)|\["[^"<>\[\]\r\n]*"\]| --> n\d+)$""", line));

        string dot = y.ToDot();
        Assert.All(dot.TrimEnd('\n').Split('\n')[2..^1], line => Assert.Matches("""^    n\d+( \[label="([^"\\\r\n]|\\.)*"(, shape=ellipse)?\]| -> n\d+);$""", line));

        Assert.All(y.Print().TrimEnd('\n').Split('\n')[..^1], line => Assert.Matches("""^[^\r\n]*: Float64\(\) = [^\r\n]+$""", line));
        Assert.DoesNotContain('\n', y.ToString());
    }

    [Fact]
    public void An_escaped_name_reads_as_it_was_in_DOT() =>
        Assert.Contains("""label="a\"b\\c" """.TrimEnd(), Expr.Sin(Expr.Variable("a\"b\\c", Tensor.Scalar(1.0))).ToDot(), StringComparison.Ordinal);

    [Fact]
    public void A_character_outside_the_basic_plane_is_one_entity_in_Mermaid() =>
        Assert.Contains("#128512;", Expr.Sin(Expr.Variable("😀", Tensor.Scalar(1.0))).ToMermaid(), StringComparison.Ordinal);

    [Fact]
    public void Equal_names_are_told_apart()
    {
        Expr a = Expr.Variable("x", Tensor.Scalar(1.0)), b = Expr.Variable("x", Tensor.Scalar(2.0));
        Assert.Contains((a + b).Print().Split('\n')[2], (string[])["v0: Float64() = Add(x, x_2)", "v0: Float64() = Add(x_2, x)"]);
    }

    [Fact]
    public void A_name_that_was_given_is_not_taken_again()
    {
        var x = Expr.Variable("v0", Tensor.Scalar(1.0));
        Assert.Equal("v0: Float64() = variable\nv1: Float64() = Sin(v0)\nreturn v1\n", Expr.Sin(x).Print());
    }

    [Fact]
    public void Scalars_are_written_where_they_are_used_and_larger_constants_by_name()
    {
        var x = Expr.Variable("x", Shape.Of(2));
        string text = (2.0 * x + Tensor.Of([1.0, 2.5])).Print();
        Assert.Contains("= constant [1", text, StringComparison.Ordinal);
        Assert.Contains("(2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_and_shapes_are_shown()
    {
        var x = Expr.Variable("x", Shape.Of(2, 3));
        Assert.Equal("x: Float64(2, 3) = variable\nv0: Float64(3,) = Sum[axes=[0]](x)\nreturn v0\n", x.Sum(0).Print());
    }

    [Fact]
    public void Several_graphs_print_what_they_share_once()
    {
        var x = Expr.Variable("x", Tensor.Scalar(1.0));
        var shared = Expr.Sin(x);
        Assert.Equal("x: Float64() = variable\nv0: Float64() = Sin(x)\nv1: Float64() = Negate(v0)\nv2: Float64() = Exp(v0)\nreturn v2, v1\n", Expr.Print([Expr.Exp(shared), -shared]));
    }

    [Fact]
    public void ToString_is_one_short_line_whatever_the_graph()
    {
        var x = Expr.Variable("x", Tensor.Scalar(1.0));
        var y = Enumerable.Range(0, 10_000).Aggregate(x, (z, _) => z + Expr.Sin(z));
        Assert.InRange(y.ToString().Length, 5, 200);
        Assert.Contains("…", y.ToString(), StringComparison.Ordinal);
    }
}
