using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Xunit;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>Tensors, shapes and axes are values: equal by what they hold, and nothing that others do changes them.</summary>
public class ValueLaws
{
    [Sampled(100)]
    public void Tensors_are_equal_by_their_elements(double[] x, double[] y)
    {
        Tensor a = Tensor.Of(x), b = Tensor.Of(x), c = Tensor.Of(y);
        Assert.True(a.Equals(b) && b.Equals((object)a));
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.Equal(x.AsSpan().SequenceEqual(y), a.Equals(c));
    }

    [Fact]
    public void Dtype_and_shape_count()
    {
        Tensor[] different =
        [
            Tensor.Of([1.0, 0.0]), Tensor.Of([1f, 0f]), Tensor.Of([1, 0]), Tensor.Of([1L, 0L]), Tensor.Of([true, false]),
            Tensor.Of(new double[,] { { 1, 0 } }), Tensor.Of(new double[,] { { 1 }, { 0 } }), Tensor.Of([1.0]), Tensor.Scalar(1.0),
            Tensor.Of(new double[0, 2]), Tensor.Of(new double[2, 0]), Tensor.Of(new float[0, 2]),
        ];
        for (int i = 0; i < different.Length; i++)
            for (int j = 0; j < different.Length; j++)
                Assert.Equal(i == j, different[i].Equals(different[j]));
        Assert.False(different[0].Equals(null) || different[0].Equals("text"));
    }

    [Fact]
    public void NaN_equals_NaN_and_zero_equals_minus_zero()
    {
        var nan = BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8_0000_0000_0001));
        Assert.Equal(Tensor.Of([double.NaN, 0.0]), Tensor.Of([nan, -0.0]));
        Assert.Equal(Tensor.Of([double.NaN, 0.0]).GetHashCode(), Tensor.Of([nan, -0.0]).GetHashCode());
        Assert.Equal(Tensor.Scalar(float.NaN), Tensor.Scalar(float.NaN));
    }

    [Fact]
    public void Broadcasts_larger_than_memory_compare_and_hash()
    {
        var huge = Shape.Of(2, 1_000_000_000);
        Assert.Equal(Tensor.Full(huge, 1.5), Tensor.Full(huge, 1.5));
        Assert.NotEqual(Tensor.Full(huge, 1.5), Tensor.Full(huge, 2.5));
        Assert.Equal(Tensor.Full(huge, 1.5).GetHashCode(), Tensor.Full(huge, 1.5).GetHashCode());
        Assert.NotEqual(Tensor.Of(new double[,] { { 1 }, { 2 } }).Expand(huge), Tensor.Of(new double[,] { { 3 }, { 2 } }).Expand(huge));
        Assert.Equal(Tensor.Full(Shape.Of(int.MaxValue), 1.5).GetHashCode(), Tensor.Full(Shape.Of(int.MaxValue), 1.5).GetHashCode());
        Assert.Equal(1.5, (double)Tensor.Full(huge, 1.5)[1, 999_999_999]);
        Assert.Equal([1.5, 1.5], Tensor.Full(huge, 1.5)[.., 5..6].ToArray<double>());
    }

    [Fact]
    public void Nothing_leaks_in()
    {
        double[] vector = [1, 2];
        double[,] matrix = { { 1, 2 } };
        double[][] rows = [[1, 2]];
        var list = new List<double> { 1, 2 };
        int[] dimensions = [1, 2];
        Tensor[] tensors =
        [
            Tensor.Of(vector), Tensor.Of((Array)vector), Tensor.Of(vector.AsSpan()), Tensor.Of((IEnumerable<double>)vector), Tensor.Of(list), Tensor.Of(list.Select(x => x)),
            vector, Tensor.Of(matrix), matrix, Tensor.Of(rows), Tensor.Of(vector, Shape.Of(dimensions)),
        ];
        var (shape, axes) = (Shape.Of(dimensions), Axes.Of(dimensions));
        Axes converted = dimensions;
        (vector[0], matrix[0, 0], rows[0][0], list[0], dimensions[0]) = (9, 9, 9, 9, 9);
        Assert.All(tensors, tensor => Assert.Equal([1, 2], tensor.ToArray<double>()));
        Assert.Equal(Shape.Of(1, 2), shape);
        Assert.Equal(Axes.Of(1, 2), axes);
        Assert.Equal(axes, converted);
    }

    [Fact]
    public void Nothing_leaks_out()
    {
        var tensor = Tensor.Of(new double[,] { { 1, 2 } });
        tensor.ToArray<double>()[0] = 9;
        tensor.ToArray2D<double>()[0, 0] = 9;
        ((double[,])tensor.ToMultidimensionalArray())[0, 0] = 9;
        ((double[][])tensor.ToJaggedArray())[0][0] = 9;
        ImmutableCollectionsMarshal.AsArray(tensor.ToImmutableArray<double>())![0] = 9;
        Assert.Equal([1, 2], tensor.ToArray<double>());
    }

    [Fact]
    public void Nothing_else_is_copied()
    {
        var elements = ImmutableArray.Create(1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
        var tensor = Tensor.Of(elements);
        Tensor[] views = [tensor, tensor[1..3], tensor[2], tensor.Slice([5], [6], [-1]), tensor.Reshape(Shape.Of(2, 3)), tensor.Reshape(Shape.Of(2, 3)).Permute([1, 0]),
            tensor.Reshape(Shape.Of(1, 6)).Expand(Shape.Of(4, 6))];
        Assert.All(views, view => Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(ref MemoryMarshal.GetReference(elements.AsSpan()), ref MemoryMarshal.GetReference(view.Buffer<double>()))));
        Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(ref MemoryMarshal.GetReference(elements.AsSpan()[1..]), ref MemoryMarshal.GetReference(tensor[1..3].AsSpan<double>())));
        Assert.Same(tensor, tensor.Dense());
    }
}
