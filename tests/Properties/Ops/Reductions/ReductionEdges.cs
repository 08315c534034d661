using Xunit;
using static Autodiff.Functional.Properties.Ops.Loops;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Derivatives of reductions and recurrences at the edges: what exists is given, in every mode.</summary>
public sealed class ReductionEdges
{
    /// <summary>A function's gradient and Hessian in every mode.</summary>
    private static IEnumerable<(string Mode, Expr Gradient, Expr Hessian)> Modes(Func<Expr, Expr> f, Expr x)
    {
        yield return ("reverse", Ad.Grad(f, x), Ad.Hessian(f, x));
        yield return ("forward", Ad.JacobianForward(f, x), Ad.JacobianForward(y => Ad.JacobianForward(f, y), x));
        foreach (bool code in (bool[])[true, false])
        {
            var options = new CompileOptions { GenerateCode = code, Threads = 1 };
            yield return ($"compiled, {(code ? "with" : "without")} code", Ad.Compile(Ad.Grad(f), options).Run(x), Ad.Compile(Ad.Hessian(f), options).Run(x));
        }
        yield return ("batched", Ad.Vmap(Ad.Grad(f))(Expr.Stack([x, x]))[1], Ad.Vmap(Ad.Hessian(f))(Expr.Stack([x, x]))[1]);
        yield return ("checkpointed", Ad.Grad(Ad.Checkpoint(f), x), Ad.Hessian(Ad.Checkpoint(f), x));
        yield return ("in a branch", Ad.Grad(y => Ad.Cond(Expr.Any(Expr.Equal(y, 1e9)), z => Expr.Sum(z), f, y), x), Ad.Hessian(y => Ad.Cond(Expr.Any(Expr.Equal(y, 1e9)), z => Expr.Sum(z), f, y), x));
        yield return ("in a loop", Ad.Grad(y => Ad.Scan((Expr sum, Expr row) => (sum + f(row), sum), (Expr)0.0, Expr.ExpandDims(y, 0)).Carry, x),
            Ad.Hessian(y => Ad.Scan((Expr sum, Expr row) => (sum + f(row), sum), (Expr)0.0, Expr.ExpandDims(y, 0)).Carry, x));
    }

    public static TheoryData<string> Squares => ["Square(n)", "n * n", "n ** 2", "two norms", "kept", "kept twice"];

    [Theory, MemberData(nameof(Squares))]
    public void The_square_of_a_norm_has_its_derivatives_at_zero(string form)
    {
        Func<Expr, Expr> f = form switch
        {
            "Square(n)" => x => Expr.Square(Expr.Norm(x)),
            "n * n" => x => Expr.Norm(x) is var n ? n * n : x,
            "n ** 2" => x => Expr.Pow(Expr.Norm(x), 2.0),
            "two norms" => x => Expr.Norm(x) * Expr.Norm(x),
            "kept" => x => Expr.Sum(Expr.Square(Expr.Norm(x, 0, keepDims: true))),
            _ => x => Expr.Sum(Expr.Norm(x, 0, keepDims: true) * Expr.Norm(x, 0, keepDims: true)),
        };
        foreach (double[] at in new double[][] { [0, 0], [3, -4], [0, 1e-200] })
            foreach (var (mode, gradient, hessian) in Modes(f, Vector(at)))
            {
                Assert.True(Elements(gradient).SequenceEqual([2 * at[0], 2 * at[1]]), $"{mode}: {gradient}");
                Assert.True(Elements(hessian).SequenceEqual([2, 0, 0, 2]), $"{mode}: {hessian}");
            }
    }

    [Fact]
    public void A_norm_at_zero_keeps_its_convention() => Assert.All(Modes(x => Expr.Norm(x), Vector(0, 0)), result =>
    {
        Assert.Equal([0, 0], Elements(result.Gradient));
        Assert.Equal([0, 0, 0, 0], Elements(result.Hessian));
    });

    [Theory, InlineData(false), InlineData(true)]
    public void A_coefficient_that_nothing_precedes_has_no_influence(bool reverse)
    {
        double infinity = double.PositiveInfinity, nan = double.NaN;
        double[] Turned(params double[] x) => reverse ? [.. Enumerable.Reverse(x)] : x;
        var b = Vector(Turned(2, 3, 5));
        // y = (2, 2·a₁ + 3, a₂·y₁ + 5): whatever a₀ is, and whatever it is made of.
        foreach (double first in (double[])[infinity, nan, 0])
            foreach (var (mode, gradient, _) in Modes(a => Expr.Sum(Expr.LinearRecurrence(a, b, 0, reverse)), Vector(Turned(first, 7, 11))))
                Assert.True(Elements(gradient).SequenceEqual(Turned(0, 2 * 12, 17)), $"{mode}: {gradient}");
        foreach (var (mode, gradient, _) in Modes(a => Expr.Sum(Expr.LinearRecurrence(Expr.Log(a), b, 0, reverse)), Vector(Turned(0, 1, 1))).Where(result => result.Mode != "forward"))
            Assert.True(Elements(gradient).SequenceEqual(Turned(0, 2, 3)), $"{mode}: {gradient}");
        // The sums that come back to the first are infinite: times nothing they are nothing.
        Assert.Equal(0, Elements(Ad.Grad(a => Expr.Sum(Expr.LinearRecurrence(a, b, 0, reverse)), Vector(Turned(2, infinity, 2))))[reverse ? 2 : 0]);
        Assert.Equal(Turned(0, 0, 0), Elements(Ad.Grad(x => Expr.LinearRecurrence(x, b, 0, reverse)[reverse ? 2 : 0], Vector(Turned(nan, infinity, nan)))));
    }

    [Fact]
    public void The_issues_examples()
    {
        Expr single = Expr.Cast(Vector(-1e7, -1e7), DType.Float32).Value;
        Assert.All(Modes(x => Expr.LogSumExp(x), Vector(1e50, 1e50)), result => Assert.Equal([0.5, 0.5], Elements(result.Gradient)));
        Assert.All(Modes(x => Expr.LogSumExp(x), Vector(1e16, 1e16)), result => Assert.Equal([0.25, -0.25, -0.25, 0.25], Elements(result.Hessian)));
        Assert.All(Modes(x => Expr.CumLogSumExp(x)[^1], Vector(1e16, 1e16)), result => Assert.Equal([0.25, -0.25, -0.25, 0.25], Elements(result.Hessian)));
        foreach (var f in (Func<Expr, Expr>[])[x => Expr.LogSumExp(x), x => Expr.CumLogSumExp(x)[^1], x => -Expr.LogSoftmax(x)[0] + x[0]])
            Assert.Equal([0.5, 0.5], Elements(Ad.Compile(Ad.Grad(f)).Run(single)));
        Assert.Equal([0.25, 0.25], Elements(Expr.Stack([Expr.Variance(Expr.Cast(Vector(1e7, 1e7 + 1), DType.Float32)), Expr.Square(Expr.StandardDeviation(Expr.Cast(Vector(1e7, 1e7 + 1), DType.Float32)))])));
        Assert.All(Elements(Ad.Grad(x => Expr.Norm(x), Vector(1.7e308, 1.7e308))), slope => Assert.Equal(Math.Sqrt(0.5), slope, 1e-15));
    }
}
