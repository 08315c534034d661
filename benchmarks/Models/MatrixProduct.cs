namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W7: a product of two square matrices.</summary>
public sealed record MatrixProduct(int Rows, DType DType) : Model($"W7 {Rows}³ {DType}")
{
    public Expr Left { get; } = Data.Random(1, Shape.Of(Rows, Rows), DType);

    public Expr Right { get; } = Data.Random(2, Shape.Of(Rows, Rows), DType);

    /// <summary>Multiplications and additions.</summary>
    public override double Size => 2.0 * Rows * Rows * Rows;

    public override Work Prepare(CompileOptions options) => Work.OfFunction(p => Expr.MatMul(p.Left, p.Right), (Left, Right), options);

    public override IEnumerable<string> Faults()
    {
        double[] a = Data.Elements(Left), b = Data.Elements(Right), c = Data.Elements(Expr.MatMul(Left, Right));
        int[] places = [0, 1, Rows / 2, Rows - 1];
        foreach (int i in places)
        {
            foreach (int j in places)
            {
                double sum = 0;
                for (int k = 0; k < Rows; k++)
                    sum += a[i * Rows + k] * b[k * Rows + j];
                if (!(Math.Abs(c[i * Rows + j] - sum) <= (DType == DType.Float32 ? 1e-4 : 1e-12) * Math.Sqrt(Rows)))
                    yield return $"{Name}: element ({i}, {j}) is {c[i * Rows + j]:R}, not {sum:R}";
            }
        }
    }
}
