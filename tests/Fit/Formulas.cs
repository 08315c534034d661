using Autodiff.Functional;
using Xunit;

namespace Fit.Tests;

/// <summary>What formulas mean, and what is said of those that mean nothing.</summary>
public sealed class Formulas
{
    [Fact]
    public void Reading_what_was_written_gives_the_same_term()
    {
        for (var seed = 0; seed < (Run.Long ? 100_000 : 4_000); seed++)
        {
            var equation = new Equation(new Name("y"), RandomFormulas.Term(new Random(seed), depth: seed % 7));
            Assert.Equal(equation, FormulaParser.Equation($"{equation}"));
        }
    }

    [Theory]
    [InlineData("-2^2", -4)]
    [InlineData("2^3^2", 512)]
    [InlineData("2**3**2", 512)]
    [InlineData("2^-1", 0.5)]
    [InlineData("-2**-2", -0.25)]
    [InlineData("2*-3", -6)]
    [InlineData("8/4/2", 1)]
    [InlineData("8-4-2", 2)]
    [InlineData("1-2*3^2", -17)]
    [InlineData("[1+(2)]*3", 9)]
    [InlineData(".5 + 1. + 1.5E+1 + 2e-1", 16.7)]
    [InlineData("- - 3", 3)]
    [InlineData("arctan[1]*4 - pi", 0)]
    [InlineData("log(exp(2)) + ln(1) + log10(100)", 4)]
    [InlineData("pow(2, 10) + min(1, 2) + max(1, 2)", 1027)]
    public void Mean_what_they_do_on_paper(string formula, double value) => Assert.Equal(
        value, FormulaParser.Equation($"y = {formula}").Right.Fold(new Interpretation<Number<double>>(_ => new(Math.PI))).Value, 1e-12);

    [Theory]
    [InlineData("y = a +", "the formula ends too early; expected '(' or '+' or '-' or '[' or a name or a number", 7)]
    [InlineData("y = (a + b", "the formula ends too early; expected ')'", 10)]
    [InlineData("y = (a + b]", "unexpected ']' in the formula; expected ')'", 10)]
    [InlineData("y = a b", "unexpected 'b' in the formula", 6)]
    [InlineData("y = a $ b", "unexpected '$' in the formula", 6)]
    [InlineData("y = epx(a)", "no function 'epx'; did you mean 'exp'?", 4)]
    [InlineData("y = exp(a, b)", "'exp' takes one argument", 4)]
    [InlineData("y = pow(a)", "'pow' takes two arguments", 4)]
    [InlineData("y = a\u0001", "unexpected character U+0001 in the formula", 5)]
    [InlineData("y = 1e999", "the number is larger than a double can be", 4)]
    public void Say_where_they_go_wrong(string formula, string message, int position)
    {
        var error = Assert.Throws<FormulaException>(() => FormulaParser.Equation(formula));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(position, error.Position);
        Assert.EndsWith($"\n  {new string(' ', position)}^", error.Picture, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", "x", ")")]
    [InlineData("-", "x", "")]
    [InlineData("2^", "x", "")]
    [InlineData("ln[", "x", "]")]
    public void Nest_to_a_limit(string open, string inside, string close)
    {
        string Nested(int levels) => $"y = {string.Concat(Enumerable.Repeat(open, levels))}{inside}{string.Concat(Enumerable.Repeat(close, levels))}";
        _ = FormulaParser.Equation(Nested(Nesting.Limit)).ToString();
        foreach (var levels in (int[])[Nesting.Limit + 1, 2000])
        {
            var error = Assert.Throws<FormulaException>(() => FormulaParser.Equation(Nested(levels)));
            Assert.Equal("the formula nests deeper than 500 levels", error.Message);
        }
    }

    [Fact]
    public void Have_a_largest_size()
    {
        _ = FormulaParser.Equation($"y = x{string.Concat(Enumerable.Repeat(" + x", 2000))}").ToString();
        Assert.Contains("10000 is the limit", Assert.Throws<FormulaException>(() => FormulaParser.Equation($"y = {new string('x', 20_000)}")).Message, StringComparison.Ordinal);
    }
}
