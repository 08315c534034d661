using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Fit;

/// <summary>
/// The last digits: near the minimum Newton's method with the exact Hessian converges quadratically, also where the residuals are large and Levenberg–Marquardt creeps.
/// </summary>
static class Newton
{
    const int MostSteps = 10;

    /// <summary>Steps as long as each brings the gradient closer to zero and does not go up.</summary>
    public static Iteration Polish(Problem problem, Iteration at)
    {
        for (var i = 0; i < MostSteps && Next(problem, at) is { } next; i++)
        {
            at = next;
        }
        return at;
    }

    static Iteration? Next(Problem problem, Iteration at) =>
        LevenbergMarquardt.AtBound(problem, at).Contains(true) ? null
        : Steps(problem, at).Select(step => Moved(problem, at, step)).OfType<Iteration>().Where(next => next.SumOfSquares <= at.SumOfSquares * (1 + 1e-9))
            .Append(at).MinBy(next => LevenbergMarquardt.LargestCosine(problem, next)) is { } best && !ReferenceEquals(best, at) ? best : null;

    /// <summary>Newton's step, and Gauss–Newton's, which is less exact but keeps its digits where the parameters are nearly confounded.</summary>
    static IEnumerable<Vector<double>> Steps(Problem problem, Iteration at)
    {
        if (Curvature(problem, at) is { } curvature)
        {
            var scaled = at.Jacobian.TransposeThisAndMultiply(at.Residuals).PointwiseDivide(at.Scale);
            yield return -curvature.Solve(scaled).PointwiseDivide(at.Scale);
        }
        if (at.Jacobian.RowCount >= at.Jacobian.ColumnCount)
        {
            yield return -at.Jacobian.QR(QRMethod.Thin).Solve(at.Residuals);
        }
    }

    static Iteration? Moved(Problem problem, Iteration at, Vector<double> step)
    {
        var parameters = at.Parameters + step;
        if (!parameters.All(double.IsFinite) || (parameters - problem.Lower).Minimum() < 0 || (problem.Upper - parameters).Minimum() < 0)
        {
            return null;
        }
        var next = at with { Parameters = parameters, Residuals = problem.ResidualsAt(parameters), Jacobian = problem.JacobianAt(parameters) };
        return next.Jacobian.Enumerate().All(double.IsFinite) ? next : null;
    }

    /// <summary>Half the Hessian in the parameters' scales, factorized; nothing where it is not positive definite.</summary>
    static Cholesky<double>? Curvature(Problem problem, Iteration at)
    {
        var hessian = problem.HessianAt(at.Parameters);
        var scaled = hessian.MapIndexed((j, k, value) => value / (2 * at.Scale[j] * at.Scale[k]));
        if (!scaled.Enumerate().All(double.IsFinite))
        {
            return null;
        }
        try
        {
            return ((scaled + scaled.Transpose()) / 2).Cholesky();
        }
        catch (ArgumentException)
        {
            return null;   // MathNet says so when a matrix is not positive definite.
        }
    }
}
