using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace Fit;

/// <summary>
/// Huber's M-estimator: residuals beyond k·s count linearly, not squared, so that outliers pull less. Iteratively reweighted least squares, with s from
/// the median of the absolute residuals.
/// </summary>
/// <seealso href="https://doi.org/10.1002/9780470434697">Huber &amp; Ronchetti 2009, Robust Statistics, §7.6 (covariance)</seealso>
static class Huber
{
    const double Threshold = 1.345, NormalMedian = 0.6745, Accuracy = 1e-10;
    const int MostRounds = 500;

    /// <summary>The solution with the weights that it found, and the scale to take standard errors from.</summary>
    public static (Solution Solution, double Scale) Run(Solution leastSquares, CancellationToken cancellation)
    {
        var (original, at, trials) = (leastSquares.Problem, leastSquares.At, leastSquares.Trials);
        for (var round = 0; round < MostRounds; round++)
        {
            var residuals = original.ResidualsAt(at.Parameters);
            var scale = residuals.Select(Math.Abs).Median() / NormalMedian;
            if (!(scale > 0))
            {
                throw new NoFitException("more than half of the rows fit exactly: there is no scale to judge outliers by");
            }

            var problem = original.Weighted([.. residuals.Select((r, row) => Factor(r / scale) * (original.Weights.IsDefault ? 1 : original.Weights[row]))]).From(at.Parameters);
            var next = Search.Descend(problem, new(0.75, 1e-3), cancellation: cancellation);
            trials += next.Trials;
            var moved = (next.Parameters - at.Parameters).PointwiseMultiply(next.Scale).L2Norm() / next.Parameters.PointwiseMultiply(next.Scale).L2Norm();
            at = next;
            if (cancellation.IsCancellationRequested || !next.Converged || !(moved > Accuracy))
            {
                return (new(problem, at, trials, cancellation.IsCancellationRequested), ErrorScale(original, at, scale));
            }
        }
        throw new NoFitException($"no convergence: the weights of Huber's method still change after {MostRounds} rounds");
    }

    static double Factor(double residual) => Math.Abs(residual) <= Threshold ? 1 : Threshold / Math.Abs(residual);

    /// <summary>What takes the place of s: κ·√(Σψ²/(n−p))·s / mean ψ′.</summary>
    static double ErrorScale(Problem problem, Iteration at, double scale)
    {
        var scaled = problem.ResidualsAt(at.Parameters) / scale;
        var (n, p) = (scaled.Count, at.Parameters.Count);
        ImmutableArray<double> slopes = [.. scaled.Select(r => Math.Abs(r) <= Threshold ? 1.0 : 0.0)];
        var (mean, variance) = slopes.MeanVariance();
        var squares = scaled.Sum(r => Math.Pow(Math.Clamp(r, -Threshold, Threshold), 2)) * scale * scale / (n - p);
        return Math.Sqrt(squares) * (1 + p * variance / (n * mean * mean)) / mean;
    }
}
