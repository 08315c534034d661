using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>Shapes and axes.</summary>
[Properties(Arbitrary = [typeof(ShapeLaws)])]
public class ShapeLaws
{
    public static Arbitrary<Shape> Shapes() => Gen.Choose(0, 4).SelectMany(rank => Gen.ArrayOf(Gen.Frequency((1, Gen.Constant(0)), (3, Gen.Constant(1)), (3, Gen.Choose(2, 3))), rank))
        .Select(dimensions => Shape.Of(dimensions)).ToArbitrary();

    [Sampled(100)]
    public void A_shape_is_its_dimensions(Shape shape)
    {
        int[] dimensions = [.. shape];
        Assert.Equal(dimensions, shape.Dimensions.ToArray());
        Assert.Equal(dimensions.Length, shape.Rank);
        Assert.Equal(dimensions.Aggregate(1, (size, n) => size * n), shape.Size);
        Assert.Equal(shape, Shape.Of(dimensions));
        Assert.Equal(shape.GetHashCode(), Shape.Of(dimensions).GetHashCode());
        Assert.Equal(shape.Rank == 0, shape == default);
        Assert.Equal(shape.Rank == 0, shape.IsScalar);
        if (shape.Rank > 0)
            Assert.Equal((dimensions[^1], dimensions[0]), (shape[^1], shape[0]));
    }

    [Sampled(500)]
    public void Shapes_are_equal_by_their_dimensions(Shape a, Shape b) => Assert.Equal(a.Dimensions.SequenceEqual(b.Dimensions), a == b && a.Equals((object)b) && !(a != b));

    [Sampled(500)]
    public void Broadcasting_is_symmetric_and_as_the_rule_says(Shape a, Shape b)
    {
        bool fits = Enumerable.Range(1, Math.Min(a.Rank, b.Rank)).All(i => a[^i] == b[^i] || a[^i] == 1 || b[^i] == 1);
        if (!fits)
        {
            Assert.Throws<ShapeException>(() => Shape.Broadcast(a, b));
            return;
        }
        var both = Shape.Broadcast(a, b);
        Assert.Equal(both, Shape.Broadcast(b, a));
        Assert.Equal(both, Shape.Broadcast(both, a));
        Assert.Equal(both.Rank, Math.Max(a.Rank, b.Rank));
        for (int i = 1; i <= both.Rank; i++)
            Assert.Equal(i > a.Rank || a[^i] == 1 ? i > b.Rank ? 1 : b[^i] : a[^i], both[^i]);
    }

    [Sampled(100)]
    public void Broadcasting_with_a_scalar_changes_nothing(Shape a) => Assert.Equal(a, Shape.Broadcast(a, Shape.Scalar));

    [Sampled(100)]
    public void Parts_put_together_are_the_whole(Shape a, Shape b)
    {
        Assert.Equal([.. a, .. b], b.After(a));
        Assert.Equal(b, b.After(a).Slice(a.Rank, b.Rank));
        Assert.Equal(a, a.Insert(0, 5).Without([0]));
        Assert.Equal(a, a.Insert(a.Rank, 5).Without([a.Rank]));
        for (int axis = 0; axis < a.Rank; axis++)
        {
            Assert.Equal(a, a.With(axis, 7).With(axis, a[axis]));
            Assert.Equal(a.With(axis, 1), a.WithOnes(axis));
            Assert.Equal(axis, a.Axis(axis - a.Rank));
        }
    }

    [Sampled(100)]
    public Property A_permutation_and_its_inverse(Shape shape) => Prop.ForAll(Gen.Shuffle(Enumerable.Range(0, shape.Rank)).ToArbitrary(), order =>
    {
        var (permutation, inverse) = (Axes.Of(order), Axes.Of(order).Inverse());
        Assert.True(Axes.Of([.. permutation.Select(axis => inverse[axis])]).IsIdentity);
        Assert.Equal(permutation, inverse.Inverse());
    });

    [Fact]
    public void Axes_are_values()
    {
        Axes one = 1, several = new[] { 0, 2 };
        Assert.Equal(Axes.Of(1), one);
        Assert.Equal([0, 2], several);
        Assert.Equal(Axes.Of(0, 2).GetHashCode(), several.GetHashCode());
        Assert.NotEqual(Axes.Of(2, 0), several);
        Assert.NotEqual(Axes.All, Axes.Of());
        Assert.True(default(Axes) == Axes.All && Axes.All.IsAll && !Axes.Of().IsAll);
        Assert.Equal(Axes.Of(1, 3), several.Shift(1));
        Assert.Equal(Axes.Of(1, 2, 3), Axes.Range(1, 3));
        Assert.Equal(("all", "[]", "[0, 2]"), (Axes.All.ToString(), Axes.Of().ToString(), several.ToString()));
    }

    [Fact]
    public void Shapes_print_as_tuples() => Assert.Equal(("()", "(3,)", "(2, 0)", "Float32(2, 3)"),
        (Shape.Scalar.ToString(), Shape.Of(3).ToString(), Shape.Of(2, 0).ToString(), new TensorType(DType.Float32, Shape.Of(2, 3)).ToString()));

    [Fact]
    public void Sizes_are_limited_but_not_those_of_empty_shapes()
    {
        Assert.Equal(int.MaxValue, Shape.Of(int.MaxValue).Size);
        Assert.Equal(0, Shape.Of(0, int.MaxValue, int.MaxValue).Size);
        Assert.Throws<ShapeException>(() => Shape.Of(1 << 16, 1 << 15));
        Assert.Throws<ShapeException>(() => Shape.Of(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue));
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        var shape = Shape.Of(2, 3);
        Assert.StartsWith("Shape.Of: expected dimensions ≥ 0; got (2, -1). Give the length", Assert.Throws<ShapeException>(() => Shape.Of(2, -1)).Message, StringComparison.Ordinal);
        Assert.Equal("Sum: expected an axis in -2 … 1 for the shape (2, 3); got 2.", Assert.Throws<AxisException>(() => shape.Axis(2, "Sum")).Message);
        Assert.Equal("Sum: expected no axis: the value is a scalar; got 0.", Assert.Throws<AxisException>(() => Shape.Scalar.Axis(0, "Sum")).Message);
        Assert.Equal("Sum: expected each axis once; got [1, -1] for the shape (2, 3).", Assert.Throws<AxisException>(() => shape.Normalize(Axes.Of(1, -1), "Sum")).Message);
        Assert.Equal("Add: expected shapes that broadcast: aligned at the last axis, equal or 1; got (2, 3) and (4,) (3 against 4 at axis −1).",
            Assert.Throws<ShapeException>(() => Shape.Broadcast(shape, Shape.Of(4), "Add")).Message);
    }

    [Fact]
    public void Kinds_of_dtypes()
    {
        Assert.Equal([DType.Float32, DType.Float64], Enum.GetValues<DType>().Where(dtype => dtype.IsFloating()));
        Assert.Equal([DType.Int32, DType.Int64], Enum.GetValues<DType>().Where(dtype => dtype.IsInteger()));
    }
}
