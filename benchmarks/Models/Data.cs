namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>Data that is the same in every run and on every machine.</summary>
public static class Data
{
    /// <summary>Numbers between −1 and 1, or between −scale and scale.</summary>
    public static Expr Random(int seed, Shape shape, DType dtype = DType.Float64, double scale = 1)
    {
        var random = new Random(seed);
        return Expr.Cast(Expr.Constant(Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => scale * (2 * random.NextDouble() - 1))], shape)), dtype);
    }

    /// <summary>The elements, row by row, as doubles.</summary>
    public static double[] Elements(Expr x) => Expr.Cast(x, DType.Float64).Value.ToArray<double>();
}
