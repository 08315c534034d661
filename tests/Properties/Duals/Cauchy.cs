using System.Numerics;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>Derivatives of an analytic function by Cauchy's integral formula: exact to rounding, and with no rule of differentiation in it.</summary>
public static class Cauchy
{
    const int Points = 64;
    const double Radius = 0.1;

    /// <summary>The derivatives of order 0 … 3 at x. The function must be analytic within 2.5 radii of x.</summary>
    public static (double Value, double Tolerance)[] Derivatives(Func<Complex, Complex> f, double x)
    {
        var circle = Enumerable.Range(0, Points).Select(i => Complex.FromPolarCoordinates(1, 2 * Math.PI * i / Points)).ToArray();
        var values = circle.Select(direction => f(x + Radius * direction)).ToArray();
        var size = values.Max(Complex.Abs);
        var factorials = new double[] { 1, 1, 2, 6 };
        return [.. factorials.Select((factorial, order) =>
        {
            var scale = factorial / Math.Pow(Radius, order);
            var value = scale / Points * values.Zip(circle, (v, direction) => v * Complex.Pow(direction, -order)).Aggregate(Complex.Add);
            return (value.Real, 1e-12 * scale * size + 1e-11 * Math.Abs(value.Real));
        })];
    }
}
