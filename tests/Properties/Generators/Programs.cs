using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.Properties;

/// <summary>Random programs, drawn and made smaller.</summary>
public static class Programs
{
    private const double Largest = 8, Kink = 0.02;

    /// <summary>Programs without transforms.</summary>
    public static Arbitrary<Program> Plain { get; } = All(depth: 0, steps: 12);

    /// <summary>Small programs without transforms, for laws whose cost grows fast.</summary>
    public static Arbitrary<Program> Small { get; } = All(depth: 0, steps: 6);

    /// <summary>Programs with grad, jvp, vjp, linearize, vmap, checkpoint, cond and scan nested in one another, closing over outer values.</summary>
    public static Arbitrary<Program> Nested { get; } = All(depth: 3, steps: 4);

    private static Arbitrary<Program> All(int depth, int steps) => Arb.From(
        Gen.Choose(int.MinValue, int.MaxValue).Select(seed => Of(new Random(seed), depth, steps)), Smaller);

    /// <summary>A program, at a point where it is smooth and moderate.</summary>
    public static Program Of(Random random, int depth, int steps)
    {
        var inputs = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Point(random, Shape(random))).ToImmutableArray();
        return Extend(random, inputs, depth, 1 + random.Next(2 * steps), mustDifferentiate: depth > 0);
    }

    private static Shape Shape(Random random) => Functional.Shape.Of([.. Enumerable.Range(0, random.Next(4)).Select(_ => 1 + random.Next(3))]);

    private static Tensor Point(Random random, Shape shape) =>
        Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => Math.Round(4 * random.NextDouble() - 2, 2))], shape);

    private static Program Extend(Random random, ImmutableArray<Tensor> inputs, int depth, int count, bool mustDifferentiate) =>
        Extend(new(random, [.. inputs]), Vocabulary.Kinds, depth, count, mustDifferentiate, Kink);

    /// <summary>A program of some kinds of steps at given inputs.</summary>
    /// <param name="draw">The inputs and the dice.</param>
    /// <param name="kinds">What steps are drawn from.</param>
    /// <param name="depth">How deep transforms are nested.</param>
    /// <param name="count">The number of steps.</param>
    /// <param name="mustDifferentiate">Must one of them be a transform?</param>
    /// <param name="kink">How near a kink may be.</param>
    internal static Program Extend(Draw draw, ImmutableArray<Kind> kinds, int depth, int count, bool mustDifferentiate = false, double kink = 0)
    {
        var (random, values) = (draw.Random, draw.Values);
        ImmutableArray<Tensor> inputs = [.. values];
        var steps = ImmutableArray.CreateBuilder<Step>();
        for (int tries = 0; steps.Count < count && tries < 20 * count; tries++)
        {
            bool last = steps.Count == count - 1 && !steps.Any(s => s.Inner is not null);
            var step = depth > 0 && (random.Next(3) == 0 || (last && mustDifferentiate))
                ? Transform(draw, depth)
                : kinds[random.Next(kinds.Length)].Make(draw);
            if (step is null || (kink > 0 && step.Margin([.. step.Operands.Select(o => values[o])]) < kink))
                continue;
            var value = step.Apply([.. step.Operands.Select(o => (Expr)values[o])]).Value;
            if (!value.ToArray<double>().All(e => Math.Abs(e) < Largest))
                continue;
            steps.Add(step);
            draw.Add(step, value);
        }
        return new Program(inputs, steps.ToImmutable()).Pruned() is { Count: > 0 } program && program.Steps.Length > 0
            ? program
            : new(inputs, [Vocabulary.Made("Sin", draw, [0], v => Expr.Sin(v[0]), "Expr.Sin({0})")!]);
    }

    /// <summary>A transform of an inner function, which closes over outer values.</summary>
    private static Step? Transform(Draw draw, int depth)
    {
        var random = draw.Random;
        var mode = (Mode)random.Next(Enum.GetValues<Mode>().Length);
        int at = mode == Mode.Vmap ? draw.Where(s => s.Rank > 0 && s.Size <= 9) : draw.Where(s => s.Size <= 4);
        if (at < 0)
            return null;
        var first = mode == Mode.Vmap ? ((Expr)draw.Values[at])[0].Value : draw.Values[at];
        int rows = mode == Mode.Scan ? draw.Where(s => s.Rank > 0 && s.Size <= 9) : at;
        if (rows < 0)
            return null;
        int[] captured = [.. Enumerable.Range(0, 1 + random.Next(2)).Select(_ => draw.Where(s => s.Size <= 9)).Where(c => c >= 0)];
        var body = Extend(random, [first, .. mode == Mode.Scan ? [((Expr)draw.Values[rows])[0].Value] : ImmutableArray<Tensor>.Empty, .. captured.Select(c => draw.Values[c])], depth - 1 - random.Next(4) / 3, 1 + random.Next(4), mustDifferentiate: depth > 1 && random.Next(4) > 0);
        if (body.Shape.Size > 9)
            return null;
        int direction = mode switch
        {
            Mode.Grad or Mode.Vmap or Mode.Checkpoint => at,
            Mode.Scan => rows,
            Mode.Cond => draw.Any(),
            Mode.Jvp or Mode.Linearize => draw.Where(s => s == draw[at]),
            _ => draw.Where(s => s == body.Shape),
        };
        if (direction < 0)
            (mode, direction) = (Mode.Grad, at);
        var inner = new Inner(mode, body);
        ImmutableArray<int> operands = inner.Own == 1 ? [at, .. captured] : [at, direction, .. captured];
        var shape = mode switch
        {
            Mode.Jvp or Mode.Linearize or Mode.Checkpoint or Mode.Cond => body.Shape,
            Mode.Vmap => body.Shape.Insert(0, draw[at][0]),
            _ => draw[at],
        };
        return shape.Rank > 3 ? null : new($"{mode}", operands, shape, inner.Apply, _ => "") { Inner = inner, Margin = inner.Margin };
    }

    // ---- making smaller ----

    /// <summary>Programs that are a little simpler, with shapes that still fit.</summary>
    public static IEnumerable<Program> Smaller(Program program) => (program.OverFewerRows?.Invoke() ?? []).Concat(Simpler(program with { OverFewerRows = null }));

    private static IEnumerable<Program> Simpler(Program program)
    {
        int inputs = program.Inputs.Length;
        for (int value = inputs; value < program.Count - 1; value++)
            yield return program.Up(value);
        foreach (int value in Enumerable.Range(inputs, program.Steps.Length).Reverse())
        {
            var step = program.Steps[value - inputs];
            foreach (int by in step.Operands.Concat(Enumerable.Range(0, inputs)).Distinct().Where(o => program.ShapeOf(o) == step.Shape))
                if (value < program.Count - 1)
                    yield return program.Replace(value, by);
                else if (by >= inputs)
                    yield return program.Up(by);
            if (step.Inner is { } inner)
                foreach (var body in Smaller(inner.Body).Where(b => b.Shape == inner.Body.Shape && b.Steps.Length > 0))
                {
                    var smaller = inner with { Body = body };
                    yield return program with { Steps = program.Steps.SetItem(value - inputs, step with { Inner = smaller, Apply = smaller.Apply, Margin = smaller.Margin }) };
                }
        }
        for (int i = 0; i < inputs; i++)
            foreach (double simple in (double[])[0.5, 1])
                if (program.Inputs[i].ToArray<double>().Any(e => e != simple && e != 0.5))
                    yield return program with { Inputs = program.Inputs.SetItem(i, Tensor.Full(program.Inputs[i].Shape, simple)) };
    }
}
