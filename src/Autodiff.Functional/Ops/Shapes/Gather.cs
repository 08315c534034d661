using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// The sub-tensors at some indices along an axis, in place of that axis. The first <paramref name="Leading"/> axes are shared: data and indices are
/// walked through together along them.
/// </summary>
internal sealed record Gather(int Axis, int Leading = 0) : Linear, IIndexedRead
{
    public override bool Cancels => false;
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Take", "the sub-tensors at indices along an axis", random =>
        {
            var shape = random.NextShape(minRank: 1, minDimension: 1);
            int axis = random.NextAxis(shape.Rank);
            return OpCase.Of(random.NextTensor(shape), random.NextIndices(random.NextShape(maxRank: 2), shape[shape.Axis(axis)]),
                (x, indices) => Expr.Take(x, indices, axis), $"Expr.Take(x0, x1, {axis})");
        })
        { Signature = "Take(x, indices, axis = 0)", Derivative = "d taken; back, d added at the indices", Edges = "Negative indices count from the end; outside is an error.", Source = "NumPy, take" },
        new("TakeAlongAxis", "for each other position, the elements at indices along an axis", random =>
        {
            var shape = random.NextShape(minRank: 1, minDimension: 1);
            int axis = random.NextAxis(shape.Rank);
            return OpCase.Of(random.NextTensor(shape), random.NextIndices(shape.With(shape.Axis(axis), random.NextDimension()), shape[shape.Axis(axis)]),
                (x, indices) => Expr.TakeAlongAxis(x, indices, axis), $"Expr.TakeAlongAxis(x0, x1, {axis})");
        })
        { Signature = "TakeAlongAxis(x, indices, axis)", Derivative = "d taken; back, d added at the indices", Edges = "Negative indices count from the end; outside is an error.", Source = "NumPy, take_along_axis" },
    ];

    public override string Name => "Take";

    /// <summary>The name that errors begin with.</summary>
    public string Called { get; init; } = "Take";

    internal override bool MayThrow(Inputs inputs) => !inputs[1].IsConstant;
    public override string Attributes => Leading == 0 ? $"axis={Axis}" : $"axis={Axis}, leading={Leading}";
    public override bool Selects => true;

    public override TensorType Infer(Inputs inputs)
    {
        var (data, indices) = (inputs[0].Shape, inputs[1].Shape);
        IndexPlaces.Require(Called, inputs[0].Shape, Axis, Leading, inputs[1]);
        return new(inputs[0].DType, [.. data.Dimensions[..Axis], .. indices.Dimensions[Leading..], .. data.Dimensions[(Axis + 1)..]]);
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1]));

    private readonly struct Kernel(Gather op, Tensor data, Tensor indices) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var places = new IndexPlaces(op.Called, data.Shape, op.Axis, op.Leading, indices);
            Shape shape = [.. data.Shape.Dimensions[..op.Axis], .. indices.Shape.Dimensions[op.Leading..], .. data.Shape.Dimensions[(op.Axis + 1)..]];
            var result = Tensor.New<E>(data.Element, shape, out var elements);
            var source = data.Elements<E>();
            int at = 0;
            foreach (int place in places)
            {
                source.Slice(place, places.Inner).CopyTo(elements[at..]);
                at += places.Inner;
            }
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) =>
        Expr.Apply(new ScatterAdd(Axis, Leading), Expr.Zeros(inputs[0].Shape, inputs[0].DType), inputs[1], cotangent);

    public override Op Lifted(Shape leading) => this with { Axis = Axis + leading.Rank, Leading = Leading + leading.Rank };

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        if (Leading > 0 || (batched[0] && batched[1]))
            return base.Batch(inputs, batched, size);
        // One set of indices for all: as if along one more axis of the data. One table for all: as if with more indices, whose first axis then goes to the front.
        return batched[0] ? Expr.Apply(this with { Axis = Axis + 1 }, inputs[0], inputs[1]) : Expr.MoveAxis(Expr.Apply(this, inputs[0], inputs[1]), Axis, 0);
    }
}

/// <summary>The first input with the third's sub-tensors added at the indices along an axis; an index that comes twice adds twice.</summary>
internal sealed record ScatterAdd(int Axis, int Leading = 0) : Linear, IIndexedAdd
{
    public override bool Cancels => false;
    public static OpInfo Info => new("ScatterAdd", "the target, with updates added at indices along an axis", random =>
    {
        var shape = random.NextShape(minRank: 1, minDimension: 1);
        int axis = random.NextAxis(shape.Rank), along = shape.Axis(axis);
        var indices = random.NextShape(maxRank: 2);
        Shape updates = [.. shape.Dimensions[..along], .. indices.Dimensions, .. shape.Dimensions[(along + 1)..]];
        return new([random.NextTensor(shape), random.NextIndices(indices, shape[along]), random.NextTensor(updates)],
            x => Expr.ScatterAdd(x[0], x[1], x[2], axis), $"Expr.ScatterAdd(x0, x1, x2, {axis})");
    })
    {
        Signature = "ScatterAdd(target, indices, updates, axis = 0)",
        Derivative = "d scattered; back, d to the target, d taken to the updates",
        Edges = "An index that comes twice adds twice; outside is an error.",
    };

    /// <summary>The name that errors begin with.</summary>
    public string Called { get; init; } = "ScatterAdd";

    public override string Attributes => Leading == 0 ? $"axis={Axis}" : $"axis={Axis}, leading={Leading}";
    internal override bool MayThrow(Inputs inputs) => !inputs[1].IsConstant;

    public override TensorType Infer(Inputs inputs)
    {
        var (target, indices, updates) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
        IndexPlaces.Require(Called, inputs[0].Shape, Axis, Leading, inputs[1]);
        if (inputs[0].DType != inputs[2].DType)
            throw Promotion.Differ(Name, inputs[0], inputs[2]);
        Shape expected = [.. target.Dimensions[..Axis], .. indices.Dimensions[Leading..], .. target.Dimensions[(Axis + 1)..]];
        return updates == expected ? inputs[0].Type
            : throw new ShapeException(Name, $"updates of shape {expected}: the target's, with the indices' in place of axis {Axis}", $"{updates}");
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1], inputs[2]));

    private readonly struct Kernel(ScatterAdd op, Tensor target, Tensor indices, Tensor updates) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var places = new IndexPlaces(op.Called, target.Shape, op.Axis, op.Leading, indices);
            var result = Tensor.New<E>(target.Element, target.Shape, out var elements);
            target.Read(0, elements);
            var source = updates.Elements<E>();
            var sums = new RowSums<E>(elements, places.Inner, places.Count);
            int at = 0;
            foreach (int place in places)
            {
                sums.Add([place], source[at..]);
                at += places.Inner;
            }
            sums.Finish();
            return result;
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) =>
        index == 0 ? cotangent : Expr.Apply(new Gather(Axis, Leading), cotangent, inputs[1]);

    public override Op Lifted(Shape leading) => this with { Axis = Axis + leading.Rank, Leading = Leading + leading.Rank };

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Leading > 0 || batched[1] ? base.Batch(inputs, batched, size)
        : Expr.Apply(this with { Axis = Axis + 1 }, batched[0] ? inputs[0] : Batching.Repeat(inputs[0], size), inputs[1], batched[2] ? inputs[2] : Batching.Repeat(inputs[2], size));
}

/// <summary>
/// Where in row-major data the sub-tensors lie that indices along an axis name, in the order of the result: shared axes, axes before, indices, axes after.
/// </summary>
internal readonly struct IndexPlaces
{
    private readonly int[] _indices;
    private readonly int _shared, _before, _length;

    /// <exception cref="IndexException">An index is outside −length … length − 1.</exception>
    public IndexPlaces(string op, Shape data, int axis, int leading, Tensor indices)
    {
        var along = new IndexRange(op, data, axis);
        _length = along.Length;
        _shared = data.Slice(0, leading).Size;
        _before = data.Slice(leading, axis - leading).Size;
        Inner = along.Inner;
        _indices = indices.DType == DType.Int64 ? Array.ConvertAll(indices.ToArray<long>(), along.Position) : Array.ConvertAll(indices.ToArray<int>(), i => along.Position(i));
    }

    /// <summary>Indices must be integers; if they are known they must be inside, so that the error comes where the op is written.</summary>
    public static void Require(string op, Shape data, int axis, int leading, Expr indices)
    {
        if (!indices.DType.IsInteger())
            throw new DTypeException(op, "indices of dtype Int32 or Int64", $"{indices.DType}", "Cast them.");
        if (indices.IsConstant)
            _ = new IndexPlaces(op, data, axis, leading, indices.Value);
    }

    /// <summary>The number of elements that lie together at each place.</summary>
    public int Inner { get; }

    /// <summary>The number of places.</summary>
    public int Count => _shared * _before * PerShared;

    private int PerShared => _shared == 0 ? 0 : _indices.Length / _shared;

    public IEnumerator<int> GetEnumerator()
    {
        int perShared = PerShared;
        for (int s = 0; s < _shared; s++)
            for (int b = 0; b < _before; b++)
                for (int i = 0; i < perShared; i++)
                    yield return ((s * _before + b) * _length + _indices[s * perShared + i]) * Inner;
    }
}

public sealed partial class Expr
{
    /// <summary>
    /// The sub-tensors at some indices along an axis, in place of that axis. Negative indices count from the end.
    /// </summary>
    /// <exception cref="IndexException">An index is outside the axis.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    /// <exception cref="DTypeException">The indices are not integers.</exception>
    public static Expr Take(Expr x, Expr indices, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Apply(new Gather(x.Shape.Axis(axis)), x, Indices(indices));
    }

    /// <summary>The sub-tensors at some indices along an axis.</summary>
    public Expr Take(Expr indices, int axis = 0) => Take(this, indices, axis);

    /// <summary>
    /// The element at an index along an axis for each of the other positions (NumPy's take_along_axis): indices of the shape of x but for that axis.
    /// </summary>
    /// <exception cref="ShapeException">The indices do not have that shape.</exception>
    /// <exception cref="IndexException">An index is outside the axis.</exception>
    public static Expr TakeAlongAxis(Expr x, Expr indices, int axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(indices);
        axis = x.Shape.Axis(axis);
        indices = Indices(indices);
        if (indices.Rank != x.Rank || indices.Shape.With(axis, 0) != x.Shape.With(axis, 0))
            throw new ShapeException("TakeAlongAxis", $"indices of the shape {x.Shape} but for axis {axis}", $"{indices.Shape}");
        // With the axis last, all others are shared.
        int[] last = [.. Enumerable.Range(0, x.Rank).Where(i => i != axis), axis];
        var taken = Apply(new Gather(x.Rank - 1, x.Rank - 1) { Called = "TakeAlongAxis" }, Transpose(x, last), Transpose(indices, last));
        return Transpose(taken, Axes.Of(last).Inverse());
    }

    /// <summary>
    /// The target with sub-tensors of updates added at some indices along an axis; an index that comes twice adds twice.
    /// </summary>
    /// <exception cref="ShapeException">The updates do not have the target's shape with the indices' in place of the axis.</exception>
    /// <exception cref="IndexException">An index is outside the axis.</exception>
    public static Expr ScatterAdd(Expr target, Expr indices, Expr updates, int axis = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(updates);
        (target, updates) = Promotion.Numbers("ScatterAdd", target, updates, Domain.Numeric);
        return Apply(new ScatterAdd(target.Shape.Axis(axis)), target, Indices(indices), updates);
    }

    /// <summary>Indices as integers: a literal is one if it is whole.</summary>
    internal static Expr Indices(Expr indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (!indices.IsWeak)
            return indices;
        var whole = Cast(indices, DType.Int64);
        return Equals(Cast(whole, DType.Float64).Value, indices.Value) ? whole
            : throw new IndexException("index", "whole numbers", $"{indices}", "Round it first.");
    }
}
