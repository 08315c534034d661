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

    /// <summary>Roots of sums of squares of two numbers, that are 0 at (0, 0), and the Hessian of the square.</summary>
    private static readonly Dictionary<string, (Func<Expr, Expr> Root, double[] Hessian)> s_roots = new()
    {
        ["Norm"] = (x => Expr.Norm(x), [2, 0, 0, 2]),
        ["Norm, kept"] = (x => Expr.Norm(x, 0, keepDims: true), [2, 0, 0, 2]),
        ["Hypot"] = (x => Expr.Hypot(x[0], x[1]), [2, 0, 0, 2]),
        ["StandardDeviation"] = (x => Expr.StandardDeviation(x), [0.5, -0.5, -0.5, 0.5]),
        ["StandardDeviation, where"] = (x => Expr.StandardDeviation(x, where: Tensor.Of([true, true])), [0.5, -0.5, -0.5, 0.5]),
    };

    /// <summary>Ways to write a multiple of a root, and how many times the root it is.</summary>
    private static readonly (Func<Expr, Expr> Of, double Times)[] s_multiples =
    [
        (n => n, 1), (n => 0.5 * n, 0.5), (n => n * 2.0, 2), (n => n / 4.0, 0.25), (n => -n, -1), (n => 0.5 * (n * 8.0), 4), (n => -(2.0 * n) / 8.0, -0.25),
        (n => Expr.Variable("c", Tensor.Scalar(2.0)) * n, 2), (n => n / Expr.Full(n.Shape, 4), 0.25),
    ];

    public static TheoryData<string> Roots => [.. s_roots.Keys];

    [Theory, MemberData(nameof(Roots))]
    public void The_square_of_a_root_has_its_derivatives_at_zero_however_it_is_written(string name)
    {
        var (root, second) = s_roots[name];
        var spellings = (from left in s_multiples from right in s_multiples select ((Func<Expr, Expr>)(n => left.Of(n) * right.Of(n)), left.Times * right.Times))
            .Concat(s_multiples.Select(multiple => ((Func<Expr, Expr>)(n => Expr.Square(multiple.Of(n))), multiple.Times * multiple.Times)))
            .Concat(s_multiples.Select(multiple => ((Func<Expr, Expr>)(n => Expr.Pow(multiple.Of(n), 2.0)), multiple.Times * multiple.Times))).ToArray();
        int failed = 0;
        string first = "";
        for (int k = 0; k < spellings.Length; k++)
        {
            var (spelling, times) = spellings[k];
            Expr Once(Expr x) => Expr.Sum(spelling(root(x)));
            var at = Vector(0, 0);
            var results = k % 25 == 0 ? Modes(Once, at) : [("reverse", Ad.Grad(Once, at), Ad.Hessian(Once, at)), ("forward", Ad.JacobianForward(Once, at), Ad.JacobianForward(y => Ad.JacobianForward(Once, y), at))];
            foreach (var (mode, gradient, hessian) in results)
                if (!Elements(gradient).All(slope => slope == 0) || !Elements(hessian).Zip(second).All(pair => Math.Abs(pair.First - times * pair.Second) <= 1e-15 * Math.Abs(times)))
                    first = failed++ == 0 ? $"spelling {k}, {mode}: {gradient}, {hessian}; expected {times} times the Hessian" : first;
            // Beside 0, and where a square alone would overflow or vanish, the value is that of the product.
            foreach (double[] point in new double[][] { [3, -4], [3e-170, -4e-170], [3e150, -4e150] })
                if (root(Vector(point)).Value.Elements<double>()[0] is var r && Elements(spelling(root(Vector(point)))) is [var value] && !(Math.Abs(value - times * r * r) <= 1e-15 * Math.Abs(value)))
                    first = failed++ == 0 ? $"spelling {k}: {value:R}, expected {times * r * r:R}" : first;
        }
        Assert.True(failed == 0, $"{failed} failures over {spellings.Length} spellings. {first}");
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
