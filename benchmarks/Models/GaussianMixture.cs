namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>ADBench's mixture of K Gaussians in D dimensions, with a Wishart prior on the precisions.</summary>
public static class GaussianMixture
{
    /// <param name="Weights">α, K: the logarithms of the weights, up to a constant.</param>
    /// <param name="Means">μ, K × D.</param>
    /// <param name="Factors">K × D(D+1)/2: the logarithms of a triangular factor's diagonal, then the rest of it, column by column.</param>
    public sealed record Parameters(Expr Weights, Expr Means, Expr Factors);

    /// <param name="Points">N × D.</param>
    /// <param name="Gamma">The prior's scale.</param>
    /// <param name="M">The prior's degrees of freedom, beyond D + 1.</param>
    public sealed record Observations(Expr Points, double Gamma, int M);

    public static Expr LogPosterior(Parameters p, Observations data)
    {
        int points = data.Points.Shape[0], dimensions = p.Means.Shape[1];
        Expr logDiagonals = Expr.Slice(p.Factors, 1, 0, dimensions), below = Expr.Slice(p.Factors, 1, dimensions), sums = Expr.Sum(logDiagonals, 1);
        Expr diagonals = Expr.Exp(logDiagonals), factors = LowerTriangular(diagonals, below);

        // Q(x − μ), for all points and components: the points meet the factors in one matrix product.
        var deviations = Expr.Einsum("kij,nj->nki", factors, data.Points) - Expr.Einsum("kij,kj->ki", factors, p.Means);
        var likelihoods = Expr.LogSumExp(p.Weights + sums - 0.5 * Expr.Sum(Expr.Square(deviations), 2), 1);
        var prior = 0.5 * data.Gamma * data.Gamma * (Expr.Sum(Expr.Square(diagonals)) + Expr.Sum(Expr.Square(below))) - data.M * Expr.Sum(sums);
        return Expr.Sum(likelihoods) - points * Expr.LogSumExp(p.Weights) + prior + Constant(points, p.Weights.Shape[0], dimensions, data);
    }

    /// <summary>Matrices from their diagonals and what is below, column by column.</summary>
    private static Expr LowerTriangular(Expr diagonals, Expr below)
    {
        int count = diagonals.Shape[0], dimensions = diagonals.Shape[1], zero = dimensions + below.Shape[1];
        var places = new int[dimensions * dimensions];
        int next = dimensions;
        for (int column = 0; column < dimensions; column++)
            for (int row = 0; row < dimensions; row++)
                places[row * dimensions + column] = row == column ? row : row > column ? next++ : zero;
        var entries = Expr.Concatenate([diagonals, below, Expr.Zeros(Shape.Of(count, 1))], 1);
        return Expr.Reshape(Expr.Take(entries, Expr.Constant(Tensor.Of(places)), 1), count, dimensions, dimensions);
    }

    /// <summary>What depends on no parameter.</summary>
    private static double Constant(int points, int components, int dimensions, Observations data)
    {
        double freedom = dimensions + data.M + 1;
        double logGamma = dimensions * (dimensions - 1) / 4.0 * Math.Log(Math.PI)
            + Enumerable.Range(1, dimensions).Sum(j => (double)Expr.Lgamma(freedom / 2 + (1 - j) / 2.0));
        return -points * dimensions / 2.0 * Math.Log(2 * Math.PI) - components * (freedom * dimensions * (Math.Log(data.Gamma) - 0.5 * Math.Log(2)) - logGamma);
    }
}
