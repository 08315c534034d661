using BenchmarkDotNet.Attributes;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Autodiff.Functional.Benchmarks;

/// <summary>
/// Factorisations against the managed provider of MathNet.Numerics, which uses all cores; ours uses one. Goal: Cholesky of order 512 in at most four
/// times its time.
/// </summary>
[ShortRunJob]
public class LinearAlgebra
{
    private Tensor _matrix = Tensor.Scalar(0.0), _side = Tensor.Scalar(0.0);
    private Matrix<double> _peer = Matrix<double>.Build.Dense(1, 1), _peerSide = Matrix<double>.Build.Dense(1, 1);

    [Params(64, 512)]
    public int Order { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        LinearAlgebraControl.UseManaged();
        var random = new Random(1);
        _matrix = random.NextPositiveDefinite(Shape.Of(Order, Order));
        _side = random.NextTensor(Shape.Of(Order, 32));
        _peer = Matrix<double>.Build.DenseOfArray((double[,])_matrix.ToMultidimensionalArray());
        _peerSide = Matrix<double>.Build.DenseOfArray((double[,])_side.ToMultidimensionalArray());
    }

    [Benchmark]
    public Expr Cholesky() => Expr.Cholesky(_matrix);

    [Benchmark]
    public object Cholesky_by_MathNet() => _peer.Cholesky();

    [Benchmark]
    public Expr Solve() => Expr.Solve(_matrix, _side);

    [Benchmark]
    public object Solve_by_MathNet() => _peer.Solve(_peerSide);

    [Benchmark]
    public Expr Inverse() => Expr.Inverse(_matrix);

    [Benchmark]
    public object Inverse_by_MathNet() => _peer.Inverse();
}
