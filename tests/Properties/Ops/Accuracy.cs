using System.Globalization;
using Autodiff.Functional.Properties.Kernels;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Functions against tables of 30 digits (eng/tables), in units in the last place; within as many 2⁻⁵³ where a function has roots that no double is near enough to. The worst
/// case of each is printed. <see cref="DerivativeAccuracy"/> and <see cref="PartialDerivativeAccuracy"/> are about derivatives.
/// </summary>
public sealed class Accuracy(ITestOutputHelper output)
{
    /// <summary>The ulps that are allowed of the value on scalars and on vectors; and between which arguments the roots lie that no double is near enough to: there as many 2⁻⁵³ are allowed as well.</summary>
    private sealed record Allowed(double Scalar = 2, double Vector = 3, Interval? Roots = null);

    private static readonly Interval s_everywhere = new(double.NegativeInfinity, double.PositiveInfinity), s_belowZero = s_everywhere with { To = 0 }, s_belowThree = s_everywhere with { To = 3 };

    private static readonly Allowed s_few = new(), s_special = new(8, 8), s_polygamma = new(8, 8, s_belowZero);

    // What is not here is computed from elementary functions, and few are allowed.
    private static readonly Dictionary<string, Allowed> s_unary = new()
    {
        ["Silu"] = new(4, 4),           // the square of an exponential, which would else vanish too early
        ["GeluTanh"] = new(6, 6),
        ["Gelu"] = s_special,
        ["Erf"] = s_special,
        ["Erfc"] = s_special,
        ["ErfInv"] = s_special,
        ["NormalPdf"] = s_special,
        ["NormalCdf"] = s_special,
        ["NormalLogCdf"] = s_special,
        ["InverseMillsRatio"] = s_special,
        ["NormalQuantile"] = s_special,
        ["NormalQuantileOfLog"] = new(8, 8, new(-0.8, -0.6)),
        ["Lgamma"] = new(8, 8, s_belowThree),
        ["Digamma"] = new(8, 8, s_belowThree),
        ["Polygamma1"] = s_polygamma,
        ["Polygamma2"] = s_polygamma,
        ["Polygamma3"] = s_polygamma,
        ["Polygamma5"] = s_polygamma,
        ["Polygamma10"] = s_polygamma,
        ["Polygamma25"] = s_polygamma,
    };

    private static readonly Dictionary<string, (double Scalar, double Vector, bool Roots)> s_binary = new()
    {
        ["Power"] = (2, 4, false),
        ["LogAddExp"] = (2, 3, true),
    };

    public static TheoryData<string> Unary => [.. TabulatedFunctions.OfOneArgument.Keys];
    public static TheoryData<string> Binary => [.. TabulatedFunctions.OfTwoArguments.Keys];

    [Theory, MemberData(nameof(Unary))]
    public void Of_one_argument(string name)
    {
        var f = TabulatedFunctions.OfOneArgument[name];
        var (scalar, vector, roots) = s_unary.GetValueOrDefault(name, s_few);
        var rows = Rows(name);
        Tensor x = Tensor.Of(Array.ConvertAll(rows, row => Number(row[0])));
        Check(
            Compare(rows, 1, 1, "scalar", scalar, roots, [.. rows.Select(row => (double)f(Expr.Scalar(Number(row[0]))))]),
            Compare(rows, 1, 1, "vector", vector, roots, f(x).Value.ToArray<double>()));
    }

    [Theory, MemberData(nameof(Binary))]
    public void Of_two_arguments(string name)
    {
        var f = TabulatedFunctions.OfTwoArguments[name];
        var (scalar, vector, roots) = s_binary.GetValueOrDefault(name, (2, 3, false));
        var rows = Rows(name);
        Expr x = Tensor.Of(Array.ConvertAll(rows, row => Number(row[0]))), y = Tensor.Of(Array.ConvertAll(rows, row => Number(row[1])));
        Check(
            Compare(rows, 2, 2, "scalar", scalar, roots ? s_everywhere : null, [.. rows.Select(row => (double)f(Expr.Scalar(Number(row[0])), Expr.Scalar(Number(row[1]))))]),
            Compare(rows, 2, 2, "vector", vector, roots ? s_everywhere : null, f(x, y).Value.ToArray<double>()));
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
