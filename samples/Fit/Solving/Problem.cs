using System.Collections.Immutable;
using Autodiff.Functional;
using MathNet.Numerics.LinearAlgebra;

namespace Fit;

/// <summary>A model on data: residuals and their sum of squares, as functions of the parameters.</summary>
/// <param name="data">The observations.</param>
/// <param name="model">What they should be.</param>
/// <param name="weights">For each row by how much its squared residual counts; one if there are none.</param>
sealed class Problem(Data data, Model model, ImmutableArray<double> weights = default)
{
    readonly ImmutableArray<Expr> _predictors = [.. data.Predictors.Select(column => Expr.Constant(Tensor.Of(column.Values)))];
    readonly Expr _observed = Tensor.Of(data.Response.Values);
    readonly Expr? _rootWeights = weights.IsDefault ? null : Expr.Constant(Tensor.Of([.. weights.Select(Math.Sqrt)]));

    public Data Data => data;

    public Model Model => model;

    public ImmutableArray<double> Weights => weights;

    /// <summary>How large the observations are: the root of their sum of squares.</summary>
    public double Size { get; } = Math.Sqrt(data.Response.Values.Select((y, row) => y * y * (weights.IsDefault ? 1 : weights[row])).Sum());

    public Vector<double> Start { get; } = OfEach(model, p => p.Start);

    public Vector<double> Lower { get; } = OfEach(model, p => p.Lower);

    public Vector<double> Upper { get; } = OfEach(model, p => p.Upper);

    /// <summary>The model's responses, all rows at once.</summary>
    public Expr Predictions(Expr parameters) => Predictions(parameters, _predictors);

    /// <summary>The model's responses at other predictors than those that were observed.</summary>
    public Expr Predictions(Expr parameters, ImmutableArray<Expr> predictors) =>
        model.Formula.Predict([.. model.Parameters.Select((_, j) => parameters[j])], predictors);

    /// <summary>The model's responses minus the observed ones, all rows at once, each by the root of its weight.</summary>
    public Expr Residuals(Expr parameters)
    {
        var residuals = Predictions(parameters) - _observed;
        return _rootWeights is null ? residuals : residuals * _rootWeights;
    }

    public Expr SumOfSquares(Expr parameters) => Expr.Sum(Expr.Square(Residuals(parameters)));

    public Vector<double> ResidualsAt(Vector<double> parameters) => Residuals(parameters.ToExpr()).ToVector();

    /// <summary>∂(residual i) / ∂(parameter j), exact.</summary>
    public Matrix<double> JacobianAt(Vector<double> parameters) => Ad.Jacobian(Residuals, parameters.ToExpr()).ToMatrix();

    /// <summary>d²(residual i) / dt² along a line through the point, exact: forward mode over forward mode.</summary>
    public Vector<double> CurvatureAt(Vector<double> parameters, Vector<double> direction)
    {
        var along = direction.ToExpr();
        return Ad.Jvp(at => Ad.Jvp(Residuals, at, along).Tangent, parameters.ToExpr(), along).Tangent.ToVector();
    }

    /// <summary>∂²(sum of squares) / ∂(parameter j) ∂(parameter k), exact.</summary>
    public Matrix<double> HessianAt(Vector<double> parameters) => Ad.Hessian(SumOfSquares, parameters.ToExpr()).ToMatrix();

    public Problem From(IEnumerable<double> start) => With(model with { Parameters = [.. model.Parameters.Zip(start, (p, value) => p with { Start = value })] });

    public Problem With(Model other) => new(data, other, weights);

    public Problem Weighted(ImmutableArray<double> by) => new(data, model, by);

    /// <summary>The model's response over any numbers, for a single row.</summary>
    public T Predict<T>(ImmutableArray<T> parameters, IEnumerable<double> predictors) where T : IElementary<T> =>
        model.Formula.Predict(parameters, [.. predictors.Select(T.Literal)]);

    /// <summary>The sum of squares over any numbers, row by row and without a graph.</summary>
    public T SumOfSquares<T>(ImmutableArray<T> parameters) where T : IElementary<T> =>
        Enumerable.Range(0, data.Count).Aggregate(T.Literal(0), (sum, row) =>
        {
            var residual = Predict(parameters, data.Predictors.Select(column => column.Values[row])) - T.Literal(data.Response.Values[row]);
            return sum + (weights.IsDefault ? residual * residual : T.Literal(weights[row]) * residual * residual);
        });

    static Vector<double> OfEach(Model model, Func<Parameter, double> of) => Vector<double>.Build.DenseOfEnumerable(model.Parameters.Select(of));
}
