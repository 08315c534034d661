using System.Collections.Immutable;
using System.Globalization;

namespace Autodiff.Functional.Properties;

/// <summary>The values that a next step can use, and the dice.</summary>
public sealed class Draw(Random random, List<Tensor> values)
{
    private readonly HashSet<int> _unused = [.. Enumerable.Range(0, values.Count)];

    public Random Random { get; } = random;
    public IReadOnlyList<Tensor> Values => values;
    public Shape this[int value] => values[value].Shape;

    /// <summary>The most elements that a value may have.</summary>
    public int Largest { get; init; } = 36;

    /// <summary>One value more, by a step.</summary>
    public void Add(Step step, Tensor value)
    {
        _unused.ExceptWith(step.Operands);
        _unused.Add(values.Count);
        values.Add(value);
    }

    /// <summary>A value, rather one that nothing uses yet, or a recent one.</summary>
    public int Any() => Where(_ => true);

    /// <summary>A value whose shape fits; −1 if there is none.</summary>
    public int Where(Func<Shape, bool> fits)
    {
        int[] all = [.. Enumerable.Range(0, values.Count).Where(i => fits(values[i].Shape))];
        int[] open = [.. all.Where(_unused.Contains)];
        return all.Length == 0 ? -1
            : open.Length > 0 && Random.Next(2) == 0 ? open[Random.Next(open.Length)]
            : Random.Next(3) == 0 ? all[^(1 + Random.Next(Math.Min(3, all.Length)))]
            : all[Random.Next(all.Length)];
    }

    /// <summary>A value that broadcasts with a shape.</summary>
    public int Beside(Shape shape) => Where(other => Broadcasts(shape, other));

    /// <summary>Some axes of a rank, in any order, some counted from the end; at least one.</summary>
    public int[] Axes(int rank)
    {
        int[] order = Order(rank);
        return [.. order[..(1 + Random.Next(rank))].Select(a => Random.Next(3) == 0 ? a - rank : a)];
    }

    public int[] Order(int rank)
    {
        int[] order = [.. Enumerable.Range(0, rank)];
        Random.Shuffle(order);
        return order;
    }

    /// <summary>A number with few digits.</summary>
    public double Number(double from, double to) => Math.Round(from + Random.NextDouble() * (to - from), 2);

    /// <summary>Do they broadcast, to a shape that there is?</summary>
    public static bool Broadcasts(Shape left, Shape right)
    {
        double size = 1;
        for (int i = 1; i <= Math.Max(left.Rank, right.Rank); i++)
        {
            int a = i <= left.Rank ? left[^i] : 1, b = i <= right.Rank ? right[^i] : 1;
            if (a != b && a != 1 && b != 1)
                return false;
            size *= Math.Max(a, b);
        }
        return size <= int.MaxValue;
    }
}

/// <summary>A kind of step: its name, and how one is drawn; null where the values at hand do not allow it.</summary>
public sealed record Kind(string Op, Func<Draw, Step?> Make);

/// <summary>The kinds of steps that random programs are made of: the op set, each op total and smooth but for kinks that say how near they are.</summary>
public static class Vocabulary
{
    /// <summary>All kinds but transforms.</summary>
    public static ImmutableArray<Kind> Kinds { get; } =
    [
        // elementwise, of one argument; where the domain is a part of the reals, the argument is brought there
        Unary("Sin", Expr.Sin, "Expr.Sin({0})"),
        Unary("Cos", Expr.Cos, "Expr.Cos({0})"),
        Unary("Tan", x => Expr.Tan(Expr.Tanh(x)), "Expr.Tan(Expr.Tanh({0}))"),
        Unary("Tanh", Expr.Tanh, "Expr.Tanh({0})"),
        Unary("Sinh", x => Expr.Sinh(Expr.Sin(x)), "Expr.Sinh(Expr.Sin({0}))"),
        Unary("Cosh", x => Expr.Cosh(Expr.Sin(x)), "Expr.Cosh(Expr.Sin({0}))"),
        Unary("Asin", x => Expr.Asin(0.7 * Expr.Sin(x)), "Expr.Asin(0.7 * Expr.Sin({0}))"),
        Unary("Acos", x => Expr.Acos(0.7 * Expr.Cos(x)), "Expr.Acos(0.7 * Expr.Cos({0}))"),
        Unary("Atan", Expr.Atan, "Expr.Atan({0})"),
        Unary("Asinh", Expr.Asinh, "Expr.Asinh({0})"),
        Unary("Acosh", x => Expr.Acosh(2.0 + Expr.Square(x)), "Expr.Acosh(2.0 + Expr.Square({0}))"),
        Unary("Atanh", x => Expr.Atanh(0.7 * Expr.Sin(x)), "Expr.Atanh(0.7 * Expr.Sin({0}))"),
        Unary("Exp", Expr.Exp, "Expr.Exp({0})"),
        Unary("Exp2", Expr.Exp2, "Expr.Exp2({0})"),
        Unary("Expm1", Expr.Expm1, "Expr.Expm1({0})"),
        Unary("Log", x => Expr.Log(1.5 + Expr.Cos(x)), "Expr.Log(1.5 + Expr.Cos({0}))"),
        Unary("Log2", x => Expr.Log2(1.5 + Expr.Cos(x)), "Expr.Log2(1.5 + Expr.Cos({0}))"),
        Unary("Log10", x => Expr.Log10(1.5 + Expr.Cos(x)), "Expr.Log10(1.5 + Expr.Cos({0}))"),
        Unary("Log1p", x => Expr.Log1p(Expr.Square(x)), "Expr.Log1p(Expr.Square({0}))"),
        Unary("Sqrt", x => Expr.Sqrt(1.0 + Expr.Square(x)), "Expr.Sqrt(1.0 + Expr.Square({0}))"),
        Unary("Cbrt", x => Expr.Cbrt(2.0 + Expr.Sin(x)), "Expr.Cbrt(2.0 + Expr.Sin({0}))"),
        Unary("Square", Expr.Square, "Expr.Square({0})"),
        Unary("Reciprocal", x => Expr.Reciprocal(2.0 - Expr.Sin(x)), "Expr.Reciprocal(2.0 - Expr.Sin({0}))"),
        Unary("Sigmoid", Expr.Sigmoid, "Expr.Sigmoid({0})"),
        Unary("Softplus", Expr.Softplus, "Expr.Softplus({0})") with { Margin = x => Min(x, Math.Abs) },
        Unary("Negate", x => -x, "-{0}"),
        Unary("Relu", Expr.Relu, "Expr.Relu({0})") with
        {
            Margin = x => Min(x, Math.Abs),
            Frozen = x => Mask(x, e => e > 0) is var mask ? y => Expr.Where(mask, y, 0.0) : null,
        },
        Unary("Abs", Expr.Abs, "Expr.Abs({0})") with { Margin = x => Min(x, Math.Abs) },
        Unary("Sign", x => Expr.Sign(x) * x, "Expr.Sign({0}) * {0}") with { Margin = x => Min(x, Math.Abs) },
        Unary("Floor", x => x - Expr.Floor(x), "{0} - Expr.Floor({0})") with { Margin = x => Min(x, ToWhole) },
        Unary("Ceiling", x => x - Expr.Ceiling(x), "{0} - Expr.Ceiling({0})") with { Margin = x => Min(x, ToWhole) },
        Unary("Round", x => x - Expr.Round(x), "{0} - Expr.Round({0})") with { Margin = x => Min(x, e => ToWhole(e + 0.5)) },
        Unary("Truncate", x => x - Expr.Truncate(x), "{0} - Expr.Truncate({0})") with { Margin = x => Min(x, ToWhole) },
        Unary("FMod", x => x % 1.5, "{0} % 1.5") with { Margin = x => Min(x, e => ToWhole(e / 1.5)) },
        Unary("PowerLiteral", x => Expr.Power(x, 3.0), "Expr.Power({0}, 3.0)"),
        new("Literal", draw =>
        {
            int x = draw.Any();
            double a = draw.Number(-2, 2), b = draw.Number(-2, 2);
            string text = string.Create(CultureInfo.InvariantCulture, $"{a} * {{0}} + {b}");
            return Made("Literal", draw, [x], v => a * v[0] + b, text);
        }),

        // elementwise, of two
        Binary("Add", (x, y) => x + y, "{0} + {1}"),
        Binary("Subtract", (x, y) => x - y, "{0} - {1}"),
        Binary("Multiply", (x, y) => x * y, "{0} * {1}"),
        Binary("Divide", (x, y) => x / (1.0 + Expr.Square(y)), "{0} / (1.0 + Expr.Square({1}))"),
        Binary("Power", (x, y) => Expr.Power(1.5 + Expr.Sin(x), y), "Expr.Power(1.5 + Expr.Sin({0}), {1})"),
        Binary("Atan2", (x, y) => Expr.Atan2(x, 2.0 + Expr.Cos(y)), "Expr.Atan2({0}, 2.0 + Expr.Cos({1}))"),
        Binary("Maximum", Expr.Maximum, "Expr.Maximum({0}, {1})", (x, y) => Min(x - y, Math.Abs)),
        Binary("Minimum", Expr.Minimum, "Expr.Minimum({0}, {1})", (x, y) => Min(x - y, Math.Abs)),
        Binary("CopySign", Expr.CopySign, "Expr.CopySign({0}, {1})", (x, y) => Math.Min(Min(x, Math.Abs), Min(y, Math.Abs))),
        new("Where", draw =>
        {
            int a = draw.Any(), b = draw.Beside(draw[a]), c = draw.Beside(draw[a]);
            return Broadcast(draw[a], draw[b], draw[c])
                ? Made("Where", draw, [a, b, c], v => Expr.Where(v[0] < v[1], v[1], v[2]), "Expr.Where({0} < {1}, {1}, {2})", v => Min(v[0] - v[1], Math.Abs))
                : null;
        }),
        new("Logic", draw =>
        {
            int a = draw.Any(), b = draw.Beside(draw[a]);
            return Made("Logic", draw, [a, b], v => Expr.Where(!(v[0] >= 0.5) & (v[1] > -0.5) | Expr.NotEqual(v[0], v[0]), Expr.Sin(v[1]), v[0]),
                "Expr.Where(!({0} >= 0.5) & ({1} > -0.5) | Expr.NotEqual({0}, {0}), Expr.Sin({1}), {0})", v => Math.Min(Min(v[0] - 0.5, Math.Abs), Min(v[1] + 0.5, Math.Abs)));
        }),

        // shapes
        new("Reshape", draw =>
        {
            int x = draw.Any();
            int[] order = [.. draw.Order(draw[x].Rank).Select(a => draw[x][a])];
            int[] to = order.Length == 0 ? [1, -1] : draw.Random.Next(2) == 0 ? [-1] : order;
            return Made("Reshape", draw, [x], v => v[0].Reshape(to), $"{{0}}.Reshape({List(to)})");
        }),
        new("Transpose", draw =>
        {
            int x = draw.Where(s => s.Rank > 1);
            if (x < 0)
                return null;
            int[] order = draw.Order(draw[x].Rank);
            return Made("Transpose", draw, [x], v => v[0].Transpose(order), $"{{0}}.Transpose([{List(order)}])");
        }),
        new("BroadcastTo", draw =>
        {
            int x = draw.Where(s => s.Rank < 3);
            if (x < 0)
                return null;
            int length = draw.Random.Next(1, 4);
            Shape to = [length, .. draw[x].Select(d => d == 1 ? 1 + draw.Random.Next(3) : d)];
            return Made("BroadcastTo", draw, [x], v => v[0].BroadcastTo(to), $"{{0}}.BroadcastTo(Shape.Of({List([.. to])}))");
        }),
        new("ExpandDims", draw =>
        {
            int x = draw.Where(s => s.Rank < 3);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank + 1);
            return Made("ExpandDims", draw, [x], v => v[0].ExpandDims(axis), $"{{0}}.ExpandDims({axis})");
        }),
        new("Squeeze", draw =>
        {
            int x = draw.Where(s => s.Contains(1));
            return x < 0 ? null : Made("Squeeze", draw, [x], v => v[0].Squeeze(), "{0}.Squeeze()");
        }),
        new("Slice", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank), length = draw[x][axis];
            return draw.Random.Next(3) switch
            {
                0 => Made("Slice", draw, [x], v => v[0].Slice(axis, null, null, -1), $"{{0}}.Slice({axis}, null, null, -1)"),
                1 => Made("Slice", draw, [x], v => v[0].Slice(axis, length - 1), $"{{0}}.Slice({axis}, {length - 1})"),
                _ => Made("Slice", draw, [x], v => v[0].Slice(axis, 0, null, 2), $"{{0}}.Slice({axis}, 0, null, 2)"),
            };
        }),
        new("Index", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int index = draw.Random.Next(draw[x][0]);
            return Made("Index", draw, [x], v => v[0][index], $"{{0}}[{index}]");
        }),
        new("Pad", draw =>
        {
            int x = draw.Where(s => s.Rank is 1 or 2);
            if (x < 0)
                return null;
            double value = draw.Random.Next(2) == 0 ? 0 : draw.Number(-2, 2);
            return Made("Pad", draw, [x], v => Expr.Pad(v[0], 1, value), string.Create(CultureInfo.InvariantCulture, $"Expr.Pad({{0}}, 1, {value})"));
        }),
        new("Concatenate", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank);
            int y = draw.Where(s => s.Rank == draw[x].Rank && s.With(axis, 0) == draw[x].With(axis, 0));
            return Made("Concatenate", draw, [x, y], v => Expr.Concatenate([v[0], v[1]], axis), $"Expr.Concatenate([{{0}}, {{1}}], {axis})");
        }),
        new("Stack", draw =>
        {
            int x = draw.Where(s => s.Rank < 3);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank + 1), y = draw.Where(s => s == draw[x]), z = draw.Where(s => s == draw[x]);
            return Made("Stack", draw, [x, y, z], v => Expr.Stack([v[0], v[1], v[2]], axis), $"Expr.Stack([{{0}}, {{1}}, {{2}}], {axis})");
        }),
        new("Take", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            var (axis, indices) = Indices(draw, draw[x], 1 + draw.Random.Next(3));
            return Made("Take", draw, [x], v => v[0].Take(Tensor.Of(indices), axis), $"{{0}}.Take(Tensor.Of(new[] {{ {List(indices)} }}), {axis})");
        }),
        new("TakeAlongAxis", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank);
            var shape = draw[x].With(axis, 1 + draw.Random.Next(2));
            int[] indices = [.. Enumerable.Range(0, shape.Size).Select(_ => draw.Random.Next(draw[x][axis]))];
            return Made("TakeAlongAxis", draw, [x], v => Expr.TakeAlongAxis(v[0], Tensor.Of(indices, shape), axis),
                $"Expr.TakeAlongAxis({{0}}, Tensor.Of(new[] {{ {List(indices)} }}, Shape.Of({List([.. shape])})), {axis})");
        }),
        new("ScatterAdd", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            var (axis, indices) = Indices(draw, draw[x], 2);
            int y = draw.Where(s => s == draw[x].With(axis, 2));
            string at = $"Tensor.Of(new[] {{ {List(indices)} }})";
            return y >= 0
                ? Made("ScatterAdd", draw, [x, y], v => Expr.ScatterAdd(v[0], Tensor.Of(indices), v[1], axis), $"Expr.ScatterAdd({{0}}, {at}, {{1}}, {axis})")
                : Made("ScatterAdd", draw, [x], v => Expr.ScatterAdd(v[0], Tensor.Of(indices), Expr.Sin(v[0].Take(Tensor.Of(indices), axis)), axis),
                    $"Expr.ScatterAdd({{0}}, {at}, Expr.Sin({{0}}.Take({at}, {axis})), {axis})");
        }),

        // reductions
        Reduction("Sum", Expr.Sum),
        Reduction("Mean", Expr.Mean),
        Reduction("Product", Expr.Product),
        Reduction("Max", Expr.Max, (x, axes) => Gap(x, Expr.Max(x, axes, true), axes)),
        Reduction("Min", Expr.Min, (x, axes) => Gap(x, Expr.Min(x, axes, true), axes)),
        Reduction("LogSumExp", Expr.LogSumExp),
        Reduction("Norm", Expr.Norm, (x, axes) => Min(Expr.Norm(x, axes).Value, Math.Abs)),
        Reduction("Variance", (x, axes, keep) => Expr.Variance(x, axes, keep)),
        new("Softmax", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank);
            return Made("Softmax", draw, [x], v => v[0].Softmax(axis), $"{{0}}.Softmax({axis})");
        }),
        new("LogSoftmax", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int axis = draw.Random.Next(draw[x].Rank);
            return Made("LogSoftmax", draw, [x], v => Expr.LogSoftmax(v[0], axis), $"Expr.LogSoftmax({{0}}, {axis})");
        }),
        new("ArgMax", draw =>
        {
            int x = draw.Where(s => s.Rank == 1);
            return x < 0 ? null : Made("ArgMax", draw, [x], v => v[0].Take(v[0].ArgMax()), "{0}.Take({0}.ArgMax())",
                v => Gap(v[0], Expr.Max(v[0], 0, true), 0));
        }),

        // products
        new("MatMul", draw =>
        {
            int x = draw.Where(s => s.Rank > 0);
            if (x < 0)
                return null;
            int k = draw[x][^1], y = draw.Where(s => s.Rank > 0 && (s.Rank == 1 ? s[0] : s[^2]) == k
                && (s.Rank < 3 || draw[x].Rank < 3 || Draw.Broadcasts(s.Slice(0, 1), draw[x].Slice(0, 1))));
            return y < 0 ? null : Made("MatMul", draw, [x, y], v => Expr.MatMul(v[0], v[1]), "Expr.MatMul({0}, {1})");
        }),
        new("Dot", draw =>
        {
            int x = draw.Where(s => s.Rank == 1), y = x < 0 ? -1 : draw.Where(s => s == draw[x]);
            return x < 0 ? null : Made("Dot", draw, [x, y], v => Expr.Dot(v[0], v[1]), "Expr.Dot({0}, {1})");
        }),
        new("Outer", draw =>
        {
            int x = draw.Where(s => s.Size <= 4), y = draw.Where(s => s.Size <= 4);
            return x < 0 || y < 0 ? null : Made("Outer", draw, [x, y], v => Expr.Outer(v[0], v[1]), "Expr.Outer({0}, {1})");
        }),
    ];

    // ---- making ----

    private sealed record UnaryKind(string Op, Func<Expr, Expr> Apply, string Code)
    {
        public Func<Tensor, double>? Margin { get; init; }
        public Func<Tensor, Func<Expr, Expr>?>? Frozen { get; init; }

        public static implicit operator Kind(UnaryKind kind) => new(kind.Op, draw =>
            Made(kind.Op, draw, [draw.Any()], v => kind.Apply(v[0]), kind.Code, kind.Margin is null ? null : v => kind.Margin(v[0].Value),
                kind.Frozen is null ? null : v => kind.Frozen(v[0]) is { } frozen ? x => frozen(x[0]) : throw new InvalidOperationException()));
    }

    private static UnaryKind Unary(string op, Func<Expr, Expr> apply, string code) => new(op, apply, code);

    private static Kind Binary(string op, Func<Expr, Expr, Expr> apply, string code, Func<Expr, Expr, double>? margin = null) => new(op, draw =>
    {
        int x = draw.Any(), y = draw.Beside(draw[x]);
        return Made(op, draw, draw.Random.Next(2) == 0 ? [x, y] : [y, x], v => apply(v[0], v[1]), code, margin is null ? null : v => margin(v[0], v[1]));
    });

    private static Kind Reduction(string op, Func<Expr, Axes, bool, Expr> reduce, Func<Expr, Axes, double>? margin = null) => new(op, draw =>
    {
        int x = draw.Where(s => s.Rank > 0);
        if (x < 0)
            return null;
        bool keep = draw.Random.Next(2) == 0;
        var axes = draw.Random.Next(4) == 0 ? Axes.All : draw.Axes(draw[x].Rank);
        string text = axes.IsAll ? "Axes.All" : $"[{List([.. axes])}]";
        return Made(op, draw, [x], v => reduce(v[0], axes, keep), $"Expr.{op}({{0}}, {text}, {(keep ? "true" : "false")})", margin is null ? null : v => margin(v[0], axes));
    });

    /// <summary>A step, whose shape is found by tracing: evaluated, a row beside a column of 10⁵ entries would fill the machine. Null if the value would be large, or larger than any can be.</summary>
    internal static Step? Made(string op, Draw draw, ImmutableArray<int> operands, Func<Expr[], Expr> apply, string code,
        Func<Expr[], double>? margin = null, Func<Tensor[], Func<Expr[], Expr>>? frozen = null)
    {
        Shape shape;
        try
        {
            shape = Graph.Trace(x => [apply([.. x])], [.. operands.Select(o => draw.Values[o].Type)]).Outputs[0].Shape;
        }
        catch (ShapeException error) when (error.Expected.Contains("2³¹", StringComparison.Ordinal))
        {
            return null;
        }
        if (shape.Rank > 3 || shape.Size == 0 || shape.Size > draw.Largest)
            return null;
        var step = new Step(op, operands, shape, apply, names => Write(code, names)) { Frozen = frozen };
        return margin is null ? step : step with { Margin = values => margin([.. values.Select(Expr.Constant)]) };
    }

    /// <summary>The code with names for {0}, {1} …</summary>
    private static string Write(string code, string[] names) =>
        names.Select((name, i) => (name, i)).Aggregate(code, (text, n) => text.Replace($"{{{n.i}}}", n.name, StringComparison.Ordinal));

    private static bool Broadcast(Shape a, Shape b, Shape c) => Draw.Broadcasts(b, c) && Draw.Broadcasts(a, Shape.Broadcast(b, c));

    private static (int Axis, int[] Indices) Indices(Draw draw, Shape shape, int count)
    {
        int axis = draw.Random.Next(shape.Rank);
        return (axis, [.. Enumerable.Range(0, count).Select(_ => draw.Random.Next(shape[axis]) is var i && draw.Random.Next(4) == 0 ? i - shape[axis] : i)]);
    }

    internal static string List(int[] numbers) => string.Join(", ", numbers);

    internal static Expr Mask(Tensor x, Func<double, bool> isTrue) => Tensor.Of(Array.ConvertAll(x.ToArray<double>(), e => isTrue(e)), x.Shape);

    private static double ToWhole(double x) => Math.Abs(x - Math.Round(x));

    private static double Min(Expr x, Func<double, double> of) => Min(x.Value, of);

    private static double Min(Tensor x, Func<double, double> of) => x.ToArray<double>().Select(of).Append(double.PositiveInfinity).Min();

    /// <summary>How far the second is from an extremum; 0 where it is attained twice.</summary>
    private static double Gap(Expr x, Expr extremum, Axes axes)
    {
        var distance = Expr.Abs(x - extremum);
        bool tie = Expr.Sum(Expr.Cast(Expr.Equal(distance, 0.0), DType.Float64), axes).Value.ToArray<double>().Any(count => count > 1);
        return tie ? 0 : Min(distance, d => d == 0 ? double.PositiveInfinity : d);
    }
}
