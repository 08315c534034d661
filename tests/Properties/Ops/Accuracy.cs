using System.Globalization;
using Autodiff.Functional.Properties.Kernels;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Functions and their first two derivatives against tables of 30 digits (eng/tables/tables.py), in units in the last place; within as many 2⁻⁵³ where a
/// function has roots that no double is near enough to. The worst case of each is printed.
/// </summary>
public sealed class Accuracy(ITestOutputHelper output)
{
    /// <summary>
    /// The ulps that are allowed: of the value on scalars and on vectors, of the first and of the second derivative; and between which arguments the roots lie that
    /// no double is near enough to, of the value and of the derivatives: there as many 2⁻⁵³ are allowed as well.
    /// </summary>
    private sealed record Allowed(Func<Expr, Expr> Function, double Scalar, double Vector, double First, double Second, Interval? Roots = null, Interval? SlopeRoots = null);

    private static readonly Interval s_everywhere = new(double.NegativeInfinity, double.PositiveInfinity), s_belowZero = s_everywhere with { To = 0 },
        s_belowThree = s_everywhere with { To = 3 }, s_aroundZero = new(-4, 4);

    private static readonly Dictionary<string, Allowed> s_unary = new()
    {
        ["Exp"] = new(Expr.Exp, 2, 3, 3, 3),
        ["Exp2"] = new(Expr.Exp2, 2, 3, 3, 3),
        ["Expm1"] = new(Expr.Expm1, 2, 3, 3, 3, SlopeRoots: s_everywhere),
        ["Log"] = new(Expr.Log, 2, 3, 3, 3),
        ["Log2"] = new(Expr.Log2, 2, 3, 3, 4),
        ["Log10"] = new(Expr.Log10, 2, 3, 3, 4),
        ["Log1p"] = new(Expr.Log1p, 2, 3, 3, 3),
        ["Sqrt"] = new(Expr.Sqrt, 2, 3, 3, 4),
        ["Rsqrt"] = new(Expr.Rsqrt, 2, 3, 3, 3),
        ["Cbrt"] = new(Expr.Cbrt, 2, 3, 4, 10),
        ["Sigmoid"] = new(Expr.Sigmoid, 2, 3, 4, 4, SlopeRoots: s_everywhere),
        ["Softplus"] = new(Expr.Softplus, 2, 3, 3, 4),
        ["LogSigmoid"] = new(Expr.LogSigmoid, 2, 3, 3, 3),
        ["Sin"] = new(Expr.Sin, 2, 3, 3, 3),
        ["Cos"] = new(Expr.Cos, 2, 3, 3, 3),
        ["Tan"] = new(Expr.Tan, 2, 3, 4, 8),
        ["Asin"] = new(Expr.Asin, 2, 3, 4, 4, SlopeRoots: s_everywhere),
        ["Acos"] = new(Expr.Acos, 2, 3, 4, 6, SlopeRoots: s_everywhere),
        ["Atan"] = new(Expr.Atan, 2, 3, 3, 4),
        ["Sinh"] = new(Expr.Sinh, 2, 3, 3, 3),
        ["Cosh"] = new(Expr.Cosh, 2, 3, 3, 3),
        ["Tanh"] = new(Expr.Tanh, 2, 3, 4, 4, SlopeRoots: s_everywhere),
        ["Asinh"] = new(Expr.Asinh, 2, 3, 4, 6),
        ["Acosh"] = new(Expr.Acosh, 2, 3, 4, 6),
        ["Atanh"] = new(Expr.Atanh, 2, 3, 4, 4, SlopeRoots: s_everywhere),
        ["Silu"] = new(Expr.Silu, 3, 3, 4, 8, SlopeRoots: s_aroundZero),
        ["Gelu"] = new(Expr.Gelu, 8, 8, 8, 8, SlopeRoots: s_aroundZero),
        ["GeluTanh"] = new(Expr.GeluTanh, 80, 80, 80, 80, SlopeRoots: s_aroundZero),
        ["Elu"] = new(Expr.Elu, 2, 3, 3, 3),
        ["Erf"] = new(Expr.Erf, 8, 8, 8, 8),
        ["Erfc"] = new(Expr.Erfc, 8, 8, 8, 8),
        ["ErfInv"] = new(Expr.ErfInv, 8, 8, 8, 16),
        ["NormalPdf"] = new(Expr.NormalPdf, 8, 8, 8, 128),
        ["NormalLogPdf"] = new(Expr.NormalLogPdf, 2, 3, 3, 3),
        ["NormalCdf"] = new(Expr.NormalCdf, 8, 8, 8, 8),
        ["NormalLogCdf"] = new(Expr.NormalLogCdf, 8, 8, 8, 32),
        ["InverseMillsRatio"] = new(Expr.InverseMillsRatio, 8, 8, 16, 64, SlopeRoots: s_aroundZero),
        ["NormalQuantile"] = new(Expr.NormalQuantile, 8, 8, 8, 8),
        ["NormalQuantileOfLog"] = new(Expr.NormalQuantileOfLog, 8, 8, 8, 16, new(-0.8, -0.6)),
        ["Lgamma"] = new(Expr.Lgamma, 8, 8, 16, 8, s_belowThree, s_belowThree),
        ["Digamma"] = new(Expr.Digamma, 8, 8, 8, 8, s_belowThree, s_belowZero),
        ["Polygamma1"] = new(x => Expr.Polygamma(1, x), 8, 8, 8, 8, s_belowZero, s_belowZero),
        ["Polygamma2"] = new(x => Expr.Polygamma(2, x), 8, 8, 8, 8, s_belowZero, s_belowZero),
        ["Polygamma3"] = new(x => Expr.Polygamma(3, x), 8, 8, 8, 8, s_belowZero, s_belowZero),
        ["Polygamma5"] = new(x => Expr.Polygamma(5, x), 8, 8, 8, 8, s_belowZero, s_belowZero),
        ["Polygamma10"] = new(x => Expr.Polygamma(10, x), 8, 8, 8, 16, s_belowZero, s_belowZero),
        ["Polygamma25"] = new(x => Expr.Polygamma(25, x), 8, 8, 24, 16, s_belowZero, s_belowZero),
    };

    private static readonly Dictionary<string, (Func<Expr, Expr, Expr> Function, double Scalar, double Vector, double Dx, double Dy, bool Roots)> s_binary = new()
    {
        ["Hypot"] = (Expr.Hypot, 2, 3, 3, 3, false),
        ["XLogY"] = (Expr.XLogY, 2, 3, 3, 3, false),
        ["XLog1pY"] = (Expr.XLog1pY, 2, 3, 3, 3, false),
        ["LogAddExp"] = (Expr.LogAddExp, 2, 3, 32, 32, true),
        ["Mod"] = (Expr.Mod, 2, 3, 3, 3, false),
        ["Power"] = (Expr.Power, 2, 4, 150, 4, false),
        ["Atan2"] = (Expr.Atan2, 2, 3, 4, 4, false),
    };

    // More is allowed where a number is rounded before something magnifies that: GeluTanh's angle and the difference in LogAddExp's slope before an exponential,
    // the exponent y − 1 in Power's slope; and where two terms of a second derivative cancel near its root (x² − 1 in NormalPdf's). SlopeRoots are also set where
    // a slope dies away as a difference of numbers that do not: 1 − tanh²x, (eˣ − 1) + 1.
    public static TheoryData<string> Unary => [.. s_unary.Keys];
    public static TheoryData<string> Binary => [.. s_binary.Keys];

    [Theory, MemberData(nameof(Unary))]
    public void Of_one_argument(string name)
    {
        var (f, scalar, vector, first, second, roots, slopeRoots) = s_unary[name];
        var rows = Rows(name);
        Tensor x = Tensor.Of(Array.ConvertAll(rows, row => Number(row[0])));
        var slope = Ad.Grad((Expr at) => Expr.Sum(f(at)));
        Check(
            Compare(rows, 1, 1, "scalar", scalar, roots, [.. rows.Select(row => (double)f(Expr.Scalar(Number(row[0]))))]),
            Compare(rows, 1, 1, "vector", vector, roots, f(x).Value.ToArray<double>()),
            Compare(rows, 1, 2, "first", first, slopeRoots, slope(x).Value.ToArray<double>()),
            Compare(rows, 1, 3, "second", second, slopeRoots, Ad.Grad((Expr at) => Expr.Sum(slope(at)), x).Value.ToArray<double>()));
    }

    [Theory, MemberData(nameof(Binary))]
    public void Of_two_arguments(string name)
    {
        var (f, scalar, vector, dx, dy, roots) = s_binary[name];
        var rows = Rows(name);
        Expr x = Tensor.Of(Array.ConvertAll(rows, row => Number(row[0]))), y = Tensor.Of(Array.ConvertAll(rows, row => Number(row[1])));
        var (slopeX, slopeY) = Ad.Grad<(Expr X, Expr Y)>(at => Expr.Sum(f(at.X, at.Y)), (x, y));
        Check(
            Compare(rows, 2, 2, "scalar", scalar, roots ? s_everywhere : null, [.. rows.Select(row => (double)f(Expr.Scalar(Number(row[0])), Expr.Scalar(Number(row[1]))))]),
            Compare(rows, 2, 2, "vector", vector, roots ? s_everywhere : null, f(x, y).Value.ToArray<double>()),
            Compare(rows, 2, 3, "∂x", dx, null, slopeX.Value.ToArray<double>()),
            Compare(rows, 2, 4, "∂y", dy, null, slopeY.Value.ToArray<double>()));
    }

    private void Check(params string?[] wrong) => Assert.True(wrong.All(w => w is null), string.Join("\n", wrong.Where(w => w is not null)));

    private string? Compare(string[][] rows, int arguments, int column, string what, double allowed, Interval? roots, double[] actual)
    {
        double worst = 0;
        string at = "";
        for (int i = 0; i < rows.Length; i++)
        {
            string expected = rows[i][column];
            double ulps = expected.Length == 0 ? 0 : Ulps(expected, actual[i], roots is { } near && Number(rows[i][0]) >= near.From && Number(rows[i][0]) <= near.To);
            if (!(ulps <= worst))
                (worst, at) = (ulps, $" at ({string.Join(", ", rows[i][..arguments])}): {actual[i]:R} for {expected}");
        }
        output.WriteLine($"{what,-6} {worst:F2} ulp{at}");
        return worst <= allowed ? null : $"{what}: {worst:F2} ulp, not {allowed}{at}";
    }

    private static double Ulps(string expected, double actual, bool roots)
    {
        if (expected is "nan" or "inf" or "-inf")
            return Number(expected).Equals(actual) ? 0 : double.PositiveInfinity;
        if (expected == "-0.0")
            return actual == 0 && double.IsNegative(actual) ? 0 : double.PositiveInfinity;
        var exact = Precise.Parse(expected);
        double ulps = double.IsNaN(actual) ? double.PositiveInfinity : exact.UlpsTo(actual);
        return roots && double.IsFinite(actual) ? Math.Min(ulps, Math.Abs((Precise.Of(actual) - exact).Times2To(53).ToDouble())) : ulps;
    }

    private static string[][] Rows(string name) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", name + ".csv")).Skip(1).Select(line => line.Split(','))];

    private static double Number(string text) => text switch
    {
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
