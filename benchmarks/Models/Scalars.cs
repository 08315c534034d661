namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>Graphs of scalars: a small one (W1), long chains (W2), and a long loop.</summary>
public static class Scalars
{
    public static Model<(Expr X, Expr Y)> SmallGraph { get; } = new("W1", Nested, (0.3, 0.7), () =>
    {
        double z = 0.3;
        for (int i = 0; i < 5; i++)
            z = Math.Tanh(Math.Sin(z * 0.7) + 0.5 * 0.3);
        return z;
    });

    public static Model<Expr> LongChain(int links) => new("W2", z => Chain(z, links), 0.5, () => ChainReference(links));

    /// <summary>The chain as a loop, whose graph is as small for any number of steps.</summary>
    public static Model<Expr> LongLoop(int steps) => new("Scan", z => Ad.Scan(z => (Expr.Sin(z) * 1e-5 + z, z), z, steps).Carry, 0.5, () => ChainReference(steps));

    /// <summary>25 operations: z = x, five times z = tanh(sin(z·y) + 0.5·x).</summary>
    public static Expr Nested((Expr X, Expr Y) p)
    {
        var z = p.X;
        for (int i = 0; i < 5; i++)
            z = Expr.Tanh(Expr.Sin(z * p.Y) + 0.5 * p.X);
        return z;
    }

    /// <summary>A chain whose gradient neither vanishes nor explodes: 1.9541 from 0.5 after 100 000 links.</summary>
    public static Expr Chain(Expr z, int links)
    {
        for (int i = 0; i < links; i++)
            z = Expr.Sin(z) * 1e-5 + z;
        return z;
    }

    private static double ChainReference(int links)
    {
        double z = 0.5;
        for (int i = 0; i < links; i++)
            z += Math.Sin(z) * 1e-5;
        return z;
    }
}
