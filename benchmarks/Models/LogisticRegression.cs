namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W4: the mean of softplus(−y·Xw), and its gradient in w.</summary>
public static class LogisticRegression
{
    public static Model<Expr> Of(int rows, int columns)
    {
        Expr features = Data.Random(1, Shape.Of(rows, columns)), labels = Expr.Sign(Data.Random(2, Shape.Of(rows))), weights = Data.Random(3, Shape.Of(columns));
        return new("W4", w => Loss(features, labels, w), weights, () =>
        {
            double[] x = Data.Elements(features), y = Data.Elements(labels), w = Data.Elements(weights);
            return Enumerable.Range(0, rows).Average(i => Math.Log(1 + Math.Exp(-y[i] * Enumerable.Range(0, columns).Sum(j => x[i * columns + j] * w[j]))));
        });
    }

    public static Expr Loss(Expr features, Expr labels, Expr weights) => Expr.Mean(Expr.Softplus(-labels * Expr.MatMul(features, weights)));
}
