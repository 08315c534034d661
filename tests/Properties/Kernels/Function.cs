using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;
using Wide = Autodiff.Functional.Kernels.Wide;

namespace Autodiff.Functional.Properties.Kernels;

// Every elementary function as an elementwise function, so that the loops can be run on it.
internal readonly struct Exp : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Exp(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Expm1 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Expm1(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Exp2 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Exp2(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Log : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Log1p : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log1p(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Log2 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log2(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Log10 : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Log10(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Sin : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sin(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Cos : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cos(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Tan : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Tan(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Tanh : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Tanh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Sigmoid : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sigmoid(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Sqrt : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sqrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Cbrt : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cbrt(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Abs : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Abs(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Floor : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Floor(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Ceiling : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Ceiling(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Round : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Round(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Truncate : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Truncate(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Asin : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Asin(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Acos : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Acos(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Atan : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Atan(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Sinh : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Sinh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Cosh : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Cosh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Asinh : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Asinh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Acosh : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Acosh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Atanh : IUnary
{
    public static T Apply<T>(T x) where T : IElementary<T> => T.Atanh(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Add : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x + y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Subtract : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x - y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Multiply : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x * y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Divide : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x / y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Remainder : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => x % y;
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Maximum : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Maximum(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Minimum : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Minimum(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct CopySign : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.CopySign(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Pow : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Pow(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Atan2 : IBinary
{
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.Atan2(x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => throw new NotSupportedException();
}

internal readonly struct Less : IPredicate
{
    public static T Select<T>(T x, T y, T yes, T no) where T : IElementary<T> => T.IfLess(x, y, yes, no);
}

internal readonly struct Equal : IPredicate
{
    public static T Select<T>(T x, T y, T yes, T no) where T : IElementary<T> => T.IfEqual(x, y, yes, no);
}

internal readonly struct HalfOf : ISpecial
{
    public static double Evaluate(double x) => x / 2;
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<HalfOf>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => throw new NotSupportedException();
}

/// <summary>An elementwise function with its loops over both floating-point types.</summary>
internal sealed class Function
{
    public static IReadOnlyList<Function> All { get; } =
    [
        Of<Exp>(),
        Of<Expm1>(),
        Of<Exp2>(),
        Of<Log>(),
        Of<Log1p>(),
        Of<Log2>(),
        Of<Log10>(),
        Of<Sin>(),
        Of<Cos>(),
        Of<Tan>(),
        Of<Tanh>(),
        Of<Sigmoid>(),
        Of<Sqrt>(),
        Of<Cbrt>(),
        Of<Abs>(),
        Of<Floor>(),
        Of<Ceiling>(),
        Of<Round>(),
        Of<Truncate>(),
        Of<Asin>(),
        Of<Acos>(),
        Of<Atan>(),
        Of<Sinh>(),
        Of<Cosh>(),
        Of<Asinh>(),
        Of<Acosh>(),
        Of<Atanh>(),
        Of<HalfOf>(),
    ];

    public required string Name { get; init; }
    public required Action<double[], double[]> Loop64 { get; init; }
    public required Action<float[], float[]> Loop32 { get; init; }
    public required Func<double, double> Scalar64 { get; init; }
    public required Func<float, float> Scalar32 { get; init; }

    /// <summary>By registers of 256 bits and by those of 512.</summary>
    public required Func<double[], (double[] Narrow, double[] Wide)> Widths64 { get; init; }
    public required Func<float[], (float[] Narrow, float[] Wide)> Widths32 { get; init; }

    public double Lane64(double x)
    {
        double[] z = new double[1];
        Loop64([x], z);
        return z[0];
    }

    public float Lane32(float x)
    {
        float[] z = new float[1];
        Loop32([x], z);
        return z[0];
    }

    public static Function Named(string name) => All.Single(function => function.Name == name);

    public override string ToString() => Name;

    private static Function Of<F>() where F : struct, IUnary => new()
    {
        Name = typeof(F).Name,
        Loop64 = (x, z) => Loops.Unary<F, Real64>(MemoryMarshal.Cast<double, Real64>(x), MemoryMarshal.Cast<double, Real64>(z.AsSpan())),
        Loop32 = (x, z) => Loops.Unary<F, Real32>(MemoryMarshal.Cast<float, Real32>(x), MemoryMarshal.Cast<float, Real32>(z.AsSpan())),
        Scalar64 = x => F.Apply(new Real64(x)).Value,
        Scalar32 = x => F.Apply(new Real32(x)).Value,
        Widths64 = x => (Registers<F, Lanes64, Real64, double>(x), Registers<F, Wide.Lanes64, Real64, double>(x)),
        Widths32 = x => (Registers<F, Lanes32, Real32, float>(x), Registers<F, Wide.Lanes32, Real32, float>(x)),
    };

    private static T[] Registers<F, V, E, T>(T[] x) where F : struct, IUnary where V : struct, ILanes<V, E> where E : struct where T : struct
    {
        var z = new T[x.Length];
        Span<E> from = MemoryMarshal.Cast<T, E>(x.AsSpan()), to = MemoryMarshal.Cast<T, E>(z.AsSpan());
        for (int i = 0; i < z.Length; i += V.Count)
            F.Apply(V.Load(in from[i])).Store(ref to[i]);
        return z;
    }
}
