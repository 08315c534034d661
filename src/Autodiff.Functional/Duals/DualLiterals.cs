using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

// Literals beside dual numbers, "2 * x": of any T and at any depth of nesting. F# never converts an operand, and C# does it only one level
// deep. They go before the conversion from T, which C# would else find as good for a float.
public readonly partial struct Dual<T>
{
    /// <summary>x + y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator +(double left, Dual<T> right) => Literal(left) + right;
    /// <summary>x + y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator +(Dual<T> left, double right) => left + Literal(right);

    /// <summary>x − y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator -(double left, Dual<T> right) => Literal(left) - right;
    /// <summary>x − y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator -(Dual<T> left, double right) => left - Literal(right);

    /// <summary>x · y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator *(double left, Dual<T> right) => Literal(left) * right;
    /// <summary>x · y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator *(Dual<T> left, double right) => left * Literal(right);

    /// <summary>x ÷ y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator /(double left, Dual<T> right) => Literal(left) / right;
    /// <summary>x ÷ y.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator /(Dual<T> left, double right) => left / Literal(right);

    /// <summary>The remainder of x ÷ y with the sign of x.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator %(double left, Dual<T> right) => Literal(left) % right;
    /// <summary>The remainder of x ÷ y with the sign of x.</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    [OverloadResolutionPriority(1)]
    public static Dual<T> operator %(Dual<T> left, double right) => left % Literal(right);

    /// <inheritdoc cref="Pow(Dual{T}, Dual{T})"/>
    [OverloadResolutionPriority(1)]
    public static Dual<T> Pow(Dual<T> x, double y) => Pow(x, Literal(y));

    private static Dual<T> Literal(double value) => Constant(T.CreateChecked(value));
}
