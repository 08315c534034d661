using Xunit;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>Roots and fixed points depend on no unit: neither of an unknown nor of an equation. What is no root is never given as one.</summary>
public sealed class ScaleLaws
{
    /// <summary>A random problem with a solution that is known, and with a unit of its own for each unknown and equation.</summary>
    private sealed class Problem
    {
        public Problem(int seed)
        {
            Random = new(seed);
            int n = Random.Next(1, 5);
            Solution = [.. Enumerable.Range(0, n).Select(_ => Random.Next(4) == 0 ? 0 : Math.ScaleB(Random.NextDouble() - 0.5, Random.Next(-3, 3)))];
            Units = Drawn(n);
            EquationUnits = Drawn(n);
            Mixing = 0.4 * (Expr)Random.NextTensor(Shape.Of(n, n), new(-1, 1)) / Math.Sqrt(n);
        }

        private Random Random { get; }
        public double[] Solution { get; }
        public double[] Units { get; }
        public double[] EquationUnits { get; }
        private Expr Mixing { get; }

        private double[] Drawn(int n) => [.. Enumerable.Range(0, n).Select(_ => Math.ScaleB(1, Random.Next(-100, 100)))];

        public Expr Start => (Expr)Tensor.Of([.. Units.Select(unit => unit * (Random.NextDouble() - 0.5))]);

        /// <summary>A contraction whose fixed point is 0 in the coordinates y − solution.</summary>
        private Expr Moved(Expr y) => Expr.Tanh(Expr.MatMul(Mixing, y)) - Expr.Tanh(Expr.MatMul(Mixing, Tensor.Of(Solution)));

        public Expr FixedPoint(Expr x) => Tensor.Of(Units) * (Moved(x / Tensor.Of(Units)) + Tensor.Of(Solution));

        public Expr Root(Expr x) => x / Tensor.Of(Units) is var y ? Tensor.Of(EquationUnits) * (2 * (y - Tensor.Of(Solution)) + Moved(y)) : x;

        public void Check(Expr found)
        {
            double[] x = found.Value.ToArray<double>();
            double largest = Solution.Max(Math.Abs);
            for (int i = 0; i < x.Length; i++)
                Assert.True(Math.Abs(x[i] / Units[i] - Solution[i]) <= 1e-10 * Math.Abs(Solution[i]) + 1e-15 * largest, $"entry {i}: {x[i] / Units[i]:R} for {Solution[i]:R} in units of {Units[i]}");
        }
    }

    [Sampled(200)]
    public void A_root_depends_on_no_unit(int seed)
    {
        var problem = new Problem(seed);
        problem.Check(Ad.Root(problem.Root, problem.Start));
    }

    [Sampled(200)]
    public void A_fixed_point_depends_on_no_unit(int seed)
    {
        var problem = new Problem(seed);
        problem.Check(Ad.Fix(problem.FixedPoint, problem.Start));
    }

    [Sampled(100)]
    public void Nor_does_it_if_unknowns_are_leaves_of_a_structure(int seed)
    {
        var problem = new Problem(seed);
        Expr[] Apart(Expr x) => [.. Enumerable.Range(0, x.Shape[0]).Select(i => x[i])];
        problem.Check(Expr.Stack(Ad.Root<Expr[]>(x => Apart(problem.Root(Expr.Stack(x))), Apart(problem.Start))));
        problem.Check(Expr.Stack(Ad.Fix<Expr[]>(x => Apart(problem.FixedPoint(Expr.Stack(x))), Apart(problem.Start))));
    }

    [Theory]
    [InlineData(1e-12), InlineData(1.0), InlineData(1e3), InlineData(1e12)]
    public void However_far_the_start_is_in_units_of_the_root(double start)
    {
        Assert.Equal(1e-15, (double)Ad.Root(x => x * x - 1e-30, start), 1e-27);
        Assert.Equal(1e-15, (double)Ad.Fix(x => 0.5 * (x + 1e-30 / x), start), 1e-27);
        Assert.Equal(1e30, (double)Ad.Root(x => x * x * x - 1e90, start), 1e18);
    }

    [Theory]
    [InlineData(1e12, 1.0), InlineData(1.0, 1e12), InlineData(1e-200, 1e200), InlineData(1e200, 1e-200)]
    public void A_root_at_0_of_higher_order_is_0(double first, double second)
    {
        var (x, y) = Ad.Root<(Expr X, Expr Y)>(p => (first * (p.X * p.X - 2), second * p.Y * p.Y * p.Y), (1.0, 1.0));
        Assert.Equal((Math.Sqrt(2), 0), ((double)x, (double)y), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-15 && a.Item2 == b.Item2);
        var both = Ad.Root(p => Expr.Stack([first * (p[0] * p[0] - 2), second * p[1] * p[1] * p[1]]), Tensor.Of([1.0, 1.0]));
        Assert.Equal(0, (double)both[1]);
    }

    /// <summary>The first equation is solved at once up to rounding, which the second one's terms then hide from the linear system.</summary>
    [Sampled(100)]
    public void An_equation_that_is_nearly_solved_holds_no_other_one_up(int seed)
    {
        var random = new Random(seed);
        double a = random.NextDouble() - 0.5, slope = 0.05 + random.NextDouble(), unit = Math.ScaleB(1, random.Next(-80, 80)), equationUnit = Math.ScaleB(1, random.Next(-80, 80));
        var x = Ad.Root(v => v[1] / unit is var t ? Expr.Stack([equationUnit * (v[0] - a), t * t * t + slope * t + a + 0.1 * v[0]]) : v, Tensor.Of([random.NextDouble(), random.NextDouble() * unit]));
        double y = (double)x[1] / unit;
        Assert.Equal(a, (double)x[0], 1e-12 * Math.Abs(a));
        Assert.Equal(0, y * y * y + slope * y + 1.1 * a, 1e-14 * Math.Abs(a));
    }

    [Fact]
    public void What_goes_to_0_by_a_part_of_itself_is_0()
    {
        Assert.Equal(0, (double)Ad.Fix(x => 0.5 * x, 1.0));
        Assert.Equal(0, (double)Ad.Fix(x => 0.5f * x, Expr.Scalar(1f)));
        // By turns, so that no entry falls in every step.
        var turning = Ad.Fix(x => 0.7 * Expr.Stack([0.8 * x[0] - 0.6 * x[1], 0.6 * x[0] + 0.8 * x[1]]), Tensor.Of([1.0, 1e-3]));
        Assert.Equal([0.0, 0.0], turning.Value.ToArray<double>());
    }

    [Theory, InlineData(0.5), InlineData(0.9)]
    public void A_disturbance_that_runs_on_along_a_chain_does_not_count(double share)
    {
        const int Length = 2000;
        var source = Expr.Pad(Expr.Ones([1]), [(0, Length - 1)]);
        Expr Chain(Expr b) => Ad.Fix(x => b + share * Expr.Pad(x[..^1], [(1, 0)]), Expr.Zeros([Length]));
        double[] x = Chain(source).Value.ToArray<double>();
        for (int i = 0; i < Length; i++)
            Assert.Equal(Math.Pow(share, i), x[i], 1e-12);
        // Back the same way, by iteration.
        double[] slopes = Ad.Grad(b => Chain(b)[50], source).Value.ToArray<double>();
        for (int i = 0; i < Length; i++)
            Assert.Equal(i <= 50 ? Math.Pow(share, 50 - i) : 0, slopes[i], 1e-11);
    }

    [Fact]
    public void Rounding_alone_does_not_keep_an_entry_under_way()
    {
        // The terms of the first entry cancel: what is left is rounding, which moves it for ever.
        var x = Ad.Fix(v => Expr.Stack([0.3 * Expr.Sin(v[1]) - 0.3 * Expr.Sin(v[2]) + 0.1 * v[0], Expr.Cos(0.9 * v[2]), Expr.Cos(0.9 * v[1]) + 0.1 * v[0]]), Tensor.Of([0.5, 1.0, 0.3]), maxIterations: 5000);
        Assert.Equal(0, (double)x[0], 1e-15);
        Assert.Equal(0, (double)Ad.Root(v => Expr.Stack([3 * v[0] + v[1] - 3, v[0] - 7 * v[1] - 1]), Tensor.Of([0.0, 0.0]))[1], 1e-15);
    }

    [Sampled(100)]
    public void What_is_no_root_is_never_given_as_one(int seed)
    {
        var random = new Random(seed);
        double unit = Math.ScaleB(1, random.Next(-300, 300)), at = 20 * (random.NextDouble() - 0.5), start = unit * (at + Math.ScaleB(random.NextDouble() - 0.5, random.Next(-45, 10)));
        foreach (var f in (Func<Expr, Expr>[])[y => Expr.Square(y - at) + 1, y => 1 / (y - at), y => Expr.Abs(y - at) + 1e-3, y => Expr.Exp(y - at)])
            Assert.ThrowsAny<AutodiffException>(() => Ad.Root(x => f(x / unit), start).Value);
        Assert.Throws<ConvergenceException>(() => Ad.Fix(x => unit * (0.5 * (x / unit - unit / x)), start).Value);
        Assert.Throws<ConvergenceException>(() => Ad.Fix(x => x + unit, start).Value);
    }

    [Fact]
    public void The_residual_is_the_size_of_f()
    {
        var error = Assert.Throws<ConvergenceException>(() => Ad.Root(x => x * x * x - 2 * x + 2, 0.0));
        double least = 2 - Math.Sqrt(2.0 / 3) * 4 / 3;   // of x³ − 2x + 2 for x > 0, where the method ends
        Assert.Equal(least, error.Residual, 1e-6);
        Assert.StartsWith("Root: expected a step of at most 1E-12 of each entry; got one of ", error.Message, StringComparison.Ordinal);
        Assert.Contains("iterations, where |f(x)| is 0.911338", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ConvergenceException>(() => Ad.Fix(x => 1e6 - x, 2e5, maxIterations: 20));
        Assert.Equal((6e5, 0.75), (error.Residual, error.Step));
        Assert.Contains("got one of 0.75 after 20 iterations, where |f(x) − x| is 600000", error.Message, StringComparison.Ordinal);
    }
}
