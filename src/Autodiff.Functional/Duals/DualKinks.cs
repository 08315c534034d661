using System.Numerics;

namespace Autodiff.Functional;

// Functions that choose or round: piecewise smooth, with a derivative by convention at the kinks.
public readonly partial struct Dual<T>
{
    /// <summary>|x|, with the slope 0 at 0.</summary>
    /// <param name="value">x.</param>
    public static Dual<T> Abs(Dual<T> value) =>
        value.Primal > T.Zero ? value
        : value.Primal < T.Zero ? -value
        : new(T.Abs(value.Primal), T.IsNaN(value.Primal) ? value.Primal : T.Zero);

    /// <summary>−1, 0 or 1, by the primal. An instance property, because that is where F#'s <c>sign</c> looks; generic code finds <c>T.Sign(x)</c>.</summary>
    public int Sign => T.Sign(Primal);

    static int INumber<Dual<T>>.Sign(Dual<T> value) => value.Sign;

    /// <summary>|x| with the sign of y; differentiable in x only.</summary>
    /// <param name="value">x.</param>
    /// <param name="sign">y.</param>
    public static Dual<T> CopySign(Dual<T> value, Dual<T> sign) => T.IsNegative(sign.Primal) ? -Abs(value) : Abs(value);

    /// <summary>The larger; NaN if one is NaN. A tie shares the tangent.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static Dual<T> Max(Dual<T> x, Dual<T> y) =>
        x.Primal > y.Primal ? x : x.Primal < y.Primal ? y : new(T.Max(x.Primal, y.Primal), Mean(x.Tangent, y.Tangent));

    /// <summary>The smaller; NaN if one is NaN. A tie shares the tangent.</summary>
    /// <param name="x">One.</param>
    /// <param name="y">The other.</param>
    public static Dual<T> Min(Dual<T> x, Dual<T> y) =>
        x.Primal < y.Primal ? x : x.Primal > y.Primal ? y : new(T.Min(x.Primal, y.Primal), Mean(x.Tangent, y.Tangent));

    /// <inheritdoc/>
    public static Dual<T> MaxNumber(Dual<T> x, Dual<T> y) => IsNaN(x) ? y : IsNaN(y) ? x : Max(x, y);
    /// <inheritdoc/>
    public static Dual<T> MinNumber(Dual<T> x, Dual<T> y) => IsNaN(x) ? y : IsNaN(y) ? x : Min(x, y);

    /// <inheritdoc/>
    public static Dual<T> MaxMagnitude(Dual<T> x, Dual<T> y)
    {
        var (left, right) = (T.Abs(x.Primal), T.Abs(y.Primal));
        return left > right ? x : left < right ? y : Max(x, y);
    }

    /// <inheritdoc/>
    public static Dual<T> MinMagnitude(Dual<T> x, Dual<T> y)
    {
        var (left, right) = (T.Abs(x.Primal), T.Abs(y.Primal));
        return left < right ? x : left > right ? y : Min(x, y);
    }

    /// <inheritdoc/>
    public static Dual<T> MaxMagnitudeNumber(Dual<T> x, Dual<T> y) => IsNaN(x) ? y : IsNaN(y) ? x : MaxMagnitude(x, y);
    /// <inheritdoc/>
    public static Dual<T> MinMagnitudeNumber(Dual<T> x, Dual<T> y) => IsNaN(x) ? y : IsNaN(y) ? x : MinMagnitude(x, y);

    /// <inheritdoc/>
    public static Dual<T> Ceiling(Dual<T> x) => T.Ceiling(x.Primal);
    /// <inheritdoc/>
    public static Dual<T> Floor(Dual<T> x) => T.Floor(x.Primal);
    /// <inheritdoc/>
    public static Dual<T> Truncate(Dual<T> x) => T.Truncate(x.Primal);
    /// <summary>The nearest whole number, halves to even.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> Round(Dual<T> x) => T.Round(x.Primal);
    /// <inheritdoc/>
    public static Dual<T> Round(Dual<T> x, int digits, MidpointRounding mode) => T.Round(x.Primal, digits, mode);

    private static T Mean(T x, T y) => (x + y) / Two;
}
