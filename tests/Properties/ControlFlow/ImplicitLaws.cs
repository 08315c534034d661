using Xunit;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>A fixed point is the limit of the iteration, and so are its derivatives; a root is where the function is 0, with the derivatives of the closed form.</summary>
public sealed class ImplicitLaws
{
    private static Expr Contraction(Expr x, Expr a, Expr b) => 0.4 * Expr.Tanh(Expr.MatMul(a, x)) + 0.1 * x * Expr.Sin(b) + b;

    private static Expr Limit((Expr A, Expr B) p) => Ad.ForLoop(80, (_, x) => Contraction(x, p.A, p.B), Expr.Zeros([3]));

    private static Expr Fixed((Expr A, Expr B) p) => Ad.Fix(x => Contraction(x, p.A, p.B), Expr.Zeros([3]));

    private static (Expr A, Expr B) Point(int seed) => (0.5 * (Expr)Directions.Of(Shape.Of(3, 3), seed), Directions.Of(Shape.Of(3), seed + 100));

    private static void Same(Expr expected, Expr actual, double tolerance = 1e-9) => Assert.Null(Close.Agree("", expected.Value, actual.Value, tolerance));

    private static void Same((Expr A, Expr B) expected, (Expr A, Expr B) actual)
    {
        Same(expected.A, actual.A);
        Same(expected.B, actual.B);
    }

    private static Expr Loss(Expr x) => Expr.Sum(Expr.Sin(x) * Tensor.Of([1.0, -2, 0.5]));

    [Sampled(20)]
    public void A_fixed_point_is_the_limit(int seed)
    {
        var p = Point(seed & 0xFFFF);
        Same(Limit(p), Fixed(p));
        Same(Ad.Grad(q => Loss(Limit(q)), p), Ad.Grad(q => Loss(Fixed(q)), p));
        Same(Ad.Jvp(Limit, p, Point(7)).Tangent, Ad.Jvp(Fixed, p, Point(7)).Tangent);
    }

    [Sampled(10)]
    public void So_is_its_second_derivative(int seed)
    {
        var p = Point(seed & 0xFFFF);
        Same(Ad.HessianVectorProduct(q => Loss(Limit(q)), p, Point(7)), Ad.HessianVectorProduct(q => Loss(Fixed(q)), p, Point(7)));
        Same(Ad.Grad(r => Loss(Ad.Grad(q => Loss(Limit(q)), r).B), p), Ad.Grad(r => Loss(Ad.Grad(q => Loss(Fixed(q)), r).B), p));
    }

    [Fact]
    public void A_batch_is_a_loop()
    {
        (Expr A, Expr B)[] points = [.. Enumerable.Range(1, 4).Select(Point)];
        foreach (bool both in (bool[])[true, false])
            foreach (var f in (Func<(Expr A, Expr B), Expr>[])[Fixed, q => Ad.Grad(r => Loss(Fixed(r)), q).B, q => Ad.Grad(r => Loss(Fixed(r)), q).A])
            {
                var batch = Graph.Trace(x => [f((x[0], x[1]))], [points[0].A.Type, points[0].B.Type])
                    .Batch([both ? Expr.Stack(points.Select(p => p.A)) : points[0].A, Expr.Stack(points.Select(p => p.B))], [both, true], 4)[0];
                Same(Expr.Stack(points.Select(p => f((both ? p.A : points[0].A, p.B)))), batch);
            }
    }

    [Fact]
    public void The_derivative_of_a_batch_is_a_batch_of_derivatives()
    {
        (Expr A, Expr B)[] points = [.. Enumerable.Range(1, 3).Select(Point)];
        Expr OfBatch(Expr b) => Expr.Sum(Expr.Sin(Graph.Trace(x => [Fixed((x[0], x[1]))], [points[0].A.Type, points[0].B.Type])
            .Batch([Expr.Stack(points.Select(p => p.A)), b], [true, true], 3)[0]));
        Same(Expr.Stack(points.Select(p => Ad.Grad(b => Expr.Sum(Expr.Sin(Fixed((p.A, b)))), p.B))), Ad.Grad(OfBatch, Expr.Stack(points.Select(p => p.B))));
    }

    [Fact]
    public void Many_unknowns_are_solved_by_iteration()
    {
        Expr b = Directions.Of(Shape.Of(200), 1);
        // x = tanh(x)/2 + b entry by entry: dx/db = 1 / (1 − (1 − tanh²x)/2).
        var x = Ad.Fix(v => 0.5 * Expr.Tanh(v) + b, b);
        var slope = 1 / (1 - 0.5 * (1 - Expr.Square(Expr.Tanh(x))));
        Same(slope, Ad.Grad(at => Expr.Sum(Ad.Fix(v => 0.5 * Expr.Tanh(v) + at, at)), b));
        Same(slope, Ad.Jvp(at => Ad.Fix(v => 0.5 * Expr.Tanh(v) + at, at), b, Expr.OnesLike(b)).Tangent);
    }

    [Fact]
    public void A_structure_is_solved_for_as_a_whole()
    {
        // x = y/2 + a, y = sin(x)/2
        var (x, y) = Ad.Fix(p => (0.5 * p.Item2 + 1.0, 0.5 * Expr.Sin(p.Item1)), (Expr.Scalar(0.0), Expr.Scalar(0.0)));
        Same(0.5 * y + 1.0, x);
        Same(0.5 * Expr.Sin(x), y);
        var gradient = Ad.Grad(a => Ad.Fix(p => (0.5 * p.Item2 + a, 0.5 * Expr.Sin(p.Item1)), (Expr.Scalar(0.0), Expr.Scalar(0.0))).Item2, 1.0);
        // y' = cos(x)/2·x', x' = y'/2 + 1
        Same(0.5 * Expr.Cos(x) / (1 - 0.25 * Expr.Cos(x)), gradient);
    }

    [Theory, InlineData(0.3), InlineData(2.0), InlineData(50.0)]
    public void A_cube_root_and_its_derivatives(double a)
    {
        Func<Expr, Expr> root = at => Ad.Root(x => x * x * x - at, 1.0), closed = Expr.Cbrt;
        for (int order = 0; order < 4; order++, (root, closed) = (Ad.Grad(root), Ad.Grad(closed)))
            Same(closed(a), root(a));
        Same(Ad.Jvp(Expr.Cbrt, a, 1.0).Tangent, Ad.Jvp(at => Ad.Root(x => x * x * x - at, 1.0), a, 1.0).Tangent);
    }

    [Fact]
    public void A_system_and_its_jacobian()
    {
        // x² + y² = a, x − y = b, with x > 0: x = (b + √(2a − b²))/2.
        Expr Solved(Expr p) => Ad.Root(v => Expr.Stack([v[0] * v[0] + v[1] * v[1] - p[0], v[0] - v[1] - p[1]]), Tensor.Of([1.0, 0.5]));
        Expr Closed(Expr p) => 0.5 * (p[1] + Expr.Sqrt(2 * p[0] - p[1] * p[1])) is var x ? Expr.Stack([x, x - p[1]]) : p;
        Expr at = Tensor.Of([2.0, 0.3]);
        Same(Closed(at), Solved(at));
        Same(Ad.JacobianReverse(Closed, at), Ad.JacobianReverse(Solved, at));
        Same(Ad.JacobianForward(Closed, at), Ad.JacobianForward(Solved, at));
        Same(Ad.Hessian(p => Expr.Sum(Closed(p)), at), Ad.Hessian(p => Expr.Sum(Solved(p)), at));
    }

    [Fact]
    public void Roots_of_a_batch()
    {
        Expr Root(Expr a) => Ad.Root(x => Expr.Exp(x) - a, 0.0);
        Expr all = Tensor.Of([0.5, 2.0, 30.0]);
        Same(Expr.Log(all), Graph.Trace(a => [Root(a[0])], [new(DType.Float64, Shape.Scalar)]).Batch([all], [true], 3)[0]);
        Same(1 / all, Graph.Trace(a => [Ad.Grad(Root, a[0])], [new(DType.Float64, Shape.Scalar)]).Batch([all], [true], 3)[0]);
        Same(1 / all, Ad.Grad(at => Expr.Sum(Graph.Trace(a => [Root(a[0])], [new(DType.Float64, Shape.Scalar)]).Batch([at], [true], 3)[0]), all));
    }

    [Fact]
    public void Newtons_steps_are_halved_where_they_overshoot() =>
        // The whole step from 3 leads away for ever.
        Assert.Equal(0, (double)Ad.Root(Expr.Atan, 3.0), 1e-12);

    [Fact]
    public void What_does_not_converge_says_how_far_it_came()
    {
        var error = Assert.Throws<ConvergenceException>(() => Ad.Fix(x => 1 - x, 0.2, maxIterations: 20));
        Assert.Equal(20, error.Iterations);
        Assert.True(error.Residual > 1e-3);
        Assert.Contains("after 20 iterations", error.Message, StringComparison.Ordinal);
        Assert.Contains("damp", error.Message, StringComparison.Ordinal);
        Assert.Throws<ConvergenceException>(() => Ad.Fix(x => 2 * x + 1, 1.0));
        Assert.Throws<ConvergenceException>(() => Ad.Root(x => x * x + 1, 0.7));
        Assert.Matches("^Root: expected a value of f that stays .*, at start; got .* from f", Assert.Throws<ShapeException>(() => Ad.Root(x => Expr.Sum(x), Expr.Ones([2]))).Message);
        Assert.Throws<DTypeException>(() => Ad.Fix(x => x, Expr.Constant(Tensor.Of(new[] { 1, 2 }))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ad.Fix(x => x, 1.0, tolerance: 0));
    }
}
