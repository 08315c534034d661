using System.Collections.Immutable;
using Autodiff.Functional;
using MathNet.Numerics.LinearAlgebra;

namespace Fit;

/// <summary>One way to get a derivative, and what it gives for the gradient of the sum of squares.</summary>
/// <param name="Method">What people call the way.</param>
/// <param name="Gradient">∂(sum of squares) / ∂(parameter j).</param>
/// <param name="Distance">How far from reverse mode, relative to the magnitudes of the terms that cancel.</param>
sealed record Witness(string Method, Vector<double> Gradient, double Distance);

/// <summary>The gradient of the sum of squares by four ways that have little in common.</summary>
/// <param name="Terms">The sum of the magnitudes of the terms that each partial derivative adds up: what rounding is relative to.</param>
/// <param name="Witnesses">The ways.</param>
sealed record Agreement(Vector<double> Terms, ImmutableArray<Witness> Witnesses)
{
    public static Agreement At(Problem problem, Iteration solution)
    {
        var at = solution.Parameters;
        (string Method, Vector<double> Gradient)[] gradients =
        [
            ("reverse mode", ReverseMode(problem, at)),
            ("forward mode", ForwardMode(problem, at)),
            ("dual numbers", DualNumbers(problem, at)),
            ("finite differences", FiniteDifferences(problem, at)),
        ];

        // At a minimum the terms of each partial derivative cancel, so its own size says nothing about its accuracy.
        var terms = 2 * solution.Jacobian.PointwiseAbs().TransposeThisAndMultiply(solution.Residuals.PointwiseAbs());
        return new(terms, [.. gradients.Select(by => new Witness(
            by.Method, by.Gradient, (by.Gradient - gradients[0].Gradient).PointwiseDivide(terms).InfinityNorm()))]);
    }

    static Vector<double> ReverseMode(Problem problem, Vector<double> at) =>
        Ad.Grad(problem.SumOfSquares, at.ToExpr()).ToVector();

    static Vector<double> ForwardMode(Problem problem, Vector<double> at) =>
        Partials(at, j => (double)Ad.Jvp(problem.SumOfSquares, at.ToExpr(), Unit(at, j).ToExpr()).Tangent);

    static Vector<double> DualNumbers(Problem problem, Vector<double> at) =>
        Partials(at, j => problem.SumOfSquares<Number<Dual<double>>>(
            [.. at.Select((value, k) => new Number<Dual<double>>(k == j ? Dual<double>.Variable(value) : value))]).Value.Tangent);

    /// <summary>Central differences; the step balances rounding, ε/h, against curvature, h².</summary>
    static Vector<double> FiniteDifferences(Problem problem, Vector<double> at) =>
        Partials(at, j =>
        {
            var step = Math.Cbrt(Math.BitIncrement(1.0) - 1) * Math.Max(Math.Abs(at[j]), 1e-3);
            double SumOfSquares(double by) =>
                problem.SumOfSquares<Number<double>>([.. (at + by * Unit(at, j)).Select(value => new Number<double>(value))]).Value;
            return (SumOfSquares(step) - SumOfSquares(-step)) / (2 * step);
        });

    static Vector<double> Partials(Vector<double> at, Func<int, double> partial) => Vector<double>.Build.Dense(at.Count, partial);

    static Vector<double> Unit(Vector<double> like, int axis) => Vector<double>.Build.Dense(like.Count, j => j == axis ? 1 : 0);
}
