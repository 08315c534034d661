using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>
/// xʸ. Its derivatives are functions of their own, right where the formulas have 0·∞: at x = 0 and ∞, at y = 0, at negative x with whole y. At
/// x = 0 they are the limits from above; at x = y = 0, where there is none, those in one argument are 0, as in JAX.
/// </summary>
internal readonly struct Power : IBinary
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
    public static T Apply<T>(T x, T y) where T : IElementary<T> => Product.ZeroWins(y, Lower(x, y));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<PowerXX>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<PowerXY>(x, y);

    /// <summary>
    /// xʸ⁻¹. Where y − 1 is rounded, for y below ½, the power would magnify that: there it is xʸ / x, which is finite whenever the result is,
    /// but not at x = 0 or infinities.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Lower<T>(T x, T y) where T : IElementary<T>
    {
        T one = T.Literal(1), divisor = T.IfLess(y, T.Literal(0.5), T.IfEqual(x / x + (y - y), one, x, one), one);
        return T.Pow(x, T.IfEqual(divisor, one, y - one, y)) / divisor;
    }
}

/// <summary>xʸ·ln x, where z is xʸ; 0 at x = y = 0.</summary>
internal readonly struct PowerY : ITernary
{
    public static Formula? Latex(Formula x, Formula y, Formula z) => Formula.Infix(z, @"\cdot", Formula.Function(@"\ln", x), Binding.Product);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y, T z) where T : IElementary<T> => Product.ZeroWins(z, Logarithm(x, y));
    public static T DifferentialX<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d * T.Call<PowerXY>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d * T.Call<PowerYY>(x, y, z);
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
        T one = T.Literal(1), two = T.Literal(2), divisor = T.IfLess(y, two, T.IfEqual(x / x + (y - y), one, x, one), one);
        T near = Product.ZeroWins(y, PowerX.Lower(x, y)) * (y - one) / divisor;
        return T.IfEqual(divisor, one, Product.ZeroWins(y, Product.ZeroWins(y - one, T.Pow(x, y - two))), near);
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * y * T.Call<PowerXX>(x, y - T.Literal(1));
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * Third<T>(x, y);

    /// <summary>The third derivative, twice in x and once in y.</summary>
    public static T Third<T>(T x, T y) where T : IElementary<T> =>
        y * T.Call<PowerXY>(x, y - T.Literal(1)) + T.Call<PowerX>(x, y - T.Literal(1));
}

/// <summary>xʸ⁻¹·(1 + y·ln x); −∞ at x = 0, y = 1.</summary>
internal readonly struct PowerXY : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T> =>
        Product.ZeroWins(PowerX.Lower(x, y), T.Literal(1) + Product.ZeroWins(y, T.Log(x)));
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * PowerXX.Third(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Literal(1) is var one && T.Pow(x, y - one) is var power
        ? d * (y * T.Call<PowerYY>(x, y - one, T.Call<Held>(power)) + T.Literal(2) * T.Call<PowerY>(x, y - one, T.Call<Held>(power))) : d;
}

/// <summary>xʸ·ln²x, where z is xʸ; 0 at x = y = 0.</summary>
internal readonly struct PowerYY : ITernary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y, T z) where T : IElementary<T> => PowerY.Logarithm(x, y) is var log ? Product.ZeroWins(z, log * log) : z;
    public static T DifferentialX<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => T.Literal(1) is var one && T.Pow(x, y - one) is var power
        ? d * (y * T.Call<PowerYY>(x, y - one, T.Call<Held>(power)) + T.Literal(2) * T.Call<PowerY>(x, y - one, T.Call<Held>(power))) : d;
    public static T DifferentialY<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d * Product.ZeroWins(w, PowerY.Logarithm(x, y));
    public static T DifferentialZ<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => T.Literal(0);
}

/// <summary>x, with no derivative: a value that is handed to a function whose derivative in what x depends on says all.</summary>
internal readonly struct Held : IUnary
{
    public static Slope Slope => Slope.Zero;
    public static Formula? Latex(Formula x) => x;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> => x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => T.Literal(0);
}

file static class Product
{
    /// <summary>x·y, where 0·∞ is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ZeroWins<T>(T x, T y) where T : IElementary<T> =>
        T.IfEqual(T.Abs(y), T.Literal(double.PositiveInfinity), T.IfEqual(x, T.Literal(0), x, x * y), x * y);
}
