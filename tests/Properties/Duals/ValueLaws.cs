using System.Globalization;
using System.Numerics;
using FsCheck.Xunit;
using Xunit;
using D = Autodiff.Functional.Dual<double>;
using D2 = Autodiff.Functional.Dual<Autodiff.Functional.Dual<double>>;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>A dual number among the other numbers of .NET: compared, converted, written and read.</summary>
[Properties(Arbitrary = [typeof(Given)])]
public sealed class ValueLaws
{
    [Sampled(100)]
    public void Comparison_is_the_primals(Whole x, Whole y, Whole t)
    {
        var (a, b) = (new D(x.Value, t.Value), new D(y.Value, 1));
        Assert.Equal(
            (x.Value == y.Value, x.Value != y.Value, x.Value < y.Value, x.Value <= y.Value, x.Value > y.Value, x.Value >= y.Value),
            (a == b, a != b, a < b, a <= b, a > b, a >= b));
        Assert.Equal(x.Value.CompareTo(y.Value), a.CompareTo(b));
        Assert.Equal(a.Equals(b), a.CompareTo((object)b) == 0);
        Assert.True(a.Equals((object)new D(x.Value, 7)) && a.GetHashCode() == new D(x.Value, 7).GetHashCode());
    }

    [Fact]
    public void Comparison_with_other_things()
    {
        Assert.Equal(1, D.One.CompareTo(null));
        Assert.Contains("Double", Assert.Throws<ArgumentException>(() => D.One.CompareTo("1")).Message, StringComparison.Ordinal);
        Assert.False(D.One.Equals("1"));
        Assert.True(D.NaN != D.NaN && D.NaN.Equals(D.NaN));
    }

    [Sampled(100)]
    public void Numbers_become_constants_and_back(Whole x)
    {
        Assert.Equal([x.Value, 0, 0, 0], Nested.Parts(D2.CreateChecked((int)x.Value)));
        Assert.Equal([x.Value, 0, 0, 0], Nested.Parts(D2.CreateSaturating((decimal)x.Value)));
        Assert.Equal([x.Value, 0, 0, 0], Nested.Parts(D2.CreateTruncating((float)x.Value)));
        Assert.Equal((int)x.Value, int.CreateChecked(D2.Variable(x.Value)));
        Assert.Equal(x.Value, (double)D2.Variable(x.Value));
        Assert.Equal((x.Value, 0), Pair(x.Value));

        static (double, double) Pair(D x) => (x.Primal, x.Tangent);
    }

    [Fact]
    public void Conversions_keep_their_kind()
    {
        Assert.Equal(255, byte.CreateSaturating(D.Variable(300)));
        Assert.Throws<OverflowException>(() => byte.CreateChecked(D.Variable(300)));
        Assert.Equal(3, int.CreateTruncating(D.Variable(3.9)));
        var x = new D2(new(1, 2), new(3, 4));
        Assert.Equal([1.0, 2, 3, 4], Nested.Parts(D2.CreateChecked(x)));
        Assert.Equal([1.0, 2, 0, 0], Nested.Parts(D2.CreateChecked(x.Primal)));
    }

    static readonly CultureInfo DecimalComma = new("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } };

    [Sampled(100)]
    public void Text_can_be_read_back(Exact x)
    {
        foreach (var culture in new[] { CultureInfo.InvariantCulture, DecimalComma })
        {
            var quarter = x.Value / 4;
            var text = quarter.ToString(null, culture);
            Assert.Equal(Nested.Parts(quarter), Nested.Parts(D2.Parse(text, culture)));
            var buffer = new char[text.Length];
            Assert.True(quarter.TryFormat(buffer, out var written, null, culture));
            Assert.Equal(text, new string(buffer, 0, written));
            Assert.False(quarter.TryFormat(buffer.AsSpan(1), out _, null, culture));
        }
    }

    [Fact]
    public void Text_looks_like_this()
    {
        Assert.Equal("(3.5 + 1ε)", new D(3.5, 1).ToString("R", CultureInfo.InvariantCulture));
        Assert.Equal("(3,50 + -1,00ε)", new D(3.5, -1).ToString("F2", DecimalComma));
        Assert.Equal("((9 + 6ε) + (6 + 2ε)ε)", (D2.Variable(D.Variable(3)) is var x ? x * x : x).ToString("R", CultureInfo.InvariantCulture));
        Assert.Equal("(1 + 0ε)", $"{D.One}");
    }

    [Theory]
    [InlineData("3.5", 3.5, 0)]
    [InlineData(" -1e3 ", -1000, 0)]
    [InlineData("1,000.5", 1000.5, 0)]
    [InlineData("( 3 + -2ε)", 3, -2)]
    [InlineData("(1E+3 + 2E-1ε) ", 1000, 0.2)]
    public void Text_that_is_read(string text, double primal, double tangent)
    {
        var found = D.Parse(text, CultureInfo.InvariantCulture);
        Assert.Equal((primal, tangent), (found.Primal, found.Tangent));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("three")]
    [InlineData("(3)")]
    [InlineData("(3 + ε)")]
    [InlineData("(3 + 1)")]
    [InlineData("((3 + 1ε) + 1ε)")]
    [InlineData("ε)")]
    public void Text_that_is_not(string? text)
    {
        Assert.False(D.TryParse(text, CultureInfo.InvariantCulture, out _));
        Assert.ThrowsAny<Exception>(() => D.Parse(text!, CultureInfo.InvariantCulture));
    }

    [Sampled(100)]
    public void Kind_and_bits_are_the_primals(Whole x)
    {
        Assert.Equal(Kind(x.Value / 2), Kind(new D(x.Value / 2, 1)));
        foreach (var special in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon })
            Assert.Equal(Kind(special), Kind(new D(special, 1)));

        static string Kind<T>(T x) where T : IFloatingPointIeee754<T>
        {
            Span<byte> bytes = stackalloc byte[8];
            x.WriteSignificandLittleEndian(bytes);
            return string.Join(' ',
                T.IsCanonical(x), T.IsComplexNumber(x), T.IsEvenInteger(x), T.IsFinite(x), T.IsImaginaryNumber(x), T.IsInfinity(x), T.IsInteger(x), T.IsNaN(x),
                T.IsNegative(x), T.IsNegativeInfinity(x), T.IsNormal(x), T.IsOddInteger(x), T.IsPositive(x), T.IsPositiveInfinity(x), T.IsRealNumber(x),
                T.IsSubnormal(x), T.IsZero(x), T.Radix, T.ILogB(x), x.GetExponentShortestBitLength(), Convert.ToHexString(bytes));
        }
    }
}
