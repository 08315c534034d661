using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Fit;

/// <summary>Whether the data can tell the parameters apart.</summary>
static class Identifiability
{
    const double Share = 0.05;

    /// <summary>Why the data can't tell the parameters, in words; null when they can.</summary>
    public static string? Trouble(Problem problem, Iteration at)
    {
        var held = LevenbergMarquardt.AtBound(problem, at);
        var free = problem.Model.Parameters.Select((p, j) => (p.Name, Column: at.Jacobian.Column(j), Held: held[j])).Where(p => !p.Held).ToImmutableArray();
        if (free.IsEmpty)
        {
            return null;
        }
        if (!double.IsFinite(at.SumOfSquares))
        {
            return "overflow: the sum of squares is not a finite number where the search ended; start nearer, or give bounds";
        }
        if (free.Where(p => p.Column.All(slope => slope == 0)).ToImmutableArray() is { IsEmpty: false } without)
        {
            return without.Length == problem.Model.Parameters.Length && without.Length > 1 ? "the model has no effect where the search ended: none of its parameters changes it at any row; start elsewhere"
                : without is [var alone] ? $"the data don't determine parameter {alone.Name}: it has no effect where the search ended"
                : $"the data don't determine the parameters {Names(without)}: they have no effect where the search ended";
        }
        return Confounded([.. free.Select(p => (p.Name, p.Column))]) is { IsEmpty: false } confounded ? $"singular Jacobian: the data can't tell the parameters {string.Join(", ", confounded)} apart" : null;

        static string Names(IEnumerable<(string Name, Vector<double> Column, bool Held)> parameters) => string.Join(", ", parameters.Select(p => p.Name));
    }

    /// <summary>
    /// The parameters that can change together without any effect on the model, if there are some: those with a share in a direction in which the
    /// Jacobian, its columns brought to length one, does not move at all.
    /// </summary>
    static ImmutableArray<string> Confounded(ImmutableArray<(string Name, Vector<double> Column)> free)
    {
        var jacobian = Matrix<double>.Build.DenseOfColumnVectors(free.Select(p => p.Column / p.Column.L2Norm()));
        var decomposition = jacobian.QR(QRMethod.Thin).R.Svd();   // R has the singular values and directions of the Jacobian, without its rows
        var negligible = 10 * Math.Max(jacobian.RowCount, jacobian.ColumnCount) * (Math.BitIncrement(1.0) - 1) * decomposition.S[0];
        var directions = decomposition.VT.EnumerateRows().Where((_, i) => i >= decomposition.S.Count || decomposition.S[i] <= negligible);
        return [.. directions.SelectMany(direction => direction.Index().Where(entry => Math.Abs(entry.Item) > Share).Select(entry => entry.Index)).Distinct().Order().Select(j => free[j].Name)];
    }
}
