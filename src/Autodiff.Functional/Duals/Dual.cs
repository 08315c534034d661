using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json.Serialization;

namespace Autodiff.Functional;

/// <summary>
/// A dual number <c>p + t·ε</c> with <c>ε² = 0</c>: forward-mode differentiation in one number. Any function of .NET's generic
/// math, yours or another library's, gives with its value also its derivative, when it is called with <c>Variable(x)</c>.
/// </summary>
/// <typeparam name="T">The numbers it is made of: <c>double</c>, <c>float</c>, <c>Half</c>, or a dual number again, for higher derivatives.</typeparam>
/// <remarks>
/// <para>
/// It uses nothing else of this library, so that its derivatives are a second opinion on those of the ops: the witness in
/// the cross-checks. <c>Dual&lt;Dual&lt;double&gt;&gt;</c> carries second derivatives, and so on: every slope is computed in
/// <typeparamref name="T"/>'s arithmetic with <typeparamref name="T"/>'s functions.
/// </para>
/// <para>
/// <b>Comparison is by <see cref="Primal"/> alone</b>, consistently: order, equality, hash and every predicate such as
/// <see cref="IsNaN"/>. A program that branches (<c>if (x == T.Zero)</c>) must take the same way for a dual number as for the number it
/// stands for, or it would be the derivative of another program. To compare tangents as well, compare <c>(x.Primal, x.Tangent)</c>.
/// </para>
/// <para>
/// <b>Generic math.</b> It implements <see cref="IFloatingPointIeee754{TSelf}"/> and with it everything below: numbers, comparison,
/// parsing and formatting, exponentials, logarithms, powers, roots, trigonometric and hyperbolic functions. Where these ask for bits (the
/// exponent, the significand) they get the primal's. Not <see cref="IBinaryNumber{TSelf}"/>: the bitwise operators have no
/// derivative. Not <see cref="IMinMaxValue{TSelf}"/>: it is no property of every <typeparamref name="T"/>; infinity serves as well.
/// </para>
/// <para>
/// <b>Kinks.</b> abs′(0) = 0 = sign′, rounding has slope 0, a tie in max or min shares the tangent equally. These are derivatives by
/// convention, so a composition of them can be wrong at its kink: softplus written as <c>max(x, 0) + log1p(exp(−|x|))</c> has the second
/// derivative 0 at 0, where the smooth function has ¼.
/// </para>
/// </remarks>
/// <param name="primal">The number itself.</param>
/// <param name="tangent">Its derivative.</param>
[method: JsonConstructor]
public readonly partial struct Dual<T>(T primal, T tangent) : IFloatingPointIeee754<Dual<T>>, IDual
    where T : IFloatingPointIeee754<T>
{
    /// <summary>The number itself.</summary>
    public T Primal { get; } = primal;

    /// <summary>Its derivative.</summary>
    public T Tangent { get; } = tangent;

    /// <summary>A number that does not depend on the variable: tangent zero.</summary>
    /// <param name="value">The number.</param>
    public static Dual<T> Constant(T value) => new(value, T.Zero);

    /// <summary>The variable to differentiate by: tangent one.</summary>
    /// <param name="value">Where to differentiate.</param>
    public static Dual<T> Variable(T value) => new(value, T.One);

    /// <summary>The number and its derivative.</summary>
    /// <param name="primal">The number itself.</param>
    /// <param name="tangent">Its derivative.</param>
    public void Deconstruct(out T primal, out T tangent) => (primal, tangent) = (Primal, Tangent);

    /// <summary>A number is a constant.</summary>
    /// <param name="value">The number.</param>
    public static implicit operator Dual<T>(T value) => Constant(value);

    bool IDual.Vanishes => Vanishes(Primal) && Vanishes(Tangent);

    /// <summary>Is x zero to every order? Zero alone asks the innermost primal only.</summary>
    // A cast after the test, because the JIT removes the box of this form, but not that of a pattern variable.
    private static bool Vanishes(T x) => T.IsZero(x) && (x is not IDual || ((IDual)x).Vanishes);

    /// <summary>The chain rule: the value of a function here, and its slope times this tangent.</summary>
    private Dual<T> Chain(T value, T slope) => new(value, slope * Tangent);

    // Arithmetic

    /// <inheritdoc/>
    public static Dual<T> operator +(Dual<T> value) => value;
    /// <inheritdoc/>
    public static Dual<T> operator -(Dual<T> value) => new(-value.Primal, -value.Tangent);
    /// <inheritdoc/>
    public static Dual<T> operator +(Dual<T> left, Dual<T> right) => new(left.Primal + right.Primal, left.Tangent + right.Tangent);
    /// <inheritdoc/>
    public static Dual<T> operator -(Dual<T> left, Dual<T> right) => new(left.Primal - right.Primal, left.Tangent - right.Tangent);
    /// <inheritdoc/>
    public static Dual<T> operator *(Dual<T> left, Dual<T> right) =>
        new(left.Primal * right.Primal, left.Tangent * right.Primal + left.Primal * right.Tangent);

    /// <inheritdoc/>
    public static Dual<T> operator /(Dual<T> left, Dual<T> right)
    {
        var quotient = left.Primal / right.Primal;
        return new(quotient, (left.Tangent - quotient * right.Tangent) / right.Primal);
    }

    /// <summary>The remainder of x ÷ y with the sign of x.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    public static Dual<T> operator %(Dual<T> left, Dual<T> right) => Remainder(left, right, left.Primal % right.Primal);

    /// <inheritdoc/>
    public static Dual<T> Ieee754Remainder(Dual<T> left, Dual<T> right) => Remainder(left, right, T.Ieee754Remainder(left.Primal, right.Primal));

    /// <summary>
    /// x − n·y, where the whole number n is constant almost everywhere. The remainder is exact but x ÷ y is rounded (1 % 0.1 is
    /// 0.0999…, while 1 ÷ 0.1 is 10), so n is taken from the remainder; each part is divided, because their difference may overflow.
    /// </summary>
    private static Dual<T> Remainder(Dual<T> x, Dual<T> y, T remainder) =>
        new(remainder, x.Tangent - T.Round(x.Primal / y.Primal - remainder / y.Primal) * y.Tangent);

    /// <inheritdoc/>
    public static Dual<T> operator ++(Dual<T> value) => value + One;
    /// <inheritdoc/>
    public static Dual<T> operator --(Dual<T> value) => value - One;

    /// <inheritdoc/>
    public static Dual<T> FusedMultiplyAdd(Dual<T> left, Dual<T> right, Dual<T> addend) =>
        new(T.FusedMultiplyAdd(left.Primal, right.Primal, addend.Primal),
            left.Tangent * right.Primal + left.Primal * right.Tangent + addend.Tangent);

    /// <summary>x ÷ n; the name by which F#'s <c>List.average</c> finds it.</summary>
    /// <param name="value">x.</param>
    /// <param name="count">n.</param>
    public static Dual<T> DivideByInt(Dual<T> value, int count) => value / T.CreateChecked(count);

    // Comparison: by the primal, see the remarks above

    /// <inheritdoc/>
    public static bool operator ==(Dual<T> left, Dual<T> right) => left.Primal == right.Primal;
    /// <inheritdoc/>
    public static bool operator !=(Dual<T> left, Dual<T> right) => left.Primal != right.Primal;
    /// <inheritdoc/>
    public static bool operator <(Dual<T> left, Dual<T> right) => left.Primal < right.Primal;
    /// <inheritdoc/>
    public static bool operator >(Dual<T> left, Dual<T> right) => left.Primal > right.Primal;
    /// <inheritdoc/>
    public static bool operator <=(Dual<T> left, Dual<T> right) => left.Primal <= right.Primal;
    /// <inheritdoc/>
    public static bool operator >=(Dual<T> left, Dual<T> right) => left.Primal >= right.Primal;

    /// <summary>Are the primals equal? As for <c>double</c>, NaN equals NaN here.</summary>
    /// <param name="other">The other number.</param>
    public bool Equals(Dual<T> other) => Primal.Equals(other.Primal);
    /// <inheritdoc cref="Equals(Dual{T})"/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Dual<T> other && Equals(other);
    /// <summary>The primal's hash.</summary>
    public override int GetHashCode() => Primal.GetHashCode();
    /// <summary>The order of the primals; NaN comes first, as for <c>double</c>.</summary>
    /// <param name="other">The other number.</param>
    public int CompareTo(Dual<T> other) => Primal.CompareTo(other.Primal);
    /// <inheritdoc cref="CompareTo(Dual{T})"/>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Dual<T> other => CompareTo(other),
        _ => throw new ArgumentException($"A {nameof(Dual<>)} of {typeof(T).Name} was expected; {obj.GetType().Name} came.", nameof(obj)),
    };
}

/// <summary>What generic math cannot ask a number, but dual numbers must know of the numbers that they are made of.</summary>
internal interface IDual
{
    /// <summary>Is it zero to every order, with all its tangents?</summary>
    bool Vanishes { get; }
}
