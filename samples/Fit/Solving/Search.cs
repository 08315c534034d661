using System.Collections.Immutable;

namespace Fit;

/// <summary>What a search found: the point, and how many trials it took.</summary>
/// <param name="Problem">What was minimised.</param>
/// <param name="At">The best point.</param>
/// <param name="Trials">The points that were tried, over all descents.</param>
/// <param name="Cancelled">Whether somebody stopped the search.</param>
sealed record Solution(Problem Problem, Iteration At, int Trials, bool Cancelled)
{
    public bool Converged => At.Converged && !Cancelled;
}

/// <summary>
/// Several descents from one start, and the lowest minimum that they find. Where a single descent ends on a plateau (a peak that moved out of the data, an
/// exponential that died) another one, more or less careful, does not.
/// </summary>
static class Search
{
    static readonly ImmutableArray<Method> s_methods = [new(0.75, 1e-3), new(0.75, 1), new(0, 1e-3), new(0, 1), new(0.75, 100)];

    /// <param name="problem">What to minimise.</param>
    /// <param name="progress">Told of each iteration.</param>
    /// <param name="cancellation">Stops the search; what was found so far is the result.</param>
    public static Solution Run(Problem problem, Action<Iteration>? progress = null, CancellationToken cancellation = default)
    {
        var (found, trials) = (new List<Iteration>(), 0);
        foreach (var method in s_methods)
        {
            var last = Descend(problem, method, progress, cancellation);
            trials += last.Trials;
            found.Add(last);
            if (cancellation.IsCancellationRequested)
            {
                break;
            }
        }

        // A minimum that is one beats a lower point on the way to nowhere, unless that is lower by much.
        var lowest = found.MinBy(at => at.SumOfSquares)!;
        var best = found.Where(at => at.Converged).MinBy(at => at.SumOfSquares) is { } converged && converged.SumOfSquares <= lowest.SumOfSquares * (1 + 1e-9) ? converged : lowest;
        return new(problem, best.Converged ? Newton.Polish(problem, best) : best, trials, cancellation.IsCancellationRequested);
    }

    /// <summary>A single descent, for where the start is close.</summary>
    public static Iteration Descend(Problem problem, Method method, Action<Iteration>? progress = null, CancellationToken cancellation = default)
    {
        var last = default(Iteration);
        foreach (var iteration in LevenbergMarquardt.Iterations(problem, method))
        {
            last = iteration;
            progress?.Invoke(iteration);
            if (cancellation.IsCancellationRequested)
            {
                break;
            }
        }
        return last!;
    }
}
