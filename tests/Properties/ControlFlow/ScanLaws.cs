using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>A scan is the loop that it stands for, and so is every derivative of it, over random bodies of 0 to 3 steps.</summary>
public sealed class ScanLaws(ITestOutputHelper output)
{
    private void Same(int cases, FsCheck.Arbitrary<Program> bodies, string what, Func<Func<Expr[], Expr[]>, Expr[], IEnumerable<Expr>> of, double tolerance = 1e-8) =>
        Law.Holds(output, cases, bodies, body =>
        {
            var loop = Looped.Of(body);
            var unrolled = of(loop.Unroll, body.At);
            if (!body.IsTame || !unrolled.All(node => node.Value.ToArray<double>().All(e => Math.Abs(e) < 1e4)))
                return "";
            return of(loop.Scan, body.At).Zip(unrolled, (a, b) => Close.Agree($"{what} of {loop}", a.Value, b.Value, tolerance)).FirstOrDefault(wrong => wrong is not null);
        }, atMost: 0.5);

    [Fact]
    public void Its_value_is_the_folds() => Same(400, Programs.Plain, "value", (f, x) => f(x));

    [Fact]
    public void Traced_first_it_is_the_same() => Same(200, Programs.Plain, "value", (f, x) =>
        Graph.Trace(inputs => [.. f([.. inputs])], [.. x.Select(input => input.Type)]).Evaluate([.. x.Select(input => input.Value)]).Select(Expr.Constant));

    [Fact]
    public void Its_gradient_is_the_unrolled_one() => Same(300, Programs.Plain, "gradient", (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(f(i)), x));

    [Fact]
    public void Its_tangent_is_the_unrolled_one() => Same(300, Programs.Plain, "tangent", (f, x) => Ad.Jvp<Expr[], Expr[]>(f, x, [.. x.Select((input, i) => (Expr)Directions.Of(input.Shape, i))]).Tangent);

    [Fact]
    public void So_is_the_gradient_of_its_last_carry_alone() => Same(150, Programs.Plain, "gradient", (f, x) => Ad.Grad<Expr[]>(i => Program.Scalar(f(i)[0]), x));

    [Fact]
    public void So_is_the_gradient_of_its_outputs_alone() => Same(150, Programs.Plain, "gradient", (f, x) => Ad.Grad<Expr[]>(i => Program.Scalar(f(i)[1]), x));

    [Fact]
    public void So_is_the_gradient_in_one_input() => Same(150, Programs.Plain, "gradient", (f, x) => [Ad.Grad(last => Looped.Loss(f([.. x[..^1], last])), x[^1])]);

    [Fact]
    public void So_is_the_gradient_of_a_graph_at_hand() => Same(150, Programs.Small, "gradient", (f, x) =>
    {
        Expr[] variables = [.. x.Select((input, i) => Expr.Variable($"x{i}", input.Value))];
        var map = Ad.Gradients(Looped.Loss(f(variables)));
        return variables.Select(variable => map[variable]);
    });

    [Fact]
    public void Bodies_with_transforms_inside() => Same(150, Programs.Nested, "gradient", (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(f(i)), x), 1e-7);

    [Fact]
    public void The_second_derivative_reverse_over_reverse() => Same(120, Programs.Small, "second derivative", (f, x) =>
        Ad.Grad<Expr[]>(i => Along(Ad.Grad<Expr[]>(k => Looped.Loss(f(k)), i)), x), 1e-7);

    [Fact]
    public void The_second_derivative_forward_over_reverse() => Same(120, Programs.Small, "second derivative", (f, x) =>
        Ad.Jvp<Expr[], Expr[]>(i => Ad.Grad<Expr[]>(k => Looped.Loss(f(k)), i), x, Direction(x)).Tangent, 1e-7);

    [Fact]
    public void The_second_derivative_reverse_over_forward() => Same(120, Programs.Small, "second derivative", (f, x) =>
        Ad.Grad<Expr[]>(i => Looped.Loss(Ad.Jvp<Expr[], Expr[]>(f, i, Direction(x)).Tangent), x), 1e-7);

    [Fact]
    public void The_linear_map_at_a_point() => Same(100, Programs.Small, "linear map", (f, x) => Ad.Linearize<Expr[], Expr[]>(f, x).Pushforward(Direction(x)));

    [Fact]
    public void A_batch_is_a_loop_of_scans() => Batches(150, (f, x) => f(x));

    [Fact]
    public void A_batch_of_gradients_is_a_loop_of_them() => Batches(100, (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(f(i)), x));

    private void Batches(int cases, Func<Func<Expr[], Expr[]>, Expr[], Expr[]> of) => Law.Holds(output, cases, Programs.Small, body =>
    {
        var loop = Looped.Of(body);
        bool[] batched = [.. body.Inputs.Select((_, i) => (body.Count + i) % 3 != 0)];
        Expr[][] rows = [.. Enumerable.Range(0, 3).Select(row => (Expr[])[.. body.At.Select((x, i) => batched[i] ? x * (1 - 0.1 * row) : x)])];
        Expr[][] each = [.. rows.Select(row => of(loop.Unroll, row))];
        if (!body.IsTame || !each.SelectMany(row => row).All(node => node.Value.ToArray<double>().All(e => Math.Abs(e) < 1e4)))
            return "";
        var together = Graph.Trace(x => [.. of(loop.Scan, [.. x])], [.. body.Inputs.Select(x => x.Type)])
            .Batch([.. body.At.Select((x, i) => batched[i] ? Expr.Stack(rows.Select(row => row[i])) : x)], [.. batched], 3);
        return together.Select((result, k) => Close.Agree($"output {k} of a batch of {loop}", result.Value, Expr.Stack(each.Select(row => row[k])).Value, 1e-8)).FirstOrDefault(wrong => wrong is not null);
    }, atMost: 0.5);

    private static Expr[] Direction(Expr[] x) => [.. x.Select((input, i) => (Expr)Directions.Of(input.Shape, i))];

    private static Expr Along(Expr[] gradient) => gradient.Select((g, i) => Expr.Sum(g * Directions.Of(g.Shape, i))).Aggregate((a, b) => a + b);
}
