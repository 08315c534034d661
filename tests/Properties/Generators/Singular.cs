using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.Properties;

/// <summary>Random programs at points where roots, logarithms and quotients have no derivative, with ops that select among their entries.</summary>
public static class Singular
{
    private static readonly double[] s_entries = [0, 0, 0, 1, -1, 0.25, 4, 2];

    /// <summary>Programs at singular points.</summary>
    public static Arbitrary<Program> All { get; } = Arb.From(Gen.Choose(int.MinValue, int.MaxValue).Select(seed => Of(new Random(seed))), Smaller);

    /// <summary>Programs of two inputs or three, of which the first is data: no derivative is taken in it, and products with its zeros are constant.</summary>
    public static Arbitrary<Program> WithData { get; } = Arb.From(Gen.Choose(int.MinValue, int.MaxValue).Select(seed => Of(new Random(seed), inputs: 2)), Smaller);

    private static Program Of(Random random, int inputs = 1)
    {
        Shape shape = random.Next(3) == 0 ? Shape.Of(2, 2) : Shape.Of(2 + random.Next(2));
        var point = Enumerable.Range(0, inputs + random.Next(2)).Select(_ => Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => s_entries[random.Next(s_entries.Length)])], shape)).ToImmutableArray();
        var values = new List<Tensor>(point);
        var draw = new Draw(random, values);
        var steps = ImmutableArray.CreateBuilder<Step>();
        int count = 2 + random.Next(7);
        for (int tries = 0; steps.Count < count && tries < 100; tries++)
        {
            if (s_kinds[random.Next(s_kinds.Length)].Make(draw) is not { } step)
                continue;
            var value = step.Apply([.. step.Operands.Select(o => (Expr)values[o])]).Value;
            if (!IsModerate(value))
                continue;
            steps.Add(step);
            draw.Add(step, value);
        }
        return new Program(point, steps.ToImmutable()).Pruned();
    }

    // Points stay as they are: what is singular about them would be lost.
    private static IEnumerable<Program> Smaller(Program program) => Programs.Smaller(program).Where(p => p.Inputs.SequenceEqual(program.Inputs) && p.Steps.Length > 0);

    private static bool IsModerate(Tensor value) => value.ToArray<double>().All(e => !double.IsFinite(e) || e == 0 || Math.Abs(e) is > 1e-9 and < 1e4);

    /// <summary>All finite values at the point are moderate, so that a limit can be seen; and none is what rounding left of a 0, which moves the singular point.</summary>
    public static bool IsModerate(Program program) => program.Values(program.At).All(v => IsModerate(v.Value));

    /// <summary>A scalar that weighs each entry of the value.</summary>
    public static Expr Loss(Program program, Expr[] inputs) => Weighed(program.Run(inputs));

    /// <summary>The sum of the entries, each with a weight of its own.</summary>
    public static Expr Weighed(Expr value) => Expr.Sum(value * Tensor.Of([.. Enumerable.Range(0, value.Shape.Size).Select(i => 1 + 0.25 * i)], value.Shape));

    private static readonly ImmutableArray<Kind> s_kinds =
    [
        Smooth("Sqrt", Expr.Sqrt, "Expr.Sqrt({0})"),
        Smooth("Sqrt", Expr.Sqrt, "Expr.Sqrt({0})"),
        Smooth("Log", Expr.Log, "Expr.Log({0})"),
        Smooth("Log", Expr.Log, "Expr.Log({0})"),
        Smooth("Reciprocal", Expr.Reciprocal, "Expr.Reciprocal({0})"),
        Smooth("Cbrt", Expr.Cbrt, "Expr.Cbrt({0})"),
        Smooth("Square", Expr.Square, "Expr.Square({0})"),
        Smooth("Exp", Expr.Exp, "Expr.Exp({0})"),
        Smooth("Negate", x => -x, "-{0}"),
        Smooth("Sin", Expr.Sin, "Expr.Sin({0})"),
        Smooth("Power", x => Expr.Power(x, 1.5), "Expr.Power({0}, 1.5)"),
        Smooth("Power", x => Expr.Power(x, 0.5), "Expr.Power({0}, 0.5)"),
        Smooth("Shift", x => x - 1.0, "{0} - 1.0"),
        Smooth("Tanh", Expr.Tanh, "Expr.Tanh({0})"),
        Pair("Add", (x, y) => x + y, "{0} + {1}"),
        Pair("Subtract", (x, y) => x - y, "{0} - {1}"),
        Pair("Multiply", (x, y) => x * y, "{0} * {1}"),
        Pair("Divide", (x, y) => x / y, "{0} / {1}"),
        Selecting("Relu", [1], (v, x) => Where(v[0], e => !(e <= 0), x[0], 0.0), v => Expr.Relu(v[0]), "Expr.Relu({0})"),
        Selecting("Abs", [1], (v, x) => x[0] * Map(v[0], Math.Sign), v => Expr.Abs(v[0]), "Expr.Abs({0})"),
        Selecting("Where", [2], (v, x) => Where(v[0], e => e > 0, x[1], 0.0), v => Expr.Where(v[0] > 0.0, v[1], 0.0), "Expr.Where({0} > 0.0, {1}, 0.0)"),
        Selecting("Where", [3], (v, x) => Where(v[0], e => e > 0, x[1], x[2]), v => Expr.Where(v[0] > 0.0, v[1], v[2]), "Expr.Where({0} > 0.0, {1}, {2})"),
        Selecting("Where", [1], (v, x) => Where(v[0], e => e > 0, Expr.Sqrt(x[0]), 0.0), v => Expr.Where(v[0] > 0.0, Expr.Sqrt(v[0]), 0.0), "Expr.Where({0} > 0.0, Expr.Sqrt({0}), 0.0)"),
        Selecting("Where", [1], (v, x) => Where(v[0], e => e > 0, Expr.Log(x[0]), 0.0), v => Expr.Where(v[0] > 0.0, Expr.Log(v[0]), 0.0), "Expr.Where({0} > 0.0, Expr.Log({0}), 0.0)"),
        Selecting("Maximum", [2], (v, x) => Larger(v[0], v[1], x[0], x[1]), v => Expr.Maximum(v[0], v[1]), "Expr.Maximum({0}, {1})"),
        Selecting("Minimum", [2], (v, x) => -Larger((-(Expr)v[0]).Value, (-(Expr)v[1]).Value, -x[0], -x[1]), v => Expr.Minimum(v[0], v[1]), "Expr.Minimum({0}, {1})"),
        Selecting("Max", [1], (v, x) => Attained(v[0], x[0], 0), v => Expr.Max(v[0], 0), "Expr.Max({0}, 0)"),
        Selecting("Min", [1], (v, x) => -Attained((-(Expr)v[0]).Value, -x[0], -1), v => Expr.Min(v[0], -1), "Expr.Min({0}, -1)"),
        Linear("Index", x => x[^1], "{0}[^1]"),
        Linear("Slice", x => x.Slice(0, 1), "{0}.Slice(0, 1)"),
        Linear("Reversed", x => x.Slice(0, null, null, -1), "{0}.Slice(0, null, null, -1)"),
        Linear("Take", x => x.Take(Tensor.Of([1, 1, 0])), "{0}.Take(Tensor.Of([1, 1, 0]))"),
        Linear("Take", x => x.Take(Tensor.Of([1])), "{0}.Take(Tensor.Of([1]))"),
        Linear("Transpose", x => x.Transpose(), "{0}.Transpose()"),
        Linear("Stretch", x => x.ExpandDims(0).BroadcastTo(x.Shape.Insert(0, 2)), "{0}.ExpandDims(0).BroadcastTo({0}.Shape.Insert(0, 2))"),
        Linear("Pad", x => Expr.Pad(x, 1), "Expr.Pad({0}, 1)"),
        Linear("Ravel", x => x.Ravel(), "{0}.Ravel()"),
        Linear("Sum", x => Expr.Sum(x, 0), "Expr.Sum({0}, 0)"),
        Linear("Mean", x => Expr.Mean(x), "Expr.Mean({0})"),
        Linear("LogSumExp", x => Expr.LogSumExp(x, 0), "Expr.LogSumExp({0}, 0)"),
        Linear("Product", x => Expr.Product(x, 0), "Expr.Product({0}, 0)"),
        Linear("Scatter", x => Expr.ScatterAdd(x, Tensor.Of([0]), Expr.Sqrt(x)[..1]), "Expr.ScatterAdd({0}, Tensor.Of([0]), Expr.Sqrt({0})[..1])"),
        new("Concatenate", draw => draw.Where(s => s.Rank == 1) is var x and >= 0 && draw.Where(s => s.Rank == 1) is var y
            ? Vocabulary.Made("Concatenate", draw, [x, y], v => Expr.Concatenate([v[0], v[1]]), "Expr.Concatenate([{0}, {1}])") : null),
        new("MatMul", draw => draw.Where(s => s.Rank == 2) is var x and >= 0 && draw.Where(s => s.Rank is 1 or 2 && s[0] == draw[x][1]) is var y and >= 0
            ? Vocabulary.Made("MatMul", draw, [x, y], v => Expr.MatMul(v[0], v[1]), "Expr.MatMul({0}, {1})") : null),
        new("Product of a constant matrix", draw =>
        {
            int x = draw.Where(s => s.Rank == 1);
            if (x < 0)
                return null;
            double[,] matrix = new double[2, draw[x][0]];
            for (int i = 0; i < matrix.Length; i++)
                matrix[i / draw[x][0], i % draw[x][0]] = draw.Random.Next(-1, 3);
            string rows = string.Join(", ", matrix.Cast<double>().Select(e => e.ToString("F1", CultureInfo.InvariantCulture)));
            return Vocabulary.Made("MatMul", draw, [x], v => Expr.MatMul(Tensor.Of(matrix), v[0]), $"Expr.MatMul(Tensor.Of(new double[] {{ {rows} }}, Shape.Of(2, {draw[x][0]})), {{0}})");
        }),
    ];

    private static Kind Smooth(string op, Func<Expr, Expr> apply, string code) => new(op, draw => Vocabulary.Made(op, draw, [draw.Any()], v => apply(v[0]), code));

    private static Kind Linear(string op, Func<Expr, Expr> apply, string code) => new(op, draw =>
        draw.Where(s => s.Rank > 0 && s[0] > 1) is var x and >= 0 && draw[x].Rank < 3 ? Vocabulary.Made(op, draw, [x], v => apply(v[0]), code) : null);

    private static Kind Pair(string op, Func<Expr, Expr, Expr> apply, string code) => new(op, draw =>
    {
        int x = draw.Any(), y = draw.Beside(draw[x]);
        return Vocabulary.Made(op, draw, [x, y], v => apply(v[0], v[1]), code);
    });

    /// <summary>An op that selects, of as many operands of one shape as its arity, and what it is with the selection as it was.</summary>
    private static Kind Selecting(string op, int[] arity, Func<Tensor[], Expr[], Expr> frozen, Func<Expr[], Expr> apply, string code) => new(op, draw =>
    {
        int x = draw.Where(s => s.Rank > 0);
        return x < 0 ? null : Vocabulary.Made(op, draw, [x, .. Enumerable.Range(1, arity[0] - 1).Select(_ => draw.Where(s => s == draw[x]))], apply, code,
            frozen: at => now => frozen(at, now));
    });

    private static Expr Where(Tensor at, Func<double, bool> isTrue, Expr yes, Expr no) => Expr.Where(Vocabulary.Mask(at, isTrue), yes, no);

    private static Expr Map(Tensor at, Func<double, int> of) => Tensor.Of(Array.ConvertAll(at.ToArray<double>(), e => double.IsNaN(e) ? double.NaN : of(e)), at.Shape);

    private static Expr Larger(Tensor a, Tensor b, Expr x, Expr y)
    {
        var difference = Tensor.Of([.. a.ToArray<double>().Zip(b.ToArray<double>(), (p, q) => p == q ? 0 : p > q ? 1.0 : p < q ? -1 : double.NaN)], a.Shape);
        return Where(difference, d => d > 0, x, Where(difference, d => d < 0, y, Where(difference, d => d == 0, 0.5 * (x + y), x + y)));
    }

    /// <summary>The mean of the entries at which the largest was attained.</summary>
    private static Expr Attained(Tensor at, Expr x, int axis)
    {
        var largest = Expr.Max(at, axis, keepDims: true);
        var attained = !(at < largest);
        return Expr.Sum(Expr.Where(attained, x, 0.0), axis) / Expr.Sum(Expr.Cast(attained, DType.Float64), axis);
    }
}
