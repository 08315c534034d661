using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>x·σ(x). Derivative: σ(x)·(1 + x·σ(−x)).</summary>
internal readonly struct Silu : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Silu", Expr.Silu, "x·σ(x)", "d·σ(x)·(1 + x·σ(−x))", new(-4, 4)) with { Edges = "−0 at −∞.", Source = "Elfwing, Uchibe and Doya 2017" };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> => Gate.Value(x, Near(x), Root(x));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<SiluSlope>(x);

    private readonly struct SiluSlope : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x) where T : IElementary<T> => Gate.Slope(Near(x), Root(x), T.Literal(1));
        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<SiluCurvature>(x);
    }

    private readonly struct SiluCurvature : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x) where T : IElementary<T> => Gate.Curvature(Near(x), Root(x), T.Literal(1), T.Literal(0));
        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * Gate.Third(Near(x), Root(x), T.Literal(1), T.Literal(0), T.Literal(0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Near<T>(T x) where T : IElementary<T> => T.Maximum(T.Minimum(x, T.Literal(1600)), T.Literal(-1600));
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Root<T>(T x) where T : IElementary<T> => T.Exp(T.Literal(-0.5) * Gate.Size(x));
}

/// <summary>Gelu's approximation x·(1 + tanh u)/2 = x·σ(2u), where u = √(2/π)·(x + 0.044715·x³).</summary>
internal readonly struct GeluTanh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("GeluTanh", Expr.GeluTanh, "x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2", "d·(σ(2u) + 2·x·u′·σ(2u)·σ(−2u))", new(-4, 4)) with { Edges = "−0 at −∞.", Source = "Hendrycks and Gimpel 2016" };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T x) where T : IElementary<T> => Gate.Value(x, Near(x), Root(Near(x)));
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<GeluTanhSlope>(x);

    private readonly struct GeluTanhSlope : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x) where T : IElementary<T>
        {
            T near = Near(x);
            return Gate.Slope(near, Root(near), W1(near));
        }

        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<GeluTanhCurvature>(x);
    }

    private readonly struct GeluTanhCurvature : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x) where T : IElementary<T>
        {
            T near = Near(x);
            return Gate.Curvature(near, Root(near), W1(near), T.Literal(W3) * near);
        }

        public static T Differential<T>(T x, T y, T d) where T : IElementary<T>
        {
            T near = Near(x);
            return d * Gate.Third(near, Root(near), W1(near), T.Literal(W3) * near, T.Literal(W3));
        }
    }

    // √(2/π) and 0.044715·√(2/π), in single precision and what that leaves; and the derivatives of w = 2u.
    private const double Linear = 0.7978845834732056, LinearRest = -2.267034021052635788e-8, Cubic = 0.035677406936883926, CubicRest = 1.1994161962443964487e-9, W3 = 12 * (Cubic + CubicRest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T W1<T>(T x) where T : IElementary<T> => T.Literal(2 * (Linear + LinearRest)) + T.Literal(6 * (Cubic + CubicRest)) * x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Near<T>(T x) where T : IElementary<T> => T.Maximum(T.Minimum(x, T.Literal(25)), T.Literal(-25));

    /// <summary>e^−|u|, with u in about twice the precision: an exponential magnifies the error of its argument as many times as that is large.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Root<T>(T near) where T : IElementary<T>
    {
        T size = Gate.Size(near), linear = T.Literal(Linear), cubic = T.Literal(Cubic);
        T square = size * size, squareRest = T.FusedMultiplyAdd(size, size, -square);
        T product = cubic * square, productRest = T.FusedMultiplyAdd(cubic, square, -product) + (cubic * squareRest + T.Literal(CubicRest) * square);
        T sum = linear + product, added = sum - linear, sumRest = (linear - (sum - added)) + (product - added) + (T.Literal(LinearRest) + productRest);
        T high = size * sum, low = T.FusedMultiplyAdd(size, sum, -high) + size * sumRest, u = high + low, rest = low - (u - high), root = T.Exp(-u);
        return root - root * rest;
    }
}

/// <summary>
/// The gated activations x·σ(w(x)) of an odd w, and their derivatives, from e^(−|w|/2), the root: its square may be too small for a number where the square times x is not, so one of
/// the two factors is multiplied last. Near is x, or a point so far out that nothing changes any more: ∞ would meet a 0.
/// </summary>
internal static class Gate
{
    /// <summary>|x|, of one side at 0, where dual numbers then have the slope of that side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Size<T>(T x) where T : IElementary<T> => T.IfLess(x, T.Literal(0), -x, x);

    /// <summary>x·σ(w).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x, T near, T root) where T : IElementary<T>
    {
        T zero = T.Literal(0), one = T.Literal(1), larger = one / (one + root * root);      // σ(|w|)
        return T.IfLess(x, zero, near * root, x) * larger * T.IfLess(x, zero, root, one);
    }

    /// <summary>σ(w)·(1 + x·w′·σ(−w)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T near, T root, T w1) where T : IElementary<T>
    {
        T zero = T.Literal(0), one = T.Literal(1), power = root * root, larger = one / (one + power);
        T rest = (one + near * w1 * (T.IfLess(near, zero, one, power) * larger)) * larger, factor = T.IfLess(near, zero, root, one);
        return rest * factor * factor;
    }

    /// <summary>σ(w)·σ(−w)·(2w′ + x·w″ − x·w′²·tanh(w/2)), which is even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Curvature<T>(T near, T root, T w1, T w2) where T : IElementary<T>
    {
        T one = T.Literal(1), power = root * root, larger = one / (one + power), tanh = (one - power) * larger;
        return (T.Literal(2) * w1 + near * w2 - T.Abs(near) * w1 * w1 * tanh) * larger * larger * root * root;
    }

    /// <summary>The derivative of the curvature.</summary>
    public static T Third<T>(T near, T root, T w1, T w2, T w3) where T : IElementary<T>
    {
        T one = T.Literal(1), power = root * root, larger = one / (one + power), tanh = T.CopySign((one - power) * larger, near), density = power * larger * larger, bend = near * w1 * w1;
        T factor = T.Literal(2) * w1 + near * w2 - bend * tanh;
        T slope = T.Literal(3) * w2 + near * w3 - (w1 * w1 + T.Literal(2) * near * w1 * w2) * tanh - T.Literal(2) * bend * w1 * density;
        return density * (slope - w1 * tanh * factor);
    }
}
