using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.Properties;

/// <summary>
/// Random programs over tables: rows that are taken at indices, added up at indices, along and across rows, and multiplied by weights. At their sizes, 10² to 10⁵ rows, a plan
/// has loops, tiles, blocks and results that lie where inputs lay, of which small tensors know nothing.
/// </summary>
public static class GraphNetworks
{
    private const int MostElements = 400_000;

    private static readonly int[] s_rows = [100, 150, 300, 1_000, 3_000, 10_000, 30_000];

    /// <summary>Programs over tables of up to 3 000 rows.</summary>
    public static Arbitrary<Program> All { get; } = Arb.From(Gen.Choose(int.MinValue, int.MaxValue).Select(seed => Of(seed, mostRows: 3_000)), Programs.Smaller);

    /// <summary>A program over tables of at most so many rows, rather of few.</summary>
    /// <remarks>What is drawn depends on the number of rows in little but the sizes, so a program that fails is tried again with fewer.</remarks>
    public static Program Of(int seed, int mostRows)
    {
        var random = new Random(seed);
        int nodes = Rows(), edges = random.Next(3) == 0 ? nodes : Rows(), columns = 1 + random.Next(6);
        List<Shape> shapes = [random.Next(4) == 0 ? Shape.Of(nodes) : Shape.Of(nodes, columns)];
        if (random.Next(2) == 0)
            shapes.Add(random.Next(3) == 0 ? Shape.Of(edges) : Shape.Of(edges, columns));
        if (random.Next(3) > 0)
            shapes.Add(Shape.Of(columns, random.Next(2) == 0 ? columns : 1 + random.Next(6)));
        var draw = new Draw(random, [.. shapes.Select(shape => Table.Of(random.Next(1000), shape))]) { Largest = MostElements };
        return Programs.Extend(draw, s_kinds, depth: 0, 2 + random.Next(12)) with { OverFewerRows = () => s_rows.Where(rows => rows < mostRows).Select(rows => Of(seed, rows)) };

        int Rows() => (int)(100 * Math.Pow(mostRows / 100.0, Math.Pow(random.NextDouble(), 2)));
    }

    private static readonly ImmutableArray<Kind> s_kinds =
    [
        // rows at indices
        .. Often(3, new Kind("Gather", draw => AnyTable(draw) is var x and >= 0 && Indices(draw, Count(draw), draw[x][0]) is var (indices, call)
            ? Made("Gather", draw, [x], v => v[0].Take(indices), $"{{0}}.Take({call})") : null)),
        .. Often(3, Beside("+", (a, b) => a + b)), .. Often(2, Beside("-", (a, b) => a - b)), Beside("*", (a, b) => a * b),
        new("Gather both", draw =>
        {
            int x = AnyTable(draw), y = x < 0 ? -1 : draw.Where(s => s.Rank == draw[x].Rank && IsTable(s) && Draw.Broadcasts(s.Slice(1, s.Rank - 1), draw[x].Slice(1, s.Rank - 1)));
            if (y < 0)
                return null;
            int count = Count(draw);
            var (from, to) = (Indices(draw, count, draw[x][0]), Indices(draw, count, draw[y][0]));
            return Made("Gather both", draw, [x, y], v => v[0].Take(from.Indices) * v[1].Take(to.Indices), $"{{0}}.Take({from.Call}) * {{1}}.Take({to.Call})");
        }),
        .. Often(2, new Kind("Gather, weigh", draw =>
        {
            int h = draw.Where(s => s.Rank == 2 && IsTable(s)), w = h < 0 ? -1 : draw.Where(s => s.Rank is 1 or 2 && !IsTable(s) && s[0] == draw[h][1]);
            if (w < 0)
                return null;
            var (indices, call) = Indices(draw, draw[h][0], draw[h][0]);
            return draw.Random.Next(2) == 0
                ? Made("Gather, weigh", draw, [h, w], v => Expr.MatMul(v[0].Take(indices) + v[0], v[1]), $"Expr.MatMul({{0}}.Take({call}) + {{0}}, {{1}})")
                : Made("Gather, weigh", draw, [h, w], v => Expr.MatMul(v[0].Take(indices) - v[0], v[1]), $"Expr.MatMul({{0}}.Take({call}) - {{0}}, {{1}})");
        })),
        // adding up at indices
        .. Often(2, new Kind("Scatter", draw => AnyTable(draw) is var x and >= 0 && Count(draw) is var count && Indices(draw, draw[x][0], count) is var (indices, call)
            ? Made("Scatter", draw, [x], v => Expr.ScatterAdd(Expr.Zeros(v[0].Shape.With(0, count), v[0].DType), indices, v[0]), $"Expr.ScatterAdd(Expr.Zeros({{0}}.Shape.With(0, {count}), {{0}}.DType), {call}, {{0}})") : null)),
        .. Often(2, new Kind("Scatter into", draw =>
        {
            int x = AnyTable(draw), y = x < 0 ? -1 : draw.Where(s => IsTable(s) && s.With(0, 0) == draw[x].With(0, 0));
            return y >= 0 && Indices(draw, draw[y][0], draw[x][0]) is var (indices, call)
                ? Made("Scatter into", draw, [x, y], v => Expr.ScatterAdd(v[0], indices, v[1]), $"Expr.ScatterAdd({{0}}, {call}, {{1}})") : null;
        })),
        .. Often(2, new Kind("SegmentSum", draw => AnyTable(draw) is var x and >= 0 && Count(draw) is var count && Indices(draw, draw[x][0], count) is var (indices, call)
            ? Made("SegmentSum", draw, [x], v => Expr.SegmentSum(v[0], indices, count), $"Expr.SegmentSum({{0}}, {call}, {count})") : null)),
        // along rows
        .. Often(2, Along("CumSum", (x, axis, back) => Expr.CumSum(x / x.Shape[axis], axis, back), "Expr.CumSum({0} / {0}.Shape[AXIS], AXIS, BACK)")),
        Along("CumProd", (x, axis, back) => Expr.CumProd(1.0 + x / x.Shape[axis], axis, back), "Expr.CumProd(1.0 + {0} / {0}.Shape[AXIS], AXIS, BACK)"),
        Along("CumLogSumExp", (x, axis, back) => Expr.CumLogSumExp(x, axis, back) - Math.Log(x.Shape[axis]), "Expr.CumLogSumExp({0}, AXIS, BACK) - Math.Log({0}.Shape[AXIS])"),
        Along("LinearRecurrence", (x, axis, back) => Expr.LinearRecurrence(0.7 * Expr.Tanh(x), x, axis, back), "Expr.LinearRecurrence(0.7 * Expr.Tanh({0}), {0}, AXIS, BACK)"),
        Along("Sort", (x, axis, _) => Expr.Sort(x, axis), "Expr.Sort({0}, AXIS)"),
        Along("Roll", (x, axis, back) => Expr.Roll(x, back ? -1 : 1, axis), "Expr.Roll({0}, BACK ? -1 : 1, AXIS)"),
        Along("Softmax", (x, axis, _) => x.Softmax(axis), "{0}.Softmax(AXIS)"),
        Along("Centered", (x, axis, _) => x - Expr.Mean(x, axis, keepDims: true), "{0} - Expr.Mean({0}, AXIS, keepDims: true)"),
        Along("Normalized", (x, axis, _) => x / Expr.Sqrt(1.0 + Expr.Sum(Expr.Square(x), axis, keepDims: true)), "{0} / Expr.Sqrt(1.0 + Expr.Sum(Expr.Square({0}), AXIS, keepDims: true))"),
        Along("Mean", (x, axis, _) => Expr.Mean(x, axis), "Expr.Mean({0}, AXIS)"),
        Along("LogSumExp", (x, axis, _) => Expr.LogSumExp(x, axis) - Math.Log(x.Shape[axis]), "Expr.LogSumExp({0}, AXIS) - Math.Log({0}.Shape[AXIS])"),
        Along("Max", (x, axis, _) => Expr.Max(x, axis, keepDims: true) - x, "Expr.Max({0}, AXIS, keepDims: true) - {0}"),
        new("TakeAlongAxis", draw => AnyTable(draw) is var x and >= 0 ? Made("TakeAlongAxis", draw, [x], v => Expr.TakeAlongAxis(v[0], Expr.ArgSort(Expr.Sin(5.0 * v[0]), 0), 0) + v[0], "Expr.TakeAlongAxis({0}, Expr.ArgSort(Expr.Sin(5.0 * {0}), 0), 0) + {0}") : null),
        new("Some rows", draw =>
        {
            int x = AnyTable(draw);
            if (x < 0)
                return null;
            int rows = draw[x][0], start = draw.Random.Next(Math.Min(rows / 2, 70)), step = 1 + draw.Random.Next(3);
            return Made("Some rows", draw, [x], v => v[0].Slice(0, start, rows - start, step), $"{{0}}.Slice(0, {start}, {rows - start}, {step})");
        }),
        // products
        .. Often(2, new Kind("Weigh", draw => draw.Where(s => s.Rank == 2 && IsTable(s)) is var h and >= 0 && draw.Where(s => s.Rank is 1 or 2 && !IsTable(s) && s[0] == draw[h][1]) is var w and >= 0
            ? Made("Weigh", draw, [h, w], v => Expr.MatMul(v[0], v[1]), "Expr.MatMul({0}, {1})") : null)),
        new("Gram", draw => draw.Where(s => s.Rank == 2 && IsTable(s)) is var h and >= 0 && draw.Where(s => IsTable(s) && s[0] == draw[h][0]) is var g and >= 0
            ? Made("Gram", draw, [h, g], v => Expr.MatMul(Expr.Transpose(v[0]), v[1]) / v[0].Shape[0], "Expr.MatMul(Expr.Transpose({0}), {1}) / {0}.Shape[0]") : null),
        new("Layer", draw => draw.Where(s => s.Rank == 2 && IsTable(s)) is var h and >= 0 && draw.Where(s => s.Rank == 2 && !IsTable(s) && s[0] == draw[h][1]) is var w and >= 0
            ? Made("Layer", draw, [h, w], v => Expr.Tanh(Expr.MatMul(v[0], v[1]) + Expr.Mean(v[1], 0)), "Expr.Tanh(Expr.MatMul({0}, {1}) + Expr.Mean({1}, 0))") : null),
        // loops and checkpoints
        new("Scan", draw => draw.Where(s => s.Rank == 2 && IsTable(s) && s[0] <= 300) is var x and >= 0
            ? Made("Scan", draw, [x], v => Ad.Scan((c, r) => (Expr.Tanh(c * 0.5 + r), c * r), v[0][0], v[0]).Outputs, "Ad.Scan((c, r) => (Expr.Tanh(c * 0.5 + r), c * r), {0}[0], {0}).Outputs") : null),
        new("Loop", draw => AnyTable(draw) is var x and >= 0 && Indices(draw, draw[x][0], draw[x][0]) is var (indices, call)
            ? Made("Loop", draw, [x], v => Ad.Scan(c => (Expr.Sin(c.Take(indices) + c), Expr.Mean(c)), v[0], 3).Carry, $"Ad.Scan(c => (Expr.Sin(c.Take({call}) + c), Expr.Mean(c)), {{0}}, 3).Carry") : null),
        new("Checkpoint", draw => AnyTable(draw) is var x and >= 0 && Indices(draw, draw[x][0], draw[x][0]) is var (indices, call)
            ? Made("Checkpoint", draw, [x], v => Ad.Checkpoint<Expr, Expr>(h => Expr.Sin(h.Take(indices) * h))(v[0]), $"Ad.Checkpoint<Expr, Expr>(h => Expr.Sin(h.Take({call}) * h))({{0}})") : null),
        new("Cond", draw => AnyTable(draw) is var x and >= 0 && Indices(draw, draw[x][0], draw[x][0]) is var (indices, call)
            ? Made("Cond", draw, [x], v => Ad.Cond(Expr.Sum(v[0]) > 0, h => h.Take(indices) - h, h => h * h, v[0]), $"Ad.Cond(Expr.Sum({{0}}) > 0, h => h.Take({call}) - h, h => h * h, {{0}})") : null),
        // and what small tensors are made of; but what would print as many indices
        .. Vocabulary.Kinds.Where(kind => kind.Op is not "TakeAlongAxis"),
    ];

    private static bool IsTable(Shape shape) => shape.Rank is 1 or 2 && shape[0] >= 40;

    private static int AnyTable(Draw draw) => draw.Where(IsTable);

    /// <summary>A number of rows that some table has.</summary>
    private static int Count(Draw draw)
    {
        int[] counts = [.. draw.Values.Where(value => IsTable(value.Shape)).Select(value => value.Shape[0]).Distinct()];
        return counts[draw.Random.Next(counts.Length)];
    }

    private static (Tensor Indices, string Call) Indices(Draw draw, int count, int rows)
    {
        var (order, seed) = ((IndexOrder)draw.Random.Next(Enum.GetValues<IndexOrder>().Length), draw.Random.Next(1000));
        return (Table.Indices(order, count, rows, seed), Table.IndicesCall(order, count, rows, seed));
    }

    /// <summary>A table beside rows of its own at indices.</summary>
    private static Kind Beside(string symbol, Func<Expr, Expr, Expr> op) => new($"Gather {symbol}", draw =>
        AnyTable(draw) is var x and >= 0 && Indices(draw, draw[x][0], draw[x][0]) is var (indices, call)
            ? Made($"Gather {symbol}", draw, [x], v => op(v[0].Take(indices), v[0]), $"{{0}}.Take({call}) {symbol} {{0}}") : null);

    /// <summary>Along an axis of a table, from either end.</summary>
    private static Kind Along(string op, Func<Expr, int, bool, Expr> apply, string code) => new(op, draw =>
    {
        int x = AnyTable(draw);
        if (x < 0)
            return null;
        int axis = draw.Random.Next(3) > 0 ? 0 : draw[x].Rank - 1;
        bool back = draw.Random.Next(2) == 0;
        return Made(op, draw, [x], v => apply(v[0], axis, back),
            code.Replace("AXIS", axis.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("BACK", back ? "true" : "false", StringComparison.Ordinal));
    });

    private static Step? Made(string op, Draw draw, ImmutableArray<int> operands, Func<Expr[], Expr> apply, string code) => Vocabulary.Made(op, draw, operands, apply, code);

    private static IEnumerable<Kind> Often(int times, Kind kind) => Enumerable.Repeat(kind, times);
}
