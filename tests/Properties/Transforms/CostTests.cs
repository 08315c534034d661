using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>What derivatives cost in operations of the graph, which are counted and so are the same on every machine.</summary>
public sealed class CostTests(ITestOutputHelper output)
{
    private static readonly Expr s_points = new Random(1).NextTensor([20, 4]), s_signs = Expr.Sign(new Random(2).NextTensor([20])), s_classes = Expr.Abs(new Random(3).NextTensor([20, 3]));

    /// <summary>Each with its function of one node and the shape of that.</summary>
    private static readonly Dictionary<string, (Func<Expr, Expr> F, Shape Shape)> s_functions = new()
    {
        ["Rosenbrock"] = (x => Expr.Sum(100 * Expr.Square(x[1..] - Expr.Square(x[..^1])) + Expr.Square(1 - x[..^1])), [50]),
        ["Logistic regression"] = (w => Expr.Mean(Expr.Softplus(-s_signs * Expr.MatMul(s_points, w))), [4]),
        ["Multilayer perceptron"] = (p => Expr.Mean(Expr.Square(Expr.MatMul(Expr.Tanh(Expr.MatMul(s_points, Expr.Reshape(p[..32], 4, 8)) + p[32..40]), p[40..48]) + p[48] - s_signs)), [49]),
        ["Gaussian log-likelihood by Cholesky"] = (p =>
        {
            var root = Expr.Reshape(p[4..], 4, 4);
            var factor = Expr.Cholesky(Expr.MatMul(root, Expr.Transpose(root)) + Expr.Eye(4));
            var white = Expr.TriangularSolve(factor, Expr.Transpose(s_points - p[..4]));
            return -0.5 * Expr.Sum(Expr.Square(white)) - 20 * Expr.Sum(Expr.Log(Expr.Diagonal(factor)));
        }, [20]),
        ["Softmax cross-entropy"] = (w => -Expr.Mean(Expr.Sum(s_classes * Expr.LogSoftmax(Expr.MatMul(s_points, Expr.Reshape(w, 4, 3)), 1), 1)), [12]),
    };

    public static TheoryData<string> Functions => [.. s_functions.Keys];

    /// <summary>Forward over reverse: the function's operations, those of its gradient, and their tangents.</summary>
    [Theory, MemberData(nameof(Functions))]
    public void A_hessian_times_a_vector_costs_at_most_eleven_functions(string name)
    {
        var (f, shape) = s_functions[name];
        int function = Operations(Graph.Trace(x => [f(x[0])], [new(DType.Float64, shape)]));
        int gradient = Operations(Graph.Trace(x => [Ad.Grad(f, x[0])], [new(DType.Float64, shape)]));
        int product = Operations(Graph.Trace(x => [Ad.HessianVectorProduct(f, x[0], x[1])], [new(DType.Float64, shape), new(DType.Float64, shape)]));
        output.WriteLine($"{name}: {function} operations, gradient {gradient} ({(double)gradient / function:F1}×), Hessian times vector {product} ({(double)product / function:F1}×)");
        Assert.InRange((double)product / function, 1, 11);
    }

    /// <summary>Nodes that compute something from the parameters.</summary>
    private static int Operations(Graph graph) => graph.Order.Count(visit => visit.Inputs.Count > 0);
}
