using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;

namespace Fit;

/// <summary>One way to get a derivative, and what it gives for the gradient of the sum of squares.</summary>
/// <param name="Method">What people call the way.</param>
/// <param name="Gradient">∂(sum of squares) / ∂(parameter j).</param>
/// <param name="Distance">How far from reverse mode, relative to the sum of the magnitudes of the terms that the gradient adds up.</param>
sealed record Witness(string Method, Vector<double> Gradient, double Distance);

/// <summary>The gradient of the sum of squares by four independent ways.</summary>
/// <remarks>SEAM: all placeholders until the core is there.</remarks>
static class Agreement
{
    public static ImmutableArray<Witness> At(Problem problem, Iteration solution)
    {
        var gradients = new (string Method, Vector<double> Gradient)[]
        {
            ("reverse mode", Gradient(problem, solution.Parameters)),
            ("forward mode", Gradient(problem, solution.Parameters)),
            ("dual numbers", Gradient(problem, solution.Parameters)),
            ("finite differences", Gradient(problem, solution.Parameters)),
        };

        // At a minimum the terms of each partial derivative cancel, so its own size says nothing about its accuracy.
        var size = 2 * solution.Jacobian.PointwiseAbs().TransposeThisAndMultiply(solution.Residuals.PointwiseAbs());
        return [.. gradients.Select(by => new Witness(
            by.Method, by.Gradient, (by.Gradient - gradients[0].Gradient).PointwiseDivide(size).InfinityNorm()))];
    }

    static Vector<double> Gradient(Problem problem, Vector<double> parameters) =>
        2 * problem.Jacobian(parameters).TransposeThisAndMultiply(problem.Residuals(parameters));
}
