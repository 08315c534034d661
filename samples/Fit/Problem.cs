using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;

namespace Fit;

/// <summary>A model on data, as the solver sees it: residuals, and their Jacobian, at a point.</summary>
/// <remarks>SEAM: until the core is there, derivatives are central differences.</remarks>
sealed record Problem(Data Data, Model Model)
{
    public Vector<double> Start { get; } = Vector<double>.Build.DenseOfEnumerable(Model.Parameters.Select(p => p.Start));

    public double Predict(Vector<double> parameters, ImmutableArray<double> predictors) => Model.Predict([.. parameters], predictors);

    /// <summary>The model's response minus the observed one, row by row.</summary>
    public Vector<double> Residuals(Vector<double> parameters) =>
        Vector<double>.Build.Dense(Data.Count, row =>
            Model.Predict([.. parameters], [.. Data.Predictors.Select(column => column.Values[row])]) - Data.Response.Values[row]);

    /// <summary>∂(residual i) / ∂(parameter j).</summary>
    public Matrix<double> Jacobian(Vector<double> parameters) =>
        Matrix<double>.Build.DenseOfColumnVectors(parameters.Select((value, j) =>
        {
            var step = 6e-6 * Math.Max(Math.Abs(value), 1e-3);
            Vector<double> Moved(double by)
            {
                var moved = parameters.Clone();
                moved[j] += by;
                return Residuals(moved);
            }
            return (Moved(step) - Moved(-step)) / (2 * step);
        }));
}
