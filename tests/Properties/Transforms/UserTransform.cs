using Folds;
using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>The transform of samples/Folds, which uses the public API alone: it counts what it says.</summary>
public sealed class UserTransform
{
    private static readonly Expr s_x = Expr.Variable("x", Shape.Of(5, 3)), s_w = Expr.Variable("w", Shape.Of(3, 4));

    [Fact]
    public void Operations_by_family()
    {
        Assert.Equal(15, Cost.Of(Expr.Sin(s_x)).Operations);
        Assert.Equal(2 * 5 * 3 * 4, Cost.Of(Expr.MatMul(s_x, s_w)).Operations);
        Assert.Equal(15, Cost.Of(Expr.Sum(s_x)).Operations);
        Assert.Equal(0, Cost.Of(s_x.Transpose()).Operations);
        Assert.Equal(15 + 15 + 15, Cost.Of(Expr.Sum(Expr.Sin(s_x) * s_x)).Operations);
    }

    [Fact]
    public void Shared_nodes_count_once_and_depth_is_the_longest_way()
    {
        var sine = Expr.Sin(s_x);
        Assert.Equal(new Cost(45, 4, 3), Cost.Of(Expr.Exp(sine * s_x), sine));
        var z = Enumerable.Range(0, 100_000).Aggregate(s_x, (z, _) => Expr.Sin(z));
        Assert.Equal(new Cost(1_500_000, 100_001, 100_000), Cost.Of(z));
    }

    [Fact]
    public void A_batch_has_the_operations_of_a_loop_in_the_nodes_of_one_call()
    {
        Expr F(Expr x) => Expr.Sum(Expr.Tanh(Expr.MatMul(x, Expr.Ones(Shape.Of(3, 4)))));
        Cost Batch(int size) => Cost.Of(Ad.Vmap(Ad.Grad(F), Expr.Variable("x", Shape.Of(size, 3))));
        Assert.Equal(Batch(4).Nodes, Batch(400).Nodes);
        Assert.Equal(100 * Batch(4).Operations, Batch(400).Operations);
    }
}
