using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Fit;

/// <summary>An estimated parameter and how well it is known: a 95 % interval from Student's t.</summary>
sealed record Estimate(string Name, double Value, double StandardError, double Lower, double Upper);

/// <summary>What the data say about the parameters, in the linear approximation at the solution.</summary>
sealed record Statistics(
    ImmutableArray<Estimate> Estimates, Matrix<double> Correlation, double ResidualSumOfSquares, double ResidualStandardError, int DegreesOfFreedom)
{
    public static Statistics Of(Problem problem, Iteration solution)
    {
        var degreesOfFreedom = solution.Residuals.Count - solution.Parameters.Count;
        var variance = solution.SumOfSquares / degreesOfFreedom;
        var covariance = variance * InverseGram(solution.Jacobian);
        var errors = covariance.Diagonal().PointwiseSqrt();
        var quantile = StudentT.InvCDF(location: 0, scale: 1, freedom: degreesOfFreedom, p: 0.975);

        return new(
            [.. problem.Model.Parameters.Select((parameter, j) => new Estimate(
                parameter.Name, solution.Parameters[j], errors[j],
                solution.Parameters[j] - quantile * errors[j], solution.Parameters[j] + quantile * errors[j]))],
            covariance.PointwiseDivide(errors.OuterProduct(errors)),
            solution.SumOfSquares, Math.Sqrt(variance), degreesOfFreedom);
    }

    /// <summary>(JᵀJ)⁻¹ = R⁻¹R⁻ᵀ with J = QR, so that JᵀJ, of twice the digits, is never formed.</summary>
    static Matrix<double> InverseGram(Matrix<double> jacobian)
    {
        var inverse = jacobian.QR(QRMethod.Thin).R.Inverse();
        return inverse.TransposeAndMultiply(inverse);
    }
}
