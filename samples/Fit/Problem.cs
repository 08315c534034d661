using System.Collections.Immutable;
using Autodiff.Functional;
using MathNet.Numerics.LinearAlgebra;

namespace Fit;

/// <summary>A model on data: residuals and their sum of squares, as functions of the parameters.</summary>
sealed class Problem(Data data, Model model)
{
    readonly ImmutableArray<Expr> _predictors = [.. data.Predictors.Select(column => Expr.Constant(Tensor.Of(column.Values)))];
    readonly Expr _observed = Tensor.Of(data.Response.Values);

    public Data Data => data;

    public Model Model => model;

    public Vector<double> Start { get; } = Vector<double>.Build.DenseOfEnumerable(model.Parameters.Select(p => p.Start));

    /// <summary>The model's responses minus the observed ones, all rows at once.</summary>
    public Expr Residuals(Expr parameters) =>
        model.Formula.Predict([.. model.Parameters.Select((_, j) => parameters[j])], _predictors) - _observed;

    public Expr SumOfSquares(Expr parameters) => Expr.Sum(Expr.Square(Residuals(parameters)));

    public Vector<double> ResidualsAt(Vector<double> parameters) => Residuals(parameters.ToExpr()).ToVector();

    /// <summary>∂(residual i) / ∂(parameter j), exact.</summary>
    public Matrix<double> JacobianAt(Vector<double> parameters) => Ad.Jacobian(Residuals, parameters.ToExpr()).ToMatrix();

    /// <summary>The model's response over any numbers, for a single row.</summary>
    public T Predict<T>(ImmutableArray<T> parameters, IEnumerable<double> predictors) where T : IElementary<T> =>
        model.Formula.Predict(parameters, [.. predictors.Select(T.Literal)]);

    /// <summary>The sum of squares over any numbers, row by row and without a graph.</summary>
    public T SumOfSquares<T>(ImmutableArray<T> parameters) where T : IElementary<T> =>
        Enumerable.Range(0, data.Count).Aggregate(T.Literal(0), (sum, row) =>
        {
            var residual = Predict(parameters, data.Predictors.Select(column => column.Values[row])) - T.Literal(data.Response.Values[row]);
            return sum + residual * residual;
        });
}
