using System.Runtime.CompilerServices;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Peers;

/// <summary>Our matrix products against those of OpenBLAS, one thread, in one process, taking turns.</summary>
internal static unsafe class Products
{
    private static readonly (string Name, int M, int K, int N, bool TransposeA, bool TransposeB)[] s_shapes =
    [
        ("1024³", 1024, 1024, 1024, false, false), ("512³", 512, 512, 512, false, false), ("256³", 256, 256, 256, false, false),
        ("100³", 100, 100, 100, false, false), ("32³", 32, 32, 32, false, false),
        ("64×784×128", 64, 784, 128, false, false), ("64×128×10", 64, 128, 10, false, false), ("128×512×256", 128, 512, 256, false, false),
        ("128×784×512", 128, 784, 512, false, false), ("128×256×10", 128, 256, 10, false, false), ("1×784×128", 1, 784, 128, false, false),
        // The gradients of a layer y = x·w: of w, xᵀ·g; of x, g·wᵀ.
        ("784×64×128 Aᵀ", 784, 64, 128, true, false), ("128×64×10 Aᵀ", 128, 64, 10, true, false), ("784×128×512 Aᵀ", 784, 128, 512, true, false),
        ("512×128×256 Aᵀ", 512, 128, 256, true, false), ("256×128×10 Aᵀ", 256, 128, 10, true, false),
        ("128×128×64 Bᵀ", 128, 128, 64, false, true), ("64×10×128 Bᵀ", 64, 10, 128, false, true), ("128×256×512 Bᵀ", 128, 256, 512, false, true), ("128×10×256 Bᵀ", 128, 10, 256, false, true),
        ("512³ Aᵀ", 512, 512, 512, true, false), ("512³ Bᵀ", 512, 512, 512, false, true), ("100³ Aᵀ", 100, 100, 100, true, false), ("100³ Bᵀ", 100, 100, 100, false, true),
        ("32³ Aᵀ", 32, 32, 32, true, false), ("32³ Bᵀ", 32, 32, 32, false, true),
        ("2³", 2, 2, 2, false, false), ("3³", 3, 3, 3, false, false), ("4³", 4, 4, 4, false, false), ("6³", 6, 6, 6, false, false), ("8³", 8, 8, 8, false, false),
        ("12³", 12, 12, 12, false, false), ("16³", 16, 16, 16, false, false), ("3×3×1", 3, 3, 1, false, false), ("4³ Bᵀ", 4, 4, 4, false, true), ("8³ Bᵀ", 8, 8, 8, false, true), ("16³ Bᵀ", 16, 16, 16, false, true),
        ("8³ Aᵀ", 8, 8, 8, true, false), ("16³ Aᵀ", 16, 16, 16, true, false),
    ];

    public static void Run(double milliseconds, string filter)
    {
        OpenBlas.SetThreads(1);
        Console.WriteLine(OpenBlas.Description);
        Console.WriteLine("| m×k×n | f64 ours ns | OpenBLAS ns | GFLOP/s | ours ÷ its rate | f32 ours ns | OpenBLAS ns | GFLOP/s | ours ÷ its rate |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var shape in s_shapes)
            if (shape.Name.Contains(filter, StringComparison.Ordinal))
                Console.WriteLine($"| {shape.Name} | {Row(milliseconds, shape, new double[3][], OfDoubles)} | {Row(milliseconds, shape, new float[3][], OfFloats)} |");
    }

    private delegate (Action<int> Ours, Action<int> Peer) Sides<T>(T[] a, T[] b, T[] c, T[] d, int m, int n, int k, bool transposeA, bool transposeB);

    private static string Row<T>(double milliseconds, (string Name, int M, int K, int N, bool TransposeA, bool TransposeB) shape, T[][] _, Sides<T> sides) where T : unmanaged
    {
        var (name, m, k, n, transposeA, transposeB) = shape;
        T[] a = Random<T>(m * k, 1), b = Random<T>(k * n, 2), c = GC.AllocateArray<T>(m * n, pinned: true), d = GC.AllocateArray<T>(m * n, pinned: true);
        var (ours, peer) = sides(a, b, c, d, m, n, k, transposeA, transposeB);
        ours(1);
        peer(1);
        for (int i = 0; i < c.Length; i++)
        {
            double x = Convert.ToDouble(c[i]), y = Convert.ToDouble(d[i]);
            if (Math.Abs(x - y) > k * (Unsafe.SizeOf<T>() == 8 ? 1e-15 : 1e-6)) throw new InvalidOperationException($"{name}: element {i} is {x}, OpenBLAS says {y}");
        }
        double[] best = Clock.Best(milliseconds, ours, peer);
        return $"{best[0]:F0} | {best[1]:F0} | {2.0 * m * n * k / best[0]:F1} | {best[1] / best[0]:F2}";
    }

    private static (Action<int>, Action<int>) OfDoubles(double[] a, double[] b, double[] c, double[] d, int m, int n, int k, bool transposeA, bool transposeB)
    {
        (int aRow, int aColumn) = transposeA ? (1, m) : (k, 1);
        (int bRow, int bColumn) = transposeB ? (1, k) : (n, 1);
        return (
            calls => { for (; calls > 0; calls--) Gemm.Multiply(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c); },
            calls =>
            {
                fixed (double* pa = a, pb = b, pd = d)
                    for (; calls > 0; calls--)
                        OpenBlas.Multiply(OpenBlas.RowMajor, transposeA ? OpenBlas.Transpose : OpenBlas.NoTranspose, transposeB ? OpenBlas.Transpose : OpenBlas.NoTranspose,
                            m, n, k, 1, pa, transposeA ? m : k, pb, transposeB ? k : n, 0, pd, n);
            });
    }

    private static (Action<int>, Action<int>) OfFloats(float[] a, float[] b, float[] c, float[] d, int m, int n, int k, bool transposeA, bool transposeB)
    {
        (int aRow, int aColumn) = transposeA ? (1, m) : (k, 1);
        (int bRow, int bColumn) = transposeB ? (1, k) : (n, 1);
        return (
            calls => { for (; calls > 0; calls--) Gemm.Multiply(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c); },
            calls =>
            {
                fixed (float* pa = a, pb = b, pd = d)
                    for (; calls > 0; calls--)
                        OpenBlas.Multiply(OpenBlas.RowMajor, transposeA ? OpenBlas.Transpose : OpenBlas.NoTranspose, transposeB ? OpenBlas.Transpose : OpenBlas.NoTranspose,
                            m, n, k, 1, pa, transposeA ? m : k, pb, transposeB ? k : n, 0, pd, n);
            });
    }

    // Pinned and on the boundary of a cache line where the heap allows: both sides read the same arrays.
    private static T[] Random<T>(int length, int seed) where T : unmanaged
    {
        var random = new Random(seed);
        T[] values = GC.AllocateArray<T>(length, pinned: true);
        for (int i = 0; i < length; i++) values[i] = (T)Convert.ChangeType(2 * random.NextDouble() - 1, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
        return values;
    }
}
