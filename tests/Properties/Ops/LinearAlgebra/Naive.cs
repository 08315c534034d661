namespace Autodiff.Functional.Properties.Ops.LinearAlgebra;

/// <summary>The textbook algorithms, to compare with.</summary>
internal static class Naive
{
    public static double[,] Array(Expr x) => x.Value.Size == 0 ? new double[x.Shape[0], x.Shape[1]] : (double[,])Expr.Cast(x, DType.Float64).Value.ToMultidimensionalArray();

    /// <summary>The solution with a triangular matrix, by substitution.</summary>
    public static double[,] Substitute(double[,] t, double[,] b, bool lower, bool unit)
    {
        int n = b.GetLength(0), m = b.GetLength(1);
        var x = new double[n, m];
        for (int step = 0; step < n; step++)
        {
            int i = lower ? step : n - 1 - step;
            for (int j = 0; j < m; j++)
            {
                double sum = b[i, j];
                for (int k = lower ? 0 : i + 1; k < (lower ? i : n); k++)
                    sum -= t[i, k] * x[k, j];
                x[i, j] = unit ? sum : sum / t[i, i];
            }
        }
        return x;
    }

    public static double[,] Cholesky(double[,] a)
    {
        int n = a.GetLength(0);
        var l = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i, j];
                for (int k = 0; k < j; k++)
                    sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        return l;
    }

    /// <summary>The determinant, by elimination with the rows in any order that has no 0 for a pivot.</summary>
    public static double Determinant(double[,] a)
    {
        int n = a.GetLength(0);
        a = (double[,])a.Clone();
        double product = 1;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(i => Math.Abs(a[i, k]));
            for (int j = 0; j < n && pivot != k; j++)
                (a[k, j], a[pivot, j]) = (a[pivot, j], a[k, j]);
            product *= pivot == k ? a[k, k] : -a[k, k];
            for (int i = k + 1; i < n; i++)
                for (int j = n - 1; j >= k; j--)
                    a[i, j] -= a[i, k] / a[k, k] * a[k, j];
        }
        return product;
    }

    public static double Distance(double[,] x, double[,] y)
    {
        double largest = 0;
        for (int i = 0; i < x.GetLength(0); i++)
            for (int j = 0; j < x.GetLength(1); j++)
                largest = Math.Max(largest, double.IsNaN(x[i, j] - y[i, j]) ? double.PositiveInfinity : Math.Abs(x[i, j] - y[i, j]));
        return largest;
    }

    public static double Largest(Expr x) => x.Shape.Size == 0 ? 0 : (double)Expr.Max(Expr.Abs(x));
}
