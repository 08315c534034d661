using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Fit;

/// <summary>Whether the data can tell the parameters apart.</summary>
static class Identifiability
{
    const double Share = 0.05;

    /// <summary>
    /// The parameters that can change together without any effect on the model, if there are some: those with a share in a direction in which the
    /// Jacobian, its columns brought to length one, does not move at all.
    /// </summary>
    public static ImmutableArray<string> Confounded(Problem problem, Iteration at)
    {
        var held = LevenbergMarquardt.AtBound(problem, at);
        var free = problem.Model.Parameters.Select((p, j) => (p.Name, Column: at.Jacobian.Column(j), Held: held[j])).Where(p => !p.Held).ToImmutableArray();
        if (free.IsEmpty)
        {
            return [];
        }
        if (free.Where(p => !(p.Column.L2Norm() > 0)).Select(p => p.Name).ToImmutableArray() is { IsEmpty: false } without)
        {
            return without;
        }

        var jacobian = Matrix<double>.Build.DenseOfColumnVectors(free.Select(p => p.Column / p.Column.L2Norm()));
        var decomposition = jacobian.QR(QRMethod.Thin).R.Svd();   // R has the singular values and directions of the Jacobian, without its rows
        var negligible = 10 * Math.Max(jacobian.RowCount, jacobian.ColumnCount) * (Math.BitIncrement(1.0) - 1) * decomposition.S[0];
        var directions = decomposition.VT.EnumerateRows().Where((_, i) => i >= decomposition.S.Count || decomposition.S[i] <= negligible);
        return [.. directions.SelectMany(direction => direction.Index().Where(entry => Math.Abs(entry.Item) > Share).Select(entry => entry.Index)).Distinct().Order().Select(j => free[j].Name)];
    }
}
