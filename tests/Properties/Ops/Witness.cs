using System.Collections.Immutable;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Derivatives by evaluating a graph over dual numbers: no rule of an op takes part.</summary>
internal static class Witness
{
    /// <summary>The value, and the derivative along a direction.</summary>
    public static (Expr Value, Expr Tangent) First(Graph graph, Expr[] at, Expr[] along)
    {
        var result = graph.Evaluate<Dual<double>>([.. at.Select((x, i) => Zip(x.Shape, Doubles(x), Doubles(along[i]), (p, t) => new Dual<double>(p, t)))])[0];
        return (Tensor.Of(result.Elements.Select(d => d.Primal).ToArray(), result.Shape), Tensor.Of(result.Elements.Select(d => d.Tangent).ToArray(), result.Shape));
    }

    /// <summary>The second derivative along two directions.</summary>
    public static Expr Second(Graph graph, Expr[] at, Expr[] along, Expr[] then)
    {
        var result = graph.Evaluate<Dual<Dual<double>>>([.. at.Select((x, i) =>
            Zip(x.Shape, [.. Doubles(x).Zip(Doubles(along[i]), (p, t) => new Dual<double>(p, t))], Doubles(then[i]), (p, t) => new Dual<Dual<double>>(p, t)))])[0];
        return Tensor.Of(result.Elements.Select(d => d.Tangent.Tangent).ToArray(), result.Shape);
    }

    private static double[] Doubles(Expr x) => Expr.Cast(x, DType.Float64).Value.ToArray<double>();

    private static Numbers<T> Zip<A, B, T>(Shape shape, A[] first, B[] second, Func<A, B, T> combine) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> =>
        new(shape, first.Zip(second, combine).ToImmutableArray());
}
