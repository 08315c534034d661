using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>The elements at Starts + i·Steps, i &lt; Counts, along each axis. Steps may be negative. A view.</summary>
internal sealed record Slice(Axes Starts, Shape Counts, Axes Steps) : Linear, IView
{
    public override bool Cancels => false;
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Slice", "every step-th element from start to stop of an axis", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int axis = random.NextAxis(shape.Rank), step = random.Next(3) switch { 0 => -1, 1 => 1, _ => random.NextBool() ? 2 : -2 };
            int? start = Bound(random), stop = Bound(random);
            return OpCase.Of(random.NextTensor(shape), x => Expr.Slice(x, axis, start, stop, step), $"Expr.Slice(x0, {axis}, {start?.ToString() ?? "null"}, {stop?.ToString() ?? "null"}, {step})");
        })
        { Signature = "Slice(x, axis, start = first, stop = last, step = 1)", Derivative = "d sliced; back, zeros with d in place", Cost = "O(1)", Source = "NumPy, Basic slicing" },
        new("Index", "an element or a sub-tensor", random =>
        {
            var shape = random.NextShape(minDimension: 1);
            Subscript[] at = [.. shape.Take(random.Next(shape.Rank + 1)).Select(length => new Index(random.Next(1, length + 1), fromEnd: true))];
            return OpCase.Of(random.NextTensor(shape), x => x[at], $"x0[{string.Join(", ", at)}]");
        })
        { Signature = "x[i, j …]", Derivative = "d indexed; back, zeros with d in place", Cost = "O(1)" },
        new("Range", "a part along the leading axes", random =>
        {
            var shape = random.NextShape();
            Subscript[] parts = [.. shape.Take(random.Next(shape.Rank + 1)).Select(length => random.Next(length + 1) is var start ? start..random.Next(start, length + 1) : default)];
            return OpCase.Of(random.NextTensor(shape), x => x[parts], $"x0[{string.Join(", ", parts)}]");
        })
        { Signature = "x[a..b, c..d …]", Derivative = "d sliced; back, zeros with d in place", Cost = "O(1)" },
    ];

    private static int? Bound(Random random) => random.Next(3) == 0 ? null : random.Next(-5, 6);

    public override bool Selects => true;

    public override string Attributes => $"start={Starts}, count={Counts}, step={Steps}";

    public override TensorType Infer(Inputs inputs)
    {
        var shape = inputs[0].Shape;
        if (Starts.Count != shape.Rank || Counts.Rank != shape.Rank || Steps.Count != shape.Rank)
            throw new AxisException("Slice", $"a start, a count and a step for each axis of {shape}", $"{Attributes}");
        for (int axis = 0; axis < shape.Rank; axis++)
            if (Counts[axis] > 0 && (!Inside(Starts[axis], shape[axis]) || !Inside(Starts[axis] + (Counts[axis] - 1) * Steps[axis], shape[axis])))
                throw new IndexException("Slice", $"indices below {shape[axis]} at axis {axis} of {shape}", $"{Starts[axis]} … {Starts[axis] + (Counts[axis] - 1) * Steps[axis]}");
        return new(inputs[0].DType, Counts);

        static bool Inside(int index, int length) => (uint)index < (uint)length;
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Slice(Starts.Span, Counts.Dimensions, Steps.Span);

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Apply(new Embed(inputs[0].Shape, Starts, Steps), cotangent);

    public override Op Lifted(Shape leading) => new Slice(
        [.. new int[leading.Rank], .. Starts], Counts.After(leading), [.. Shape.Ones(leading.Rank), .. Steps]);
}

/// <summary>Zeros of a shape, with the input's elements at Starts + i·Steps along each axis: the transpose of <see cref="Slice"/>.</summary>
internal sealed record Embed(Shape To, Axes Starts, Axes Steps) : Linear, IPlacement
{
    public override bool Cancels => false;
    public static OpInfo Info => new("Pad", "x with more elements around", random =>
    {
        var shape = random.NextShape(maxRank: 2);
        double value = random.NextBool() ? 0 : 1.5;
        if (random.Next(3) == 0)
            return OpCase.Of(random.NextTensor(shape), x => Expr.Pad(x, 1, value), $"Expr.Pad(x0, 1, {value})");
        (int, int)[] widths = [.. shape.Select(_ => (random.Next(3), random.Next(3)))];
        return OpCase.Of(random.NextTensor(shape), x => Expr.Pad(x, widths, value), $"Expr.Pad(x0, [{string.Join(", ", widths)}], {value})");
    })
    {
        Signature = "Pad(x, widths, value = 0)",
        Derivative = "d padded with 0; back, the part in the middle",
    };

    public override string Attributes => $"{To}, start={Starts}, step={Steps}";

    public override TensorType Infer(Inputs inputs)
    {
        var shape = inputs[0].Shape;
        bool fits = shape.Rank == To.Rank;
        // Nothing needs no room.
        for (int axis = 0; fits && axis < To.Rank; axis++)
            fits = shape[axis] == 0 || Math.Max(Starts[axis], Starts[axis] + (shape[axis] - 1) * Steps[axis]) < To[axis];
        if (!fits)
            throw new ShapeException("Pad", $"room for {shape} at {Starts}", $"{To}");
        return new(inputs[0].DType, To);
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0]));

    private readonly struct Kernel(Embed op, Tensor x) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(x.Element, op.To, out var elements);
            elements.Clear();
            if (x.Size > 0)
            {
                var place = result.Slice(op.Starts.Span, x.Shape.Dimensions, op.Steps.Span);
                Strided.Write(x.Elements<E>(), elements, place.Offset, place.Shape.Dimensions, place.Strides);
            }
            return result;
        }
    }

    IEnumerable<(ImmutableArray<int> Starts, ImmutableArray<int> Steps)> IPlacement.Places(ImmutableArray<Shape> inputs) => [([.. Starts], [.. Steps])];

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Apply(new Slice(Starts, inputs[0].Shape, Steps), cotangent);

    internal override Op OverRows(int rows) => new Embed(To.With(0, rows), Starts, Steps);

    public override Op Lifted(Shape leading) => new Embed(To.After(leading), [.. new int[leading.Rank], .. Starts], [.. Shape.Ones(leading.Rank), .. Steps]);
}

public sealed partial class Expr
{
    /// <summary>
    /// The part from <paramref name="start"/> (inclusive) to <paramref name="stop"/> (exclusive) of an axis, every <paramref name="step"/>-th, by NumPy's
    /// rules: negative bounds count from the end, bounds beyond the ends are cut to them, null is as far as it goes, a negative step goes backwards.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public static Expr Slice(Expr x, int axis, int? start = null, int? stop = null, int step = 1)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (step == 0)
            OutOfRange.Throw("Slice", "a step other than 0", step, "Take every element with 1, and backwards with −1.", nameof(step));
        axis = x.Shape.Axis(axis);
        int length = x.Shape[axis];
        int from = Bound(start, step > 0 ? 0 : length - 1), to = Bound(stop, step > 0 ? length : -1);
        int count = (int)Math.Max(0, step > 0 ? (to - from + (long)step - 1) / step : (from - to - (long)step - 1) / -(long)step);
        int[] starts = new int[x.Rank], steps = [.. Shape.Ones(x.Rank)];
        (starts[axis], steps[axis]) = (count == 0 ? 0 : from, step);
        return Sliced(x, starts, x.Shape.With(axis, count), steps);

        int Bound(int? bound, int open) => bound is not { } b ? open
            : Math.Clamp(b < 0 ? b + length : b, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
    }

    /// <summary>The part from start to stop of an axis, every step-th, by NumPy's rules.</summary>
    public Expr Slice(int axis, int? start = null, int? stop = null, int step = 1) => Slice(this, axis, start, stop, step);

    private static Expr Sliced(Expr x, int[] starts, Shape counts, int[] steps) =>
        counts == x.Shape && !starts.Any(s => s != 0) && !steps.Any(s => s != 1) ? x : Apply(new Slice(starts, counts, steps), x);

    /// <summary>A part along the leading axes, as in <c>x[^1, 1..3]</c>: an index drops its axis, a range keeps it.</summary>
    /// <exception cref="IndexException">A subscript is outside its axis.</exception>
    /// <exception cref="AxisException">There are more subscripts than axes.</exception>
    public Expr this[params ReadOnlySpan<Subscript> subscripts]
    {
        get
        {
            if (subscripts.Length > Rank)
                throw new AxisException("Expr[]", $"at most {Rank} subscripts for the shape {Shape}", $"{subscripts.Length}");
            int[] starts = new int[Rank], counts = [.. Shape];
            var dropped = new List<int>();
            for (int axis = 0; axis < subscripts.Length; axis++)
            {
                (starts[axis], counts[axis]) = subscripts[axis].Along(Shape, axis, "Expr[]");
                if (subscripts[axis].IsIndex)
                    dropped.Add(axis);
            }
            var part = Shape.Of(counts);
            return Reshape(Sliced(this, starts, part, [.. Shape.Ones(Rank)]), part.Without([.. dropped]));
        }
    }

    /// <summary>An element or a sub-tensor: one index per leading axis, counted from 0.</summary>
    /// <exception cref="IndexException">An index is outside its axis.</exception>
    /// <exception cref="AxisException">There are more indices than axes.</exception>
    public Expr this[params int[] indices] => this[Array.ConvertAll(indices ?? throw new ArgumentNullException(nameof(indices)), index => (Subscript)index)];

    /// <summary>More elements around: for each axis how many before and after, all of them <paramref name="value"/>.</summary>
    /// <exception cref="ShapeException">There is not one pair for each axis, or a number is negative.</exception>
    public static Expr Pad(Expr x, ReadOnlySpan<(int Before, int After)> widths, double value = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (widths.Length != x.Rank)
            throw new ShapeException("Pad", $"a pair of widths for each of {x.Rank} axes", $"{widths.Length}");
        int[] starts = new int[x.Rank], lengths = new int[x.Rank];
        for (int axis = 0; axis < x.Rank; axis++)
        {
            var (before, after) = widths[axis];
            if (before < 0 || after < 0)
                throw new ShapeException("Pad", "widths ≥ 0", $"({before}, {after}) at axis {axis}", "Slice it to make it smaller.");
            (starts[axis], lengths[axis]) = (before, before + x.Shape[axis] + after);
        }
        var embed = new Embed(Shape.Of(lengths), starts, [.. Shape.Ones(x.Rank)]);
        var padded = Apply(embed, x);
        return value == 0 ? padded : x.DType == DType.Bool ? throw new DTypeException("Pad", "numbers to pad with a number", "Bool", "Pad its negation for true.") : Where(Apply(embed, Constant(Tensor.Full(x.Shape, true))), padded, value);
    }

    /// <summary>The same width of padding on all sides.</summary>
    public static Expr Pad(Expr x, int width, double value = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Pad(x, [.. Enumerable.Repeat((width, width), x.Rank)], value);
    }
}
