using Xunit;

namespace Autodiff.Functional.Properties.Ops.LinearAlgebra;

/// <summary>Values of all orders, those of the blocks and one to either side among them, in both precisions, against the textbook and by what they must satisfy.</summary>
public sealed class FactorizationLaws
{
    public static TheoryData<int, DType> Orders
    {
        get
        {
            var data = new TheoryData<int, DType>();
            foreach (int order in (ReadOnlySpan<int>)[0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 48, 65, 100, 145])
            {
                data.Add(order, DType.Float64);
                data.Add(order, DType.Float32);
            }
            return data;
        }
    }

    private static double Rounding(DType dtype) => dtype == DType.Float64 ? 1.1e-16 : 6e-8;

    [Theory, MemberData(nameof(Orders))]
    public void Cholesky_factors(int n, DType dtype)
    {
        var a = Expr.Cast(new Random(n).NextPositiveDefinite(Shape.Of(n, n)), dtype);
        var l = Expr.Cholesky(a);
        Assert.Equal(a.Type, l.Type);
        double tolerance = 20 * (n + 1) * Rounding(dtype) * (1 + Naive.Largest(a));
        Assert.InRange(Naive.Largest(Expr.MatMul(l, l.Transpose()) - a), 0, tolerance);
        Assert.InRange(Naive.Distance(Naive.Cholesky(Naive.Array(a)), Naive.Array(l)), 0, tolerance);
    }

    [Theory, MemberData(nameof(Orders))]
    public void Solutions_solve(int n, DType dtype)
    {
        var random = new Random(n);
        foreach (int columns in (ReadOnlySpan<int>)[0, 1, 3, 37])
        {
            // No diagonal dominates, so that rows are exchanged.
            Expr a = Expr.Cast(random.NextTensor(Shape.Of(n, n)), dtype), b = Expr.Cast(random.NextTensor(Shape.Of(n, columns)), dtype);
            foreach (var (matrix, x) in new[] { (a, Expr.Solve(a, b)), (a.Transpose(), Expr.Solve(a.Transpose(), b)) })
            {
                Assert.Equal(b.Type, x.Type);
                // Backward stable: the residual is small beside the solution, whatever the conditioning.
                Assert.InRange(Naive.Largest(Expr.MatMul(matrix, x) - b), 0, 20 * (n + 1) * Rounding(dtype) * (1 + n * Naive.Largest(x) * Naive.Largest(a)));
            }
        }
    }

    [Theory, MemberData(nameof(Orders))]
    public void Triangles_are_substituted(int n, DType dtype)
    {
        var random = new Random(n);
        for (int variant = 0; variant < 16; variant++)
            foreach (int m in (ReadOnlySpan<int>)[0, 1, 5, 37])
            {
                bool lower = (variant & 1) != 0, transposed = (variant & 2) != 0, unit = (variant & 4) != 0, left = (variant & 8) != 0;
                // Small off the diagonal, so that a unit triangle is well conditioned too.
                var a = Expr.Cast(Expr.Constant(random.NextTensor(Shape.Of(n, n), new(-1, 1))) / (n + 1.0) + 1.5 * Expr.Eye(n), dtype);
                var b = Expr.Cast(random.NextTensor(left ? Shape.Of(n, m) : Shape.Of(m, n)), dtype);
                var x = Expr.TriangularSolve(a, b, lower, transposed, unit, left);
                Assert.Equal(b.Type, x.Type);
                bool turned = transposed == left;
                var expected = Naive.Substitute(Naive.Array(turned ? a.Transpose() : a), Naive.Array(left ? b : b.Transpose()), lower != turned, unit);
                Assert.InRange(Naive.Distance(expected, Naive.Array(left ? x : x.Transpose())), 0, 20 * (n + 1) * Rounding(dtype));
            }
    }

    [Theory, MemberData(nameof(Orders))]
    public void Determinants_and_inverses(int n, DType dtype)
    {
        var a = Expr.Cast(Expr.Constant(new Random(n).NextInvertible(Shape.Of(n, n))) / (n + 1.0), dtype);
        double expected = Naive.Determinant(Naive.Array(a)), tolerance = 20 * (n + 1) * Rounding(dtype);
        var (sign, logAbs) = Expr.SlogDet(a);
        Assert.Equal(new(dtype, Shape.Scalar), logAbs.Type);
        Assert.Equal(Math.Sign(expected), (double)sign);
        Assert.Equal(Math.Log(Math.Abs(expected)), (double)logAbs, tolerance * (1 + Math.Abs((double)logAbs)));
        Assert.Equal(expected, (double)Expr.Determinant(a), tolerance * Math.Abs(expected));
        Assert.InRange(Naive.Largest(Expr.MatMul(a, Expr.Inverse(a)) - Expr.Eye(n, dtype: dtype)), 0, tolerance);
        var positive = Expr.MatMul(a, a.Transpose());
        Assert.Equal(2 * Math.Log(Math.Abs(expected)), (double)Expr.LogDet(positive), 10 * tolerance * (1 + Math.Abs((double)logAbs)));
    }

    [Fact]
    public void Nothing_and_one()
    {
        Expr none = Expr.Zeros([0, 0]), one = Tensor.Of(new double[,] { { -4 } });
        Assert.Equal(1.0, (double)Expr.Determinant(none));
        Assert.Equal((1.0, 0.0), ((double)Expr.SlogDet(none).Sign, (double)Expr.SlogDet(none).LogAbs));
        Assert.Equal(Shape.Of(0, 0), Expr.Inverse(none).Shape);
        Assert.Equal(0.0, (double)Expr.LogDet(none));
        Assert.Equal(Shape.Of(0), Expr.Solve(none, Expr.Zeros([0])).Shape);
        Assert.Equal(Shape.Of(3, 0, 2), Expr.Solve(none, Expr.Zeros([3, 0, 2])).Shape);
        Assert.Equal(-4.0, (double)Expr.Determinant(one));
        Assert.Equal((-1.0, Math.Log(4)), ((double)Expr.SlogDet(one).Sign, (double)Expr.SlogDet(one).LogAbs));
        Assert.Equal(-0.25, (double)Expr.Inverse(one));
        Assert.Equal(2.0, (double)Expr.Cholesky(-one));
        Assert.Equal(Shape.Of(0, 2, 2), Expr.Cholesky(Expr.Zeros([0, 2, 2])).Shape);
    }

    [Fact]
    public void Views_are_read_where_they_lie()
    {
        var random = new Random(3);
        Expr a = random.NextPositiveDefinite(Shape.Of(4, 20, 20)), b = random.NextTensor(Shape.Of(20, 4, 3));
        var reversed = a.Slice(0, null, null, -1);
        Assert.Equal(Expr.Cholesky(reversed)[3].Value, Expr.Cholesky(a)[0].Value);
        var turned = Expr.Slice(Expr.Slice(a[0], 0, null, null, -1), 1, null, null, -1);
        Assert.InRange(Naive.Largest(Expr.MatMul(Expr.Cholesky(turned), Expr.Cholesky(turned).Transpose()) - turned), 0, 1e-13);
        Assert.Null(Near.Tensors("a product of what is read backwards", Expr.MatMul(turned + 0.0, turned + 0.0), Expr.MatMul(turned, turned)));
        Expr l = Expr.Cholesky(turned), side = b[.., 0..1, ..].Squeeze(1);
        Assert.InRange(Naive.Largest(Expr.MatMul(turned, Expr.TriangularSolve(l, Expr.TriangularSolve(l, side), transposed: true)) - side), 0, 1e-12);
        var sides = Expr.Transpose(b, [1, 0, 2]);
        Assert.InRange(Naive.Largest(Expr.MatMul(a, Expr.Solve(a, sides)) - sides), 0, 1e-12);
    }

    /// <summary>A Hilbert matrix is singular to working precision, and yet what solves by elimination or Cholesky has a small residual.</summary>
    [Theory, InlineData(4), InlineData(8), InlineData(12)]
    public void Ill_conditioned_systems_have_small_residuals(int n)
    {
        var i = Expr.Arange(0.0, n);
        var hilbert = 1 / (Expr.ExpandDims(i, 1) + i + 1);
        var b = Expr.Ones([n]);
        var x = Expr.Solve(hilbert, b);
        Assert.InRange(Naive.Largest(Expr.MatMul(hilbert, x) - b), 0, 1e-15 * n * Naive.Largest(x));
        var l = Expr.Cholesky(hilbert);
        Assert.InRange(Naive.Largest(Expr.MatMul(l, l.Transpose()) - hilbert), 0, 1e-15 * n);
        var y = Expr.TriangularSolve(l, Expr.TriangularSolve(l, b), transposed: true);
        Assert.InRange(Naive.Largest(Expr.MatMul(hilbert, y) - b), 0, 1e-15 * n * Naive.Largest(y));
    }

    [Fact]
    public void Logarithms_of_determinants_do_not_overflow()
    {
        Assert.Equal(200 * Math.Log(1e10), (double)Expr.SlogDet(1e10 * Expr.Eye(200)).LogAbs, 1e-9);
        Assert.Equal(200 * Math.Log(1e-10), (double)Expr.LogDet(1e-10 * Expr.Eye(200)), 1e-9);
        Assert.Equal(double.PositiveInfinity, (double)Expr.Determinant(1e10 * Expr.Eye(200)));
    }

    [Fact]
    public void The_symmetric_part_is_factored()
    {
        Expr a = Tensor.Of(new double[,] { { 4, 1 }, { 3, 9 } });
        Assert.Equal(Expr.Cholesky(0.5 * (a + a.Transpose())).Value, Expr.Cholesky(a).Value);
    }

    [Fact]
    public void Integers_become_doubles() => Assert.Equal(new[] { 2.0, 3.0 }, Expr.Solve(Tensor.Of(new int[,] { { 2, 0 }, { 0, 1 } }), Tensor.Of(new[] { 4, 3 })).Value.ToArray<double>());
}
