namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W4: the mean of softplus(−y·Xw), and its gradient in w.</summary>
public static class LogisticRegression
{
    /// <param name="Features">Rows × columns.</param>
    /// <param name="Labels">−1 or 1 for each row.</param>
    public sealed record Inputs(Expr Features, Expr Labels)
    {
        public static Inputs Of(int rows, int columns) => new(Data.Random(1, Shape.Of(rows, columns)), Expr.Sign(Data.Random(2, Shape.Of(rows))));
    }

    public static Model<Expr> Of(Inputs data)
    {
        int rows = data.Features.Shape[0], columns = data.Features.Shape[1];
        var weights = Data.Random(3, Shape.Of(columns));
        return new("W4", w => Loss(data, w), weights, () =>
        {
            double[] x = Data.Elements(data.Features), y = Data.Elements(data.Labels), w = Data.Elements(weights);
            return Enumerable.Range(0, rows).Average(i => Math.Log(1 + Math.Exp(-y[i] * Enumerable.Range(0, columns).Sum(j => x[i * columns + j] * w[j]))));
        });
    }

    public static Expr Loss(Inputs data, Expr weights) => Expr.Mean(Expr.Softplus(-data.Labels * Expr.MatMul(data.Features, weights)));
}
