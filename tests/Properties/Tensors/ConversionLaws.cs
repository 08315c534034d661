using System.Collections.Immutable;
using Xunit;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>What goes into a tensor comes out of it, by every way in and out, for every dtype.</summary>
public class ConversionLaws
{
    [Sampled(100)] public void Float64(double[] elements, double single) => InAndOut(DType.Float64, elements, single, Tensor.Scalar);
    [Sampled(100)] public void Float32(float[] elements, float single) => InAndOut(DType.Float32, elements, single, Tensor.Scalar);
    [Sampled(100)] public void Int64(long[] elements, long single) => InAndOut(DType.Int64, elements, single, Tensor.Scalar);
    [Sampled(100)] public void Int32(int[] elements, int single) => InAndOut(DType.Int32, elements, single, Tensor.Scalar);
    [Sampled(100)] public void Bool(bool[] elements, bool single) => InAndOut(DType.Bool, elements, single, Tensor.Scalar);

    private static void InAndOut<T>(DType dtype, T[] elements, T single, Func<T, Tensor> scalar) where T : unmanaged, IEquatable<T>
    {
        var vector = Tensor.Of(elements);
        Assert.Equal((dtype, Shape.Of(elements.Length), elements.Length, 1), (vector.DType, vector.Shape, vector.Size, vector.Rank));
        Assert.Equal(new TensorType(dtype, Shape.Of(elements.Length)), vector.Type);
        Assert.Equal(elements, vector.ToArray<T>());
        Assert.Equal(elements, vector.AsSpan<T>().ToArray());
        Assert.Equal(elements, vector.ToImmutableArray<T>());
        Assert.Equal(elements, (T[])vector.ToMultidimensionalArray());
        Assert.Equal(elements, (T[])vector.ToJaggedArray());
        Assert.All(
            [
                Tensor.Of((Array)elements), Tensor.Of(elements.AsSpan()), Tensor.Of((ReadOnlySpan<T>)elements), Tensor.Of(elements.ToImmutableArray()),
                Tensor.Of(elements.ToList()), Tensor.Of(elements.Select(x => x)), Tensor.Of((IEnumerable<T>)elements), Tensor.Of((IEnumerable<T>)elements.ToImmutableArray()),
                Tensor.Of(elements, Shape.Of(elements.Length)),
            ],
            other => Assert.Equal(vector, other));

        var alone = scalar(single);
        Assert.Equal((dtype, Shape.Scalar, 1, 0), (alone.DType, alone.Shape, alone.Size, alone.Rank));
        Assert.Equal(single, alone.ToScalar<T>());
        Assert.Equal([single], alone.ToArray<T>());
        Assert.Equal(Tensor.Of([single], Shape.Scalar), alone);

        // The elements over and over, for arrays of higher rank.
        T At(params int[] index) => elements.Length == 0 ? single : elements[Model.Place([2, 3, 2, 2], [.. new int[4 - index.Length], .. index]) % elements.Length];
        var matrix = new T[2, 3];
        T[][] rows = [new T[3], new T[3]];
        foreach (int[] i in Model.Indices([2, 3]))
            matrix[i[0], i[1]] = rows[i[0]][i[1]] = At(i);
        var two = Tensor.Of(matrix);
        Assert.Equal(two, Tensor.Of(rows));
        Assert.Equal(matrix, two.ToArray2D<T>());
        Assert.Equal(matrix, (T[,])two.ToMultidimensionalArray());
        Assert.Equal(rows, (T[][])two.ToJaggedArray());

        var cube = new T[2, 3, 2];
        foreach (int[] i in Model.Indices([2, 3, 2]))
            cube[i[0], i[1], i[2]] = At(i);
        var three = Tensor.Of(cube);
        Assert.Equal(cube, (T[,,])three.ToMultidimensionalArray());
        Assert.Equal(three, Tensor.Of((T[][][])three.ToJaggedArray()));

        var four = new T[2, 3, 2, 2];
        foreach (int[] i in Model.Indices([2, 3, 2, 2]))
            four[i[0], i[1], i[2], i[3]] = At(i);
        Assert.Equal(four, (T[,,,])Tensor.Of(four).ToMultidimensionalArray());
        Assert.Equal(Shape.Of(2, 3, 2, 2), Tensor.Of(four).Shape);
        Assert.All(Model.Indices([2, 3, 2, 2]), i => Assert.Equal(At(i), Tensor.Of(four)[i].ToScalar<T>()));

        var full = Tensor.Full(Shape.Of(2, 3), single);
        Assert.Equal(Enumerable.Repeat(single, 6), full.ToArray<T>());
    }

    [Fact]
    public void Scalars_and_arrays_convert_by_themselves()
    {
        Tensor[] tensors = [2.0, 2f, 2, 2L, true, new[] { 1.0 }, new[] { 1f }, new double[,] { { 1 } }, new float[,] { { 1 } }];
        Assert.Equal([DType.Float64, DType.Float32, DType.Int32, DType.Int64, DType.Bool, DType.Float64, DType.Float32, DType.Float64, DType.Float32], tensors.Select(t => t.DType));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 2, 2], tensors.Select(t => t.Rank));
        Assert.Equal(4, (double)(Expr.Variable("x", 2.0) * 2));
    }

    [Fact]
    public void A_tensor_of_one_element_converts_to_double()
    {
        Tensor[] ones = [1.0, 1f, 1, 1L, true, Tensor.Of(new double[,,] { { { 1 } } })];
        Assert.All(ones, one => Assert.Equal(1, (double)one));
        Assert.True((bool)Tensor.Scalar(true));
    }

    [Fact]
    public void Dimensions_may_be_empty()
    {
        Assert.Equal(Shape.Of(0), Tensor.Of(Array.Empty<double>()).Shape);
        Assert.Equal(Shape.Of(2, 0, 3), Tensor.Of(new float[2, 0, 3]).Shape);
        Assert.Equal(new int[0, 3], Tensor.Of(new int[0, 3]).ToArray2D<int>());
        Assert.Equal(Shape.Of(2, 0), Tensor.Of(new bool[][] { [], [] }).Shape);
        Assert.Equal(Shape.Of(1, 2, 1), Tensor.Of([[[1.0], [2.0]]]).Shape);
        Assert.Empty(Tensor.Of(new double[3, 0]).ToArray<double>());
        Assert.Equal(Shape.Of(3, 0), Tensor.Of((double[][])Tensor.Of(new double[3, 0]).ToJaggedArray()).Shape);
        Assert.Empty(Tensor.Full(Shape.Of(4, 0), 1.0).ToArray<double>());
        Assert.Equal(Tensor.Of(new double[0, 3]), Tensor.Of(new double[3, 0]).Permute([1, 0]));
        Assert.Equal(Tensor.Of(new double[0, 3]), Tensor.Of(new double[5, 3])[2..2]);
        Assert.Equal(Shape.Of(0, 7), Tensor.Of(new double[3, 0]).Reshape(Shape.Of(0, 7)).Shape);
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Assert.Equal("Tensor.Of: expected rows of one shape; got (1,) at row 0 and (2,) at row 1. Pad them, or keep them apart.",
            Assert.Throws<ShapeException>(() => Tensor.Of([[1.0], [1.0, 2.0]])).Message);
        Assert.Equal("Tensor.Of: expected rows that are arrays; got null at row 1.", Assert.Throws<ShapeException>(() => Tensor.Of([[1.0], null!])).Message);
        Assert.Contains("at least one row", Assert.Throws<ShapeException>(() => Tensor.Of(Array.Empty<double[]>())).Message, StringComparison.Ordinal);
        Assert.Contains("an array of String", Assert.Throws<DTypeException>(() => Tensor.Of(new string[1])).Message, StringComparison.Ordinal);
        Assert.Contains("an array of Decimal", Assert.Throws<DTypeException>(() => Tensor.Of(new decimal[1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("Byte", Assert.Throws<DTypeException>(() => Tensor.Of(new byte[1])).Message, StringComparison.Ordinal);
        Assert.Equal("Tensor.Of: expected 6 elements for the shape (2, 3); got 5.", Assert.Throws<ShapeException>(() => Tensor.Of(new double[5], Shape.Of(2, 3))).Message);
        Assert.Equal("Tensor.ToArray: expected Single elements as asked for; got Float64. Ask for the tensor's own element type, or Cast.",
            Assert.Throws<DTypeException>(() => Tensor.Scalar(1.0).ToArray<float>()).Message);
        Assert.Contains("the shape (2,)", Assert.Throws<ShapeException>(() => (double)Tensor.Of([1.0, 2.0])).Message, StringComparison.Ordinal);
        Assert.Contains("the shape (2,)", Assert.Throws<ShapeException>(() => Tensor.Of([1, 2]).ToScalar<int>()).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => (bool)Tensor.Scalar(1));
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1.0).ToMultidimensionalArray());
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1.0).ToJaggedArray());
        Assert.Throws<ShapeException>(() => Tensor.Of([1.0]).ToArray2D<double>());
        Assert.Throws<ArgumentNullException>(() => Tensor.Of((double[])null!));
        Assert.Throws<ArgumentNullException>(() => Tensor.Of((IEnumerable<double>)null!));
        Assert.Throws<ArgumentNullException>(() => Tensor.Of(default(ImmutableArray<double>)));
    }
}
