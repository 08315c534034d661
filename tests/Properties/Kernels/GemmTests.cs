using Autodiff.Functional.Kernels;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Kernels;

/// <summary>The matrix product against the definition, for every path, stride and odd size.</summary>
public class GemmTests(ITestOutputHelper output)
{
    [Sampled(400)]
    public void Small_products(byte m, byte n, byte k, byte layoutA, byte layoutB) => Check(m % 40, n % 40, k % 40, layoutA % 4, layoutB % 4);

    [Fact]
    public void Every_tiny_product()
    {
        for (int m = 0; m <= 9; m++)
            for (int n = 0; n <= 17; n++)
                for (int k = 0; k <= 9; k++) Check(m, n, k, (m + n) % 4, (n + k) % 4);
    }

    [Theory]
    [InlineData(1, 128, 784)]
    [InlineData(784, 1, 129)]
    [InlineData(2, 200, 300)]
    [InlineData(300, 3, 200)]
    [InlineData(64, 10, 128)]
    [InlineData(130, 9, 70)]
    [InlineData(33, 5, 7)]
    [InlineData(200, 130, 270)]
    [InlineData(127, 131, 263)]
    [InlineData(400, 389, 521)]
    [InlineData(193, 515, 1030)]
    [InlineData(31, 2051, 257)]
    [InlineData(200, 2051, 257)]
    public void Large_products(int m, int n, int k)
    {
        for (int layout = 0; layout < 16; layout++) Check(m, n, k, layout % 4, layout / 4);
    }

    [Sampled(100)]
    public void Products_of_integers(byte m, byte n, byte k)
    {
        var random = new Random(m + n + k);
        (m, n, k) = ((byte)(m % 12), (byte)(n % 12), (byte)(k % 12));
        Integer<int>[] a = [.. Enumerable.Range(0, m * k).Select(_ => new Integer<int>(random.Next()))], b = [.. Enumerable.Range(0, k * n).Select(_ => new Integer<int>(random.Next()))];
        Integer<int>[] c = new Integer<int>[m * n];
        Gemm.Multiply<Integer<int>>(m, n, k, a, k, 1, b, 1, k, c);
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                int sum = 0;
                for (int p = 0; p < k; p++) sum = unchecked(sum + a[i * k + p].Value * b[p + j * k].Value);
                Assert.Equal(sum, c[i * n + j].Value);
            }
    }

    [Fact]
    public void A_matrix_that_does_not_fit_is_an_error() =>
        Assert.Contains("Matrix B of 3×4", Assert.Throws<ArgumentException>(() => Gemm.Multiply(2, 4, 3, new double[6], 3, 1, new double[11], 4, 1, new double[8])).Message, StringComparison.Ordinal);

    [Fact]
    public void The_same_product_gives_the_same_bits()
    {
        double[] a = Random(300 * 300, 1), b = Random(300 * 300, 2), first = new double[300 * 300], second = new double[300 * 300];
        Gemm.Multiply(300, 300, 300, a, 300, 1, b, 300, 1, first);
        Gemm.Multiply(300, 300, 300, a, 300, 1, b, 300, 1, second);
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(7, 33, 50)]
    [InlineData(100, 77, 800)]
    public void The_width_of_the_registers_changes_no_bit(int m, int n, int k)
    {
        double[] a = Random(m * k, 1), b = Random(k * n, 2), narrow = new double[m * n], wide = new double[m * n];
        UnpackedGemm.Multiply<double, Register256<double>>(m, n, k, new(a, k, 1), new(b, n, 1), narrow, n);
        UnpackedGemm.Multiply<double, Register512<double>>(m, n, k, new(a, k, 1), new(b, n, 1), wide, n);
        if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated) Assert.Equal(narrow, wide);
        PackedGemm.Multiply<double, Register256<double>>(m, n, k, new(a, k, 1), new(b, n, 1), narrow, n);
        PackedGemm.Multiply<double, Register512<double>>(m, n, k, new(a, k, 1), new(b, n, 1), wide, n);
        if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated) Assert.Equal(narrow, wide);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(37, 3)]
    [InlineData(100, 100)]
    [InlineData(203, 64)]
    public void A_transposed_product_in_blocks_has_the_bits_of_one(int m, int k)
    {
        int row = k + 3;
        double[] a = Random(m * row, 1), g = Random(m, 2), start = Random(k, 3), whole = [.. start], blocks = [.. start];
        Gemv.AddTransposed<double>(m, k, a, row, g, whole);
        for (int j = 0; j < k; j++)
        {
            double sum = start[j] + Enumerable.Range(0, m).Sum(i => g[i] * a[i * row + j]);
            Assert.True(Math.Abs(whole[j] - sum) <= 1e-15 * (m + 2), $"column {j}: {whole[j]}, not {sum}");
        }
        int block = 3 * Gemv.Group;
        for (int i = 0; i < m; i += block)
            Gemv.AddTransposed(Math.Min(block, m - i), k, a.AsSpan(i * row), row, g.AsSpan(i), blocks);
        Assert.Equal(whole, blocks);
        Assert.Equal(0, Gemv.BlockRows<double>(k) % Gemv.Group);
    }

    [Fact]
    public void A_transposed_product_that_does_not_fit_is_an_error() =>
        Assert.Throws<ArgumentException>(() => Gemv.AddTransposed<double>(3, 4, new double[11], 4, new double[3], new double[4]));

    /// <summary>Layouts: row-major, column-major, rows with a gap, both strides above 1.</summary>
    private static (int Row, int Column, int Length) Layout(int layout, int rows, int columns) => layout switch
    {
        0 => (columns, 1, rows * columns),
        1 => (1, rows, rows * columns),
        2 => (columns + 3, 1, rows * (columns + 3)),
        _ => (2 * columns + 1, 2, rows * (2 * columns + 1)),
    };

    private void Check(int m, int n, int k, int layoutA, int layoutB)
    {
        var (aRow, aColumn, aLength) = Layout(layoutA, m, k);
        var (bRow, bColumn, bLength) = Layout(layoutB, k, n);
        double[] a = Random(aLength, m + k), b = Random(bLength, n + k), c = new double[m * n + 5];
        float[] a32 = Array.ConvertAll(a, v => (float)v), b32 = Array.ConvertAll(b, v => (float)v), c32 = new float[m * n + 5];
        Array.Fill(c, double.NaN);
        Array.Fill(c32, float.NaN);
        Gemm.Multiply(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c);
        Gemm.Multiply(m, n, k, a32, aRow, aColumn, b32, bRow, bColumn, c32);

        double worst = 0, worst32 = 0;
        for (int i = 0; i < m; i++)
        {
            double[] row = new double[n];
            for (int p = 0; p < k; p++)
            {
                double factor = a[i * aRow + p * aColumn];
                for (int j = 0; j < n; j++) row[j] += factor * b[p * bRow + j * bColumn];
            }
            for (int j = 0; j < n; j++)
            {
                double error = Math.Abs(row[j] - c[i * n + j]), error32 = Math.Abs(row[j] - c32[i * n + j]);
                Assert.False(double.IsNaN(error) || double.IsNaN(error32), $"({i}, {j}) was not written");
                (worst, worst32) = (Math.Max(worst, error), Math.Max(worst32, error32));
            }
        }
        Assert.All(c[(m * n)..], v => Assert.True(double.IsNaN(v)));
        Assert.All(c32[(m * n)..], v => Assert.True(float.IsNaN(v)));
        if (k > 500) output.WriteLine($"{m}×{n}×{k}, layouts {layoutA}{layoutB}: worst error {worst:E1}, float {worst32:E1}");
        Assert.True(worst <= 2e-15 * Math.Max(1, k) && worst32 <= 1e-6 * Math.Max(1, k), $"{m}×{n}×{k}, layouts {layoutA}, {layoutB}: {worst}, {worst32}");
    }

    private static double[] Random(int length, int seed)
    {
        var random = new Random(seed);
        double[] values = new double[length];
        for (int i = 0; i < length; i++) values[i] = 2 * random.NextDouble() - 1;
        return values;
    }
}
