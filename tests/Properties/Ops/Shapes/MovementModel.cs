using System.Collections.Immutable;
using Xunit;
using static Autodiff.Functional.Properties.Ops.Loops;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Ops that only move elements, against loops with NumPy's meaning.</summary>
public sealed class MovementModel
{
    [Fact]
    public void Split_gives_the_parts() => Cases(100, random =>
    {
        int parts = random.Next(1, 4);
        var shape = random.NextShape(minRank: 1);
        int axis = random.NextAxis(shape.Rank), along = shape.Axis(axis);
        shape = shape.With(along, shape[along] * parts);
        var x = random.NextTensor(shape);
        var split = Expr.Split(x, parts, axis);
        Assert.Equal(parts, split.Length);
        Check(split, [.. Enumerable.Range(1, parts - 1).Select(i => i * shape[along] / parts)]);

        int[] at = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(shape[along] + 1)).Order()];
        Check(Expr.Split(x, [.. at.Select(i => i > 0 && i < shape[along] && random.NextBool() ? i - shape[along] : i)], axis), at);

        void Check(ImmutableArray<Expr> got, int[] at)
        {
            Assert.Equal(at.Length + 1, got.Length);
            for (int i = 0; i < got.Length; i++)
            {
                int start = i == 0 ? 0 : at[i - 1], stop = i == at.Length ? shape[along] : at[i];
                Same(Fill(shape.With(along, stop - start), index => Get(x, With(index, along, index[along] + start))), got[i]);
            }
        }
    });

    [Fact]
    public void Flip_and_roll_move_along_axes() => Cases(100, random =>
    {
        var x = random.NextTensor(random.NextShape());
        var axes = x.Shape.Normalize(random.NextAxes(x.Rank));
        Same(Fill(x.Shape, index => Get(x, [.. index.Select((i, axis) => axes.Contains(axis) ? x.Shape[axis] - 1 - i : i)])), Expr.Flip(x, axes));

        int shift = random.Next(-9, 10);
        Same(Fill(x.Shape, index => x.ElementAsDouble(Modulo(Flat(x.Shape, index) - shift, x.Size))), Expr.Roll(x, shift));
        if (x.Rank > 0)
        {
            int axis = random.NextAxis(x.Rank), along = x.Shape.Axis(axis);
            Same(Fill(x.Shape, index => Get(x, With(index, along, Modulo(index[along] - shift, x.Shape[along])))), Expr.Roll(x, shift, axis));
        }

        static int Modulo(int i, int n) => (i % n + n) % n;
    });

    [Fact]
    public void Tile_and_repeat_say_everything_again() => Cases(100, random =>
    {
        var x = random.NextTensor(random.NextShape());
        int[] counts = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(4))];
        int rank = Math.Max(x.Rank, counts.Length);
        Shape padded = x.Shape.After(Shape.Ones(rank - x.Rank));
        int[] times = [.. Enumerable.Repeat(1, rank - counts.Length), .. counts];
        Same(Fill(Shape.Of([.. padded.Select((length, axis) => length * times[axis])]), index => Get(x, [.. index.Select((i, axis) => i % padded[axis]).Skip(rank - x.Rank)])), Expr.Tile(x, counts));

        int count = random.Next(4);
        Same(Fill(Shape.Of(x.Size * count), index => x.ElementAsDouble(index[0] / count)), Expr.Repeat(x, count));
        if (x.Rank > 0)
        {
            int along = random.Next(x.Rank), axis = random.NextBool() ? along : along - x.Rank;
            Same(Fill(x.Shape.With(along, x.Shape[along] * count), index => Get(x, With(index, along, index[along] / count))), Expr.Repeat(x, count, axis));
            int[] each = [.. Enumerable.Range(0, x.Shape[along]).Select(_ => random.Next(4))];
            int[] source = [.. each.SelectMany((n, i) => Enumerable.Repeat(i, n))];
            Same(Fill(x.Shape.With(along, source.Length), index => Get(x, With(index, along, source[index[along]]))), Expr.Repeat(x, each, axis));
        }
    });

    [Fact]
    public void MoveAxis_and_SwapAxes_reorder() => Cases(100, random =>
    {
        var x = random.NextTensor(random.NextShape(minRank: 1, maxRank: 4));
        int[] from = [.. Enumerable.Range(0, x.Rank)], to = [.. from];
        random.Shuffle(from);
        random.Shuffle(to);
        int count = random.Next(x.Rank + 1);
        (from, to) = (from[..count], to[..count]);
        // NumPy's own definition: the others in order, then inserted at ascending destinations.
        List<int> order = [.. Enumerable.Range(0, x.Rank).Except(from)];
        foreach (var (destination, source) in to.Zip(from).Order())
            order.Insert(destination, source);
        Same(Permuted(order), Expr.MoveAxis(x, from, to.Select(axis => axis - x.Rank).ToArray()));

        int first = random.Next(x.Rank), second = random.Next(x.Rank);
        order = [.. Enumerable.Range(0, x.Rank)];
        (order[first], order[second]) = (second, first);
        Same(Permuted(order), Expr.SwapAxes(x, first, second - x.Rank));

        Tensor Permuted(List<int> order) => Fill(Shape.Of([.. order.Select(axis => x.Shape[axis])]), index => Get(x, [.. Enumerable.Range(0, x.Rank).Select(axis => index[order.IndexOf(axis)])]));
    });

    [Fact]
    public void Diagonals_and_triangles() => Cases(150, random =>
    {
        var x = random.NextTensor(random.NextShape(minRank: 2, maxRank: 4));
        int first = random.Next(x.Rank), second = (first + random.Next(1, x.Rank)) % x.Rank, offset = random.Next(-4, 5);
        int[] rest = [.. Enumerable.Range(0, x.Rank).Where(axis => axis != first && axis != second)];
        int row = Math.Max(0, -offset), column = Math.Max(0, offset), length = Math.Max(0, Math.Min(x.Shape[first] - row, x.Shape[second] - column));
        var diagonal = Fill([.. rest.Select(axis => x.Shape[axis]), length], index =>
        {
            var at = new int[x.Rank];
            for (int i = 0; i < rest.Length; i++)
                at[rest[i]] = index[i];
            (at[first], at[second]) = (index[^1] + row, index[^1] + column);
            return Get(x, at);
        });
        Same(diagonal, Expr.Diagonal(x, offset, first, second - x.Rank));
        Same(Fill(diagonal.Shape.Slice(0, rest.Length), index => Enumerable.Range(0, length).Sum(i => Get(diagonal, [.. index, i]))), Expr.Trace(x, offset, first, second));
        Same(Fill(x.Shape, index => index[^1] <= index[^2] + offset ? Get(x, index) : 0), Expr.Tril(x, offset));
        Same(Fill(x.Shape, index => index[^1] >= index[^2] + offset ? Get(x, index) : 0), Expr.Triu(x, offset));

        var v = random.NextTensor(random.NextShape(1, 1));
        int size = v.Size + Math.Abs(offset);
        Same(Fill(Shape.Of(size, size), index => index[1] - index[0] == offset ? Get(v, Math.Min(index[0], index[1])) : 0), Expr.Diag(v, offset));
        Same(Fill(v.Shape, index => Get(v, index)), Expr.Diag(Expr.Diag(v, offset), offset));
    });

    [Theory]
    [InlineData(DType.Bool), InlineData(DType.Int32), InlineData(DType.Int64), InlineData(DType.Float32)]
    public void Every_dtype_moves(DType dtype)
    {
        var x = Expr.Cast(Tensor.Of(new double[,] { { 1, 0, 0 }, { 0, 1, 1 } }), dtype);
        foreach (var moved in new[] { x.Flip(), x.Roll(1), x.Tile(2, 1), x.Repeat(2), x.SwapAxes(0, 1), x.Diagonal(), x.Tril(), x.Triu(1), Expr.Diag(x[0]), x.Sort(),
            x.DynamicSlice([0, 1], [1, 2]), x.DynamicUpdateSlice(Expr.Zeros(Shape.Of(1, 1), dtype), [1, 1]), x.At(0).Get(), x.At(0).Set(x[1]), Expr.OneHot(1.0, 3, dtype: dtype) })
            Assert.Equal(dtype, moved.DType);
        Assert.Equal([0, 1, 1, 0, 1, 1], Elements(x.Flip(1).Roll(1).Roll(-1).Flip(1).Flip(0)[..1].Tile(2)));
    }

    [Fact]
    public void Errors_say_what_is_wrong()
    {
        Expr x = Expr.Ones(Shape.Of(4, 3));
        Says<ShapeException>("a number of parts ≥ 1 that divides the length 4 of axis 0 of (4, 3); got 3", () => x.Split(3));
        Says<ShapeException>("got 0", () => x.Split(0));
        Says<IndexException>("ascending indices within 0 … 4 at axis 0 of (4, 3); got 5 in [1, 5]", () => x.Split([1, 5]));
        Says<IndexException>("got 1 in [2, 1]", () => x.Split([2, 1]));
        Says<AxisException>("Flip: expected an axis in -2 … 1", () => x.Flip(2));
        Says<AxisException>("Roll: expected an axis", () => x.Roll(1, 2));
        Says<ShapeException>("Tile: expected counts ≥ 0; got -1", () => x.Tile(-1));
        Says<ShapeException>("Repeat: expected counts ≥ 0; got -2", () => x.Repeat(-2));
        Says<ShapeException>("a count for each of 3 elements along axis 1 of (4, 3); got 2 counts", () => x.Repeat([1, 2], 1));
        Says<AxisException>("as many positions as axes", () => x.MoveAxis([0, 1], 0));
        Says<AxisException>("each axis once", () => x.MoveAxis([0, 0], [0, 1]));
        Says<AxisException>("each axis once", () => x.Diagonal(0, 1, -1));
        Says<ShapeException>("a vector or a matrix; got ()", () => Expr.Diag(1.0));
        Says<AxisException>("Tril: expected at least two axes", () => Expr.Tril(x[0]));
        Assert.Throws<ArgumentNullException>(() => Expr.Flip(null!));
    }
}
