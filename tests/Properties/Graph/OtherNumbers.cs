using Xunit;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>A traced graph runs on any number of .NET's generic math.</summary>
public sealed class OtherNumbers
{
    private static readonly TensorType s_scalar = new(DType.Float64, Shape.Scalar);

    [Fact]
    public void Over_dual_numbers_it_gives_derivatives()
    {
        var graph = Graph.Trace(x => [Expr.Sin(x[0]) * x[1], Expr.Exp(x[1])], [s_scalar, s_scalar]);
        var values = graph.Evaluate<Dual<double>>(Dual<double>.Variable(0.5), Dual<double>.Constant(2));
        Assert.Equal(2 * Math.Sin(0.5), values[0].ToScalar().Primal, 1e-15);
        Assert.Equal(2 * Math.Cos(0.5), values[0].ToScalar().Tangent, 1e-15);
        Assert.Equal(0, values[1].ToScalar().Tangent);
    }

    [Fact]
    public void Over_dual_numbers_nested_three_deep_it_gives_third_derivatives()
    {
        var graph = Graph.Trace(x => [Expr.Power(x[0], 5)], [s_scalar]);
        var x = Dual<Dual<Dual<double>>>.Variable(Dual<Dual<double>>.Variable(Dual<double>.Variable(2)));
        Assert.Equal(60 * 4, graph.Evaluate<Dual<Dual<Dual<double>>>>(x)[0].ToScalar().Tangent.Tangent.Tangent, 1e-12);
    }

    [Fact]
    public void Over_halves_it_rounds_as_halves_do()
    {
        var graph = Graph.Trace(x => [Expr.Sum(x[0]) / 3.0], [new(DType.Float64, Shape.Of(2))]);
        Assert.Equal((Half)(((Half)0.1f + (Half)0.2f) / (Half)3), graph.Evaluate<Half>(new Numbers<Half>([2], [(Half)0.1f, (Half)0.2f]))[0].ToScalar());
    }

    [Fact]
    public void Both_floating_dtypes_are_the_other_number_and_captured_values_are_converted()
    {
        Expr captured = Expr.Variable("c", Tensor.Of([1.5, 2.5]));
        var graph = Graph.Trace(x => [Expr.Cast(x[0], DType.Float64) * captured], [new(DType.Float32, Shape.Scalar)]);
        var product = graph.Evaluate<Dual<double>>(Dual<double>.Variable(3))[0];
        Assert.Equal([4.5, 7.5], product.Elements.Select(e => e.Primal));
        Assert.Equal([1.5, 2.5], product.Elements.Select(e => e.Tangent));
    }

    [Fact]
    public void Masks_and_places_come_out_as_numbers()
    {
        var graph = Graph.Trace(x => [x[0] > 1.0, Expr.ArgMax(x[0])], [new(DType.Float64, Shape.Of(3))]);
        var values = graph.Evaluate<Dual<double>>(new Numbers<Dual<double>>([3], [0.5, 2.0, 3.0]));
        Assert.Equal([0, 1, 1], values[0].Elements.Select(e => e.Primal));
        Assert.Equal(2, values[1].ToScalar().Primal);
    }

    [Fact]
    public void What_it_cannot_do_it_says()
    {
        var graph = Graph.Trace(x => [x[0] + 1], [new(DType.Int64, Shape.Scalar)]);
        Assert.Contains("Int64 at parameter 0", Assert.Throws<DTypeException>(() => graph.Evaluate<Dual<double>>(Dual<double>.Variable(1))).Message, StringComparison.Ordinal);
        var cast = Graph.Trace(x => [Expr.Cast(x[0], DType.Int64)], [s_scalar]);
        Assert.Contains("Cast", Assert.Throws<NotSupportedException>(() => cast.Evaluate<Dual<double>>(Dual<double>.Variable(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => cast.Evaluate<double>(new Numbers<double>([2], [1, 2])));
        Assert.Throws<StructureException>(() => cast.Evaluate<double>(1.0, 2.0));
        Assert.Throws<ShapeException>(() => new Numbers<double>([2], [1]));
    }
}
