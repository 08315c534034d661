using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Fit;

/// <summary>Why the search stopped, or that it has not.</summary>
enum Outcome { Searching, GradientVanished, StepVanished, ReductionVanished, Stuck, IterationLimit }

/// <summary>When to stop.</summary>
/// <param name="Gradient">The residuals are orthogonal to the Jacobian's columns: the largest |cosine| between them.</param>
/// <param name="Step">The step is this small against the parameters, in the scaled norm.</param>
/// <param name="Reduction">The sum of squares can fall, and fell, by no more than this part of itself.</param>
/// <param name="Iterations">The number of trials after which to give up.</param>
sealed record Tolerances(double Gradient = 1e-13, double Step = 1e-13, double Reduction = 1e-15, int Iterations = 1000);

/// <summary>How to go down.</summary>
/// <param name="Acceleration">
/// How long the second-order part of a step may be against its first-order part; beyond that the second order says that the first can't be trusted,
/// and the step is not taken. 0 does without.
/// </param>
/// <param name="Damping">λ at the start, where 0 is a Gauss–Newton step.</param>
/// <param name="Forgets">
/// The scale of a parameter is the norm of its column where the search is (Marquardt), not the largest that it has had (Moré): less safe, but quick where a
/// start was so far off that what was large there says nothing any more.
/// </param>
sealed record Method(double Acceleration = 0, double Damping = 1e-3, bool Forgets = false);

/// <summary>A point of the search, with all that the next one follows from.</summary>
/// <param name="Trials">How many points were tried so far.</param>
/// <param name="Accepted">How many of them were better than all before.</param>
/// <param name="Parameters">The best point so far.</param>
/// <param name="Residuals">The residuals there.</param>
/// <param name="Jacobian">Their derivatives there.</param>
/// <param name="Scale">The largest norm that each column of the Jacobian has had (Moré): makes the method invariant to units.</param>
/// <param name="Damping">λ: 0 is a Gauss–Newton step, large is a short step downhill.</param>
/// <param name="Growth">By how much λ grows if the next trial is rejected (Nielsen).</param>
/// <param name="Outcome">Whether to go on.</param>
sealed record Iteration(
    int Trials, int Accepted, Vector<double> Parameters, Vector<double> Residuals, Matrix<double> Jacobian,
    Vector<double> Scale, double Damping, double Growth, Outcome Outcome)
{
    public double SumOfSquares => Residuals * Residuals;

    public bool Converged => Outcome is Outcome.GradientVanished or Outcome.StepVanished or Outcome.ReductionVanished;
}

/// <summary>Nonlinear least squares: the sequence of points that leads from a start to a minimum of the sum of squares.</summary>
/// <remarks>
/// Moré 1978, "The Levenberg–Marquardt algorithm: implementation and theory" (scaling, convergence tests);
/// Nielsen 1999, "Damping parameter in Marquardt's method", IMM-REP-1999-05 (update of the damping);
/// Transtrum &amp; Sethna 2012, "Improvements to the Levenberg–Marquardt algorithm", arXiv:1201.5885 (geodesic acceleration).
/// Bounds are kept by projection: a step ends at the bound, and a parameter whose bound is in the way is left out until it is not.
/// </remarks>
static class LevenbergMarquardt
{
    const double LargestDamping = 1e20, LeastGain = 1e-4;

    /// <summary>All iterations, from the start to the one that is done.</summary>
    public static IEnumerable<Iteration> Iterations(Problem problem, Method? method = null, Tolerances? tolerances = null)
    {
        (method, tolerances) = (method ?? new(), tolerances ?? new());
        return Unfold(Begin(problem, method, tolerances), iteration => iteration.Outcome is Outcome.Searching, iteration => Next(problem, iteration, method, tolerances));
    }

    static IEnumerable<T> Unfold<T>(T first, Func<T, bool> goesOn, Func<T, T> next)
    {
        var current = first;
        yield return current;
        while (goesOn(current))
        {
            yield return current = next(current);
        }
    }

    static Iteration Begin(Problem problem, Method method, Tolerances tolerances)
    {
        var residuals = problem.ResidualsAt(problem.Start);
        var jacobian = problem.JacobianAt(problem.Start);
        return Judged(problem, tolerances, new(0, 0, problem.Start, residuals, jacobian, ColumnNorms(jacobian), method.Damping, 2, Outcome.Searching));
    }

    static Iteration Next(Problem problem, Iteration last, Method method, Tolerances tolerances)
    {
        var free = last with { Jacobian = Free(problem, last) };
        var first = Step(free, last.Residuals);
        var second = method.Acceleration == 0 ? first.Multiply(0) : Step(free, problem.CurvatureAt(last.Parameters, first));
        var trusted = 2 * Norm(last, second) <= method.Acceleration * Norm(last, first);

        var parameters = (last.Parameters + first + second / 2).PointwiseMaximum(problem.Lower).PointwiseMinimum(problem.Upper);
        var step = parameters - last.Parameters;
        var residuals = problem.ResidualsAt(parameters);

        // a² − b² = (a − b)(a + b): a reduction far below the rounding of the sums themselves is still seen.
        var actual = (last.Residuals - residuals) * (last.Residuals + residuals);
        var predicted = Square(free.Jacobian * first) + 2 * last.Damping * Square(last.Scale.PointwiseMultiply(first));
        var gain = actual / predicted;

        var rejected = last with { Trials = last.Trials + 1, Damping = last.Damping * last.Growth, Growth = 2 * last.Growth };
        var next = (trusted || method.Acceleration == 0) && double.IsFinite(gain) && gain > LeastGain ? Accepted() : rejected;

        return Norm(last, step) <= tolerances.Step * Norm(last, last.Parameters) ? next with { Outcome = Outcome.StepVanished }
            : Math.Max(Math.Abs(actual), predicted) <= tolerances.Reduction * last.SumOfSquares ? next with { Outcome = Outcome.ReductionVanished }
            : next.Damping > LargestDamping ? next with { Outcome = Outcome.Stuck }
            : next.Trials >= tolerances.Iterations ? next with { Outcome = Outcome.IterationLimit }
            : Judged(problem, tolerances, next);

        Iteration Accepted()
        {
            var jacobian = problem.JacobianAt(parameters);
            return !jacobian.Enumerate().All(double.IsFinite) ? rejected : new(
                last.Trials + 1, last.Accepted + 1, parameters, residuals, jacobian, method.Forgets ? ColumnNorms(jacobian) : last.Scale.PointwiseMaximum(ColumnNorms(jacobian)),
                last.Damping * Math.Max(1 / 3.0, 1 - Math.Pow(2 * gain - 1, 3)), 2, Outcome.Searching);
        }
    }

    /// <summary>The minimum of ‖r + J·δ‖² + λ·‖D·δ‖², by QR: the normal equations would square the condition number.</summary>
    static Vector<double> Step(Iteration at, Vector<double> residuals)
    {
        var damped = at.Jacobian.Stack(Matrix<double>.Build.DenseOfDiagonalVector(Math.Sqrt(at.Damping) * at.Scale));
        var target = Vector<double>.Build.Dense(damped.RowCount);
        target.SetSubVector(0, residuals.Count, -residuals);
        return damped.QR(QRMethod.Thin).Solve(target);
    }

    /// <summary>The Jacobian, with zeros for the parameters that are at a bound and would go beyond it.</summary>
    static Matrix<double> Free(Problem problem, Iteration at)
    {
        var stuck = AtBound(problem, at);
        return stuck.Contains(true) ? at.Jacobian.MapIndexed((_, j, value) => stuck[j] ? 0 : value) : at.Jacobian;
    }

    /// <summary>For each parameter whether it is at a bound that keeps the sum of squares from falling.</summary>
    public static ImmutableArray<bool> AtBound(Problem problem, Iteration at)
    {
        var downhill = -at.Jacobian.TransposeThisAndMultiply(at.Residuals);
        return [.. at.Parameters.Select((value, j) =>
            (value <= problem.Lower[j] && downhill[j] <= 0) || (value >= problem.Upper[j] && downhill[j] >= 0))];
    }

    static Iteration Judged(Problem problem, Tolerances tolerances, Iteration iteration) =>
        LargestCosine(problem, iteration) <= tolerances.Gradient ? iteration with { Outcome = Outcome.GradientVanished } : iteration;

    /// <summary>How far the residuals are from being orthogonal to what the parameters can change: 0 at a minimum.</summary>
    public static double LargestCosine(Problem problem, Iteration at) =>
        at.SumOfSquares == 0 ? 0 : Free(problem, at).EnumerateColumns().Max(column => Cosine(column, at.Residuals));

    static double Cosine(Vector<double> left, Vector<double> right) =>
        left.L2Norm() is > 0 and var norm ? Math.Abs(left * right) / (norm * right.L2Norm()) : 0;

    static Vector<double> ColumnNorms(Matrix<double> jacobian) => jacobian.ColumnNorms(2).Map(norm => norm == 0 ? 1 : norm);

    static double Norm(Iteration at, Vector<double> direction) => at.Scale.PointwiseMultiply(direction).L2Norm();

    static double Square(Vector<double> vector) => vector * vector;
}
