namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>W8: v ← tanh(M·v), 15 times; the sum, and its gradient in M and v.</summary>
public static class Recurrence
{
    private static readonly double[,] s_matrix = { { 0.5, -0.3, 0.8 }, { 0.1, 0.9, -0.4 }, { -0.7, 0.2, 0.6 } };
    private static readonly double[] s_vector = [0.3, -0.2, 0.5];

    public static Model<(Expr Matrix, Expr Vector)> Small { get; } = new("W8", Function, (Expr.Constant(s_matrix), Expr.Constant(s_vector)), () =>
    {
        double[] v = s_vector;
        for (int step = 0; step < 15; step++)
            v = [.. Enumerable.Range(0, 3).Select(i => Math.Tanh(Enumerable.Range(0, 3).Sum(j => s_matrix[i, j] * v[j])))];
        return v.Sum();
    });

    public static Expr Function((Expr Matrix, Expr Vector) p)
    {
        var v = p.Vector;
        for (int i = 0; i < 15; i++)
            v = Expr.Tanh(Expr.MatMul(p.Matrix, v));
        return Expr.Sum(v);
    }
}
