using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>The remainder with the sign of the dividend. Derivative, where it is smooth: 1 in x, −trunc(x / y) in y.</summary>
internal readonly struct FMod : IBinary, IPartialOnIntegers
{
    public static OpInfo Info => OpInfo.Binary("FMod", Expr.FMod, "x − y·trunc(x / y)", "dx − trunc(x / y)·dy", new(-5, 5), new(-2, 2, 0.3)) with { Edges = "The sign of x; NaN at y = 0.", Source = "C99, 7.12.10.1" };
    public static Domain Domain => Domain.Numeric;
    public static Factors Factors => Factors.First;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x % y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -d * T.Call<WholeQuotient>(x, y, z);
}

/// <summary>The remainder with the sign of the divisor. Derivative, where it is smooth: 1 in x, −⌊x / y⌋ in y.</summary>
internal readonly struct Mod : IBinary, IPartialOnIntegers
{
    public static IEnumerable<OpInfo> Entries => [Entry("Mod", Expr.Mod), Entry("Remainder", Expr.Remainder)];
    public static Formula? Latex(Formula x, Formula y) => Formula.Infix(x, @"\bmod", y, Binding.Product, associative: false);
    public static Domain Domain => Domain.Numeric;
    public static Factors Factors => Factors.First;

    // With the signs of the divisor turned to +, a remainder below 0 is one divisor off; −0 + 0 is 0, so that 0 takes the divisor's sign, as in NumPy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T zero = T.Literal(0), rest = x % y, turned = T.IfLess(y, zero, -rest, rest) + zero, positive = T.IfLess(turned, zero, turned + T.Abs(y), turned);
        return T.IfLess(y, zero, -positive, positive);
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -d * T.Call<WholeQuotient>(x, y, z);

    private static OpInfo Entry(string name, Func<Expr, Expr, Expr> op) =>
        OpInfo.Binary(name, op, "x − y·⌊x / y⌋", "dx − ⌊x / y⌋·dy", new(-5, 5), new(-2, 2, 0.3)) with { Edges = "The sign of y; NaN at y = 0; y at y = ±∞ where the signs differ, else x.", Source = "NumPy's mod" };
}

/// <summary>
/// The whole number n of x = n·y + z, for a remainder z that was computed exactly: x / y itself may round to another whole number (1 / 0.1 is 10, but
/// 1 is 9·0.1 and a rest of 0.0999…). Each part is divided by itself, because x − z may overflow. A remainder that is as large as an
/// infinite y is one divisor.
/// </summary>
internal readonly struct WholeQuotient : ITernary
{
    public static Slope Slope => Slope.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y, T z) where T : IElementary<T> => T.Round(x / y - T.IfEqual(z, y, T.Literal(1), z / y));
    public static T DifferentialX<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => T.Literal(0);
    public static T DifferentialY<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => T.Literal(0);
    public static T DifferentialZ<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => T.Literal(0);
}
