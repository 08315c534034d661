using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>C#'s indices and ranges on tensors and on nodes, against the same on .NET's arrays.</summary>
public class IndexingLaws
{
    private static readonly int[] s_numbers = [.. Enumerable.Range(0, 7)];
    private static readonly Tensor s_vector = Tensor.Of(s_numbers);
    private static readonly Tensor s_matrix = Tensor.Of(new[,] { { 0, 1, 2 }, { 3, 4, 5 } });

    private static Gen<Index> Indices => Gen.Choose(0, 8).Zip(Gen.Elements(true, false)).Select(i => new Index(i.Item1, i.Item2));

    private static T? Try<T>(Func<T> read) where T : class
    {
        try { return read(); }
        catch (ArgumentException) { return null; }
        catch (IndexOutOfRangeException) { return null; }
    }

    [Sampled(500)]
    public Property An_index_is_the_array_s() => Prop.ForAll(Indices.ToArbitrary(), index =>
    {
        var expected = Try(() => Tensor.Scalar(s_numbers[index]));
        Assert.Equal(expected, Try(() => s_vector[index]));
        Assert.Equal(expected, Try(() => Expr.Constant(s_vector)[index].Value));
    });

    [Sampled(500)]
    public Property A_range_is_the_array_s() => Prop.ForAll(Indices.Zip(Indices).ToArbitrary(), ends =>
    {
        var range = ends.Item1..ends.Item2;
        var expected = Try(() => Tensor.Of(s_numbers[range]));
        Assert.Equal(expected, Try(() => s_vector[range]));
        Assert.Equal(expected, Try(() => Expr.Constant(s_vector)[range].Value));
    });

    [Fact]
    public void Leading_axes_first()
    {
        Assert.Equal(Tensor.Of([3, 4, 5]), s_matrix[1]);
        Assert.Equal(5, s_matrix[^1, ^1].ToScalar<int>());
        Assert.Equal(4, s_matrix[1, 1].ToScalar<int>());
        Assert.Equal(Tensor.Of(new[,] { { 1, 2 }, { 4, 5 } }), s_matrix[.., 1..]);
        Assert.Equal(Tensor.Of(new[,] { { 3, 4, 5 } }), s_matrix[1..]);
        Assert.Equal(Shape.Of(0, 3), s_matrix[1..1].Shape);
        Assert.Equal(Tensor.Scalar(1), Tensor.Scalar(1)[Array.Empty<int>()]);
    }

    [Fact]
    public void Indices_and_ranges_mix()
    {
        Assert.Equal(Tensor.Of([1, 4]), s_matrix[.., 1]);
        Assert.Equal(Tensor.Of([4, 5]), s_matrix[1, 1..]);
        Assert.Equal(Tensor.Of([4, 5]), Expr.Constant(s_matrix)[^1, 1..].Value);
        Assert.Equal(Tensor.Of([2, 5]), Expr.Constant(s_matrix)[.., ^1].Value);
    }

    [Sampled(500, Arbitrary = [typeof(Views)])]
    public Property Any_subscripts_of_any_view_are_the_model_s(Views views) => Prop.ForAll(Subscripts(views.Model.Shape).ToArbitrary(), parts =>
    {
        var model = views.Model;
        var subscripts = parts.Select(p => p.IsIndex ? (Subscript)p.Start : p.Start..(p.Start + p.Count)).ToArray();
        int[] counts = [.. model.Shape.Select((length, axis) => axis < parts.Length ? parts[axis].Count : length)];
        int[] starts = [.. model.Shape.Select((_, axis) => axis < parts.Length ? parts[axis].Start : 0)];
        int[] shape = [.. counts.Where((_, axis) => axis >= parts.Length || !parts[axis].IsIndex)];
        var expected = Tensor.Of(model.Slice(starts, counts, [.. model.Shape.Select(_ => 1)]).Elements, Shape.Of(shape));
        Assert.Equal(expected, views.Tensor[subscripts]);
        Assert.Equal(expected, views.Node[subscripts].Value);
    });

    private static Gen<(int Start, int Count, bool IsIndex)[]> Subscripts(int[] shape) => Gen.Choose(0, shape.Length).SelectMany(named => Gen.CollectToArray(shape[..named], length =>
        from start in Gen.Choose(0, length)
        from count in Gen.Choose(0, length - start)
        from index in Gen.Elements(true, false)
        select index && start < length ? (start, 1, true) : (start, count, false)));

    [Fact]
    public void Errors_name_index_bound_axis_and_shape()
    {
        Assert.Equal("Tensor[]: expected an index below 3 at axis 1 of the shape (2, 3); got 3.", Assert.Throws<IndexException>(() => s_matrix[0, 3]).Message);
        Assert.Equal("Tensor[]: expected an index below 2 at axis 0 of the shape (2, 3); got ^3.", Assert.Throws<IndexException>(() => s_matrix[^3]).Message);
        Assert.Equal("[]: expected indices ≥ 0; got -1. Count from the end: x[^1], in F# x.[x.Shape.[0] - 1].", Assert.Throws<IndexException>(() => s_matrix[-1]).Message);
        Assert.Equal("Tensor[]: expected a range within 0..3 at axis 1 of the shape (2, 3); got 1..4.", Assert.Throws<IndexException>(() => s_matrix[.., 1..4]).Message);
        Assert.Equal("Tensor[]: expected at most 2 subscripts for the shape (2, 3); got 3.", Assert.Throws<AxisException>(() => s_matrix[0, 0, 0]).Message);
        Assert.Equal("Tensor[]: expected at most 2 subscripts for the shape (2, 3); got 3.", Assert.Throws<AxisException>(() => s_matrix[.., .., ..]).Message);
    }
}
