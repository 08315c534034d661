using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>x·σ(x). Derivative: σ(x)·(1 + x·σ(−x)).</summary>
internal readonly struct Silu : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Silu", Expr.Silu, "x·σ(x)", "d·σ(x)·(1 + x·σ(−x))", new(-4, 4)) with { Edges = "−0 at −∞.", Source = "Elfwing, Uchibe and Doya 2017" };
    public static T Apply<T>(T x) where T : IElementary<T> => Gate<T>.Of(x).Value(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<SiluSlope>(x);

    private readonly struct SiluSlope : IUnary
    {
        public static T Apply<T>(T x) where T : IElementary<T> => Gate<T>.Of(x).Slope(T.Literal(1));
        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<SiluCurvature>(x);
    }

    private readonly struct SiluCurvature : IUnary
    {
        public static T Apply<T>(T x) where T : IElementary<T> => Gate<T>.Of(x).Curvature(T.Literal(1), T.Literal(0));
        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * Gate<T>.Of(x).Third(T.Literal(1), T.Literal(0), T.Literal(0));
    }
}

/// <summary>Gelu's approximation x·(1 + tanh u)/2 = x·σ(2u), where u = √(2/π)·(x + 0.044715·x³).</summary>
internal readonly struct GeluTanh : IUnary
{
    public static OpInfo Info => OpInfo.Unary("GeluTanh", Expr.GeluTanh, "x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2", "d·(σ(2u) + 2·x·u′·σ(2u)·σ(−2u))", new(-4, 4)) with { Edges = "−0 at −∞.", Source = "Hendrycks and Gimpel 2016" };
    public static T Apply<T>(T x) where T : IElementary<T> => At(x).Value(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<GeluTanhSlope>(x);

    private readonly struct GeluTanhSlope : IUnary
    {
        public static T Apply<T>(T x) where T : IElementary<T>
        {
            var gate = At(x);
            return gate.Slope(W1(gate.X));
        }

        public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Call<GeluTanhCurvature>(x);
    }

    private readonly struct GeluTanhCurvature : IUnary
    {
        public static T Apply<T>(T x) where T : IElementary<T>
        {
            var gate = At(x);
            return gate.Curvature(W1(gate.X), W3<T>() * gate.X);
        }

        public static T Differential<T>(T x, T y, T d) where T : IElementary<T>
        {
            var gate = At(x);
            return d * gate.Third(W1(gate.X), W3<T>() * gate.X, W3<T>());
        }
    }

    // √(2/π) and 0.044715·√(2/π), in single precision and what that leaves.
    private const double Linear = 0.7978845834732056, LinearRest = -2.267034021052635788e-8, Cubic = 0.035677406936883926, CubicRest = 1.1994161962443964487e-9;

    // The derivatives of w = 2u.
    private static T W1<T>(T x) where T : IElementary<T> => T.Literal(2 * (Linear + LinearRest)) + T.Literal(6 * (Cubic + CubicRest)) * x * x;
    private static T W3<T>() where T : IElementary<T> => T.Literal(12 * (Cubic + CubicRest));

    /// <summary>With u in about twice the precision: an exponential magnifies the error of its argument as many times as that is large.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Gate<T> At<T>(T x) where T : IElementary<T>
    {
        T near = T.Maximum(T.Minimum(x, T.Literal(25)), T.Literal(-25)), size = Gate<T>.Size(near), linear = T.Literal(Linear), cubic = T.Literal(Cubic);
        T square = size * size, squareRest = T.FusedMultiplyAdd(size, size, -square);
        T product = cubic * square, productRest = T.FusedMultiplyAdd(cubic, square, -product) + (cubic * squareRest + T.Literal(CubicRest) * square);
        T sum = linear + product, added = sum - linear, sumRest = (linear - (sum - added)) + (product - added) + (T.Literal(LinearRest) + productRest);
        T high = size * sum, low = T.FusedMultiplyAdd(size, sum, -high) + size * sumRest, u = high + low, rest = low - (u - high), root = T.Exp(-u);
        return new(near, root - root * rest);
    }
}

/// <summary>What a gated activation x·σ(w(x)) and its derivatives are made of, for an odd w.</summary>
/// <param name="X">The point, or one so far out that nothing changes any more: ∞ would meet a 0.</param>
/// <param name="Root">e^(−|w|/2). Its square may be too small for a number where the square times x is not: one of the two factors is multiplied last.</param>
internal readonly record struct Gate<T>(T X, T Root) where T : IElementary<T>
{
    /// <summary>That of w(x) = x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Gate<T> Of(T x)
    {
        T near = T.Maximum(T.Minimum(x, T.Literal(1600)), T.Literal(-1600));
        return new(near, T.Exp(T.Literal(-0.5) * Size(near)));
    }

    /// <summary>|x|, of one side at 0, where dual numbers then have the slope of that side.</summary>
    public static T Size(T x) => T.IfLess(x, T.Literal(0), -x, x);

    private T Power => Root * Root;

    /// <summary>σ(|w|).</summary>
    private T Larger => T.Literal(1) / (T.Literal(1) + Power);

    /// <summary>x·σ(w).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value(T x)
    {
        T larger = Larger;
        return T.IfLess(x, T.Literal(0), X * Root * larger * Root, x * larger);
    }

    /// <summary>σ(w)·(1 + x·w′·σ(−w)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Slope(T w1)
    {
        T larger = Larger, other = T.IfLess(X, T.Literal(0), T.Literal(1), Power) * larger, rest = (T.Literal(1) + X * w1 * other) * larger;
        return T.IfLess(X, T.Literal(0), rest * Root * Root, rest);
    }

    /// <summary>σ(w)·σ(−w)·(2w′ + x·w″ − x·w′²·tanh(w/2)), which is even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Curvature(T w1, T w2)
    {
        T larger = Larger, tanh = (T.Literal(1) - Power) * larger;
        return (T.Literal(2) * w1 + X * w2 - T.Abs(X) * w1 * w1 * tanh) * larger * larger * Root * Root;
    }

    /// <summary>The derivative of the curvature.</summary>
    public T Third(T w1, T w2, T w3)
    {
        T larger = Larger, tanh = T.CopySign((T.Literal(1) - Power) * larger, X), density = Power * larger * larger, bend = X * w1 * w1;
        T factor = T.Literal(2) * w1 + X * w2 - bend * tanh;
        T slope = T.Literal(3) * w2 + X * w3 - (w1 * w1 + T.Literal(2) * X * w1 * w2) * tanh - T.Literal(2) * bend * w1 * density;
        return density * (slope - w1 * tanh * factor);
    }
}
