using System.Runtime.InteropServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Peers;

/// <summary>Logistic regression, mean softplus(−y·Xw) and its gradient in w, 10 000×100: one pass over X in blocks, against two passes of our kernels and of OpenBLAS.</summary>
internal static unsafe class Logistic
{
    private const int Rows = 10_000, Columns = 100;

    public static void Run(double milliseconds)
    {
        OpenBlas.SetThreads(1);
        var random = new Random(1);
        double[] x = Values(Rows * Columns), y = [.. Enumerable.Range(0, Rows).Select(i => random.Next(2) * 2.0 - 1)], w = Values(Columns);
        double[] margin = new double[Rows], slope = new double[Rows], gradient = new double[Columns], other = new double[Columns];
        double value = 0;
        double[] best = Clock.Best(milliseconds,
            calls =>
            {
                int block = Gemv.BlockRows<double>(Columns);
                for (; calls > 0; calls--)
                {
                    value = 0;
                    gradient.AsSpan().Clear();
                    for (int i = 0; i < Rows; i += block)
                    {
                        int rows = Math.Min(block, Rows - i);
                        ReadOnlySpan<double> part = x.AsSpan(i * Columns, rows * Columns);
                        Gemv.Multiply(rows, Columns, new Strided<double>(part, Columns, 1), new Strided<double>(w, 0, 1), margin.AsSpan(i, rows));
                        value += Losses(y.AsSpan(i, rows), margin.AsSpan(i, rows), slope.AsSpan(i, rows));
                        Gemv.AddTransposed(rows, Columns, part, Columns, slope.AsSpan(i, rows), gradient);
                    }
                }
            },
            calls =>
            {
                for (; calls > 0; calls--)
                {
                    Gemm.Multiply(Rows, 1, Columns, x, Columns, 1, w, 1, 1, margin);
                    value = Losses(y, margin, slope);
                    Gemm.Multiply(1, Columns, Rows, slope, 1, 1, x, Columns, 1, other);
                }
            },
            calls =>
            {
                for (; calls > 0; calls--)
                    fixed (double* px = x, pw = w, pm = margin, ps = slope, pg = other)
                    {
                        OpenBlas.MultiplyVector(OpenBlas.RowMajor, OpenBlas.NoTranspose, Rows, Columns, 1, px, Columns, pw, 1, 0, pm, 1);
                        value = Losses(y, margin, slope);
                        OpenBlas.MultiplyVector(OpenBlas.RowMajor, OpenBlas.Transpose, Rows, Columns, 1, px, Columns, ps, 1, 0, pg, 1);
                    }
            },
            calls => { for (; calls > 0; calls--) value = Losses(y, margin, slope); });
        double difference = gradient.Zip(other, (a, b) => Math.Abs(a - b)).Max();
        if (difference > 1e-12) throw new InvalidOperationException($"The gradients differ by {difference}.");
        Console.WriteLine($"value {value / Rows:R}; microseconds: one pass {best[0] / 1e3:F1}, two passes {best[1] / 1e3:F1}, with OpenBLAS's gemv {best[2] / 1e3:F1}; the elementwise part of each {best[3] / 1e3:F1}");

        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
    }

    /// <summary>The sum of softplus(−y·m), and the slopes −y·σ(−y·m)/n.</summary>
    private static double Losses(ReadOnlySpan<double> y, ReadOnlySpan<double> margin, Span<double> slope)
    {
        ref Real64 first = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<double, Real64>(slope));
        ref Real64 ys = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<double, Real64>(y)), margins = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<double, Real64>(margin));
        Lanes64 sum = Lanes64.Literal(0), one = Lanes64.Literal(1), scale = Lanes64.Literal(1.0 / Rows);
        for (nint i = 0; i + Lanes64.Count <= y.Length; i += Lanes64.Count)
        {
            Lanes64 label = Lanes64.Load(ref System.Runtime.CompilerServices.Unsafe.Add(ref ys, i));
            Lanes64 z = -label * Lanes64.Load(ref System.Runtime.CompilerServices.Unsafe.Add(ref margins, i));
            Lanes64 e = Lanes64.Exp(-Lanes64.Abs(z));
            sum += Lanes64.Maximum(z, Lanes64.Literal(0)) + Lanes64.Log1p(e);
            (-label * Lanes64.IfLess(z, Lanes64.Literal(0), e, one) / (one + e) * scale).Store(ref System.Runtime.CompilerServices.Unsafe.Add(ref first, i));
        }
        return sum.Value[0] + sum.Value[1] + sum.Value[2] + sum.Value[3];
    }
}
