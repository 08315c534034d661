using Autodiff.Functional.Compilation;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Signs move to where they cost nothing, and no bit changes.</summary>
public sealed class SimplificationTests
{
    private static readonly double[] s_special = [0.0, -0.0, 1.5, -2, 1e200, -1e200, 5e-324, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    [Fact]
    public void Signs_go_into_sums() => Holds(0, (x, y) => [x + -y, -x + y, x - -y]);

    [Fact]
    public void Signs_go_out_of_products() => Holds(0, (x, y) => [-x * -y, -x / -y, x + -x * y, -x / y + y, x - x / -y]);

    [Fact]
    public void Magnitudes_have_none() => Holds(0, (x, y) => [Expr.Abs(-x), Expr.Abs(-x * y)]);

    [Fact]
    public void A_sign_that_meets_none_stays() => Holds(3, (x, y) => [-x * y, x / -y, -x - y]);

    /// <summary>The least integer is its own opposite.</summary>
    [Fact]
    public void Integers_keep_theirs()
    {
        var graph = Graph.Trace(x => [-x[0] / x[1]], [new(DType.Int64, Shape.Scalar), new(DType.Int64, Shape.Scalar)]);
        var (before, after) = Both(graph);
        Tensor[] inputs = [Tensor.Scalar(long.MinValue), Tensor.Scalar(2L)];
        Assert.Equal(before.Evaluate(inputs)[0], after.Evaluate(inputs)[0]);
    }

    /// <summary>All pairs of special numbers, and how many signs are left when what is the same is computed once.</summary>
    private static void Holds(int signs, Func<Expr, Expr, Expr[]> f)
    {
        double[] x = [.. from a in s_special from b in s_special select a], y = [.. from a in s_special from b in s_special select b];
        Tensor[] inputs = [Tensor.Of(x), Tensor.Of(y)];
        var (before, after) = Both(Graph.Trace(x => [.. f(x[0], x[1])], [new(DType.Float64, Shape.Of(x.Length)), new(DType.Float64, Shape.Of(x.Length))]));
        foreach (var (expected, actual) in before.Evaluate(inputs).Zip(after.Evaluate(inputs)))
            Assert.True(Same.SameBits(expected, actual), $"{before}\n{after}\n{expected}\n{actual}");
        Assert.Equal(signs, after.Instructions.Count(instruction => instruction.Op.Name == "Negate"));
    }

    private static (Functional.Compilation.Program Before, Functional.Compilation.Program After) Both(Graph graph)
    {
        var before = Functional.Compilation.Program.Of(graph).Program;
        return (before, DeadCode.Apply(CommonSubexpressions.Apply(Simplification.Apply(before))));
    }
}
