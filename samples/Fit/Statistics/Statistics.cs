using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Fit;

/// <summary>An estimated parameter and how well it is known: a 95 % interval from Student's t.</summary>
sealed record Estimate(string Name, double Value, double StandardError, double Lower, double Upper);

/// <summary>What the data say about the parameters, in the linear approximation at the solution.</summary>
/// <param name="Estimates">The parameters. One that is held by a bound has no standard error (NaN).</param>
/// <param name="Covariance">Of the parameters, by Gauss–Newton: s²·(JᵀJ)⁻¹. NaN for what is held by a bound.</param>
/// <param name="ResidualSumOfSquares">What the model leaves, weighted.</param>
/// <param name="ResidualStandardError">s, the estimate of the error of an observation of weight one.</param>
/// <param name="DegreesOfFreedom">Observations that count, without as many as there are parameters.</param>
sealed record Statistics(
    ImmutableArray<Estimate> Estimates, Matrix<double> Covariance, double ResidualSumOfSquares, double ResidualStandardError, int DegreesOfFreedom)
{
    const double Level = 0.95;

    public Matrix<double> Correlation
    {
        get
        {
            var errors = Covariance.Diagonal().PointwiseSqrt();
            return Covariance.PointwiseDivide(errors.OuterProduct(errors));
        }
    }

    /// <summary>Student's quantile for two-sided intervals.</summary>
    public double Quantile => QuantileOf(DegreesOfFreedom);

    /// <param name="problem">What was minimised.</param>
    /// <param name="solution">Where its minimum is.</param>
    /// <param name="scale">The error of an observation, where it is known otherwise than from the sum of squares.</param>
    public static Statistics Of(Problem problem, Iteration solution, double? scale = null)
    {
        var held = LevenbergMarquardt.AtBound(problem, solution);
        var free = Enumerable.Range(0, held.Length).Where(j => !held[j]).ToImmutableArray();
        var counted = problem.Weights.IsDefault ? solution.Residuals.Count : problem.Weights.Count(weight => weight > 0);
        var degreesOfFreedom = counted - free.Length;
        var deviation = scale ?? (degreesOfFreedom > 0 ? Math.Sqrt(solution.SumOfSquares / degreesOfFreedom) : double.NaN);

        var covariance = Matrix<double>.Build.Dense(held.Length, held.Length, double.NaN);
        if (!free.IsEmpty)
        {
            var inverse = InverseGram(Matrix<double>.Build.DenseOfColumnVectors(free.Select(j => solution.Jacobian.Column(j))));
            foreach (var (row, j) in free.Index())
            {
                foreach (var (column, k) in free.Index())
                {
                    covariance[j, k] = deviation * deviation * inverse[row, column];
                }
            }
        }

        var quantile = QuantileOf(degreesOfFreedom);
        var errors = covariance.Diagonal().PointwiseSqrt();
        return new(
            [.. problem.Model.Parameters.Select((parameter, j) => new Estimate(
                parameter.Name, solution.Parameters[j], errors[j],
                solution.Parameters[j] - quantile * errors[j], solution.Parameters[j] + quantile * errors[j]))],
            covariance, solution.SumOfSquares, deviation, degreesOfFreedom);
    }

    /// <summary>The standard errors from the exact Hessian, 2s²·H⁻¹, where Gauss–Newton leaves out the model's curvature.</summary>
    public ImmutableArray<double> HessianErrors(Problem problem, Iteration solution)
    {
        var scale = solution.Scale;
        var hessian = problem.HessianAt(solution.Parameters).MapIndexed((j, k, value) => value / (2 * scale[j] * scale[k]));
        var inverse = Covariance.Diagonal().Any(double.IsNaN) ? Matrix<double>.Build.Dense(hessian.RowCount, hessian.ColumnCount, double.NaN) : hessian.Inverse();
        return [.. inverse.Diagonal().Select((value, j) => ResidualStandardError * Math.Sqrt(value) / scale[j])];
    }

    static double QuantileOf(int degreesOfFreedom) =>
        degreesOfFreedom > 0 ? StudentT.InvCDF(location: 0, scale: 1, freedom: degreesOfFreedom, p: (1 + Level) / 2) : double.NaN;

    /// <summary>(JᵀJ)⁻¹ = R⁻¹R⁻ᵀ with J = QR, so that JᵀJ, of twice the digits, is never formed.</summary>
    static Matrix<double> InverseGram(Matrix<double> jacobian)
    {
        var inverse = jacobian.QR(QRMethod.Thin).R.Inverse();
        return inverse.TransposeAndMultiply(inverse);
    }
}
