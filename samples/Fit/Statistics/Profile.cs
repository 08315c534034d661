using System.Collections.Immutable;

namespace Fit;

/// <summary>
/// A 95 % interval by profile likelihood: how far a parameter can go, all others following, before the sum of squares has grown by t²·s². Where the model
/// is curved it is not symmetric, it is infinite where the data set no limit, and NaN where the others could not follow.
/// </summary>
/// <seealso href="https://doi.org/10.1002/9780470316757">Bates &amp; Watts 1988, Nonlinear Regression Analysis and Its Applications, §6.1</seealso>
sealed record Profile(string Name, double Lower, double Upper)
{
    const int MostDoublings = 20, MostBisections = 60;
    const double Accuracy = 1e-9;

    /// <summary>All intervals, or nothing when somebody stopped the work.</summary>
    public static ImmutableArray<Profile> Of(Problem problem, Iteration solution, Statistics statistics, CancellationToken cancellation)
    {
        ImmutableArray<Profile> profiles = [.. statistics.Estimates.Select((estimate, parameter) => new Profile(
            estimate.Name,
            End(problem, solution, statistics, parameter, -1, cancellation),
            End(problem, solution, statistics, parameter, +1, cancellation)))];
        return cancellation.IsCancellationRequested ? default : profiles;
    }

    static double End(Problem problem, Iteration solution, Statistics statistics, int parameter, int side, CancellationToken cancellation)
    {
        var (estimate, error) = (solution.Parameters[parameter], statistics.Estimates[parameter].StandardError);
        if (!double.IsFinite(error))
        {
            return double.NaN;
        }
        var bound = side < 0 ? problem.Lower[parameter] : problem.Upper[parameter];
        var others = solution.Parameters;

        // Away from the estimate in doubling steps, then in halves back to where the profile crosses the quantile.
        var (inside, outside) = (0.0, double.NaN);
        for (var (i, step) = (0, statistics.Quantile * error); i < MostDoublings && double.IsNaN(outside) && !cancellation.IsCancellationRequested; i++, step *= 2)
        {
            if (side * (estimate + side * step - bound) >= 0)
            {
                step = Math.Abs(bound - estimate);
                if (Excess(step) < 0)
                {
                    return bound;
                }
            }
            switch (Excess(step))
            {
                case < 0:
                    inside = step;
                    break;
                case >= 0:
                    outside = step;
                    break;
                default:
                    return double.NaN;
            }
        }
        if (double.IsNaN(outside))
        {
            return side * double.PositiveInfinity;
        }
        others = solution.Parameters;
        for (var i = 0; i < MostBisections && outside - inside > Accuracy * outside && !cancellation.IsCancellationRequested; i++)
        {
            var middle = (inside + outside) / 2;
            (inside, outside) = Excess(middle) switch { < 0 => (middle, outside), >= 0 => (inside, middle), _ => (double.NaN, double.NaN) };
        }
        return estimate + side * (inside + outside) / 2;

        // Below zero within the interval.
        double Excess(double distance)
        {
            var held = estimate + side * distance;
            var model = problem.Model with
            {
                Parameters = [.. problem.Model.Parameters.Select((p, j) => j == parameter ? new Parameter(p.Name, held, held, held) : p with { Start = others[j] })],
            };
            var at = Search.Descend(problem.With(model), new(0.75, 1e-3), cancellation: cancellation);
            if (!at.Converged)
            {
                return double.NaN;
            }
            others = at.Parameters;
            var growth = Math.Max(0, at.SumOfSquares - solution.SumOfSquares) / (statistics.ResidualStandardError * statistics.ResidualStandardError);
            return Math.Sqrt(growth) - statistics.Quantile;
        }
    }
}
