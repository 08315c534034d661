using Xunit;

namespace Autodiff.Functional.Properties.Ops.LinearAlgebra;

/// <summary>Singular and indefinite matrices: an error that says where, NaN for that element of a batch; and wrong shapes and dtypes.</summary>
public sealed class FailureTests
{
    private static readonly Expr s_regular = Tensor.Of(new double[,] { { 2, 1, 0 }, { 1, 3, 1 }, { 0, 1, 4 } });
    private static readonly Expr s_singular = Tensor.Of(new double[,] { { 1, 2, 0 }, { 2, 4, 0 }, { 0, 0, 1 } });
    private static readonly Expr s_indefinite = Tensor.Of(new double[,] { { 1, 2, 0 }, { 2, 1, 0 }, { 0, 0, 1 } });
    private static readonly Expr s_vector = Tensor.Of(new double[] { 1, 2, 3 });

    private static void Says<TException>(string what, Func<Expr> call) where TException : AutodiffException =>
        Assert.Contains(what, Assert.Throws<TException>(() => call().Value).Message, StringComparison.Ordinal);

    [Fact]
    public void Where_it_fails_is_said()
    {
        Says<MatrixException>("Cholesky: expected positive definite matrices; got a matrix whose leading minor of order 2 is not positive", () => Expr.Cholesky(s_indefinite));
        Says<MatrixException>("leading minor of order 2 ", () => Expr.LogDet(s_singular));
        Says<MatrixException>("Solve: expected invertible matrices; got a singular matrix: after elimination there is no pivot but 0 at index 1", () => Expr.Solve(s_singular, s_vector));
        Says<MatrixException>("Inverse: expected invertible matrices; got a singular matrix: after elimination there is no pivot but 0 at index 1", () => Expr.Inverse(s_singular));
        Says<MatrixException>("TriangularSolve: expected invertible matrices; got a singular matrix: T has a 0 on its diagonal at index 1", () =>
            Expr.TriangularSolve(Tensor.Of(new double[,] { { 1, 0 }, { 2, 0 } }), Expr.Ones([2])));
    }

    [Fact]
    public void Blocks_do_not_change_where_it_fails()
    {
        var indefinite = Expr.Eye(100) - 2 * Expr.Cast(Expr.Equal(Expr.Arange(100), 70.0), DType.Float64) * Expr.Eye(100);
        Says<MatrixException>("leading minor of order 71 ", () => Expr.Cholesky(indefinite));
    }

    [Fact]
    public void Which_matrix_of_an_explicit_batch_is_said()
    {
        Expr batch = Expr.Reshape(Expr.Stack([s_regular, s_regular, s_regular, s_indefinite]), 2, 2, 3, 3);
        Says<MatrixException>("a matrix [1, 1] of the batch (2, 2) whose", () => Expr.Cholesky(batch));
        Says<MatrixException>("a singular matrix [1] of the batch (2,): ", () => Expr.Solve(Expr.Stack([s_regular, s_singular]), Expr.Ones([2, 3, 1])));
    }

    [Fact]
    public void Determinants_of_singular_matrices_are_values()
    {
        Assert.Equal(0.0, (double)Expr.Determinant(s_singular));
        Assert.Equal((0.0, double.NegativeInfinity), ((double)Expr.SlogDet(s_singular).Sign, (double)Expr.SlogDet(s_singular).LogAbs));
    }

    public static TheoryData<string> Failing => ["Cholesky", "LogDet", "Solve", "Inverse", "TriangularSolve", "gradient of Cholesky", "gradient of Solve", "gradient of SlogDet", "gradient of TriangularSolve"];

    private static Expr Call(string name, Expr x) => name switch
    {
        "Cholesky" => Expr.Cholesky(x),
        "LogDet" => Expr.LogDet(x),
        "Solve" => Expr.Solve(x, s_vector),
        "Inverse" => Expr.Inverse(x),
        "TriangularSolve" => Expr.TriangularSolve(x, s_vector),
        "gradient of Cholesky" => Ad.Grad(y => Expr.Sum(Expr.Cholesky(y)), x),
        "gradient of Solve" => Ad.Grad(y => Expr.Sum(Expr.Solve(y, s_vector)), x),
        "gradient of SlogDet" => Ad.Grad(y => Expr.SlogDet(y).LogAbs, x),
        _ => Ad.Grad(y => Expr.Sum(Expr.TriangularSolve(y, s_vector)), x),
    };

    [Theory, MemberData(nameof(Failing))]
    public void In_a_batch_only_the_element_is_lost(string name)
    {
        Expr bad = Expr.Zeros([3, 3]);
        var graph = Graph.Trace(x => [Call(name, x[0])], [s_regular.Type]);
        var result = graph.Batch([Expr.Stack([s_regular, bad, 2 * s_regular])], [true], 3)[0];
        var loop = Expr.Stack([Call(name, s_regular), Call(name, 2 * s_regular)]);
        Assert.InRange(Naive.Largest(Expr.Stack([result[0], result[2]]) - loop), 0, 1e-14);
        Assert.Contains(double.NaN, Expr.Ravel(result[1]).Value.ToArray<double>());
        Assert.Throws<MatrixException>(() => Call(name, bad).Value);
    }

    [Fact]
    public void NaN_in_NaN_out()
    {
        Expr a = Tensor.Of(new double[,] { { 2, double.NaN }, { double.NaN, 3 } });
        Assert.Equal([false, false, true, true], Expr.Cholesky(a).Value.ToArray<double>().Select(double.IsNaN));
        Assert.All(Expr.Solve(a, Expr.Ones([2])).Value.ToArray<double>(), v => Assert.True(double.IsNaN(v)));
        Assert.True(double.IsNaN((double)Expr.Determinant(a)));
    }

    [Fact]
    public void Wrong_shapes_and_dtypes_are_said()
    {
        Says<ShapeException>("Cholesky: expected square matrices, (…, n, n); got the shape (2, 3)", () => Expr.Cholesky(Expr.Ones([2, 3])));
        Says<ShapeException>("Determinant: expected square matrices", () => Expr.Determinant(Expr.Ones([2])));
        Says<ShapeException>("Solve: expected right sides as long as the matrix, (…, n, n) and (…, n, m); got (3, 3) and (2, 1): n = 3 and 2", () => Expr.Solve(s_regular, Expr.Ones([2, 1])));
        Says<ShapeException>("Solve: expected vectors (n,) or matrices", () => Expr.Solve(s_regular, Expr.Scalar(1.0)));
        Says<ShapeException>("Solve: expected shapes that broadcast", () => Expr.Solve(Expr.Ones([2, 3, 3]), Expr.Ones([4, 3, 1])));
        Says<DTypeException>("operands of one dtype; got Float64 and Float32", () => Expr.Solve(s_regular, Expr.Ones([3], DType.Float32)));
        Says<DTypeException>("Inverse: expected numbers; got Bool", () => Expr.Inverse(Expr.Equal(s_regular, 1.0)));
    }
}
