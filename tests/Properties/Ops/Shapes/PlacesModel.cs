using Xunit;
using static Autodiff.Functional.Properties.Ops.Loops;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Reading and updating at computed indices, sorting, one-hot and segments, against loops.</summary>
public sealed class PlacesModel
{
    [Fact]
    public void Dynamic_slices_are_slices_at_computed_starts() => Cases(150, random =>
    {
        var x = random.NextTensor(random.NextShape(minRank: 1));
        int[] sizes = [.. x.Shape.Select(length => random.Next(length + 1))], starts = [.. x.Shape.Zip(sizes, (length, size) => random.Next(length - size + 1))];
        Expr[] at = [.. starts.Select((start, axis) => (Expr)Tensor.Scalar(start < x.Shape[axis] && random.NextBool() ? start - x.Shape[axis] : start))];
        var part = Shape.Of(sizes);
        Same(Fill(part, index => Get(x, [.. index.Zip(starts, (i, start) => i + start)])), Expr.DynamicSlice(x, at, part));

        var update = random.NextTensor(part);
        Same(Written(x.Shape, (elements, flat) =>
        {
            x.ToArray<double>().CopyTo(elements, 0);
            foreach (var index in Indices(part))
                elements[flat([.. index.Zip(starts, (i, start) => i + start)])] = Get(update, index);
        }), Expr.DynamicUpdateSlice(x, update, at));
    });

    [Fact]
    public void Places_are_read_and_updated_one_after_the_other() => Cases(300, random =>
    {
        var x = random.NextTensor(random.NextShape(minRank: 1, minDimension: 1));
        int axes = random.Next(1, x.Rank + 1);
        var of = random.NextShape(maxRank: 2);
        Tensor[] indices = [.. Enumerable.Range(0, axes).Select(axis => random.NextIndices(random.NextPartOf(of), x.Shape[axis]))];
        var places = indices.Aggregate(Shape.Scalar, (shape, index) => Shape.Broadcast(shape, index.Shape));
        Shape rest = x.Shape.Slice(axes, x.Rank - axes), all = rest.After(places);
        Tensor values = random.NextTensor(random.NextPartOf(all)), whole = Expr.BroadcastTo(values, all).Value;
        var stretched = indices.Select(index => Expr.BroadcastTo(index, places).Value).ToArray();
        var at = ((Expr)x).At([.. indices.Select(index => (Expr)index)]);

        int[] Place(int[] index) => [.. stretched.Select((of, axis) => (int)Get(of, index[..places.Rank]) is var i && i < 0 ? i + x.Shape[axis] : i), .. index[places.Rank..]];
        Same(Fill(all, index => Get(x, Place(index))), at.Get());
        Same(Updated((old, value) => value), at.Set(values));
        Same(Updated((old, value) => old + value), at.Add(values));
        Same(Updated((old, value) => old * value), at.Multiply(values));
        Same(Updated(Math.Max), at.Max(values));
        Same(Updated(Math.Min), at.Min(values));

        Tensor Updated(Func<double, double, double> update) => Written(x.Shape, (elements, flat) =>
        {
            x.ToArray<double>().CopyTo(elements, 0);
            foreach (var index in Indices(all))
                elements[flat(Place(index))] = update(elements[flat(Place(index))], Get(whole, index));
        });
    });

    [Fact]
    public void The_last_of_equal_indices_is_set_and_has_the_gradient()
    {
        Expr indices = Ints(1, -2, 0, 1), values = Vector(10, 20, 30, 40);
        Expr x = Vector(1, 2, 3);
        Assert.Equal([30, 40, 3], Elements(x.At(indices).Set(values)));
        Assert.Equal([0, 0, 1, 1], Gradient(v => x.At(indices).Set(v), values));
        Assert.Equal([0, 0, 1], Gradient(y => y.At(indices).Set(values), x));
        Assert.Equal([31, 72, 3], Elements(x.At(indices).Add(values)));
        Assert.Equal([1, 1, 1, 1], Gradient(v => x.At(indices).Add(v), values));
        // What is overwritten has no influence, whatever its derivative.
        Assert.Equal([0, 0.25], Gradient(y => Expr.Sqrt(y).At(0).Set(5), Vector(0, 4)));
        // Indices may depend on anything; they have no derivative.
        Assert.Equal([0, 0, 1], Gradient(y => y.At(Expr.ArgMax(y)).Get(), x));
    }

    [Fact]
    public void Products_at_equal_places_have_derivatives_at_zero()
    {
        Expr x = Vector(3, 5), indices = Ints(0, 0, 0);
        Expr values = Vector(0, 2, 0);
        Assert.Equal([0, 5], Elements(x.At(indices).Multiply(values)));
        Assert.Equal([0, 0, 0], Gradient(v => x.At(indices).Multiply(v), values));
        // 3·a·b·c at (0, 2, 0): the only second derivative is in a and c.
        Assert.Equal([0, 0, 6, 0, 0, 0, 6, 0, 0], Elements(Ad.Hessian(v => Expr.Sum(x.At(indices).Multiply(v)), values)));
    }

    [Fact]
    public void Sort_is_stable_with_NaN_last() => Cases(100, random =>
    {
        var shape = random.NextShape(minRank: 1);
        int along = random.Next(shape.Rank);
        shape = shape.With(along, random.Next(3) == 0 ? random.Next(100) : shape[along]);
        double[] few = [double.NaN, 1, 2, 0, -0.0, double.PositiveInfinity, double.NegativeInfinity, 3];
        var x = Tensor.Of(Enumerable.Range(0, shape.Size).Select(_ => few[random.Next(few.Length)]).ToArray(), shape);
        Tensor[] orders = [Fill(shape, index => Order(index)[index[along]]), Fill(shape, index => Line(x, index, along)[Order(index)[index[along]]])];
        Same(orders[0], Expr.ArgSort(x, along - shape.Rank));
        Same(orders[1], Expr.Sort(x, along));
        foreach (var dtype in new[] { DType.Float32, DType.Int32, DType.Int64, DType.Bool })
        {
            var cast = Expr.Cast(Expr.Where(Expr.Less(Expr.Abs(x), 4.0), x, 7.0), dtype);
            var numbers = Expr.Cast(cast, DType.Float64).Value;
            Same(Fill(shape, index => Line(numbers, index, along).Order().ElementAt(index[along])), Expr.Sort(cast, along));
        }

        // OrderBy is stable.
        int[] Order(int[] index) => [.. Line(x, index, along).Select((value, i) => (value, i)).OrderBy(item => double.IsNaN(item.value)).ThenBy(item => item.value + 0.0).Select(item => item.i)];
    });

    [Fact]
    public void Each_of_equal_elements_keeps_its_own_gradient() => Assert.Equal([200, 1, 30, 2],
        Elements(Ad.Grad(x => Expr.Sum(Expr.Sort(x) * Vector(1, 2, 30, 200)), Vector(double.NaN, 3, 7, 3))));

    [Fact]
    public void One_hot_and_segments() => Cases(100, random =>
    {
        int count = random.Next(1, 5);
        var indices = random.NextIndices(random.NextShape(), count);
        int axis = random.Next(indices.Rank + 1);
        Same(Fill(indices.Shape.Insert(axis, count), index => Segment(indices, [.. index[..axis], .. index[(axis + 1)..]]) == index[axis] ? 1 : 0), Expr.OneHot(indices, count, axis - indices.Rank - 1));

        var x = random.NextTensor([.. indices.Shape, .. random.NextShape(maxRank: 2)]);
        if (indices.Rank > 0)
            Same(Written(x.Shape.Slice(indices.Rank, x.Rank - indices.Rank).Insert(0, count), (elements, flat) =>
            {
                foreach (var index in Indices(x.Shape))
                    elements[flat([Segment(indices, index[..indices.Rank]), .. index[indices.Rank..]])] += Get(x, index);
            }), Expr.SegmentSum(x, indices, count));

        int Segment(Tensor of, int[] index) => (int)Get(of, index) is var i && i < 0 ? i + count : i;
    });

    [Fact]
    public void An_index_outside_is_an_error_with_index_and_bound_also_when_it_runs()
    {
        Expr x = Expr.Ones(Shape.Of(4, 3));
        Says<IndexException>("At: expected indices in -3 … 2 at axis 1; got 3", () => x.At(0, 3).Get());
        Says<IndexException>("got -5", () => x.At(Ints(0, -5)).Set(1));
        Says<IndexException>("a start in 0 … 1, or one that counts from the end to there, for 3 of 4 at axis 0 of (4, 3); got 2", () => x.DynamicSlice([2], [3]));
        Says<IndexException>("got -2", () => x.DynamicUpdateSlice(Expr.Zeros(Shape.Of(3, 1)), [-2]));
        Says<IndexException>("got 5", () => x.DynamicSlice([5, 0], [0, 1]));
        Says<IndexException>("indices in -3 … 2", () => Expr.OneHot(3.0, 3));
        Says<IndexException>("got 2", () => Expr.SegmentSum(x, Ints(0, 1, 2, 0), 2));
        var graph = Graph.Trace(p => [x.At(p[0]).Get(), x.DynamicSlice([p[0]], [2])], [new(DType.Int64, Shape.Scalar)]);
        Assert.Equal(Shape.Of(3), graph.Evaluate(Tensor.Scalar(2L))[0].Shape);
        Says<IndexException>("got 4", () => graph.Evaluate(Tensor.Scalar(4L)));
        Says<IndexException>("got 3", () => graph.Evaluate(Tensor.Scalar(3L)));
        Says<IndexException>("got 3", () => graph.Batch([Ints(0, 3)], [true], 2)[1].Value);
    }

    [Fact]
    public void Errors_say_what_is_wrong()
    {
        Expr x = Expr.Ones(Shape.Of(4, 3));
        Says<AxisException>("At: expected 1 … 2 indices for the shape (4, 3); got 3", () => x.At(0, 0, 0).Get());
        Says<AxisException>("got 0", () => x.At(Array.Empty<Expr>()).Get());
        Says<DTypeException>("indices of dtype Int32 or Int64; got Bool. Cast them; select by a mask with Where.", () => x.At(x > 0).Get());
        Says<ShapeException>("At.Set: expected a value that broadcasts to (2, 3): the indices' shape, then the axes that they do not name; got (2,)", () => x.At(Ints(0, 1)).Set(Vector(1, 2)));
        Says<ShapeException>("got (1, 2, 3)", () => x.At(Ints(0, 1)).Add(Expr.Ones(Shape.Of(1, 2, 3))));
        Says<AxisException>("a start and a size for each leading axis, at most 2 for the shape (4, 3); got 1 and 2", () => x.DynamicSlice([0], [1, 1]));
        Says<ShapeException>("sizes within (4, 3); got (5, 3)", () => x.DynamicSlice([0], [5]));
        Says<ShapeException>("a scalar for each start; got the shape (2,)", () => x.DynamicSlice([Ints(0, 1)], [1]));
        Says<DTypeException>("starts of dtype Int32 or Int64; got Float64", () => x.DynamicSlice([Expr.Scalar(0.0)], [1]));
        Says<ShapeException>("within (4, 3); got (5, 3)", () => x.DynamicUpdateSlice(Expr.Ones(Shape.Of(5, 3)), [0]));
        Says<ShapeException>("segments of the shape of leading axes of (4, 3); got (3,)", () => Expr.SegmentSum(x, Ints(0, 0, 0), 1));
        Says<AxisException>("no axis: the value is a scalar", () => Expr.Sort(1.0));
    }
}
