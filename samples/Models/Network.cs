using System.Collections.Immutable;
using Autodiff.Functional;

namespace Models;

/// <summary>The parameters of one layer.</summary>
internal sealed record Dense(Expr Weight, Expr Bias)
{
    public static Dense Start(RandomKey key, int from, int to) =>
        new(key.Normal(Shape.Of(from, to), standardDeviation: 1 / Math.Sqrt(from)), Expr.Zeros(Shape.Of(to)));
}

/// <summary>The parameters of the network.</summary>
internal sealed record Network(Dense Lift, ImmutableArray<Dense> Blocks, Dense Head, string Name)
{
    private static readonly Model<Dense> s_affine = (p, x) => Expr.MatMul(x, p.Weight) + p.Bias;
    private static readonly Model<Dense> s_layer = s_affine.Then(Expr.Tanh);

    /// <summary>The network, composed: a layer, a stack of layers that each add to their input, and a weighted sum. From points (n, 2) to scores (n).</summary>
    public static readonly Model<Network> Scores =
        s_layer.Of((Network n) => n.Lift)
        .Then(s_layer.Residual().Stacked().Of((Network n) => n.Blocks))
        .Then(s_affine.Of((Network n) => n.Head))
        .Then(scores => scores.Squeeze(1));

    public static Network Start(RandomKey key, int width, int blocks)
    {
        var keys = key.Split(blocks + 2);
        return new(Dense.Start(keys[0], 2, width), [.. Enumerable.Range(2, blocks).Select(i => Dense.Start(keys[i], width, width))], Dense.Start(keys[1], width, 1), "spirals");
    }
}
