namespace Autodiff.Functional;

/// <summary>
/// The elementary functions that the meaning and the derivative of an elementwise op are written in: once, generic
/// over <typeparamref name="T"/>, and then run on <c>double</c>, <c>float</c>, SIMD lanes, any generic-math number
/// (so on dual numbers) and on <see cref="Expr"/> itself.
/// </summary>
/// <typeparam name="T">The number that the functions compute on.</typeparam>
/// <remarks>
/// There is no comparison that a program can branch on: a lane and an expression have none. <see cref="IfLess"/> and
/// <see cref="IfEqual"/> select instead; both sides are computed, and a comparison with NaN is false.
/// </remarks>
public interface IElementary<T> where T : IElementary<T>
{
    /// <summary>The number <paramref name="value"/>; on <see cref="Expr"/> a weak literal, which takes the other operand's dtype.</summary>
    static abstract T Literal(double value);

    /// <summary>x + y.</summary>
    static abstract T operator +(T x, T y);
    /// <summary>x − y.</summary>
    static abstract T operator -(T x, T y);
    /// <summary>x · y.</summary>
    static abstract T operator *(T x, T y);
    /// <summary>x ÷ y.</summary>
    static abstract T operator /(T x, T y);
    /// <summary>The remainder of x ÷ y with the sign of x (C's fmod).</summary>
    static abstract T operator %(T x, T y);
    /// <summary>−x.</summary>
    static abstract T operator -(T x);

    /// <summary><paramref name="yes"/> where a &lt; b, else <paramref name="no"/> (also where one of them is NaN).</summary>
    static abstract T IfLess(T a, T b, T yes, T no);
    /// <summary><paramref name="yes"/> where a = b, else <paramref name="no"/> (also where one of them is NaN).</summary>
    static abstract T IfEqual(T a, T b, T yes, T no);

    /// <summary>The larger; NaN if one is NaN; +0 above −0.</summary>
    static abstract T Maximum(T x, T y);
    /// <summary>The smaller; NaN if one is NaN; −0 below +0.</summary>
    static abstract T Minimum(T x, T y);
    /// <summary>|x|; +0 at −0.</summary>
    static abstract T Abs(T x);
    /// <summary>The magnitude of x with the sign of y, where y may be −0.</summary>
    static abstract T CopySign(T x, T y);
    /// <summary>The largest whole number ≤ x.</summary>
    static abstract T Floor(T x);
    /// <summary>The smallest whole number ≥ x.</summary>
    static abstract T Ceiling(T x);
    /// <summary>The nearest whole number, halves to even.</summary>
    static abstract T Round(T x);
    /// <summary>x without its fraction.</summary>
    static abstract T Truncate(T x);

    /// <summary>√x.</summary>
    static abstract T Sqrt(T x);
    /// <summary>∛x.</summary>
    static abstract T Cbrt(T x);
    /// <summary>eˣ.</summary>
    static abstract T Exp(T x);
    /// <summary>2ˣ.</summary>
    static abstract T Exp2(T x);
    /// <summary>eˣ − 1, accurate near 0.</summary>
    static abstract T Expm1(T x);
    /// <summary>The natural logarithm.</summary>
    static abstract T Log(T x);
    /// <summary>The logarithm to base 2.</summary>
    static abstract T Log2(T x);
    /// <summary>The logarithm to base 10.</summary>
    static abstract T Log10(T x);
    /// <summary>log(1 + x), accurate near 0.</summary>
    static abstract T Log1p(T x);
    /// <summary>xʸ.</summary>
    static abstract T Pow(T x, T y);
    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    static abstract T Sigmoid(T x);

    /// <summary>Sine, of radians.</summary>
    static abstract T Sin(T x);
    /// <summary>Cosine, of radians.</summary>
    static abstract T Cos(T x);
    /// <summary>Tangent, of radians.</summary>
    static abstract T Tan(T x);
    /// <summary>Arcsine, in radians.</summary>
    static abstract T Asin(T x);
    /// <summary>Arccosine, in radians.</summary>
    static abstract T Acos(T x);
    /// <summary>Arctangent, in radians.</summary>
    static abstract T Atan(T x);
    /// <summary>The angle of the point (x, y), in radians, in (−π, π].</summary>
    static abstract T Atan2(T y, T x);
    /// <summary>Hyperbolic sine.</summary>
    static abstract T Sinh(T x);
    /// <summary>Hyperbolic cosine.</summary>
    static abstract T Cosh(T x);
    /// <summary>Hyperbolic tangent.</summary>
    static abstract T Tanh(T x);

    /// <summary>1 − |tanh x|, accurate where tanh x is near ±1: what the hyperbolic tangent and its slope have in common.</summary>
    internal static virtual T TanhTail(T x)
    {
        T power = T.Exp(T.Literal(-2) * T.Abs(x));
        return (power + power) / (T.Literal(1) + power);
    }

    /// <summary>tanh x, where its <see cref="TanhTail"/> is known.</summary>
    internal static virtual T TanhFrom(T x, T tail) => T.IfLess(T.Abs(x), T.Literal(0.55), T.Tanh(x), T.CopySign(T.Literal(1) - tail, x));

    /// <summary>Inverse hyperbolic sine.</summary>
    static abstract T Asinh(T x);
    /// <summary>Inverse hyperbolic cosine.</summary>
    static abstract T Acosh(T x);
    /// <summary>Inverse hyperbolic tangent.</summary>
    static abstract T Atanh(T x);

    /// <summary>x·y + z, rounded once where the number has an instruction for it; an <see cref="Expr"/> rounds twice.</summary>
    static virtual T FusedMultiplyAdd(T x, T y, T z) => x * y + z;

    /// <summary>A function that is no composition of the others (erf, lgamma …), computed by its own scalar code.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    static abstract T Special<TFunction>(T x) where TFunction : struct, ISpecial;

    /// <summary>A function of two arguments that is no composition of the others (polygamma …), computed by its own scalar code.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    static abstract T Special<TFunction>(T x, T y) where TFunction : struct, ISpecialBinary;

    /// <summary>
    /// Another elementwise function, with the differential that it states. A formula calls a function, instead of writing it out, where the derivative of what is written out would
    /// cancel or overflow: the slope 1/√(1 − x²) calls the function 1 − x², which says that its own slope is −2x.
    /// </summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    static virtual T Call<TFunction>(T x) where TFunction : struct, IUnary => TFunction.Apply(x);

    /// <summary>Another elementwise function, of two arguments, as <see cref="Call{TFunction}(T)"/>.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    static virtual T Call<TFunction>(T x, T y) where TFunction : struct, IBinary => TFunction.Apply(x, y);

    /// <summary>Another elementwise function, of three arguments, as <see cref="Call{TFunction}(T)"/>.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    static virtual T Call<TFunction>(T x, T y, T z) where TFunction : struct, ITernary => TFunction.Apply(x, y, z);
}
