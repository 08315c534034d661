using FsCheck;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>vmap f = map f for random programs, nested, around and inside all other transforms, at constants and at variables, on many threads.</summary>
public sealed class VmapLaws(ITestOutputHelper output)
{
    /// <summary>A program at several points, and which of its inputs differ between them.</summary>
    private sealed record Batch(Program Program, ImmutableArray<ImmutableArray<Tensor>> Points, int?[] InAxes, int OutAxis)
    {
        /// <summary>Points near the program's own: smooth there, mostly. Drawn from the program itself, so that a smaller one has its own.</summary>
        public static Batch Of(Program program, int size = 3)
        {
            var random = new Random(program.ToString().Length);
            int always = random.Next(program.Inputs.Length);
            int?[] axes = [.. program.Inputs.Select((input, i) => i == always || random.Next(3) > 0 ? random.Next(-input.Rank - 1, input.Rank + 1) : (int?)null)];
            return new(program, [.. Enumerable.Range(0, size).Select(k => (ImmutableArray<Tensor>)[.. program.Inputs.Select((input, i) =>
                axes[i] is null ? input : (input + 0.05 * (Expr)Directions.Of(input.Shape, 31 * k + i)).Value)])], axes, random.Next(-program.Shape.Rank - 1, program.Shape.Rank + 1));
        }

        public bool IsTame => Points.All(point => (Program with { Inputs = point }).IsTame);

        public Expr[] At => [.. InAxes.Select((axis, i) => axis is { } to ? Expr.Stack(Points.Select(point => (Expr)point[i]), to) : Points[0][i])];

        public BatchAxes In => BatchAxes.Of(InAxes);

        public IEnumerable<Expr[]> Elements => Points.Select(point => point.Constants());

        public override string ToString() => $"{Program}// at {Points.Length} points, in axes {In}, out axis {OutAxis}";
    }

    private static string? Agree(string what, IEnumerable<Expr> expected, Expr actual, int axis) =>
        Close.Agree(what, Expr.Stack(expected, axis).Value, actual.Value, 1e-8);

    private static string? Agree(string what, IEnumerable<Expr[]> expected, Expr[] actual) =>
        actual.Select((leaf, i) => Agree($"{what} in input {i}", expected.Select(each => each[i]), leaf, 0)).FirstOrDefault(wrong => wrong is not null);

    private void Holds(int cases, Arbitrary<Program> programs, Func<Batch, string?> violation, int size = 3, double atMost = 0.1) => Law.Holds(output, cases, programs, p =>
        Batch.Of(p, size) is { IsTame: true } batch ? violation(batch) : "", atMost);

    [Fact]
    public void It_is_the_loop() => Holds(300, Programs.Plain, b => Agree("value", b.Elements.Select(b.Program.Run), Ad.Vmap<Expr[], Expr>(b.Program.Run, b.At, b.In, b.OutAxis), b.OutAxis));

    [Fact]
    public void It_is_the_loop_for_programs_of_transforms() => Holds(250, Programs.Nested, b => Agree("value", b.Elements.Select(b.Program.Run), Ad.Vmap<Expr[], Expr>(b.Program.Run, b.At, b.In, b.OutAxis), b.OutAxis));

    [Fact]
    public void It_is_the_loop_at_variables() => Holds(150, Programs.Nested, b =>
    {
        Expr[] variables = [.. b.At.Select((x, i) => Expr.Variable($"x{i}", x.Value))];
        var batched = Ad.Vmap<Expr[], Expr>(b.Program.Run, variables, b.In, b.OutAxis);
        return Agree("value", b.Elements.Select(b.Program.Run), batched, b.OutAxis)
            ?? (KahnOrder.From(batched).Any(visit => visit.Op is Placeholder) ? "a parameter of the trace is left" : null);
    });

    [Fact]
    public void It_commutes_with_grad() => Holds(200, Programs.Plain, b =>
    {
        Func<Expr[], Expr[]> gradient = Ad.Grad<Expr[]>(b.Program.Loss);
        var inside = Ad.Vmap(gradient, b.At, b.In);
        var outside = Ad.Grad<Expr[]>(x => Expr.Sum(Ad.Vmap<Expr[], Expr>(b.Program.Loss, x, b.In)), b.At);
        return Agree("the loop's gradient", b.Elements.Select(gradient), inside) ?? b.InAxes.Select((axis, i) => axis is { } at
            ? Close.Agree($"gradient in input {i}, inside and outside", Expr.MoveAxis(inside[i], 0, at).Value, outside[i].Value, 1e-8)
            : Close.Agree($"gradient in shared input {i}, summed inside and outside", Expr.Sum(inside[i], 0).Value, outside[i].Value, 1e-8)).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void It_commutes_with_forward_mode() => Holds(200, Programs.Plain, b =>
    {
        Expr[] tangents = [.. b.At.Select((x, i) => (Expr)Directions.Of(x.Shape, i))];
        var outside = Ad.Jvp<Expr[], Expr>(x => Ad.Vmap<Expr[], Expr>(b.Program.Run, x, b.In, b.OutAxis), b.At, tangents).Tangent;
        var inside = Ad.Vmap<(Expr[], Expr[]), Expr>(p => Ad.Jvp<Expr[], Expr>(b.Program.Run, p.Item1, p.Item2).Tangent, (b.At, tangents), BatchAxes.Of([.. b.InAxes, .. b.InAxes]), b.OutAxis);
        return Close.Agree("tangent, inside and outside", inside.Value, outside.Value, 1e-8);
    });

    [Fact]
    public void Nested_it_is_nested_loops() => Holds(150, Programs.Small, b =>
    {
        if (b.InAxes.Length == 1)
            return "";
        // Every pair of points: the inner batch in the first input, the outer in all others.
        Expr[] at = [.. Enumerable.Range(0, b.InAxes.Length).Select(i => Expr.Stack(b.Points.Select(point => (Expr)point[i])))];
        var table = Ad.Vmap<Expr[], Expr>(others => Ad.Vmap(first => b.Program.Run([first, .. others[1..]]), at[0], outAxes: -1), at, BatchAxes.By(path => path == "[0]" ? null : 0));
        var loops = b.Points.Select(outer => Expr.Stack(b.Points.Select(inner => b.Program.Run([inner[0], .. outer[1..].Constants()])), -1));
        return Agree("table", loops, table, 0);
    }, size: 2, atMost: 0.5);

    [Fact]
    public void Jacobians_Hessians_and_linear_maps_hold_in_it() => Holds(100, Programs.Small, b =>
    {
        Expr[] at = [.. Enumerable.Range(0, b.InAxes.Length).Select(i => Expr.Stack(b.Points.Select(point => (Expr)point[i])))];
        Expr[] direction = b.Program.Tangents().Constants();
        (string, Func<Expr[], Expr[]>)[] transforms =
        [
            ("Jacobian forward", x => Ad.JacobianForward(b.Program.Run, x)),
            ("Jacobian reverse", x => Ad.JacobianReverse(b.Program.Run, x)),
            ("Hessian", x => Ad.Hessian<Expr[]>(b.Program.Loss, x) is var h ? [.. x.SelectMany((_, i) => h[p => p[i]])] : []),
            ("Hessian times vector", x => Ad.HessianVectorProduct<Expr[]>(b.Program.Loss, x, direction)),
            ("linear map", x => [Ad.Linearize<Expr[], Expr>(b.Program.Run, x).Pushforward(direction)]),
            ("pullback", x => Ad.Vjp<Expr[], Expr>(b.Program.Run, x).Pullback(Directions.Of(b.Program.Shape, 5))),
        ];
        return transforms.Select(t => Agree(t.Item1, b.Elements.Select(t.Item2), Ad.Vmap(t.Item2, at))).FirstOrDefault(wrong => wrong is not null);
    }, size: 2);

    [Fact]
    public void A_batch_of_any_size() => Holds(100, Programs.Plain, b =>
    {
        Expr[] none = [.. b.Program.Inputs.Select(input => Expr.Zeros(input.Shape.Insert(0, 0)))], one = [.. b.Program.Inputs.Select(input => ((Expr)input).ExpandDims(0))];
        return Ad.Vmap<Expr[], Expr>(b.Program.Run, none) is var empty && empty.Shape != b.Program.Shape.Insert(0, 0) ? $"of no elements: {empty.Shape}"
            : Agree("of one element", [b.Program.Run(b.Program.At)], Ad.Vmap<Expr[], Expr>(b.Program.Run, one), 0);
    });

    [Fact]
    public void On_64_threads_at_once() => Holds(15, Programs.Nested, b =>
    {
        var expected = Ad.Vmap<Expr[], Expr>(b.Program.Run, b.At, b.In, b.OutAxis).Value;
        Expr[] shared = [.. b.At.Select((x, i) => Expr.Variable($"x{i}", x.Value))];
        var wrong = new ConcurrentBag<string>();
        using var together = new Barrier(64);
        Thread[] threads = [.. Enumerable.Range(0, 64).Select(i => new Thread(() =>
        {
            together.SignalAndWait();
            try
            {
                if (!Ad.Vmap<Expr[], Expr>(b.Program.Run, i % 2 == 0 ? b.At : shared, b.In, b.OutAxis).Value.Equals(expected))
                    wrong.Add($"thread {i} got something else");
            }
#pragma warning disable CA1031 // it is told below
            catch (Exception exception)
#pragma warning restore CA1031
            {
                wrong.Add(exception.ToString());
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return wrong.FirstOrDefault();
    });
}
