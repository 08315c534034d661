using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Products = loops over indices, by NumPy's rules. 200 random calls each.</summary>
public sealed class ProductModel
{
    [Fact]
    public void A_matrix_product_is_three_loops_for_each_of_a_broadcast_batch() => Model.Holds(200, random =>
    {
        int m = random.NextDimension(), k = random.NextDimension(), n = random.NextDimension();
        var (leftBatch, rightBatch) = random.NextShapesThatBroadcast(maxRank: 2);
        var batch = Shape.Broadcast(leftBatch, rightBatch);
        Expr left = random.NextTensor([.. leftBatch, m, k]), right = random.NextTensor([.. rightBatch, k, n]);
        double Entry(Expr of, int[] at, int row, int column) =>
            Model.At(of, [.. of.Shape.Take(of.Rank - 2).Select((length, axis) => length == 1 ? 0 : at[at.Length - of.Rank + 2 + axis]), row, column]);
        var expected = Model.Of([.. batch, m, n], index => Enumerable.Range(0, k).Sum(i => Entry(left, index[..^2], index[^2], i) * Entry(right, index[..^2], i, index[^1])));
        return Near.Tensors($"{left.Shape} × {right.Shape}", expected, Expr.MatMul(left, right));
    });

    [Fact]
    public void A_vector_is_a_row_on_the_left_and_a_column_on_the_right() => Model.Holds(100, random =>
    {
        int k = random.NextDimension(), n = random.NextDimension();
        Expr x = random.NextTensor([k]), y = random.NextTensor([k]), matrix = random.NextTensor([k, n]), batch = random.NextTensor([2, n, k]);
        double Sum(Func<int, double> term) => Enumerable.Range(0, k).Sum(term);
        var inner = Model.Of([], _ => Sum(i => Model.At(x, [i]) * Model.At(y, [i])));
        var row = Model.Of([n], index => Sum(i => Model.At(x, [i]) * Model.At(matrix, [i, index[0]])));
        return Near.Tensors("x·y", inner, Expr.MatMul(x, y)) ?? Near.Tensors("x·y", inner, Expr.Dot(x, y))
            ?? Near.Tensors("x·M", row, Expr.MatMul(x, matrix)) ?? Near.Tensors("x·M", row, Expr.Dot(x, matrix))
            ?? Near.Tensors("B·x", Model.Of([2, n], index => Sum(i => Model.At(batch, [index[0], index[1], i]) * Model.At(x, [i]))), Expr.MatMul(batch, x))
            ?? Near.Tensors("2·M", matrix * 2, Expr.Dot(2, matrix))
            ?? Near.Tensors("x⊗y", Model.Of([k, k], index => Model.At(x, [index[0]]) * Model.At(y, [index[1]])), Expr.Outer(x, y));
    });

    [Fact]
    public void A_product_over_nothing_is_zeros_also_of_batches_of_views()
    {
        Expr left = Tensor.Of(Array.Empty<double>(), Shape.Of(2, 0, 3)), right = Tensor.Of(Array.Empty<double>(), Shape.Of(2, 4, 0));
        Assert.Equal(Expr.Zeros([2, 3, 4]).Value, Expr.MatMul(left.Transpose([0, 2, 1]), right.Transpose([0, 2, 1])).Value);
    }
}
