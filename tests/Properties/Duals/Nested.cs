using System.Numerics;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>Derivatives by nesting dual numbers: the way a user takes them.</summary>
public static class Nested
{
    /// <summary>f, f′, f″ and f‴ at x: one call of f three deep.</summary>
    public static double[] Derivatives(Func<Dual<Dual<Dual<double>>>, Dual<Dual<Dual<double>>>> f, double x)
    {
        var y = f(Variable3(x));
        return [y.Primal.Primal.Primal, y.Primal.Primal.Tangent, y.Primal.Tangent.Tangent, y.Tangent.Tangent.Tangent];
    }

    /// <summary>The variable of each level at once.</summary>
    public static Dual<Dual<Dual<double>>> Variable3(double x) =>
        Dual<Dual<Dual<double>>>.Variable(Dual<Dual<double>>.Variable(Dual<double>.Variable(x)));

    /// <summary>f′(x), as a function that nests.</summary>
    public static T Derivative<T>(Func<Dual<T>, Dual<T>> f, T x) where T : IFloatingPointIeee754<T> => f(Dual<T>.Variable(x)).Tangent;

    /// <summary>All eight parts, to compare tangents as well (== compares primals).</summary>
    public static double[] Parts(Dual<Dual<Dual<double>>> x) => [.. Parts(x.Primal), .. Parts(x.Tangent)];

    public static double[] Parts(Dual<Dual<double>> x) => [x.Primal.Primal, x.Primal.Tangent, x.Tangent.Primal, x.Tangent.Tangent];
}
