using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Autodiff.Functional.Kernels;
using BenchmarkDotNet.Attributes;

namespace Autodiff.Functional.Benchmarks;

/// <summary>The generic elementwise loops against the same loops written by hand, on vectors in cache.</summary>
[ShortRunJob]
public class ElementwiseKernels
{
    private const int Length = 2048;
    private readonly double[] _x = [.. Enumerable.Range(0, Length).Select(i => -3 + 6.0 * i / Length)];
    private readonly double[] _y = [.. Enumerable.Range(0, Length).Select(i => 1 + 2.0 * i / Length)];
    private readonly double[] _z = new double[Length];

    private static Span<Real64> Elements(double[] array) => MemoryMarshal.Cast<double, Real64>(array.AsSpan());

    [Benchmark]
    public void Multiply_generic() => Loops.Binary<Multiply, Real64>(Elements(_x), Elements(_y), Elements(_z));

    [Benchmark]
    public void Multiply_by_hand()
    {
        ref double x = ref MemoryMarshal.GetArrayDataReference(_x), y = ref MemoryMarshal.GetArrayDataReference(_y), z = ref MemoryMarshal.GetArrayDataReference(_z);
        for (nuint i = 0; i < Length; i += (nuint)Vector256<double>.Count)
            (Vector256.LoadUnsafe(ref x, i) * Vector256.LoadUnsafe(ref y, i)).StoreUnsafe(ref z, i);
    }

    [Benchmark]
    public void Softplus_generic() => Loops.Unary<Softplus, Real64>(Elements(_x), Elements(_z));

    [Benchmark]
    public void Softplus_by_hand()
    {
        ref double x = ref MemoryMarshal.GetArrayDataReference(_x), z = ref MemoryMarshal.GetArrayDataReference(_z);
        for (nuint i = 0; i < Length; i += (nuint)Vector256<double>.Count)
        {
            var v = Vector256.LoadUnsafe(ref x, i);
            (Vector256.Max(v, Vector256<double>.Zero) + VectorMath64.Log1p(VectorMath64.Exp(-Vector256.Abs(v)))).StoreUnsafe(ref z, i);
        }
    }

    [Benchmark]
    public void Exp_generic() => Loops.Unary<Exp, Real64>(Elements(_x), Elements(_z));

    [Benchmark]
    public void Exp_by_Math()
    {
        for (int i = 0; i < Length; i++)
            _z[i] = Math.Exp(_x[i]);
    }

    [Benchmark]
    public void Log_generic() => Loops.Unary<Log, Real64>(Elements(_y), Elements(_z));

    [Benchmark]
    public void Log_by_Math()
    {
        for (int i = 0; i < Length; i++)
            _z[i] = Math.Log(_y[i]);
    }

    [Benchmark]
    public void Sin_generic() => Loops.Unary<Sin, Real64>(Elements(_x), Elements(_z));

    [Benchmark]
    public void Sin_by_Math()
    {
        for (int i = 0; i < Length; i++)
            _z[i] = Math.Sin(_x[i]);
    }

    [Benchmark]
    public void Tanh_generic() => Loops.Unary<Tanh, Real64>(Elements(_x), Elements(_z));

    [Benchmark]
    public void Tanh_by_Math()
    {
        for (int i = 0; i < Length; i++)
            _z[i] = Math.Tanh(_x[i]);
    }
}

/// <summary>Reductions of 10⁷ doubles against a plain copy of them, which reads and writes as many. Goal: 70 % of the bandwidth that the copy reaches.</summary>
[ShortRunJob]
public class Bandwidth
{
    private const int Length = 10_000_000;
    private readonly double[] _x = [.. Enumerable.Range(0, Length).Select(i => Math.Sin(i))], _y = new double[Length], _z = new double[1];

    /// <summary>Moves 160 MB.</summary>
    [Benchmark(Baseline = true)]
    public void Copy() => _x.AsSpan().CopyTo(_y);

    /// <summary>Reads 80 MB.</summary>
    [Benchmark]
    public void Sum() => Reductions.Sum(MemoryMarshal.Cast<double, Real64>(_x.AsSpan()), new(1, Length, 1), MemoryMarshal.Cast<double, Real64>(_z.AsSpan()));

    /// <summary>Reads 80 MB.</summary>
    [Benchmark]
    public void Max() => Reductions.Max(MemoryMarshal.Cast<double, Real64>(_x.AsSpan()), new(1, Length, 1), MemoryMarshal.Cast<double, Real64>(_z.AsSpan()));
}

/// <summary>Square matrix products, one thread.</summary>
[ShortRunJob]
public class MatrixProducts
{
    private double[] _a = [], _b = [], _c = [];
    private float[] _af = [], _bf = [], _cf = [];

    [Params(32, 256, 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        _a = [.. Enumerable.Range(0, Size * Size).Select(_ => random.NextDouble())];
        _b = [.. Enumerable.Range(0, Size * Size).Select(_ => random.NextDouble())];
        _c = new double[Size * Size];
        (_af, _bf, _cf) = (Array.ConvertAll(_a, v => (float)v), Array.ConvertAll(_b, v => (float)v), new float[Size * Size]);
    }

    [Benchmark]
    public void Float64() => Gemm.Multiply(Size, Size, Size, _a, Size, 1, _b, Size, 1, _c);

    [Benchmark]
    public void Float32() => Gemm.Multiply(Size, Size, Size, _af, Size, 1, _bf, Size, 1, _cf);
}
