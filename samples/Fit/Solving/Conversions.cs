using Autodiff.Functional;
using MathNet.Numerics.LinearAlgebra;

namespace Fit;

/// <summary>Between expressions, which are differentiated, and MathNet's vectors and matrices, which are solved with.</summary>
static class Conversions
{
    public static Expr ToExpr(this Vector<double> vector) => Tensor.Of(vector.ToArray());

    public static Vector<double> ToVector(this Expr vector) => Vector<double>.Build.Dense(vector.Value.ToArray<double>());

    public static Matrix<double> ToMatrix(this Expr matrix) =>
        Matrix<double>.Build.DenseOfRowMajor(matrix.Shape[0], matrix.Shape[1], matrix.Value.ToArray<double>());
}
