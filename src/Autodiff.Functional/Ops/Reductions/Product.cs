namespace Autodiff.Functional;

file static class Entry
{
    public static OpInfo Info => OpInfo.Reduction("Product", Expr.Product, "Π x", "Σ (Π of the others)·d") with { Edges = "1 over no elements; derivatives of any order are right where elements are 0; integers give Int64; a Float64 product overflows, or vanishes, where a product of some of its factors does." };
}

public sealed partial class Expr
{
    /// <summary>
    /// The product over all axes, or those named; 1 over none. Bool and integers give Int64. It is composed of multiplications by halves, so that its
    /// derivatives of any order are right where elements are 0.
    /// </summary>
    /// <exception cref="AxisException">An axis is outside the rank, or named twice.</exception>
    public static Expr Product(Expr x, Axes axes = default, bool keepDims = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        axes = x.Shape.Normalize(axes);
        var dtype = x.DType.IsFloating() ? x.DType : DType.Int64;
        // Each multiplication rounds: Float32 is multiplied in Float64, which rounds and overflows so much later.
        x = Cast(x, dtype == DType.Float32 ? DType.Float64 : dtype);
        var kept = Axes.Of([.. Enumerable.Range(0, x.Rank).Where(axis => !axes.Contains(axis))]);
        var shape = x.Shape.Without(axes);
        var factors = Reshape(Transpose(x, [.. axes, .. kept]), shape.Insert(0, axes.Aggregate(1, (size, axis) => size * x.Shape[axis])));
        while (factors.Shape[0] > 1)
        {
            int half = factors.Shape[0] / 2;
            var pairs = factors[..half] * factors[half..(2 * half)];
            factors = factors.Shape[0] % 2 == 0 ? pairs : Concatenate([pairs, factors[(2 * half)..]]);
        }
        var product = factors.Shape[0] == 1 ? factors[0] : Ones(shape, x.DType);
        return Dropped(Cast(product, dtype), x.Shape, axes, keepDims);
    }

    /// <summary>The product over all axes, or those named.</summary>
    public Expr Product(Axes axes = default, bool keepDims = false) => Product(this, axes, keepDims);
}
