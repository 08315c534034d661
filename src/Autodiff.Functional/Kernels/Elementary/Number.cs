using System.Numerics;
using System.Text.Json.Serialization;

namespace Autodiff.Functional;

/// <summary>
/// Any generic-math number as an <see cref="IElementary{T}"/>, so that what is written over elementary functions runs on it: on
/// <see cref="Dual{T}"/> above all, the witness. It is laid out exactly as <typeparamref name="T"/>, so arrays of one can be read as the other.
/// </summary>
/// <typeparam name="T">The number.</typeparam>
/// <param name="value">Its value.</param>
[method: JsonConstructor]
public readonly struct Number<T>(T value) : IElementary<Number<T>>
    where T : IFloatingPointIeee754<T>
{
    /// <summary>The number itself.</summary>
    public T Value { get; } = value;

    /// <inheritdoc/>
    public static Number<T> Literal(double value) => new(T.CreateChecked(value));

    /// <inheritdoc/>
    public static Number<T> operator +(Number<T> x, Number<T> y) => new(x.Value + y.Value);
    /// <inheritdoc/>
    public static Number<T> operator -(Number<T> x, Number<T> y) => new(x.Value - y.Value);
    /// <inheritdoc/>
    public static Number<T> operator *(Number<T> x, Number<T> y) => new(x.Value * y.Value);
    /// <inheritdoc/>
    public static Number<T> operator /(Number<T> x, Number<T> y) => new(x.Value / y.Value);
    /// <inheritdoc/>
    public static Number<T> operator %(Number<T> x, Number<T> y) => new(x.Value % y.Value);
    /// <inheritdoc/>
    public static Number<T> operator -(Number<T> x) => new(-x.Value);

    /// <inheritdoc/>
    public static Number<T> IfLess(Number<T> a, Number<T> b, Number<T> yes, Number<T> no) => a.Value < b.Value ? yes : no;
    /// <inheritdoc/>
    public static Number<T> IfEqual(Number<T> a, Number<T> b, Number<T> yes, Number<T> no) => a.Value == b.Value ? yes : no;

    /// <inheritdoc/>
    public static Number<T> Maximum(Number<T> x, Number<T> y) => new(T.Max(x.Value, y.Value));
    /// <inheritdoc/>
    public static Number<T> Minimum(Number<T> x, Number<T> y) => new(T.Min(x.Value, y.Value));
    /// <inheritdoc/>
    public static Number<T> Abs(Number<T> x) => new(T.Abs(x.Value));
    /// <inheritdoc/>
    public static Number<T> CopySign(Number<T> x, Number<T> y) => new(T.CopySign(x.Value, y.Value));
    /// <inheritdoc/>
    public static Number<T> Floor(Number<T> x) => new(T.Floor(x.Value));
    /// <inheritdoc/>
    public static Number<T> Ceiling(Number<T> x) => new(T.Ceiling(x.Value));
    /// <inheritdoc/>
    public static Number<T> Round(Number<T> x) => new(T.Round(x.Value));
    /// <inheritdoc/>
    public static Number<T> Truncate(Number<T> x) => new(T.Truncate(x.Value));

    /// <inheritdoc/>
    public static Number<T> FusedMultiplyAdd(Number<T> x, Number<T> y, Number<T> z) => new(T.FusedMultiplyAdd(x.Value, y.Value, z.Value));
    /// <inheritdoc/>
    public static Number<T> Sqrt(Number<T> x) => new(T.Sqrt(x.Value));
    /// <inheritdoc/>
    public static Number<T> Cbrt(Number<T> x) => new(T.Cbrt(x.Value));
    /// <inheritdoc/>
    public static Number<T> Exp(Number<T> x) => new(T.Exp(x.Value));
    /// <inheritdoc/>
    public static Number<T> Exp2(Number<T> x) => new(T.Exp2(x.Value));
    /// <inheritdoc/>
    public static Number<T> Expm1(Number<T> x) => new(NearZero.ExpM1(x.Value));
    /// <inheritdoc/>
    public static Number<T> Log(Number<T> x) => new(T.Log(x.Value));
    /// <inheritdoc/>
    public static Number<T> Log2(Number<T> x) => new(T.Log2(x.Value));
    /// <inheritdoc/>
    public static Number<T> Log10(Number<T> x) => new(T.Log10(x.Value));
    /// <inheritdoc/>
    public static Number<T> Log1p(Number<T> x) => new(NearZero.LogP1(x.Value));
    /// <inheritdoc/>
    public static Number<T> Pow(Number<T> x, Number<T> y) => new(T.Pow(x.Value, y.Value));

    /// <inheritdoc/>
    public static Number<T> Sigmoid(Number<T> x)
    {
        // The same function on both sides of 0, so the choice is no kink; the exponential that does not overflow.
        var e = T.Exp(T.IsNegative(x.Value) ? x.Value : -x.Value);
        return new((T.IsNegative(x.Value) ? e : T.One) / (T.One + e));
    }

    /// <inheritdoc/>
    public static Number<T> Sin(Number<T> x) => new(T.Sin(x.Value));
    /// <inheritdoc/>
    public static Number<T> Cos(Number<T> x) => new(T.Cos(x.Value));
    /// <inheritdoc/>
    public static Number<T> Tan(Number<T> x) => new(T.Tan(x.Value));
    /// <inheritdoc/>
    public static Number<T> Asin(Number<T> x) => new(T.Asin(x.Value));
    /// <inheritdoc/>
    public static Number<T> Acos(Number<T> x) => new(T.Acos(x.Value));
    /// <inheritdoc/>
    public static Number<T> Atan(Number<T> x) => new(T.Atan(x.Value));
    /// <inheritdoc/>
    public static Number<T> Atan2(Number<T> y, Number<T> x) => new(T.Atan2(y.Value, x.Value));
    /// <inheritdoc/>
    public static Number<T> Sinh(Number<T> x) => new(T.Sinh(x.Value));
    /// <inheritdoc/>
    public static Number<T> Cosh(Number<T> x) => new(T.Cosh(x.Value));
    /// <inheritdoc/>
    public static Number<T> Tanh(Number<T> x) => new(T.Tanh(x.Value));
    /// <inheritdoc/>
    public static Number<T> Asinh(Number<T> x) => new(T.Asinh(x.Value));
    /// <inheritdoc/>
    public static Number<T> Acosh(Number<T> x) => new(T.Acosh(x.Value));
    /// <inheritdoc/>
    public static Number<T> Atanh(Number<T> x) => new(T.Atanh(x.Value));

    /// <summary>Not supported: a special function has code of its own, for <c>double</c>, which knows no derivative.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="x">Where.</param>
    public static Number<T> Special<TFunction>(Number<T> x) where TFunction : struct, ISpecial => throw NoWitness(typeof(TFunction));

    /// <summary>Not supported, as <see cref="Special{TFunction}(Number{T})"/>.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="x">Where.</param>
    /// <param name="y">Where.</param>
    public static Number<T> Special<TFunction>(Number<T> x, Number<T> y) where TFunction : struct, ISpecialBinary => throw NoWitness(typeof(TFunction));

    private static NotSupportedException NoWitness(Type function) =>
        new($"{function.Name} is a special function, which has no witness over dual numbers: it is no composition of generic-math functions. Check it against tables and finite differences.");
}
