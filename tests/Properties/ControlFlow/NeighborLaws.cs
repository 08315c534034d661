using Xunit;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>
/// What iterates gives an element of a batch what it gives the element alone, whatever the others are: of any scale, divergent, singular, NaN. The bits do not depend on the others at all. A
/// root or fixed point that is not found is NaN for its element.
/// </summary>
public sealed class NeighborLaws
{
    private const int Size = 6;

    private sealed record Solver(string Name, Func<Expr[], Expr> Solve, Func<Random, double[]> Draw);

    private static double Unit(Random random) => Math.ScaleB(1, random.Next(-80, 80));

    /// <summary>Numbers of a problem: solvable ones of any scale, and some that are not.</summary>
    private static double[] Cubic(Random random) => random.Next(6) switch
    {
        0 => [0, 1, 0, 1, Unit(random), Unit(random), 0.7],                // x² + 1
        1 => [0, 1, 0, -2, 1, Unit(random), 0],                            // a singular Jacobian
        2 => [1, double.NaN, 0, 1, 1, 1, 1],
        3 => [1, 0, -12, 5, Unit(random), Unit(random), 1.95],             // overshoots: steps are halved
        _ => [1, random.NextDouble(), 1, random.NextDouble() - 0.5, Unit(random), Unit(random), random.NextDouble()],
    };

    private static double[] Contraction(Random random) => random.Next(5) switch
    {
        0 => [2, 0.1, 1, Unit(random), 1],
        1 => [-1, 0, 1, Unit(random), 0.3],
        2 => [0.5, 0.1, double.NaN, Unit(random), 1],
        _ => [random.NextDouble() - 0.5, 0.4 * random.NextDouble(), random.NextDouble(), Unit(random), random.NextDouble()],
    };

    private static readonly Solver[] s_solvers =
    [
        new("Root", p => Ad.Root(x => (x / p[5]) is var t ? p[4] * (p[0] * t * t * t + p[1] * t * t + p[2] * t + p[3]) : x, p[6] * p[5]) / p[5], Cubic),
        new("Root of two", p => Ad.Root(x => Expr.Stack([p[4] * (x[0] - p[3]), p[0] * Expr.Pow(x[1] / p[5], 3) + p[1] * x[1] / p[5] + p[3] + 0.1 * x[0]]), Expr.Stack([p[6], p[6] * p[5]])) is var x ? Expr.Stack([x[0], x[1] / p[5]]) : p[0], Cubic),
        new("Fix", p => Ad.Fix(x => x / p[3] is var t ? p[3] * (p[0] * t + p[1] * Expr.Tanh(t) + p[2]) : x, p[4] * p[3]) / p[3], Contraction),
        new("ForLoop", p => Ad.ForLoop(9, (i, x) => x * (1 + p[0]) + p[1] * x * x + p[2], p[4]), Contraction),
        new("While", p => Ad.While(s => (Expr.Abs(s.X) < 100) & (s.Steps < 50), s => (s.X * (1 + p[0]) + p[1] * s.X * s.X + p[2], s.Steps + 1), (X: p[4], Steps: Expr.Constant(Tensor.Scalar(0L)))).X, Contraction),
    ];

    public static TheoryData<string> Solvers => [.. s_solvers.Select(solver => solver.Name)];

    private static Solver Named(string name) => s_solvers.Single(solver => solver.Name == name);

    private static Expr[] Columns(double[][] elements) => [.. Enumerable.Range(0, elements[0].Length).Select(i => (Expr)Tensor.Of([.. elements.Select(element => element[i])]))];

    private static Expr Batch(Func<Expr[], Expr> f, Expr[] columns) => Ad.Vmap<Expr[], Expr>(f, columns);

    private static double[] Alone(Func<Expr[], Expr> f, double[] element)
    {
        try
        {
            return Expr.Ravel(f([.. element.Select(number => (Expr)Expr.Scalar(number))])).Value.ToArray<double>();
        }
        catch (Exception e) when (e is ConvergenceException or MatrixException)
        {
            return [double.NaN, double.NaN];
        }
    }

    private static double[][] Rows(Expr batch) => [.. Enumerable.Range(0, Size).Select(i => Expr.Ravel(batch[i]).Value.ToArray<double>())];

    private static void Same(double[] expected, double[] actual, double tolerance)
    {
        for (int i = 0; i < actual.Length; i++)
            Assert.True(expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1e-3, Math.Abs(expected[i])), $"{expected[i]:R} alone, {actual[i]:R} in the batch");
    }

    private static void ForEachSeed(int cases, Action<Random> law)
    {
        for (int seed = 0; seed < Cases.Of(cases); seed++)
            law(new Random(seed));
    }

    [Theory, MemberData(nameof(Solvers))]
    public void An_element_is_as_it_is_alone(string name) => ForEachSeed(40, random =>
    {
        var solver = Named(name);
        double[][] elements = [.. Enumerable.Range(0, Size).Select(_ => solver.Draw(random))];
        var columns = Columns(elements);
        double[][] alone = [.. elements.Select(element => Alone(solver.Solve, element))];
        var eager = Rows(Batch(solver.Solve, columns));
        for (int i = 0; i < Size; i++)
            Same(alone[i], eager[i], name is "While" or "ForLoop" ? 0 : 1e-11);
        var nested = Ad.Vmap<Expr[], Expr>(p => Ad.Vmap<Expr[], Expr>(solver.Solve, p), [.. columns.Select(column => Expr.Reshape(column, 2, Size / 2))]);
        var flat = Rows(Expr.Reshape(nested, nested.Shape.Slice(2, nested.Rank - 2).Insert(0, Size)));
        for (int i = 0; i < Size; i++)
            Same(alone[i], flat[i], 1e-11);
    });

    [Theory, MemberData(nameof(Solvers))]
    public void Compiled_as_well(string name)
    {
        var solver = Named(name);
        foreach (bool code in (bool[])[true, false])
        {
            var compiled = Ad.Compile<Expr[], Expr>(p => Batch(solver.Solve, p), new CompileOptions { GenerateCode = code });
            ForEachSeed(20, random =>
            {
                double[][] elements = [.. Enumerable.Range(0, Size).Select(_ => solver.Draw(random))];
                var rows = Rows(compiled.Run(Columns(elements)));
                for (int i = 0; i < Size; i++)
                    Same(Alone(solver.Solve, elements[i]), rows[i], 1e-10);
            });
        }
    }

    [Theory, MemberData(nameof(Solvers))]
    public void Its_bits_do_not_depend_on_the_others(string name) => ForEachSeed(40, random =>
    {
        var solver = Named(name);
        double[] kept = solver.Draw(random);
        int place = random.Next(Size);
        double[] Once(Func<Expr[], Expr> f) => Expr.Ravel(Batch(f, Columns([.. Enumerable.Range(0, Size).Select(i => i == place ? kept : solver.Draw(random))]))[place]).Value.ToArray<double>();
        Assert.Equal(Once(solver.Solve), Once(solver.Solve));
        Expr Tangent(Expr[] p) => Ad.Jvp(t => solver.Solve([.. p[..^2], p[^2] + t * p[^2], p[^1]]), 0.0, 1.0).Tangent;
        Assert.Equal(Once(Tangent), Once(Tangent));
    });

    [Theory, InlineData("Root"), InlineData("Root of two"), InlineData("Fix")]
    public void Its_derivatives_are_as_they_are_alone(string name) => ForEachSeed(20, random =>
    {
        var solver = Named(name);
        // What is shared by all elements gets a derivative from those that are found and looked at, and nothing from the others.
        Expr Shared(Expr w, Expr[] p) => solver.Solve([.. p[..2], p[2] * w, .. p[3..]]);
        double[][] elements = [.. Enumerable.Range(0, Size).Select(_ => solver.Draw(random))];
        Expr Total(Expr w, Expr[] columns) => Batch(p => Shared(w, p), columns) is var all ? Expr.Sum(Expr.Where(Expr.IsFinite(all), Expr.Sin(all), 0)) : w;
        double[][] found = [.. elements.Where(element => double.IsFinite(Alone(p => Shared(1.0, p), element)[0]))];
        if (found.Length == 0)
            return;
        foreach (var derivative in (Func<Func<Expr, Expr>, Expr>[])[f => Ad.Grad(f, 1.0), f => Ad.Jvp(f, 1.0, 1.0).Tangent, f => Ad.Grad(w => Ad.Grad(f, w), 1.0)])
        {
            double[] each = [.. found.Select(element => (double)derivative(w => Expr.Sum(Expr.Sin(Shared(w, [.. element.Select(number => (Expr)Expr.Scalar(number))])))))];
            double batch = (double)derivative(w => Total(w, Columns(elements)));
            Assert.True(Math.Abs(each.Sum() - batch) <= 1e-8 * (1 + each.Sum(Math.Abs)), $"{each.Sum()} one by one, {batch} in the batch");
        }
    });

    [Fact]
    public void The_larger_one_does_not_stop_the_smaller_one_in_any_mode()
    {
        // From 1.95 the first steps overshoot; the other problem is a million times as large.
        Expr Root(Expr w) => Ad.Root(x => w * (x * x * x - 12 * x + 5) + (1 - w) * 1e6 * (x - 1), 1.95);
        Expr both = Tensor.Of([1.0, 0.0]), weights = Tensor.Of([0.3, -2.0]);
        Expr All(Expr w) => Ad.Vmap(Root, w);
        double[] roots = [0.422972692468182, 1];
        void Are(double[] expected, Expr actual) => Assert.Null(Close.Agree("", Tensor.Of(expected), actual.Value, 1e-12));
        Are(roots, All(both));
        Are(roots, Ad.Compile(All).Run(both));
        Are(roots, Ad.Compile(All, new CompileOptions { GenerateCode = false }).Run(both));
        Are(roots, Ad.Jvp(All, both, both).Value);
        Are(roots, Ad.Vmap(All, Expr.Stack([both, both]))[1]);
        Are(roots, Ad.Scan((c, w) => (c, All(w)), Expr.Scalar(0.0), Expr.Stack([both, both])).Item2[1]);
        Are(roots, Ad.Cond(Expr.Variable("p", Tensor.Scalar(true)), All, w => w, both));
        Are(roots, Ad.Checkpoint<Expr, Expr>(All)(both));
        double[] slopes = [.. roots.Select((_, i) => (double)Ad.Grad(Root, (double)both[i]))], curvatures = [.. roots.Select((_, i) => (double)Ad.Grad(Ad.Grad(Root))((double)both[i]))];
        Are([slopes[0] * 0.3, slopes[1] * -2], weights * Ad.Grad(w => Expr.Sum(All(w)), both));
        Are([slopes[0] * 0.3, slopes[1] * -2], Ad.Jvp(All, both, weights).Tangent);
        Are(curvatures, Ad.Grad(w => Expr.Sum(Ad.Grad(v => Expr.Sum(All(v)), w)), both));
        Are(slopes, Ad.Compile((Expr w) => Ad.Grad(v => Expr.Sum(Ad.Checkpoint<Expr, Expr>(All)(v)), w)).Run(both));
    }

    // ---- errors of values that nobody asks for ----

    private static readonly Expr s_table = Tensor.Of([1.0, 2, 3, 4]);

    private static readonly Dictionary<string, Func<Expr, Expr>> s_lookups = new()
    {
        ["Cond"] = i => Ad.Cond(i < 4, v => Expr.Take(s_table, v, 0), _ => (Expr)0.5, i),
        ["Switch"] = i => Ad.Switch(Expr.Cast(Expr.Minimum(Expr.Floor(i / 4.0), 1), DType.Int64), [v => Expr.Take(s_table, v, 0), _ => (Expr)0.5], i),
        ["While"] = i => Ad.While(s => s.I < 4, s => (s.I + 1, s.Sum + Expr.Take(s_table, s.I, 0)), (I: i, Sum: Expr.Scalar(0.5))).Sum,
        ["Mod"] = i => Ad.Cond(Expr.NotEqual(i, 0), v => Expr.Cast(Expr.Mod(Tensor.Scalar(12L), v), DType.Float64), _ => (Expr)0.5, i),
        ["Power"] = i => Ad.Cond(i < 9, v => Expr.Cast(Expr.Power(Tensor.Scalar(2L), 8 - v), DType.Float64), _ => (Expr)0.5, i),
        ["Slice"] = i => Ad.Cond(i < 3, v => Expr.Sum(Expr.DynamicSlice(s_table, [v], Shape.Of(2))), _ => (Expr)0.5, i),
        ["Solve"] = i => Ad.Cond(i < 4, v => Expr.Cast(v, DType.Float64), v => Expr.Solve(Expr.Zeros([1, 1]) * Expr.Cast(v, DType.Float64), Expr.Ones([1]))[0], i),
        ["Root"] = i => Ad.Cond(i < 4, v => Expr.Cast(v, DType.Float64), v => Ad.Root(x => x * x + Expr.Cast(v, DType.Float64), 1.0), i),
    };

    public static TheoryData<string> Lookups => [.. s_lookups.Keys];

    [Theory, MemberData(nameof(Lookups))]
    public void An_error_is_nobody_elses(string name)
    {
        var f = s_lookups[name];
        long[] indices = name is "Solve" or "Root" ? [1, 0, 3] : [1, 9, 0, 3, 77];
        var expected = indices.Select(i => (double)f(Tensor.Scalar(i))).ToArray();
        Expr all = Tensor.Of(indices);
        Assert.Equal(expected, Ad.Vmap(f, all).Value.ToArray<double>());
        Assert.Equal(expected, Ad.Compile((Expr i) => Ad.Vmap(f, i)).Run(all).Value.ToArray<double>());
        Assert.Equal(expected, Ad.Vmap((Expr row) => Ad.Vmap(f, row), Expr.ExpandDims(all, 1)).Value.ToArray<double>());
        Assert.Equal(expected, Ad.Scan((c, row) => (c, Ad.Vmap(f, row)), Expr.Scalar(0.0), Expr.ExpandDims(all, 0)).Item2.Value.ToArray<double>());
    }

    [Fact]
    public void Who_asks_for_it_gets_it()
    {
        foreach (string name in (string[])["Cond", "While", "Slice"])
            Assert.Throws<IndexException>(() => Ad.Vmap(s_lookups[name], (Expr)Tensor.Of(new long[] { 1, -9 })).Value);
    }

    // ---- rules of one's own ----

    private static Expr Product(Expr[] p) => p[0] * p[1] * p[2] * Expr.Sqrt(p[3]);

    private static readonly Func<Expr[], Expr> s_pulled = Ad.CustomVjp((Expr[] p) => (Product(p), p),
        (p, c) => c * Expr.Sqrt(p[3]) is var d ? [d * p[1] * p[2], d * p[0] * p[2], d * p[0] * p[1], c * p[0] * p[1] * p[2] / (2 * Expr.Sqrt(p[3]))] : []);

    private static readonly Func<Expr[], Expr> s_pushed = Ad.CustomJvp((Expr[] p, Expr[] d) =>
        (Product(p), (d[0] * p[1] * p[2] + p[0] * d[1] * p[2] + p[0] * p[1] * d[2]) * Expr.Sqrt(p[3]) + p[0] * p[1] * p[2] * d[3] / (2 * Expr.Sqrt(p[3]))));

    [Theory, InlineData(true), InlineData(false)]
    public void A_rule_of_ones_own_keeps_elements_apart(bool pushes) => ForEachSeed(20, random =>
    {
        const int Rows = 2, Columns = 3;
        var f = pushes ? s_pushed : s_pulled;
        Expr Numbers(params int[] shape) => random.NextTensor(Shape.Of(shape), new(0.5, 1.5));
        // Elements that are not looked at have no slope, or no value.
        bool[] seen = [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.Next(2) == 0)];
        Expr mask = Tensor.Of(seen, Shape.Of(Rows, Columns)), flaws = Tensor.Of([.. seen.Select(s => s ? 1 : new[] { 0, -1, double.NaN, double.PositiveInfinity }[random.Next(4)])], mask.Shape);
        // What all share, what a row shares, what a column shares, and an element's own.
        Expr[] at = [Numbers(), Numbers(Rows), Numbers(Columns), Numbers(Rows, Columns) * flaws];
        Expr Batch(Expr[] p) => Ad.Vmap<Expr[], Expr>(row => Ad.Vmap(f, row, BatchAxes.Of(null, null, 0, 0)), p, BatchAxes.Of(null, 0, null, 0)) is var all ? Expr.Sum(Expr.Where(mask, Expr.Sin(all), 0)) : mask;
        Expr Loop(Expr[] p) => Enumerable.Range(0, Rows * Columns).Where(i => seen[i])
            .Aggregate(Expr.Scalar(0.0), (sum, i) => sum + Expr.Sin(f([p[0], p[1][i / Columns], p[2][i % Columns], p[3][i / Columns, i % Columns]])));
        var along = at.Select(x => Numbers([.. x.Shape])).ToArray();
        Func<Expr[], Expr> Slope(Func<Expr[], Expr> of) => p => Ad.Grad(of, p).Zip(along, (g, d) => Expr.Sum(g * d)).Aggregate((a, b) => a + b);
        foreach (var (loop, batch) in (ReadOnlySpan<(Func<Expr[], Expr>, Func<Expr[], Expr>)>)[(Loop, Batch), (Slope(Loop), Slope(Batch))])
        {
            var expected = Ad.Grad(loop, at);
            foreach (var actual in (Expr[][])[Ad.Grad(batch, at), Ad.Compile<Expr[], Expr[]>(p => Ad.Grad(batch, p)).Run(at)])
                for (int i = 0; i < at.Length; i++)
                    Assert.Null(Close.Agree($"{i}", expected[i].Value, actual[i].Value, 1e-12));
            Assert.Equal((double)Ad.Jvp(loop, at, along).Tangent, (double)Ad.Jvp(batch, at, along).Tangent, 1e-10);
        }
    });

    [Fact]
    public void The_gradient_of_a_table_is_that_of_a_loop()
    {
        Func<Expr, Expr, Expr> f = (table, i) => Ad.Cond<(Expr T, Expr I), Expr>(i < 4, v => Expr.Exp(Expr.Take(v.T, v.I, 0)), v => Expr.Sum(v.T), (table, i));
        Expr all = Tensor.Of(new long[] { 1, 9, 1, 3 });
        var loop = Ad.Grad(table => Enumerable.Range(0, 4).Select(k => f(table, all[k])).Aggregate((a, b) => a + b), s_table);
        Assert.Null(Close.Agree("", loop.Value, Ad.Grad(table => Expr.Sum(Ad.Vmap((Expr i) => f(table, i), all)), s_table).Value, 1e-14));
        Assert.Null(Close.Agree("", loop.Value, Expr.Sum(Ad.Vmap((Expr i) => Ad.Grad(table => f(table, i), s_table), all), 0).Value, 1e-14));
    }
}
