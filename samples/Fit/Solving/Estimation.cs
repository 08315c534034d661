namespace Fit;

/// <summary>A fit that one can stand up for: the minimum, and what it says about the parameters.</summary>
/// <param name="Solution">Where the search ended.</param>
/// <param name="Statistics">Nothing where the search found no minimum, or one that does not determine the parameters.</param>
/// <param name="Trouble">Why there is no fit; null when there is one.</param>
sealed record Estimation(Solution Solution, Statistics? Statistics, string? Trouble)
{
    public Problem Problem => Solution.Problem;

    public bool Converged => Trouble is null;

    public static Estimation Of(Problem problem, bool robust = false, Action<Iteration>? progress = null, CancellationToken cancellation = default)
    {
        var (solution, scale) = (Search.Run(problem, progress, cancellation), default(double?));
        if (robust && solution.Converged)
        {
            (solution, scale) = Huber.Run(solution, cancellation);
        }

        if (solution.Cancelled)
        {
            return new(solution, null, $"cancelled after {solution.Trials} trials");
        }
        if (Identifiability.Trouble(solution.Problem, solution.At) is { } trouble)
        {
            return new(solution, null, trouble);
        }
        return !solution.Converged ? new(solution, null, $"no convergence after {solution.Trials} trials; the smallest sum of squares so far is {Numbers.Short(solution.At.SumOfSquares)}")
            : new(solution, Fit.Statistics.Of(solution.Problem, solution.At with { Jacobian = problem.JacobianAt(solution.At.Parameters) }, scale), null);   // without Huber's weights
    }
}
