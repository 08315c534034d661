using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>
/// xʸ. Its derivatives are functions of their own, right where the formulas have 0·∞: at x = 0 and ∞, at y = 0, at negative x with whole y. At
/// x = 0 they are the limits from above; at x = y = 0, where there is none, those in one argument are 0, as in JAX.
/// </summary>
internal readonly struct Power : IBinary, IPartialOnIntegers
{
    public static IEnumerable<OpInfo> Entries =>
    [
        OpInfo.Binary("Power", Expr.Power, "xʸ", "y·xʸ⁻¹·dx + xʸ·ln x·dy", new(0.2, 2), new(-3, 3)) with { Edges = "Right at x = 0, and at negative x with whole y; at x = y = 0 the derivatives in one argument are 0." },
        new("Pow", "xʸ", random => random.NextBool()
            ? OpCase.Of(random.NextTensor(random.NextShape(), new(-2, 2, 0.2)), x => Expr.Pow(x, 3.0), "Expr.Pow(x0, 3.0)")
            : OpCase.Of(random.NextTensor(Shape.Of(2), new(0.2, 2)), random.NextTensor(Shape.Of(3, 1)), Expr.Pow, "Expr.Pow(x0, x1)")) { Signature = "Pow(x, y)", Derivative = "as Power" },
    ];
    public static Formula? Latex(Formula x, Formula y) => new Formula($"{x.Within(Binding.Atom)}^{{{y}}}", Binding.Power);
    public static Domain Domain => Domain.Numeric;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Pow(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<PowerX>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<PowerY>(x, y, T.Call<Held>(z));
}

// The partial derivatives Dᵐⁿ of xʸ, m times in x and n times in y. Dᵐ⁺¹ⁿ(x, y) = y·Dᵐⁿ(x, y − 1) + n·Dᵐⁿ⁻¹(x, y − 1), from which those of third order come.

/// <summary>y·xʸ⁻¹; 0 at y = 0.</summary>
internal readonly struct PowerX : IBinary
{
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(y, @"\cdot", new($"{x.Within(Binding.Atom)}^{{{y} - 1}}", Binding.Power), Binding.Product);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T divisor = Split(x, y, T.Literal(0.5), out T exponent);
        return Product.ZeroWins(y, T.Pow(x, exponent)) / divisor;
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<PowerXX>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<PowerXY>(x, y);

    /// <summary>
    /// The exponent and the divisor that xʸ⁻¹ is computed by: y − 1 and 1. But for y below a limit, such as ½, y − 1 is rounded, and the power would magnify that: there
    /// they are y and x, of which the quotient is finite whenever the result is, but not at x = 0 or infinities.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Split<T>(T x, T y, T below, out T exponent) where T : IElementary<T>
    {
        T one = T.Literal(1), divisor = T.IfLess(y, below, T.IfEqual(x / x + (y - y), one, x, one), one);
        exponent = T.IfEqual(divisor, one, y - one, y);
        return divisor;
    }
}

/// <summary>xʸ·ln x, where z is xʸ; 0 at x = y = 0.</summary>
internal readonly struct PowerY : ITernary
{
    public static Formula? Latex(Formula x, Formula y, Formula z) => Formula.Infix(z, @"\cdot", Formula.Function(@"\ln", x), Binding.Product);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y, T z) where T : IElementary<T> => Product.ZeroWins(z, Logarithm(x, y));
    public static T DifferentialX<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d * T.Call<PowerXY>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d * T.Call<PowerYY>(x, y);
    public static T DifferentialZ<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => T.Literal(0);      // what z depends on is x and y

    /// <summary>ln x, 0 at x = y = 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Logarithm<T>(T x, T y) where T : IElementary<T> => T.Log(T.IfEqual(T.Maximum(T.Abs(x), T.Abs(y)), T.Literal(0), T.Literal(1), x));
}

/// <summary>y·(y − 1)·xʸ⁻²; 0 at y = 0 and 1.</summary>
internal readonly struct PowerXX : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        // Where y − 2 is rounded, for y below 1, from the first derivative as that from the value; up to 2, because xʸ⁻² may overflow.
        T one = T.Literal(1), two = T.Literal(2), divisor = PowerX.Split(x, y, two, out T _);
        T near = T.Call<PowerX>(x, y) * (y - one) / divisor;
        // The power itself might vanish, so it is two factors, with the sign of the power. One exponent is whole: x³ has exactly the second derivative 6x.
        T half = T.Truncate((y - two) * T.Literal(0.5)), rest = T.IfEqual(y - y, T.Literal(0), y - two - half, half);
        T far = Product.ZeroWins(Product.ZeroWins(y * (y - one), T.Pow(T.Abs(x), half)), T.Pow(T.Abs(x), rest));
        return T.IfEqual(divisor, one, T.IfLess(x, T.Literal(0), far * Sign(y), far), near);
    }

    /// <summary>(−1)ʸ; NaN where y is not whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sign<T>(T y) where T : IElementary<T>
    {
        T half = y * T.Literal(0.5), one = T.Literal(1);
        return T.IfEqual(T.Floor(half), half, one, T.IfEqual(T.Floor(y), y, -one, T.Literal(double.NaN)));
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * y * T.Call<PowerXX>(x, y - T.Literal(1));
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * PowerXY.InX(x, y);
}

/// <summary>xʸ⁻¹·(1 + y·ln x); −∞ at x = 0, y = 1.</summary>
internal readonly struct PowerXY : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        // By a root of the power on both sides of the other factor: the power itself might vanish.
        T divisor = PowerX.Split(x, y, T.Literal(0.5), out T exponent), root = T.Pow(x, exponent * T.Literal(0.5));
        return Product.ZeroWins(root, T.Literal(1) + Product.ZeroWins(y, T.Log(x))) * (root / divisor);
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * InX(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * PowerYY.InX(x, y);
    public static T InX<T>(T x, T y) where T : IElementary<T> => y * T.Call<PowerXY>(x, y - T.Literal(1)) + T.Call<PowerX>(x, y - T.Literal(1));
}

/// <summary>xʸ·ln²x; 0 at x = y = 0.</summary>
internal readonly struct PowerYY : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T root = Product.ZeroWins(T.Pow(x, y * T.Literal(0.5)), PowerY.Logarithm(x, y));
        return root * root;
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * InX(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * Product.ZeroWins(z, PowerY.Logarithm(x, y));

    public static T InX<T>(T x, T y) where T : IElementary<T>
    {
        T lower = y - T.Literal(1);
        return y * T.Call<PowerYY>(x, lower) + T.Literal(2) * T.Call<PowerY>(x, lower, T.Call<Held>(T.Pow(x, lower)));
    }
}

/// <summary>x, with no derivative: a value that is handed to a function whose derivative in what x depends on says all.</summary>
internal readonly struct Held : IUnary
{
    public static Slope Slope => Slope.Zero;
    public static Formula? Latex(Formula x) => x;
    public static T Apply<T>(T x) where T : IElementary<T> => x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

file static class Product
{
    /// <summary>x·y, where 0·∞ is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ZeroWins<T>(T x, T y) where T : IElementary<T>
    {
        T left = T.Abs(x), right = T.Abs(y), zero = T.Literal(0), product = x * y;
        return T.IfEqual(left + right, T.Literal(double.PositiveInfinity), T.IfEqual(T.Minimum(left, right), zero, zero, product), product);
    }
}
