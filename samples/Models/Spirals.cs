using Autodiff.Functional;

namespace Models;

/// <summary>Points (n, 2) on two spirals that wind around each other, and which spiral each is on: 1 or −1.</summary>
internal sealed record Spirals(Expr Points, Expr Sides)
{
    public static Spirals Of(int perSpiral, RandomKey key)
    {
        var noise = key.Normal(Shape.Of(2 * perSpiral, 2), standardDeviation: 0.02).Value.ToArray2D<double>();
        var points = new double[2 * perSpiral, 2];
        var sides = new double[2 * perSpiral];
        for (int i = 0; i < 2 * perSpiral; i++)
        {
            double t = (double)(i / 2) / perSpiral, angle = 3.2 * Math.PI * t + i % 2 * Math.PI, radius = 0.15 + 0.85 * t;
            (points[i, 0], points[i, 1]) = (radius * Math.Cos(angle) + noise[i, 0], radius * Math.Sin(angle) + noise[i, 1]);
            sides[i] = i % 2 == 0 ? 1 : -1;
        }
        return new(Tensor.Of(points), Tensor.Of(sides));
    }
}
