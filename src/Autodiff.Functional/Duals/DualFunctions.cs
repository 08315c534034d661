namespace Autodiff.Functional;

// The smooth elementary functions. Each line is a value and a slope, both in T's functions: so higher derivatives come out when T is dual.
public readonly partial struct Dual<T>
{
    private static readonly T Two = T.One + T.One;
    private static readonly T Three = Two + T.One;
    private static readonly T Ln2 = T.Log(Two);
    private static readonly T Ln10 = T.Log(T.CreateChecked(10));

    // Exponentials

    /// <inheritdoc/>
    public static Dual<T> Exp(Dual<T> x)
    {
        var y = T.Exp(x.Primal);
        return x.Chain(y, y);
    }

    /// <inheritdoc/>
    public static Dual<T> Exp2(Dual<T> x)
    {
        var y = T.Exp2(x.Primal);
        return x.Chain(y, y * Ln2);
    }

    /// <inheritdoc/>
    public static Dual<T> Exp10(Dual<T> x)
    {
        var y = T.Exp10(x.Primal);
        return x.Chain(y, y * Ln10);
    }

    /// <summary>eˣ − 1, accurate near 0.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> ExpM1(Dual<T> x) => x.Chain(NearZero.ExpM1(x.Primal), T.Exp(x.Primal));
    /// <summary>2ˣ − 1, accurate near 0.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> Exp2M1(Dual<T> x) => ExpM1(x * Ln2);
    /// <summary>10ˣ − 1, accurate near 0.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> Exp10M1(Dual<T> x) => ExpM1(x * Ln10);

    // Logarithms

    /// <inheritdoc/>
    public static Dual<T> Log(Dual<T> x) => x.Chain(T.Log(x.Primal), T.One / x.Primal);
    /// <inheritdoc/>
    public static Dual<T> Log(Dual<T> x, Dual<T> newBase) => Log(x) / Log(newBase);
    /// <inheritdoc/>
    public static Dual<T> Log2(Dual<T> x) => x.Chain(T.Log2(x.Primal), T.One / (x.Primal * Ln2));
    /// <inheritdoc/>
    public static Dual<T> Log10(Dual<T> x) => x.Chain(T.Log10(x.Primal), T.One / (x.Primal * Ln10));
    /// <summary>log(1 + x), accurate near 0.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> LogP1(Dual<T> x) => x.Chain(NearZero.LogP1(x.Primal), T.One / (T.One + x.Primal));
    /// <summary>log₂(1 + x), accurate near 0.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> Log2P1(Dual<T> x) => LogP1(x) / Ln2;
    /// <summary>log₁₀(1 + x), accurate near 0.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> Log10P1(Dual<T> x) => LogP1(x) / Ln10;

    // Powers and roots

    /// <summary>
    /// xʸ. The slope in y counts only where y has a tangent, so that a constant y takes no logarithm of a negative x; at x = 0 ≤ y
    /// it is 0. The slope in x at y = 0 is 0 also at x = 0. Where the slope in x is infinite (x = 0, y &lt; 1), a tangent of 0 gives NaN: it may
    /// be no constant, and the truth another (the cube root of x³).
    /// </summary>
    /// <param name="x">x.</param>
    /// <param name="y">y.</param>
    public static Dual<T> Pow(Dual<T> x, Dual<T> y)
    {
        var power = T.Pow(x.Primal, y.Primal);
        var slope = Vanishes(y.Primal) ? T.Zero : y.Primal * T.Pow(x.Primal, y.Primal - T.One);
        if (T.IsZero(x.Primal) && y.Primal == T.One)
            slope -= Steep(y.Primal - T.One);       // its own slope in y is xʸ⁻¹·ln x
        var byBase = x.Chain(power, slope);
        return Vanishes(y.Tangent) ? byBase : new(power, byBase.Tangent + InExponent(x.Primal, y.Primal, power) * y.Tangent);
    }

    /// <summary>xʸ·ln x; at x = 0 ≤ y it is 0, as a limit but for y = 0, and its slope in x that of the limit.</summary>
    private static T InExponent(T x, T y, T power) =>
        !(T.IsZero(x) && y >= T.Zero) ? power * T.Log(x) : y > T.One ? T.Zero : T.IsZero(y) ? Steep(x) : -Steep(x);

    /// <summary>0 with the slope ∞, for x that is 0.</summary>
    private static T Steep(T x) => Vanishes(x) ? T.Zero : T.Sqrt(x);

    /// <inheritdoc/>
    public static Dual<T> Sqrt(Dual<T> x)
    {
        var y = T.Sqrt(x.Primal);
        return x.Chain(y, T.One / (Two * y + T.Zero));     // √−0 is −0, but the slope is ∞ there as well
    }

    /// <inheritdoc/>
    public static Dual<T> Cbrt(Dual<T> x)
    {
        var y = T.Cbrt(x.Primal);
        return x.Chain(y, T.One / (Three * y * y));
    }

    /// <inheritdoc/>
    public static Dual<T> RootN(Dual<T> x, int n)
    {
        var y = T.RootN(x.Primal, n);
        return x.Chain(y, T.One / (T.CreateChecked(n) * T.Pow(y, T.CreateChecked(n - 1))));
    }

    /// <inheritdoc/>
    public static Dual<T> Hypot(Dual<T> x, Dual<T> y)
    {
        var radius = T.Hypot(x.Primal, y.Primal);
        return new(radius, x.Primal / radius * x.Tangent + y.Primal / radius * y.Tangent);
    }

    // Trigonometric functions

    /// <inheritdoc/>
    public static Dual<T> Sin(Dual<T> x) => x.Chain(T.Sin(x.Primal), T.Cos(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Cos(Dual<T> x) => x.Chain(T.Cos(x.Primal), -T.Sin(x.Primal));
    /// <inheritdoc/>
    public static (Dual<T> Sin, Dual<T> Cos) SinCos(Dual<T> x) => (Sin(x), Cos(x));

    /// <inheritdoc/>
    public static Dual<T> Tan(Dual<T> x)
    {
        var y = T.Tan(x.Primal);
        return x.Chain(y, T.One + y * y);
    }

    /// <inheritdoc/>
    public static Dual<T> SinPi(Dual<T> x) => x.Chain(T.SinPi(x.Primal), T.Pi * T.CosPi(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> CosPi(Dual<T> x) => x.Chain(T.CosPi(x.Primal), -T.Pi * T.SinPi(x.Primal));
    /// <inheritdoc/>
    public static (Dual<T> SinPi, Dual<T> CosPi) SinCosPi(Dual<T> x) => (SinPi(x), CosPi(x));

    /// <inheritdoc/>
    public static Dual<T> TanPi(Dual<T> x)
    {
        var y = T.TanPi(x.Primal);
        return x.Chain(y, T.Pi * (T.One + y * y));
    }

    /// <inheritdoc/>
    public static Dual<T> Asin(Dual<T> x) => x.Chain(T.Asin(x.Primal), T.One / Leg(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Acos(Dual<T> x) => x.Chain(T.Acos(x.Primal), -T.One / Leg(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Atan(Dual<T> x) => x.Chain(T.Atan(x.Primal), T.One / (T.One + x.Primal * x.Primal));
    /// <inheritdoc/>
    public static Dual<T> AsinPi(Dual<T> x) => x.Chain(T.AsinPi(x.Primal), T.One / (T.Pi * Leg(x.Primal)));
    /// <inheritdoc/>
    public static Dual<T> AcosPi(Dual<T> x) => x.Chain(T.AcosPi(x.Primal), -T.One / (T.Pi * Leg(x.Primal)));
    /// <inheritdoc/>
    public static Dual<T> AtanPi(Dual<T> x) => x.Chain(T.AtanPi(x.Primal), T.One / (T.Pi * (T.One + x.Primal * x.Primal)));

    /// <inheritdoc/>
    public static Dual<T> Atan2(Dual<T> y, Dual<T> x) => new(T.Atan2(y.Primal, x.Primal), Turn(y, x));
    /// <inheritdoc/>
    public static Dual<T> Atan2Pi(Dual<T> y, Dual<T> x) => new(T.Atan2Pi(y.Primal, x.Primal), Turn(y, x) / T.Pi);

    // Hyperbolic functions

    /// <inheritdoc/>
    public static Dual<T> Sinh(Dual<T> x) => x.Chain(T.Sinh(x.Primal), T.Cosh(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Cosh(Dual<T> x) => x.Chain(T.Cosh(x.Primal), T.Sinh(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Tanh(Dual<T> x) => x.Chain(T.Tanh(x.Primal), SechSquared(x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Asinh(Dual<T> x) => x.Chain(T.Asinh(x.Primal), T.One / T.Hypot(T.One, x.Primal));
    /// <inheritdoc/>
    public static Dual<T> Acosh(Dual<T> x) => x.Chain(T.Acosh(x.Primal), T.One / (T.Sqrt(x.Primal - T.One) * T.Sqrt(x.Primal + T.One)));
    /// <inheritdoc/>
    public static Dual<T> Atanh(Dual<T> x) => x.Chain(T.Atanh(x.Primal), T.One / ((T.One - x.Primal) * (T.One + x.Primal)));

    /// <summary>√(1 − x²), the other leg of the right triangle with hypotenuse 1: factored, so that nothing cancels near ±1.</summary>
    private static T Leg(T x) => T.Sqrt((T.One - x) * (T.One + x));

    /// <summary>How fast the angle of (x, y) turns; scaled by the radius, so that no square overflows.</summary>
    private static T Turn(Dual<T> y, Dual<T> x)
    {
        var radius = T.Hypot(x.Primal, y.Primal);
        return (x.Primal / radius * y.Tangent - y.Primal / radius * x.Tangent) / radius;
    }

    /// <summary>
    /// 1 / cosh²x = 4e / (1 + e)² with e = e^(−2x) or e^(2x), which is the same function; the one that does not overflow. The usual
    /// 1 − tanh²x has lost half of its digits at x = 10, and 1 / cosh²x has infinite quotients in its derivatives.
    /// </summary>
    private static T SechSquared(T x)
    {
        var e = T.Exp(T.IsNegative(x) ? x + x : -(x + x));
        return Two * Two * e / ((T.One + e) * (T.One + e));
    }
}
