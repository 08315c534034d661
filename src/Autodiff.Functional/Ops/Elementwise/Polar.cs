using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>√(x² + y²), without overflow. Derivative: the cosine and the sine of the angle; 0 at (0, 0), to every order.</summary>
internal readonly struct Hypot : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Hypot", Expr.Hypot, "√(x² + y²)", "(x·dx + y·dy) / z", new(-2, 2, 0.1), new(-2, 2, 0.1)) with { Edges = "No overflow; the derivatives at (0, 0) are 0, but those of its square (Square, c·r·r, a power of 2) are exact; ∞ if one is infinite, also beside NaN.", Source = "C99, 7.12.7.3" };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T left = T.Abs(x), right = T.Abs(y), large = T.Maximum(left, right), infinity = T.Literal(double.PositiveInfinity);
        T scale = Polar.Scale(large), u = x / scale, v = y / scale;
        T finite = large * T.Sqrt(T.IfEqual(large, T.Literal(0), T.Literal(1), u * u + v * v));
        T both = (left + right) * T.Literal(Polar.Diagonal);
        return T.IfEqual(T.Minimum(left, right), infinity, both, T.IfEqual(left, infinity, left, T.IfEqual(right, infinity, right, finite)));
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<Cosine>(x, y);
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => d * T.Call<Cosine>(y, x);
}

/// <summary>The angle of the point (x, y). Derivative: (x·dy − y·dx) / (x² + y²).</summary>
internal readonly struct Atan2 : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Atan2", Expr.Atan2, "the angle of the point (x, y), in (−π, π]", "(x·dy − y·dx) / (x² + y²)", new(-2, 2, 0.1), new(-2, 2, 0.1)) with { Signature = "Atan2(y, x)", Edges = "A cut at negative x, y = 0.", Source = "C99, 7.12.4.4" };
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T y, T x) where T : IElementary<T> => T.Atan2(y, x);
    public static T DifferentialX<T>(T y, T x, T z, T d) where T : IElementary<T> => d * T.Call<Inverted>(x, y);
    public static T DifferentialY<T>(T y, T x, T z, T d) where T : IElementary<T> => -d * T.Call<Inverted>(y, x);
}

/// <summary>x / √(x² + y²): the cosine of the angle of (x, y), 0 at (0, 0). At infinity that of <see cref="Atan2"/>. Derivative: s·(s·dx − c·dy) / r.</summary>
internal readonly struct Cosine : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T large = T.Maximum(T.Abs(x), T.Abs(y)), scale = Polar.Scale(large), u = Polar.Scaled(x, scale), v = Polar.Scaled(y, scale);
        return T.IfEqual(large, T.Literal(0), x, u / T.Sqrt(u * u + v * v));
    }

    // A factor is divided before the other multiplies it, where the product of both might vanish.
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => T.Call<Cosine>(y, x) is var sine ? d * sine * OverRadius(sine, x, y) : d;
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => -d * OverRadius(z * T.Call<Cosine>(y, x), x, y);

    // Both halved: the radius of numbers in range may be out of it.
    private static T OverRadius<T>(T z, T x, T y) where T : IElementary<T>
    {
        var half = T.Literal(0.5);
        return T.Call<Quotient>(half * z, T.Call<Hypot>(half * x, half * y));
    }
}

/// <summary>x / (x² + y²), 0 at infinity. Derivative: ((s² − c²)·dx − 2·s·c·dy) / r², with the cosine c and the sine s of the angle and the radius r.</summary>
internal readonly struct Inverted : IBinary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x, T y) where T : IElementary<T>
    {
        T large = T.Maximum(T.Abs(x), T.Abs(y)), u = x / large, v = y / large;
        return T.IfEqual(large, T.Literal(double.PositiveInfinity), T.Literal(0), u / (u * u + v * v) / large);
    }

    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T>
    {
        T cosine = T.Call<Cosine>(x, y), sine = T.Call<Cosine>(y, x), radius = T.Call<Hypot>(x, y);
        return d * ((sine - cosine) * (sine + cosine) / radius / radius);
    }

    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T>
    {
        T cosine = T.Call<Cosine>(x, y), sine = T.Call<Cosine>(y, x), radius = T.Call<Hypot>(x, y);
        return d * (T.Literal(-2) * cosine * sine / radius / radius);
    }
}

file static class Polar
{
    public const double Diagonal = 0.70710678118654752440;

    /// <summary>The larger of the magnitudes, by which both are divided; not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scale<T>(T large) where T : IElementary<T> => T.IfEqual(large, T.Literal(0), T.Literal(1), large);

    /// <summary>x / scale, ±1 where both are infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scaled<T>(T x, T scale) where T : IElementary<T> => T.IfEqual(T.Abs(x), T.Literal(double.PositiveInfinity), T.CopySign(T.Literal(1), x), x / scale);
}
