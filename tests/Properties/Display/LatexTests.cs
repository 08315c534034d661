using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Display;

/// <summary>Formulas mean what the graph computes: parentheses where they are needed, names for what is shared.</summary>
public sealed class LatexTests(ITestOutputHelper output)
{
    private static readonly Expr a = Expr.Variable("a", Tensor.Scalar(2.0)), b = Expr.Variable("b", Tensor.Scalar(3.0)), c = Expr.Variable("c", Tensor.Scalar(5.0));

    public static TheoryData<Expr, string> Formulas { get; } = new()
    {
        { a + b + c, "a + b + c" },
        { a - (b - c), @"a - \left(b - c\right)" },
        { a - b - c, "a - b - c" },
        { a - (b + c), @"a - \left(b + c\right)" },
        { (a + b) * c, @"\left(a + b\right) \cdot c" },
        { a * b + c, @"a \cdot b + c" },
        { a / (b + c), @"\frac{a}{b + c}" },
        { a * (-b), @"a \cdot \left(-b\right)" },
        { -(a + b), @"-\left(a + b\right)" },
        { a + -b, @"a + \left(-b\right)" },
        { Expr.Square(-a), @"\left(-a\right)^2" },
        { -Expr.Square(a), "-a^2" },
        { Expr.Square(Expr.Square(a)), @"\left(a^2\right)^2" },
        { Expr.Power(a * b, c), @"\left(a \cdot b\right)^{c}" },
        { Expr.Power(a, b + c), "a^{b + c}" },
        { Expr.Power(-2.0, a), @"\left(-2\right)^{a}" },
        { -2.0 * a, @"-2 \cdot a" },
        { 1e-20 * a, @"1 \cdot 10^{-20} \cdot a" },
        { Expr.Exp(a + b), "e^{a + b}" },
        { Expr.Log1p(Expr.Exp(a)), @"\ln\left(1 + e^{a}\right)" },
        { Expr.Softplus(a), @"\operatorname{\mathrm{Softplus}}\left(a\right)" },
        { Expr.Sum(Expr.Variable("x", Shape.Of(3)) + a), @"\sum\nolimits_{0} \left(x + a\right)" },
        { Expr.Sum(Expr.Variable("x", Shape.Of(3))) * a, @"\left(\sum\nolimits_{0} x\right) \cdot a" },
        { Expr.MatMul(Expr.Variable("A", Shape.Of(2, 2)) * a, Expr.Variable("x2", Shape.Of(2, 1))), @"\left(A \cdot a\right) \, x_{2}" },
        { Expr.Variable("A", Shape.Of(2, 3)).Transpose(), @"A^{\mathsf T}" },
        { Tensor.Of([1.0, 2.5]) * Expr.Variable("x", Shape.Of(2)), @"\begin{bmatrix} 1 \\ 2.5 \end{bmatrix} \cdot x" },
        { Expr.Less(a, b), "a < b" },
    };

    [Theory]
    [MemberData(nameof(Formulas))]
    public void Reads(Expr node, string latex) => Assert.Equal(latex, node.ToLatex());

    [Fact]
    public void What_is_used_twice_is_named()
    {
        var s = Expr.Sin(a + b);
        Assert.Equal("\\begin{aligned}\nv_{1} &= \\sin\\left(a + b\\right) \\\\\n &v_{1} \\cdot e^{v_{1}}\n\\end{aligned}", (s * Expr.Exp(s)).ToLatex());
        Assert.Equal("\\begin{aligned}\ns &= \\sin\\left(a + b\\right) \\\\\n &s \\cdot e^{s}\n\\end{aligned}", (s * Expr.Exp(s)).ToLatex([new("s", s)]));
    }

    [Fact]
    public void A_name_that_a_variable_has_is_not_given_again()
    {
        var s = Expr.Sin(Expr.Variable("v1", Tensor.Scalar(1.0)));
        Assert.StartsWith("\\begin{aligned}\nv_{2} &=", (s * s).ToLatex(), StringComparison.Ordinal);
    }

    /// <summary>A long chain is cut into lines: text grows with the number of nodes.</summary>
    [Fact]
    public void A_long_chain_stays_linear() =>
        Assert.InRange(Enumerable.Range(0, 20_000).Aggregate(a, (z, _) => Expr.Sin(z) + b).ToLatex().Length, 20_000, 2_000_000);

    [Fact]
    public void Brackets_match_whatever_the_program() => Law.Holds(output, 200, Programs.Nested, p =>
    {
        string latex = p.Loss([.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))]).ToLatex();
        int depth = 0;
        for (int i = 0; i < latex.Length; i++)
        {
            if (latex[i] is '{' or '}' && (i == 0 || latex[i - 1] != '\\'))
                depth += latex[i] == '{' ? 1 : -1;
            if (depth < 0)
                return $"a bracket closes that is not open: {latex}";
        }
        return depth != 0 ? $"{depth} brackets are left open: {latex}" : Count(@"\left") == Count(@"\right") ? null : $"\\left without \\right: {latex}";

        int Count(string word) => latex.Split(word).Length;
    });
}
