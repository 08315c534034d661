using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>A branch as a value is the <c>if</c> that it stands for, and so is every derivative of it; over a batch each element takes its own.</summary>
public sealed class CondLaws(ITestOutputHelper output)
{
    private void Same(int cases, FsCheck.Arbitrary<Program> bodies, Func<Func<Expr[], Expr[]>, Expr[], IEnumerable<Expr>> of, double tolerance = 1e-8) =>
        Law.Holds(output, cases, bodies, body =>
        {
            if (!body.IsTame)
                return "";
            var branches = new Branched(body);
            var expected = of(branches.Host, body.At).ToArray();
            return ((string, Func<Expr[], Expr[]>)[])[("Cond", branches.Cond), ("closures", branches.Closures), ("Switch", branches.Switch)] is var all
                ? all.SelectMany(way => of(way.Item2, body.At).Zip(expected, (a, b) => Close.Agree(way.Item1, a.Value, b.Value, tolerance))).FirstOrDefault(wrong => wrong is not null)
                : null;
        });

    [Fact]
    public void Its_value_is_that_of_the_branch() => Same(200, Programs.Plain, (f, x) => f(x));

    [Fact]
    public void At_variables_it_is_the_same() => Same(200, Programs.Plain, (f, x) => f([.. x.Select((input, i) => Expr.Variable($"x{i}", input.Value))]));

    [Fact]
    public void Its_gradient_is_that_of_the_branch() => Same(200, Programs.Plain, (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(f(i)), x));

    [Fact]
    public void Its_gradient_at_variables() => Same(150, Programs.Plain, (f, x) =>
    {
        Expr[] variables = [.. x.Select((input, i) => Expr.Variable($"x{i}", input.Value))];
        var map = Ad.Gradients(Looped.Loss(f(variables)));
        return variables.Select(variable => map[variable]);
    });

    [Fact]
    public void Its_tangent_is_that_of_the_branch() => Same(200, Programs.Plain, (f, x) => Ad.Jvp<Expr[], Expr[]>(f, x, Direction(x)).Tangent);

    [Fact]
    public void Branches_with_transforms_inside() => Same(100, Programs.Nested, (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(f(i)), x), 1e-7);

    [Fact]
    public void The_second_derivative_reverse_over_reverse() => Same(100, Programs.Small, (f, x) => Ad.Grad<Expr[]>(i => Along(Ad.Grad<Expr[]>(k => Looped.Loss(f(k)), i)), x), 1e-7);

    [Fact]
    public void The_second_derivative_forward_over_reverse() => Same(100, Programs.Small, (f, x) => Ad.Jvp<Expr[], Expr[]>(i => Ad.Grad<Expr[]>(k => Looped.Loss(f(k)), i), x, Direction(x)).Tangent, 1e-7);

    [Fact]
    public void The_second_derivative_reverse_over_forward() => Same(100, Programs.Small, (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(Ad.Jvp<Expr[], Expr[]>(f, i, Direction(x)).Tangent), x), 1e-7);

    [Fact]
    public void The_linear_map_at_a_point() => Same(100, Programs.Small, (f, x) => Ad.Linearize<Expr[], Expr[]>(f, x).Pushforward(Direction(x)));

    [Fact]
    public void Over_a_batch_each_element_takes_its_own_branch() => Batches(100, (f, x) => f(x));

    [Fact]
    public void A_batch_of_gradients() => Batches(100, (f, x) => Ad.Grad<Expr[]>(i => Looped.Loss(f(i)), x));

    private void Batches(int cases, Func<Func<Expr[], Expr[]>, Expr[], Expr[]> of) => Law.Holds(output, cases, Programs.Small, body =>
    {
        if (!body.IsTame)
            return "";
        var branches = new Branched(body);
        bool[] batched = [.. body.Inputs.Select((_, i) => (body.Count + i) % 3 != 0)];
        Expr[][] rows = [.. Enumerable.Range(0, 3).Select(row => (Expr[])[.. body.At.Select((x, i) => batched[i] ? x * (1 - row) : x)])];
        Expr[][] each = [.. rows.Select(row => of(branches.Host, row))];
        if (!each.SelectMany(row => row).All(node => node.Value.ToArray<double>().All(e => Math.Abs(e) < 1e4)))
            return "";
        return ((Func<Expr[], Expr[]>[])[branches.Cond, branches.Closures, branches.Switch]).SelectMany(way =>
            Graph.Trace(x => [.. of(way, [.. x])], [.. body.Inputs.Select(x => x.Type)])
                .Batch([.. body.At.Select((x, i) => batched[i] ? Expr.Stack(rows.Select(row => row[i])) : x)], [.. batched], 3)
                .Select((result, k) => Close.Agree($"output {k}", result.Value, Expr.Stack(each.Select(row => row[k])).Value, 1e-8))).FirstOrDefault(wrong => wrong is not null);
    }, atMost: 0.5);

    private static Expr[] Direction(Expr[] x) => [.. x.Select((input, i) => (Expr)Directions.Of(input.Shape, i))];

    private static Expr Along(Expr[] gradient) => gradient.Select((g, i) => Expr.Sum(g * Directions.Of(g.Shape, i))).Aggregate((a, b) => a + b);
}
