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
    // Safe and quick, with and without acceleration, from bold to careful.
    static readonly ImmutableArray<Method> s_methods = [new(0.75, 1e-3), new(0.75, 1, Forgets: true), new(0, 1e-3), new(0.75, 100), new(2, 1e-3, Forgets: true)];

    // A search that ends where the residuals still lean on the Jacobian has lost its way, whatever made it stop.
    const double LargestCosine = 1e-5, ExactFit = 1e-11, Rounding = 1e-9;

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

        // The lowest minimum, and of those that are equally low but for rounding the sharpest; if there is none, the lowest point.
        var minima = found.Where(at => IsMinimum(problem, at)).ToImmutableArray();
        var best = minima.IsEmpty ? found.MinBy(at => at.SumOfSquares)!
            : minima.Where(at => at.SumOfSquares <= minima.Min(other => other.SumOfSquares) * (1 + Rounding)).MinBy(at => LevenbergMarquardt.LargestCosine(problem, at))!;
        return IsMinimum(problem, best)
            ? new(problem, Newton.Polish(problem, best), trials, cancellation.IsCancellationRequested)
            : new(problem, best with { Outcome = best.Converged ? Outcome.Stuck : best.Outcome }, trials, cancellation.IsCancellationRequested);
    }

    static bool IsMinimum(Problem problem, Iteration at) =>
        at.Converged && (LevenbergMarquardt.LargestCosine(problem, at) <= LargestCosine || Math.Sqrt(at.SumOfSquares) <= ExactFit * problem.Size);

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
