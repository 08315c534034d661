using Xunit;

namespace Autodiff.Functional.Properties.Ops.LinearAlgebra;

/// <summary>Derivatives at orders that are cut into blocks, and of third order; small ones are under the laws of the catalogue.</summary>
public sealed class DerivativeLaws
{
    private const int Order = 21;

    private static readonly Expr s_side = new Random(5).NextTensor(Shape.Of(Order, 3));

    public static TheoryData<string> All => ["Cholesky", "LogDet", "Solve", "Inverse", "SlogDet", "Determinant", "TriangularSolve"];

    private static Expr Call(string name, Expr x) => name switch
    {
        "Cholesky" => Expr.Cholesky(x),
        "LogDet" => Expr.LogDet(x),
        "Solve" => Expr.Solve(x, s_side),
        "Inverse" => Expr.Inverse(x),
        "SlogDet" => Expr.SlogDet(x).LogAbs,
        "Determinant" => Expr.Determinant(x / 8),
        _ => Expr.TriangularSolve(x, s_side, transposed: true),
    };

    /// <summary>Symmetric, so that the matrix stays positive definite along it.</summary>
    private static Expr Direction(int seed)
    {
        Expr x = new Random(seed).NextTensor(Shape.Of(Order, Order), new(-1, 1));
        return 0.5 * (x + x.Transpose());
    }

    [Theory, MemberData(nameof(All))]
    public void Both_orders_are_the_limits_of_differences(string name)
    {
        Expr at = new Random(7).NextPositiveDefinite(Shape.Of(Order, Order)), v = Direction(1), u = Direction(2);
        var weight = Expr.Constant(new Random(8).NextTensor(Call(name, at).Shape));
        Expr Value(Expr x) => Expr.Sum(weight * Call(name, x));
        Expr Slope(Expr x) => Expr.Sum(v * Ad.Grad(Value, x));

        var first = FiniteDifferences.Derivative(t => (double)Value(at + t * v));
        Assert.True(first.IsSharp);
        Assert.Equal(first.Value, (double)Slope(at), 10 * first.Error + 1e-9 * (1 + Math.Abs(first.Value)));
        Assert.Equal(first.Value, (double)Ad.Jvp(Value, at, v).Tangent, 10 * first.Error + 1e-9 * (1 + Math.Abs(first.Value)));
        var second = FiniteDifferences.Derivative(t => (double)Slope(at + t * u));
        Assert.True(second.IsSharp);
        Assert.Equal(second.Value, (double)Expr.Sum(u * Ad.Grad(Slope, at)), 10 * second.Error + 1e-8 * (1 + Math.Abs(second.Value)));
        Assert.Equal(second.Value, (double)Ad.Jvp(Slope, at, u).Tangent, 10 * second.Error + 1e-8 * (1 + Math.Abs(second.Value)));
    }

    [Theory, MemberData(nameof(All))]
    public void Dual_numbers_bear_witness_through_the_blocks(string name)
    {
        Expr at = new Random(7).NextPositiveDefinite(Shape.Of(Order, Order)), v = Direction(1);
        var (value, tangent) = Witness.First(Graph.Trace(x => [Call(name, x[0])], [at.Type]), [at], [v]);
        Assert.Null(Near.Tensors("values", Call(name, at), value));
        Assert.Null(Near.Tensors("tangents", Ad.Jvp(x => Call(name, x), at, v).Tangent, tangent, 10));
    }

    /// <summary>d³/dt³ ln det(A + t·B) = 2·tr((A⁻¹·B)³).</summary>
    [Fact]
    public void Third_derivatives()
    {
        Expr a = new Random(7).NextPositiveDefinite(Shape.Of(5, 5)), b = new Random(1).NextPositiveDefinite(Shape.Of(5, 5));
        var m = Expr.Solve(a, b);
        double expected = 2 * (double)Expr.Sum(Expr.MatMul(Expr.MatMul(m, m), m) * Expr.Eye(5));
        foreach (var logDet in new Func<Expr, Expr>[] { Expr.LogDet, x => Expr.SlogDet(x).LogAbs, x => Expr.Log(Expr.Determinant(x)) })
            Assert.Equal(expected, (double)Ad.Grad(Ad.Grad(Ad.Grad(t => logDet(a + t * b))))(0.0), 1e-10 * Math.Abs(expected));
    }

    [Fact]
    public void Gradients_of_the_logarithm_of_the_determinant_are_the_inverse_transposed()
    {
        Expr a = new Random(2).NextInvertible(Shape.Of(2, 6, 6));
        Assert.Null(Near.Tensors("∇ ln |det|", Expr.Transpose(Expr.Inverse(a), [0, 2, 1]), Ad.Grad(x => Expr.Sum(Expr.SlogDet(x).LogAbs), a)));
        Assert.Null(Near.Tensors("∇ sign", Expr.ZerosLike(a), Ad.Grad(x => Expr.Sum(Expr.SlogDet(x).Sign), a)));
        // Both outputs at once: det = sign · e^logarithm.
        Expr Product(Expr x) => Expr.Sum(Expr.SlogDet(x) is var (sign, logAbs) ? sign * Expr.Exp(logAbs) : x);
        Assert.Null(Near.Tensors("∇ det", Ad.Grad(x => Expr.Sum(Expr.Determinant(x)), a), Ad.Grad(Product, a), 10));
    }

    [Fact]
    public void Gradients_of_Cholesky_are_symmetric()
    {
        Expr a = new Random(2).NextPositiveDefinite(Shape.Of(6, 6)), w = new Random(3).NextTensor(Shape.Of(6, 6));
        var gradient = Ad.Grad(x => Expr.Sum(w * Expr.Cholesky(x)), a);
        Assert.Null(Near.Tensors("gradient", gradient, gradient.Transpose()));
    }
}
