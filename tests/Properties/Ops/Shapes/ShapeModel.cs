using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Shape ops = a loop over indices, by NumPy's rules. 200 random calls each.</summary>
public sealed class ShapeModel
{
    [Fact]
    public void A_slice_is_the_loop_of_Python() => Model.Holds(400, random =>
    {
        Expr x = random.NextTensor(random.NextShape(minRank: 1));
        int axis = random.NextAxis(x.Rank), along = x.Shape.Axis(axis), length = x.Shape[along], step = random.Next(1, 4) * (random.NextBool() ? 1 : -1);
        int? start = random.Next(3) == 0 ? null : random.Next(-7, 8), stop = random.Next(3) == 0 ? null : random.Next(-7, 8);
        // As the Python manual says it: negative bounds count from the end, then those outside are cut, to where a walk by step starts or ends.
        int Cut(int bound) => Math.Clamp(bound < 0 ? bound + length : bound, step > 0 ? 0 : -1, step > 0 ? length : length - 1);
        var taken = new List<int>();
        for (int i = start is { } s ? Cut(s) : step > 0 ? 0 : length - 1, end = stop is { } e ? Cut(e) : step > 0 ? length : -1; step > 0 ? i < end : i > end; i += step)
            taken.Add(i);
        var expected = Model.Of(x.Shape.With(along, taken.Count), index => Model.At(x, [.. index[..along], taken[index[along]], .. index[(along + 1)..]]));
        return Near.Tensors($"{x.Shape} at axis {axis} [{start}:{stop}:{step}]", expected, Expr.Slice(x, axis, start, stop, step));
    });

    [Fact]
    public void An_index_drops_its_axis_and_a_range_keeps_it() => Model.Holds(200, random =>
    {
        Expr x = random.NextTensor(random.NextShape(minDimension: 1));
        int[] at = [.. x.Shape.Take(random.Next(x.Rank + 1)).Select(length => random.Next(length))];
        Subscript[] indices = [.. at.Select((i, axis) => random.NextBool() ? new Index(i) : new Index(x.Shape[axis] - i, fromEnd: true))];
        Subscript[] ranges = [.. at.Select(i => i..(i + 1))];
        return Near.Tensors($"{x.Shape}[{string.Join(", ", indices)}]", Model.Of(x.Shape.Slice(at.Length, x.Rank - at.Length), index => Model.At(x, [.. at, .. index])), x[indices])
            ?? Near.Tensors($"{x.Shape}[{string.Join(", ", ranges)}]", Model.Of([.. at.Select(_ => 1), .. x.Shape.Skip(at.Length)], index => Model.At(x, [.. at, .. index[at.Length..]])), x[ranges]);
    });

    [Fact]
    public void A_transpose_permutes_indices() => Model.Holds(200, random =>
    {
        Expr x = random.NextTensor(random.NextShape());
        int[] order = [.. Enumerable.Range(0, x.Rank)];
        random.Shuffle(order);
        var expected = Model.Of([.. order.Select(axis => x.Shape[axis])], index => Model.At(x, [.. Axes.Of(order).Inverse().Select(axis => index[axis])]));
        return Near.Tensors($"{x.Shape} transposed by {string.Join(", ", order)}", expected, Expr.Transpose(x, order))
            ?? Near.Tensors($"{x.Shape} transposed", Model.Of([.. x.Shape.Reverse()], index => Model.At(x, [.. index.Reverse()])), Expr.Transpose(x));
    });

    [Fact]
    public void Padding_shifts_indices() => Model.Holds(200, random =>
    {
        Expr x = random.NextTensor(random.NextShape());
        double value = random.NextBool() ? 0 : 7;
        (int Before, int After)[] widths = [.. x.Shape.Select(_ => (random.Next(3), random.Next(3)))];
        var expected = Model.Of([.. x.Shape.Zip(widths, (length, width) => width.Before + length + width.After)], index =>
        {
            int[] inside = [.. index.Zip(widths, (i, width) => i - width.Before)];
            return inside.Zip(x.Shape, (i, length) => i >= 0 && i < length).All(isInside => isInside) ? Model.At(x, inside) : value;
        });
        return Near.Tensors($"{x.Shape} padded by {string.Join(", ", widths)}", expected, Expr.Pad(x, widths, value));
    });

    [Fact]
    public void Concatenation_and_stacking_put_parts_side_by_side() => Model.Holds(200, random =>
    {
        var shape = random.NextShape(minRank: 1);
        int axis = random.NextAxis(shape.Rank), along = shape.Axis(axis);
        Expr[] parts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Expr.Constant(random.NextTensor(shape.With(along, random.NextDimension()))))];
        (Expr Part, int At)[] rows = [.. parts.SelectMany(part => Enumerable.Range(0, part.Shape[along]).Select(i => (part, i)))];
        var expected = Model.Of(shape.With(along, rows.Length), index =>
            Model.At(rows[index[along]].Part, [.. index[..along], rows[index[along]].At, .. index[(along + 1)..]]));
        Expr[] alike = [.. parts.Select(_ => Expr.Constant(random.NextTensor(shape)))];
        int newAxis = random.NextAxis(shape.Rank + 1), before = newAxis < 0 ? newAxis + shape.Rank + 1 : newAxis;
        var stacked = Model.Of(shape.Insert(before, alike.Length), index => Model.At(alike[index[before]], [.. index[..before], .. index[(before + 1)..]]));
        return Near.Tensors($"{parts.Length} parts along {axis}", expected, Expr.Concatenate(parts, axis))
            ?? Near.Tensors($"{alike.Length} of {shape} along a new axis {newAxis}", stacked, Expr.Stack(alike, newAxis));
    });

    [Fact]
    public void Taking_and_scattering_follow_indices() => Model.Holds(200, random =>
    {
        Expr x = random.NextTensor(random.NextShape(minRank: 1, minDimension: 1));
        int axis = random.NextAxis(x.Rank), along = x.Shape.Axis(axis), length = x.Shape[along];
        Expr indices = random.NextIndices(random.NextShape(maxRank: 2), length), each = random.NextIndices(x.Shape.With(along, random.NextDimension()), length);
        int Place(Expr of, int[] index) => (int)Model.At(of, index) is var i && i < 0 ? i + length : i;
        Shape shape = [.. x.Shape.Take(along), .. indices.Shape, .. x.Shape.Skip(along + 1)];
        int[] Source(int[] index) => [.. index[..along], Place(indices, index[along..(along + indices.Rank)]), .. index[(along + indices.Rank)..]];
        Expr updates = random.NextTensor(shape);
        var scattered = Model.Of(x.Shape, index => Model.At(x, index) + Model.Indices(shape).Where(from => Source(from).SequenceEqual(index)).Sum(from => Model.At(updates, from)));
        return Near.Tensors($"{x.Shape} at {indices.Value} along {axis}", Model.Of(shape, index => Model.At(x, Source(index))), Expr.Take(x, indices, axis))
            ?? Near.Tensors($"{x.Shape} at {each.Value} along {axis}", Model.Of(each.Shape, index => Model.At(x, [.. index[..along], Place(each, index), .. index[(along + 1)..]])), Expr.TakeAlongAxis(x, each, axis))
            ?? Near.Tensors($"{x.Shape} scattered to at {indices.Value} along {axis}", scattered, Expr.ScatterAdd(x, indices, updates, axis));
    });

    [Fact]
    public void A_reshape_keeps_the_order_of_elements() => Model.Holds(200, random =>
    {
        var shape = random.NextShape();
        Expr x = Expr.Transpose(random.NextTensor([.. shape.Reverse()]));    // a view, whose elements lie in another order
        var flat = Model.Of(Shape.Of(shape.Size), index => Model.At(x, Model.Indices(shape).ElementAt(index[0])));
        int[] to = [.. shape];
        random.Shuffle(to);
        return Near.Tensors($"{shape} flat", flat, Expr.Ravel(x))
            ?? Near.Tensors($"{shape} as {string.Join(", ", to)}", flat, Expr.Ravel(Expr.Reshape(x, to)))
            ?? (Expr.Reshape(x, to).Shape == Shape.Of(to) ? null : "another shape")
            ?? Near.Tensors($"{shape} with an axis more and less", x, Expr.Squeeze(Expr.ExpandDims(x, -1), -1));
    });
}
