using System.Collections.Immutable;
using Autodiff.Functional;

namespace Fit;

/// <summary>The model's response somewhere, with 95 % intervals: for the curve itself, and for another observation of weight one.</summary>
sealed record Prediction(double Value, double StandardError, (double Lower, double Upper) Confidence, (double Lower, double Upper) Observation)
{
    /// <summary>For each row of some columns, by the model's derivatives there: g·C·gᵀ is the variance of the curve.</summary>
    public static ImmutableArray<Prediction> At(Problem problem, Iteration solution, Statistics statistics, ImmutableArray<Column> predictors, int rows)
    {
        ImmutableArray<Expr> columns = [.. predictors.Select(column => Expr.Constant(Tensor.Of(column.Values)))];
        Expr Curve(Expr parameters) => problem.Predictions(parameters, columns) + Expr.Zeros(Shape.Of(rows));

        var at = solution.Parameters.ToExpr();
        var (values, gradients) = (Curve(at).ToVector(), Ad.Jacobian(Curve, at).ToMatrix());

        // A parameter that is held does not vary.
        var covariance = statistics.Covariance.Map(value => double.IsNaN(value) && statistics.DegreesOfFreedom > 0 ? 0 : value);
        return [.. values.Select((value, row) =>
        {
            var variance = Math.Max(0, gradients.Row(row) * covariance * gradients.Row(row));
            var residual = statistics.ResidualStandardError;
            return new Prediction(value, Math.Sqrt(variance), Interval(value, Math.Sqrt(variance)), Interval(value, Math.Sqrt(variance + residual * residual)));
        })];

        (double, double) Interval(double value, double error) => (value - statistics.Quantile * error, value + statistics.Quantile * error);
    }
}
