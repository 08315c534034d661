namespace Autodiff.Functional;

/// <summary>
/// The part of given sizes that begins at starts which are computed: the second input, a vector. The first <paramref name="Leading"/> axes of both are
/// walked through together.
/// </summary>
internal sealed record DynamicSlice(Shape Sizes, int Leading = 0) : Linear
{
    public static OpInfo Info => new("DynamicSlice", "the part of given sizes that begins at computed indices", random =>
    {
        var shape = random.NextShape(minRank: 1);
        int[] sizes = [.. shape.Take(random.Next(shape.Rank + 1)).Select(length => random.Next(length + 1))];
        return new([random.NextTensor(shape), .. sizes.Select((size, axis) => Start(random, shape[axis], size))],
            x => Expr.DynamicSlice(x[0], x[1..], Shape.Of(sizes)), $"Expr.DynamicSlice(x0, [x1, …], [{string.Join(", ", sizes)}])");
    })
    {
        Signature = "DynamicSlice(x, starts, sizes)",
        Derivative = "d sliced; back, zeros with d in place",
        Edges = "Negative starts count from the end; a part that leaves the tensor is an error, never moved.",
        Source = "JAX, lax.dynamic_slice (which moves it)",
    };

    internal static Tensor Start(Random random, int length, int size)
    {
        long start = random.Next(length - size + 1);
        return Tensor.Scalar(random.NextBool() && start < length ? start - length : start);
    }

    public override bool Cancels => false;
    public override bool Selects => true;
    public override string Attributes => Leading == 0 ? $"{Sizes}" : $"{Sizes}, leading={Leading}";

    internal override bool MayThrow(Inputs inputs) => !inputs[1].IsConstant;

    public override TensorType Infer(Inputs inputs)
    {
        var shape = inputs[0].Shape;
        for (int axis = 0; axis < Sizes.Rank; axis++)
            if (Sizes[axis] > shape[Leading + axis])
                throw new ShapeException(Name, $"sizes within {shape.Slice(Leading, Sizes.Rank)}", $"{Sizes}");
        return new(inputs[0].DType, Sizes.After(shape.Slice(0, Leading)));
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1]));

    private readonly struct Kernel(DynamicSlice op, Tensor x, Tensor starts) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var leading = x.Shape.Slice(0, op.Leading);
            var result = Tensor.New<E>(x.Element, op.Sizes.After(leading), out var elements);
            var strides = x.Strides;
            int size = op.Sizes.Size;
            for (int i = 0; size > 0 && i < leading.Size; i++)
            {
                int offset = x.Offset + DynamicStarts.Offset(op.Name, starts, i, x.Shape.Slice(op.Leading, op.Sizes.Rank), op.Sizes, strides[op.Leading..]);
                for (int axis = op.Leading - 1, rest = i; axis >= 0; rest /= leading[axis--])
                    offset += rest % leading[axis] * strides[axis];
                Strided.Read(x.Buffer<E>(), offset, op.Sizes.Dimensions, strides[op.Leading..], 0, elements.Slice(i * size, size));
            }
            if (size == 0)
                DynamicStarts.Check(op.Name, starts, x.Shape.Slice(op.Leading, op.Sizes.Rank), op.Sizes);
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) =>
        Expr.Apply(new DynamicUpdateSlice(Leading), Expr.Zeros(inputs[0].Shape, inputs[0].DType), cotangent, inputs[1]);

    public override Op Lifted(Shape leading) => new DynamicSlice(Sizes, Leading + leading.Rank);
}

/// <summary>The first input with the second in place of the part that begins at the third, a vector of indices.</summary>
internal sealed record DynamicUpdateSlice(int Leading = 0) : Linear
{
    public static OpInfo Info => new("DynamicUpdateSlice", "x with another tensor in place of the part that begins at computed indices", random =>
    {
        var shape = random.NextShape(minRank: 1);
        int[] sizes = [.. shape.Select(length => random.Next(length + 1))];
        return new([random.NextTensor(shape), random.NextTensor(Shape.Of(sizes)), .. sizes.Select((size, axis) => DynamicSlice.Start(random, shape[axis], size))],
            x => Expr.DynamicUpdateSlice(x[0], x[1], x[2..]), "Expr.DynamicUpdateSlice(x0, x1, [x2, …])");
    })
    {
        Signature = "DynamicUpdateSlice(x, update, starts)",
        Derivative = "dx updated with the other's d; back, d with zeros in place, and d's part",
        Edges = "Negative starts count from the end; a part that leaves the tensor is an error, never moved.",
        Source = "JAX, lax.dynamic_update_slice (which moves it)",
    };

    public override bool Cancels => false;
    public override bool Selects => true;
    public override string Attributes => Leading == 0 ? "" : $"leading={Leading}";

    internal override bool MayThrow(Inputs inputs) => !inputs[2].IsConstant;

    public override TensorType Infer(Inputs inputs)
    {
        Shape target = inputs[0].Shape, update = inputs[1].Shape;
        bool fits = update.Rank == target.Rank;
        for (int axis = 0; fits && axis < target.Rank; axis++)
            fits = update[axis] <= target[axis];
        if (!fits)
            throw new ShapeException(Name, $"an update of rank {target.Rank - Leading} within {target}", $"{update}");
        return inputs[0].DType == inputs[1].DType ? inputs[0].Type : throw Promotion.Differ(Name, inputs[0], inputs[1]);
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1], inputs[2]));

    private readonly struct Kernel(DynamicUpdateSlice op, Tensor target, Tensor update, Tensor starts) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(target.Element, target.Shape, out var elements);
            target.Read(0, elements);
            int rank = target.Rank - op.Leading;
            Shape shape = target.Shape.Slice(op.Leading, rank), sizes = update.Shape.Slice(op.Leading, rank);
            int[] strides = shape.Strides();
            var source = update.Elements<E>();
            for (int i = 0, size = sizes.Size; size > 0 && i < source.Length / size; i++)
                Strided.Write(source.Slice(i * size, size), elements, i * shape.Size + DynamicStarts.Offset(op.Name, starts, i, shape, sizes, strides), sizes.Dimensions, strides);
            if (source.IsEmpty)
                DynamicStarts.Check(op.Name, starts, shape, sizes);
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => index == 0
        ? Expr.Apply(this, cotangent, Expr.Zeros(inputs[1].Shape, inputs[1].DType), inputs[2])
        : Expr.Apply(new DynamicSlice(inputs[1].Shape.Slice(Leading, inputs[1].Rank - Leading), Leading), cotangent, inputs[2]);

    public override Op Lifted(Shape leading) => new DynamicUpdateSlice(Leading + leading.Rank);
}

/// <summary>Starts that are computed: one row of Int64 for each slice.</summary>
file static class DynamicStarts
{
    /// <summary>Where the slice of a row begins.</summary>
    /// <exception cref="IndexException">It would leave the tensor.</exception>
    public static int Offset(string op, Tensor starts, int row, Shape shape, Shape sizes, ReadOnlySpan<int> strides)
    {
        int offset = 0;
        var indices = starts.Elements<long>().Slice(row * sizes.Rank, sizes.Rank);
        for (int axis = 0; axis < indices.Length; axis++)
        {
            long start = indices[axis] < 0 ? indices[axis] + shape[axis] : indices[axis];
            if (start < 0 || start + sizes[axis] > shape[axis])
                throw new IndexException(op, $"a start in 0 … {shape[axis] - sizes[axis]}, or one that counts from the end to there, for {sizes[axis]} of {shape[axis]} at axis {axis} of {shape}", $"{indices[axis]}");
            offset += (int)start * strides[axis];
        }
        return offset;
    }

    /// <summary>The errors of starts where there is nothing to copy.</summary>
    public static void Check(string op, Tensor starts, Shape shape, Shape sizes)
    {
        for (int row = 0; sizes.Rank > 0 && row < starts.Size / sizes.Rank; row++)
            Offset(op, starts, row, shape, sizes, shape.Strides());
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The part of given sizes that begins at computed indices: one start and one size for each of the leading axes, the others whole. Negative starts
    /// count from the end. A part that leaves the tensor is an error, here and when it runs: it is never moved to fit.
    /// </summary>
    /// <exception cref="AxisException">There are not as many starts as sizes, or more than axes.</exception>
    /// <exception cref="ShapeException">A size is larger than its axis, or a start is no scalar.</exception>
    /// <exception cref="DTypeException">A start is no integer.</exception>
    /// <exception cref="IndexException">The part leaves the tensor.</exception>
    /// <example><code>
    /// var window = Expr.DynamicSlice(series, [t], [10]);
    /// </code></example>
    public static Expr DynamicSlice(Expr x, IReadOnlyList<Expr> starts, Shape sizes)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(starts);
        if (starts.Count != sizes.Rank || starts.Count > x.Rank)
            throw new AxisException("DynamicSlice", $"a start and a size for each leading axis, at most {x.Rank} for the shape {x.Shape}", $"{starts.Count} and {sizes.Rank}");
        return starts.Count == 0 ? x : Apply(new DynamicSlice([.. sizes, .. x.Shape.Dimensions[sizes.Rank..]]), x, Starts("DynamicSlice", starts, x.Rank));
    }

    /// <summary>The tensor with another in place of the part that begins at computed indices: one start for each of the leading axes, 0 for the others.</summary>
    /// <exception cref="AxisException">There are more starts than axes.</exception>
    /// <exception cref="ShapeException">The update has another rank or is larger, or a start is no scalar.</exception>
    /// <exception cref="DTypeException">A start is no integer, or the dtypes differ.</exception>
    /// <exception cref="IndexException">The part leaves the tensor.</exception>
    public static Expr DynamicUpdateSlice(Expr x, Expr update, IReadOnlyList<Expr> starts)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(starts);
        if (starts.Count > x.Rank)
            throw new AxisException("DynamicUpdateSlice", $"at most {x.Rank} starts for the shape {x.Shape}", $"{starts.Count}");
        if (x.DType != DType.Bool || update.DType != DType.Bool)
            (x, update) = Promotion.Numbers("DynamicUpdateSlice", x, update, Domain.Numeric);
        return x.Rank == 0 && update.Rank == 0 ? update : Apply(new DynamicUpdateSlice(), x, update, Starts("DynamicUpdateSlice", starts, x.Rank));
    }

    private static Expr Starts(string op, IReadOnlyList<Expr> starts, int rank)
    {
        var all = new Expr[rank];
        Array.Fill(all, Zeros(Shape.Scalar, DType.Int64));
        for (int i = 0; i < starts.Count; i++)
        {
            var start = Indices(starts[i]);
            if (!start.DType.IsInteger())
                throw new DTypeException(op, "starts of dtype Int32 or Int64", $"{start.DType}", "Cast them.");
            if (start.Rank != 0)
                throw new ShapeException(op, "a scalar for each start", $"the shape {start.Shape}", "Index it: one start for each axis.");
            all[i] = Cast(start, DType.Int64);
        }
        return Stack(all);
    }

    /// <summary>The part of given sizes that begins at computed indices.</summary>
    public Expr DynamicSlice(IReadOnlyList<Expr> starts, Shape sizes) => DynamicSlice(this, starts, sizes);
    /// <summary>The tensor with another in place of the part that begins at computed indices.</summary>
    public Expr DynamicUpdateSlice(Expr update, IReadOnlyList<Expr> starts) => DynamicUpdateSlice(this, update, starts);
}
