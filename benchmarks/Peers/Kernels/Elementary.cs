using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Peers;

/// <summary>Elementary functions: nanoseconds an element in 2 048, against a loop over <see cref="Math"/>.</summary>
internal static class Elementary
{
    private const int Length = 2048;

    public static void Run(double milliseconds, string filter)
    {
        Console.WriteLine("| function | f64 ours ns | Math ns | ratio | f32 ours ns | MathF ns | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        Unary<Exp>(-20, 20, Math.Exp, MathF.Exp);
        Unary<Exp2>(-20, 20, double.Exp2, float.Exp2);
        Unary<Expm1>(-5, 5, double.ExpM1, float.ExpM1);
        Unary<Log>(0.01, 20, Math.Log, MathF.Log);
        Unary<Log2>(0.01, 20, Math.Log2, MathF.Log2);
        Unary<Log10>(0.01, 20, Math.Log10, MathF.Log10);
        Unary<Log1p>(-0.5, 5, double.LogP1, float.LogP1);
        Unary<Sin>(-20, 20, Math.Sin, MathF.Sin);
        Unary<Cos>(-20, 20, Math.Cos, MathF.Cos);
        Unary<Tan>(-20, 20, Math.Tan, MathF.Tan);
        Unary<Tanh>(-5, 5, Math.Tanh, MathF.Tanh);
        Unary<Sigmoid>(-10, 10, x => 1 / (1 + Math.Exp(-x)), x => 1 / (1 + MathF.Exp(-x)));
        Unary<Asin>(-1, 1, Math.Asin, MathF.Asin);
        Unary<Acos>(-1, 1, Math.Acos, MathF.Acos);
        Unary<Atan>(-5, 5, Math.Atan, MathF.Atan);
        Unary<Sinh>(-5, 5, Math.Sinh, MathF.Sinh);
        Unary<Cosh>(-5, 5, Math.Cosh, MathF.Cosh);
        Unary<Cbrt>(-5, 5, Math.Cbrt, MathF.Cbrt);
        Unary<Sqrt>(0.1, 5, Math.Sqrt, MathF.Sqrt);
        Binary<Power>(0.01, 20, -5, 5, Math.Pow, MathF.Pow);

        void Unary<F>(double low, double high, Func<double, double> of64, Func<float, float> of32) where F : struct, IUnary
        {
            if (!typeof(F).Name.Contains(filter, StringComparison.OrdinalIgnoreCase)) return;
            double[] x = Points(low, high, 1), z = new double[Length];
            float[] xf = Array.ConvertAll(x, v => (float)v), zf = new float[Length];
            Print(typeof(F).Name, Clock.Best(milliseconds,
                calls => { for (; calls > 0; calls--) Loops.Unary<F, Real64>(MemoryMarshal.Cast<double, Real64>(x.AsSpan()), MemoryMarshal.Cast<double, Real64>(z.AsSpan())); },
                calls => { for (; calls > 0; calls--) for (int i = 0; i < Length; i++) z[i] = of64(x[i]); },
                calls => { for (; calls > 0; calls--) Loops.Unary<F, Real32>(MemoryMarshal.Cast<float, Real32>(xf.AsSpan()), MemoryMarshal.Cast<float, Real32>(zf.AsSpan())); },
                calls => { for (; calls > 0; calls--) for (int i = 0; i < Length; i++) zf[i] = of32(xf[i]); }));
        }

        void Binary<F>(double low, double high, double lowY, double highY, Func<double, double, double> of64, Func<float, float, float> of32) where F : struct, IBinary
        {
            if (!typeof(F).Name.Contains(filter, StringComparison.OrdinalIgnoreCase)) return;
            double[] x = Points(low, high, 1), y = Points(lowY, highY, 2), z = new double[Length];
            float[] xf = Array.ConvertAll(x, v => (float)v), yf = Array.ConvertAll(y, v => (float)v), zf = new float[Length];
            Print(typeof(F).Name, Clock.Best(milliseconds,
                calls => { for (; calls > 0; calls--) Loops.Binary<F, Real64>(MemoryMarshal.Cast<double, Real64>(x.AsSpan()), MemoryMarshal.Cast<double, Real64>(y.AsSpan()), MemoryMarshal.Cast<double, Real64>(z.AsSpan())); },
                calls => { for (; calls > 0; calls--) for (int i = 0; i < Length; i++) z[i] = of64(x[i], y[i]); },
                calls => { for (; calls > 0; calls--) Loops.Binary<F, Real32>(MemoryMarshal.Cast<float, Real32>(xf.AsSpan()), MemoryMarshal.Cast<float, Real32>(yf.AsSpan()), MemoryMarshal.Cast<float, Real32>(zf.AsSpan())); },
                calls => { for (; calls > 0; calls--) for (int i = 0; i < Length; i++) zf[i] = of32(xf[i], yf[i]); }));
        }
    }

    private static void Print(string name, double[] best) =>
        Console.WriteLine($"| {name} | {best[0] / Length:F2} | {best[1] / Length:F2} | {best[1] / best[0]:F1} | {best[2] / Length:F2} | {best[3] / Length:F2} | {best[3] / best[2]:F1} |");

    private static double[] Points(double low, double high, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Length).Select(_ => low + (high - low) * random.NextDouble())];
    }
}
