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
/// Nielsen 1999, "Damping parameter in Marquardt's method", IMM-REP-1999-05 (update of the damping).
/// </remarks>
static class LevenbergMarquardt
{
    const double InitialDamping = 1e-3, LargestDamping = 1e20, LeastGain = 1e-4;

    /// <summary>The last of all iterations.</summary>
    public static Iteration Solve(Problem problem, Tolerances? tolerances = null) => Iterations(problem, tolerances).Last();

    /// <summary>All iterations, from the start to the one that is done.</summary>
    public static IEnumerable<Iteration> Iterations(Problem problem, Tolerances? tolerances = null) =>
        Unfold(Begin(problem, tolerances ??= new()), iteration => iteration.Outcome is Outcome.Searching, iteration => Next(problem, iteration, tolerances));

    static IEnumerable<T> Unfold<T>(T first, Func<T, bool> goesOn, Func<T, T> next)
    {
        var current = first;
        yield return current;
        while (goesOn(current))
        {
            yield return current = next(current);
        }
    }

    static Iteration Begin(Problem problem, Tolerances tolerances)
    {
        var residuals = problem.ResidualsAt(problem.Start);
        var jacobian = problem.JacobianAt(problem.Start);
        return Judged(tolerances, new(0, 0, problem.Start, residuals, jacobian, ColumnNorms(jacobian), InitialDamping, 2, Outcome.Searching));
    }

    static Iteration Next(Problem problem, Iteration last, Tolerances tolerances)
    {
        var step = Step(last);
        var parameters = last.Parameters + step;
        var residuals = problem.ResidualsAt(parameters);

        // a² − b² = (a − b)(a + b): a reduction far below the rounding of the sums themselves is still seen.
        var actual = (last.Residuals - residuals) * (last.Residuals + residuals);
        var predicted = Square(last.Jacobian * step) + 2 * last.Damping * Square(last.Scale.PointwiseMultiply(step));
        var gain = actual / predicted;

        var rejected = last with { Trials = last.Trials + 1, Damping = last.Damping * last.Growth, Growth = 2 * last.Growth };
        var next = double.IsFinite(gain) && gain > LeastGain ? Accepted() : rejected;

        return Norm(last, step) <= tolerances.Step * Norm(last, last.Parameters) ? next with { Outcome = Outcome.StepVanished }
            : Math.Max(Math.Abs(actual), predicted) <= tolerances.Reduction * last.SumOfSquares ? next with { Outcome = Outcome.ReductionVanished }
            : next.Damping > LargestDamping ? next with { Outcome = Outcome.Stuck }
            : next.Trials >= tolerances.Iterations ? next with { Outcome = Outcome.IterationLimit }
            : Judged(tolerances, next);

        Iteration Accepted()
        {
            var jacobian = problem.JacobianAt(parameters);
            return new(
                last.Trials + 1, last.Accepted + 1, parameters, residuals, jacobian, last.Scale.PointwiseMaximum(ColumnNorms(jacobian)),
                last.Damping * Math.Max(1 / 3.0, 1 - Math.Pow(2 * gain - 1, 3)), 2, Outcome.Searching);
        }
    }

    /// <summary>The minimum of ‖r + J·δ‖² + λ·‖D·δ‖², by QR: the normal equations would square the condition number.</summary>
    static Vector<double> Step(Iteration at)
    {
        var damped = at.Jacobian.Stack(Matrix<double>.Build.DenseOfDiagonalVector(Math.Sqrt(at.Damping) * at.Scale));
        var target = Vector<double>.Build.Dense(damped.RowCount);
        target.SetSubVector(0, at.Residuals.Count, -at.Residuals);
        return damped.QR(QRMethod.Thin).Solve(target);
    }

    static Iteration Judged(Tolerances tolerances, Iteration iteration) =>
        LargestCosine(iteration) <= tolerances.Gradient ? iteration with { Outcome = Outcome.GradientVanished } : iteration;

    static double LargestCosine(Iteration at) =>
        at.SumOfSquares == 0 ? 0 : at.Jacobian.EnumerateColumns().Max(column => Cosine(column, at.Residuals));

    static double Cosine(Vector<double> left, Vector<double> right) =>
        left.L2Norm() is > 0 and var norm ? Math.Abs(left * right) / (norm * right.L2Norm()) : 0;

    static Vector<double> ColumnNorms(Matrix<double> jacobian) => jacobian.ColumnNorms(2).Map(norm => norm == 0 ? 1 : norm);

    static double Norm(Iteration at, Vector<double> direction) => at.Scale.PointwiseMultiply(direction).L2Norm();

    static double Square(Vector<double> vector) => vector * vector;
}
