using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>Tensors print as NumPy's <c>str</c> prints arrays. <c>goldens.json</c> is NumPy's own output, made by <c>goldens.py</c>.</summary>
public class PrintingTests
{
    private static double Number(JsonElement text) => text.GetString() switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        var digits => double.Parse(digits!, CultureInfo.InvariantCulture),
    };

    private static Tensor Read(JsonElement golden)
    {
        var shape = Shape.Of([.. golden.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())]);
        if (golden.TryGetProperty("scale", out var scale))
            return Tensor.Of([.. Enumerable.Range(0, shape.Size).Select(i => i * scale.GetDouble())], shape);
        var data = golden.GetProperty("data").EnumerateArray();
        return Enum.Parse<DType>(golden.GetProperty("dtype").GetString()!) switch
        {
            DType.Float64 => Tensor.Of([.. data.Select(Number)], shape),
            DType.Float32 => Tensor.Of([.. data.Select(n => (float)Number(n))], shape),
            DType.Int64 => Tensor.Of([.. data.Select(n => n.GetInt64())], shape),
            DType.Int32 => Tensor.Of([.. data.Select(n => n.GetInt32())], shape),
            _ => Tensor.Of([.. data.Select(n => n.GetInt32() != 0)], shape),
        };
    }

    [Fact]
    public void As_NumPy()
    {
        using var stream = typeof(PrintingTests).Assembly.GetManifestResourceStream("goldens.json")!;
        var goldens = JsonDocument.Parse(stream).RootElement.EnumerateArray().ToArray();
        Assert.True(goldens.Length > 200);
        var wrong = goldens.Where(golden => Read(golden).ToString() != golden.GetProperty("text").GetString()).ToArray();
        if (wrong.Length > 0)
            Assert.Fail($"{wrong.Length} differ, such as NumPy's\n{wrong[0].GetProperty("text")}\nours\n{Read(wrong[0])}");
    }

    [Fact]
    public void Points_are_aligned_and_fractions_padded_with_spaces() => Assert.Equal("""
        [[  1.     2.5 ]
         [-30.     0.25]]
        """, Tensor.Of(new[,] { { 1, 2.5 }, { -30, 0.25 } }).ToString());

    [Fact]
    public void Exponents_where_the_magnitudes_differ() =>
        Assert.Equal("[ 1.000000e+00 -1.500000e-06  1.234567e+20]", Tensor.Of([1, -1.5e-6, 1.234567e20]).ToString());

    [Fact]
    public void Special_values() => Assert.Equal("[ 1.5  nan -inf  inf -0. ]", Tensor.Of([1.5, double.NaN, double.NegativeInfinity, double.PositiveInfinity, -0.0]).ToString());

    [Fact]
    public void Bools_and_integers()
    {
        Assert.Equal("[ True False]", Tensor.Of([true, false]).ToString());
        Assert.Equal("[[  1 -20]\n [300   4]]", Tensor.Of(new[,] { { 1, -20 }, { 300, 4 } }).ToString());
    }

    [Fact]
    public void Single_precision_shows_its_own_digits() => Assert.Equal("[0.1 0.2]", Tensor.Of([0.1f, 0.2f]).ToString());

    [Fact]
    public void Scalars_show_all_digits()
    {
        Assert.Equal("0.30000000000000004", Tensor.Scalar(0.1 + 0.2).ToString());
        Assert.Equal("1.0", Tensor.Scalar(1.0).ToString());
        Assert.Equal("1e-05", Tensor.Scalar(1e-5).ToString());
        Assert.Equal("1e+16", Tensor.Scalar(1e16f).ToString());
        Assert.Equal("True", Tensor.Scalar(true).ToString());
        Assert.Equal("-7", Tensor.Scalar(-7).ToString());
    }

    [Fact]
    public void Empty() => Assert.Equal("[]", Tensor.Of(new double[0, 3]).ToString());

    [Fact]
    public void More_than_a_thousand_elements_are_elided_in_the_middle() => Assert.Equal("""
        [[  10.   11.   12. ...   57.   58.   59.]
         [  60.   61.   62. ...  107.  108.  109.]
         [ 110.  111.  112. ...  157.  158.  159.]
         ...
         [1860. 1861. 1862. ... 1907. 1908. 1909.]
         [1910. 1911. 1912. ... 1957. 1958. 1959.]
         [1960. 1961. 1962. ... 2007. 2008. 2009.]]
        """, Tensor.Of([.. Enumerable.Range(10, 2000).Select(i => (double)i)], Shape.Of(40, 50)).ToString());

    [Fact]
    public void Views_print_as_their_copies()
    {
        var matrix = Tensor.Of(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal("[[1 4]\n [2 5]\n [3 6]]", matrix.Permute([1, 0]).ToString());
        Assert.Equal("[[3 1]\n [6 4]]", matrix.Slice([0, 2], [2, 2], [1, -2]).ToString());
    }

    [Fact]
    public void A_huge_view_prints_without_being_copied()
    {
        var huge = Tensor.Full(Shape.Of(1000, 1000, 2000), 1.5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        string text = huge.ToString();
        Assert.StartsWith("[[[1.5 1.5 1.5 ... 1.5 1.5 1.5]", text, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void The_culture_changes_nothing()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "−";
        Tensor[] tensors = [Tensor.Of([-1.5, 1000.25]), Tensor.Of([-1e-9, 1e9]), Tensor.Of([-1, 20]), Tensor.Of([-1.5f]), Tensor.Scalar(-2.5), Tensor.Scalar(-3)];
        var texts = tensors.Select(t => t.ToString()).ToArray();
        var (culture, shape) = (CultureInfo.CurrentCulture, Shape.Of(2, 3).ToString());
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(texts, tensors.Select(t => t.ToString()));
            Assert.Equal(shape, Shape.Of(2, 3).ToString());
            Assert.Equal("[-1, 0]", Axes.Of(-1, 0).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
