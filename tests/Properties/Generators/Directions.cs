namespace Autodiff.Functional.Properties;

/// <summary>Directions for a program, drawn from the program itself so that a smaller one has its own.</summary>
internal static class Directions
{
    /// <summary>A tensor of a shape, with entries in −1 … 1.</summary>
    public static Tensor Of(Shape shape, int seed)
    {
        var random = new Random(seed);
        return Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(_ => Math.Round(2 * random.NextDouble() - 1, 3))], shape);
    }

    /// <summary>A tangent for each input.</summary>
    public static Tensor[] Tangents(this Program program, int seed = 1) => [.. program.Inputs.Select((x, i) => Of(x.Shape, 100 * seed + i))];

    /// <summary>Σ aᵢ·bᵢ over all entries.</summary>
    public static double Dot(Tensor a, Tensor b) => a.ToArray<double>().Zip(b.ToArray<double>(), (x, y) => x * y).Sum();

    /// <summary>Σ over several pairs.</summary>
    public static double Dot(IEnumerable<Expr> a, IEnumerable<Tensor> b) => a.Zip(b, (x, y) => Dot(x.Value, y)).Sum();

    /// <summary>As constants.</summary>
    public static Expr[] Constants(this IEnumerable<Tensor> tensors) => [.. tensors.Select(Expr.Constant)];
}
