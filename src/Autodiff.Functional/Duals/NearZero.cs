using System.Numerics;

namespace Autodiff.Functional;

/// <summary>
/// eˣ − 1 and log(1 + x) for any generic-math number, accurate near 0, where those of <c>double</c> and <c>float</c> are not:
/// theirs subtract and add the 1. Dual numbers have accurate ones of their own, with the right derivatives.
/// </summary>
internal static class NearZero
{
    /// <summary>eˣ − 1 = tanh(x/2)·(eˣ + 1): nothing cancels, nothing overflows too early.</summary>
    public static T ExpM1<T>(T x) where T : IFloatingPointIeee754<T> =>
        x is IDual ? T.ExpM1(x) : T.Tanh(x / (T.One + T.One)) * (T.Exp(x) + T.One);

    /// <summary>log(1 + x), where the rounding of u = 1 + x is made good by the factor x / (u − 1).</summary>
    // Kahan; Goldberg 1991, "What every computer scientist should know about floating-point arithmetic", theorem 4.
    public static T LogP1<T>(T x) where T : IFloatingPointIeee754<T>
    {
        if (x is IDual)
            return T.LogP1(x);
        var u = T.One + x;
        var rounded = u - T.One;
        return T.IsZero(rounded) ? x : rounded == x ? T.Log(u) : T.Log(u) * (x / rounded);
    }
}
