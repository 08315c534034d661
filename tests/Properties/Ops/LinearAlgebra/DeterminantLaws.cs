using System.Numerics;
using Xunit;

namespace Autodiff.Functional.Properties.Ops.LinearAlgebra;

/// <summary>
/// The determinant is a polynomial: its derivatives exist at every matrix, of every rank, and are those that the expansion along a row has over dual numbers. Of whole numbers that is exact.
/// </summary>
public sealed class DeterminantLaws
{
    private static T Expansion<T>(T[][] a) where T : INumberBase<T> => a.Length == 0 ? T.One : a[0]
        .Select((entry, j) => (j % 2 == 0 ? entry : -entry) * Expansion<T>([.. a.Skip(1).Select(row => (T[])[.. row[..j], .. row[(j + 1)..]])]))
        .Aggregate(T.Zero, (sum, term) => sum + term);

    /// <summary>Whole numbers: a product of n × rank and rank × n, with large entries that cancel on demand.</summary>
    private static double[] Drawn(Random random, int n, int rank)
    {
        double[] left = [.. Enumerable.Range(0, n * rank).Select(_ => (double)random.Next(-3, 4))], right = [.. Enumerable.Range(0, n * rank).Select(_ => (double)random.Next(-3, 4))];
        return [.. Enumerable.Range(0, n * n).Select(at => Enumerable.Range(0, rank).Sum(k => left[at / n * rank + k] * right[k * n + at % n]))];
    }

    private static Expr Matrix(double[] entries, int n) => Expr.Reshape(Tensor.Of(entries), n, n);

    /// <summary>d³/dr ds dt det(A + r·U + s·V + t·W) and all below it, by the expansion.</summary>
    private static Dual<Dual<Dual<double>>> Truth(double[] a, double[] u, double[] v, double[] w, int n) => Expansion<Dual<Dual<Dual<double>>>>(
        [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(i * n, n).Select(at => new Dual<Dual<Dual<double>>>(new(new(a[at], u[at]), new(v[at], 0)), new(new(w[at], 0), new(0, 0)))).ToArray())]);

    private static void Near(double expected, Expr actual, double scale, string what)
    {
        double[] all = Expr.Cast(Expr.Ravel(actual), DType.Float64).Value.ToArray<double>();
        foreach (double value in all)
            Assert.True(Math.Abs(expected - value) <= scale, $"{what}: {expected} and {value}");
    }

    private static void Check(Random random, int n, double[] entries, double tolerance, DType dtype)
    {
        double[] U = Directed(), V = Directed(), W = Directed();
        Expr Of(double[] x) => Expr.Cast(Matrix(x, n), dtype);
        Expr a = Of(entries), u = Of(U), v = Of(V), w = Of(W);
        var truth = Truth(entries, U, V, W, n);
        double size = Math.Max(1, entries.Max(Math.Abs)), scale = tolerance * Math.Pow(size, n) * Factorial(n);
        double first = truth.Primal.Primal.Tangent, second = truth.Primal.Tangent.Tangent, third = truth.Tangent.Tangent.Tangent;

        Func<Expr, Expr> det = Expr.Determinant;
        Expr Slope(Expr x) => Expr.Sum(u * Ad.Grad(det, x));
        Near(truth.Primal.Primal.Primal, det(a), scale, "det");
        Near(first, Slope(a), scale, "reverse");
        Near(first, Ad.Jvp(det, a, u).Tangent, scale, "forward");
        Near(first, Expr.Sum(u * Ad.JacobianForward(det, a)), scale, "JacobianForward");
        Near(first, Ad.Vmap(x => Ad.Jvp(det, x, u).Tangent, Expr.Stack([a, a])), scale, "a batch");
        Near(first, Expr.Sum(u * Ad.Vmap(x => Ad.Grad(det, x), Expr.Stack([Expr.Eye(n, dtype: dtype), a]))[1]), scale, "a batch, reverse");
        Near(first, Ad.Compile(Slope).Run(a), scale, "compiled");
        Near(first, Ad.Compile(Slope, new CompileOptions { GenerateCode = false }).Run(a), scale, "compiled without code");
        Near(first, Ad.Grad(t => Ad.ForLoop(1, (_, c) => c + det(a + t * u), Expr.Zeros([], dtype)), Expr.Zeros([], dtype)), scale, "in a loop");
        Near(first, Ad.Grad(t => Ad.Cond(t >= 0, () => det(a + t * u), () => t), Expr.Zeros([], dtype)), scale, "in a branch");
        Near(first, Expr.Sum(u * Ad.Grad(x => Ad.Checkpoint(det)(x), a)), scale, "checkpointed");
        Near(second, Expr.Sum(v * Ad.Grad(Slope, a)), scale, "reverse over reverse");
        Near(second, Ad.Jvp(Slope, a, v).Tangent, scale, "forward over reverse");
        Near(second, Ad.Grad(t => Ad.Jvp(det, a + t * v, u).Tangent, Expr.Zeros([], dtype)), scale, "reverse over forward");
        Near(second, Expr.Sum(v * Expr.Sum(Ad.Hessian(det, a) * u, [2, 3])), scale, "Hessian");
        Near(second, Ad.Vmap(x => Ad.Jvp(Slope, x, v).Tangent, Expr.Stack([a, a])), scale, "second order, a batch");
        Near(third, Ad.Jvp(x => Expr.Sum(v * Ad.Grad(Slope, x)), a, w).Tangent, scale, "third order");
        Near(third, Expr.Sum(w * Ad.Grad(x => Expr.Sum(v * Ad.Grad(Slope, x)), a)), scale, "third order, reverse");

        double[] Directed() => [.. Enumerable.Range(0, n * n).Select(_ => (double)random.Next(-2, 3))];
    }

    private static double Factorial(int n) => Enumerable.Range(1, n).Aggregate(1.0, (product, k) => product * k);

    public static TheoryData<int, int> Ranks
    {
        get
        {
            var all = new TheoryData<int, int>();
            for (int n = 1; n <= 5; n++)
                for (int rank = 0; rank <= n; rank++)
                    all.Add(n, rank);
            return all;
        }
    }

    [Theory, MemberData(nameof(Ranks))]
    public void Derivatives_are_right_at_every_rank(int n, int rank)
    {
        var random = new Random(100 * n + rank);
        for (int i = 0; i < Cases.Of(2); i++)
        {
            double[] a = Drawn(random, n, rank);
            Check(random, n, a, 1e-14, DType.Float64);
            Check(random, n, a, 1e-6, DType.Float32);
        }
    }

    [Theory, InlineData(1e-3), InlineData(1e-8), InlineData(1e-15), InlineData(1e-100), InlineData(1e-300)]
    public void And_near_lower_ranks(double distance)
    {
        var random = new Random(5);
        for (int n = 2; n < 5; n++)
            for (int rank = 0; rank < n; rank++)
            {
                double[] a = Drawn(random, n, rank), b = Drawn(random, n, n);
                Check(random, n, [.. a.Zip(b, (x, y) => x + distance * y)], 1e-14, DType.Float64);
            }
    }

    [Fact]
    public void Dual_numbers_bear_witness_at_every_rank()
    {
        var random = new Random(9);
        for (int n = 1; n < 5; n++)
            for (int rank = 0; rank <= n; rank++)
            {
                double[] a = Drawn(random, n, rank), u = Drawn(random, n, n), v = Drawn(random, n, n), none = new double[n * n];
                var graph = Graph.Trace(x => [Expr.Determinant(x[0])], [new(DType.Float64, Shape.Of(n, n))]);
                var dual = graph.Evaluate(new Numbers<Dual<Dual<double>>>(Shape.Of(n, n), [.. Enumerable.Range(0, n * n).Select(i => new Dual<Dual<double>>(new(a[i], u[i]), new(v[i], 0)))]))[0].ToScalar();
                var truth = Truth(a, u, v, none, n).Primal;
                double scale = 1e-12 * Math.Pow(30, n);
                Assert.Equal(truth.Primal.Tangent, dual.Primal.Tangent, scale);
                Assert.Equal(truth.Tangent.Tangent, dual.Tangent.Tangent, scale);
            }
    }

    [Fact]
    public void Nothing_overflows_on_the_way()
    {
        Expr a = Expr.Eye(4) * (Expr)Tensor.Of([1e200, 1e200, 1e-200, 1e-200]);
        Assert.Equal(1, (double)Expr.Determinant(a), 1e-15);
        Assert.Equal([1e-200, 1e-200, 1e200, 1e200], Expr.Sum(Ad.Grad(Expr.Determinant, a), 0).Value.ToArray<double>());
    }

    [Fact]
    public void NaN_is_not_passed_over()
    {
        foreach (double[] entries in (double[][])[[0, 1, double.NaN, 1], [0, double.NaN, 0, 0], [double.NaN, 0, 0, 0], [0, 0, 0, double.NaN]])
        {
            Assert.True(double.IsNaN((double)Expr.Determinant(Matrix(entries, 2))));
            Assert.Contains(double.NaN, Expr.Ravel(Ad.Grad(Expr.Determinant, Matrix(entries, 2))).Value.ToArray<double>());
        }
    }

    // ---- errors ----

    private static readonly Expr s_singular = Tensor.Of(new double[,] { { 1, 2 }, { 2, 4 } });

    private static readonly Dictionary<string, (string Member, Func<Expr, Expr> Call)> s_failing = new()
    {
        ["inverse"] = ("Inverse", Expr.Inverse),
        ["inverse, forward"] = ("Inverse", x => Ad.Jvp(Expr.Inverse, x, x).Tangent),
        ["inverse, reverse"] = ("Inverse", x => Ad.Grad(y => Expr.Sum(Expr.Inverse(y)), x)),
        ["solve"] = ("Solve", x => Expr.Solve(x, Expr.Ones([2]))),
        ["triangular"] = ("TriangularSolve", x => Expr.TriangularSolve(x - 1, Expr.Ones([2]))),
        ["Cholesky"] = ("Cholesky", Expr.Cholesky),
        ["LogDet"] = ("LogDet", Expr.LogDet),
        ["LogDet, reverse"] = ("LogDet", x => Ad.Grad(Expr.LogDet, x)),
        ["SlogDet, reverse"] = ("SlogDet", x => Ad.Grad(y => Expr.SlogDet(y).LogAbs, x)),
        ["SlogDet, forward"] = ("SlogDet", x => Ad.Jvp(y => Expr.SlogDet(y).LogAbs, x, x).Tangent),
        ["SlogDet, a Jacobian forward"] = ("SlogDet", x => Ad.JacobianForward(y => Expr.SlogDet(y).LogAbs, x)),
        ["SlogDet, a Jacobian"] = ("SlogDet", x => Ad.Jacobian(y => Expr.SlogDet(y).LogAbs, x)),
        ["SlogDet, second order"] = ("SlogDet", x => Ad.Hessian(y => Expr.SlogDet(y).LogAbs, x)),
        ["Root"] = ("Root", x => Ad.Root(y => Expr.MatMul(x, y) - 1, Expr.Ones([2]))),
        ["Root, reverse"] = ("Root", x => Ad.Grad(z => Expr.Sum(Ad.Root(y => Expr.MatMul(z, y), Expr.Zeros([2]))), x)),
        ["Fix, reverse"] = ("Fix", x => Ad.Grad(z => Expr.Sum(Ad.Fix(y => y + Expr.MatMul(z, y), Expr.Zeros([2]))), x)),
    };

    public static TheoryData<string> Failing => [.. s_failing.Keys];

    [Theory, MemberData(nameof(Failing))]
    public void An_error_begins_with_the_member_that_was_called(string name)
    {
        var (member, call) = s_failing[name];
        foreach (var run in (Func<Expr>[])[() => call(s_singular), () => Ad.Compile(call).Run(s_singular), () => Graph.Trace(x => [call(x[0])], [s_singular.Type]).Evaluate(s_singular.Value)[0],
            () => Ad.Cond(Expr.Variable("p", Tensor.Scalar(true)), () => call(s_singular), () => call(Expr.Eye(2)))])
        {
            var error = Assert.ThrowsAny<AutodiffException>(() => run().Value);
            Assert.StartsWith(member + ": ", error.Message, StringComparison.Ordinal);
            Assert.Equal(member, error.Op);
        }
    }

    [Theory, MemberData(nameof(Failing))]
    public void In_a_batch_it_is_NaN(string name)
    {
        var (member, call) = s_failing[name];
        Expr good = Tensor.Of(new double[,] { { 0.75, 0.25 }, { 0.25, -0.5 } }), fine = member is "Cholesky" or "LogDet" ? Expr.MatMul(good, good) : good;
        var all = Ad.Vmap(call, Expr.Stack([s_singular, fine]));
        Assert.Contains(double.NaN, Expr.Ravel(all[0]).Value.ToArray<double>());
        Assert.DoesNotContain(double.NaN, Expr.Ravel(all[1]).Value.ToArray<double>());
        if (name is "inverse" or "LogDet" or "Cholesky" or "solve")
            Assert.DoesNotContain(double.NaN, Expr.Ravel(Ad.Grad(x => Expr.Sum(Ad.Vmap(call, x)[1]), Expr.Stack([s_singular, fine]))[1]).Value.ToArray<double>());
    }

    [Fact]
    public void A_matrix_that_nobody_looks_at_gives_nothing_to_what_is_shared()
    {
        Expr all = Expr.Stack([s_singular, Expr.Eye(2)]);
        foreach (var f in (Func<Expr, Expr>[])[x => Expr.Solve(x, Expr.Ones([2]))[0], x => Expr.Inverse(x)[0, 0], x => Expr.SlogDet(x).LogAbs, x => Expr.LogDet(x), x => Expr.TriangularSolve(x - x, Expr.Ones([2]))[0]])
            Assert.Equal(0, (double)Ad.Grad(w => Expr.Sum(Expr.Where(Expr.Zeros([2], DType.Bool), Ad.Vmap(x => f(x * w), all), 0)), 1.0));
    }
}
