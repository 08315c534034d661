namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W7: a product of two square matrices.</summary>
public sealed record MatrixProduct(int Size, DType DType) : Model($"W7 {Size}³ {DType}")
{
    public Expr Left { get; } = Data.Random(1, Shape.Of(Size, Size), DType);

    public Expr Right { get; } = Data.Random(2, Shape.Of(Size, Size), DType);

    /// <summary>Multiplications and additions.</summary>
    public double Operations => 2.0 * Size * Size * Size;

    public override Work Prepare(int threads) => Work.OfFunction(p => Expr.MatMul(p.Left, p.Right), (Left, Right), threads);

    public override IEnumerable<string> Faults()
    {
        double[] a = Data.Elements(Left), b = Data.Elements(Right), c = Data.Elements(Expr.MatMul(Left, Right));
        int[] places = [0, 1, Size / 2, Size - 1];
        foreach (int i in places)
        {
            foreach (int j in places)
            {
                double sum = 0;
                for (int k = 0; k < Size; k++)
                    sum += a[i * Size + k] * b[k * Size + j];
                if (!(Math.Abs(c[i * Size + j] - sum) <= (DType == DType.Float32 ? 1e-4 : 1e-12) * Math.Sqrt(Size)))
                    yield return $"{Name}: element ({i}, {j}) is {c[i * Size + j]:R}, not {sum:R}";
            }
        }
    }
}
