using System.Globalization;
using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>Published functions to the fourth derivative, against tables by <c>eng/tables/orders.py</c>: by nested reverse mode, nested forward mode, and both in turn, also inside a checkpoint.</summary>
public sealed class PublishedFunctions
{
    private static readonly Dictionary<string, Func<Expr, Expr>> s_functions = new()
    {
        ["Runge"] = x => 1 / (1 + 25 * x * x),
        ["WitchOfAgnesi"] = x => 8 / (x * x + 4),
        ["Bessel"] = x => Expr.Mean(Expr.Cos(x * Expr.Sin(Math.PI * (Expr.Cast(Expr.Arange(16), DType.Float64) + 0.5) / 16))),
        ["Planck"] = x => Expr.Power(x, 3) / Expr.Expm1(x),
        ["Gompertz"] = x => Expr.Exp(-2 * Expr.Exp(-x)),
        ["Forrester"] = x => Expr.Square(6 * x - 2) * Expr.Sin(12 * x - 4),
        ["GramacyLee"] = x => Expr.Sin(10 * Math.PI * x) / (2 * x) + Expr.Power(x - 1, 4),
        ["LennardJones"] = x => 4 * (Expr.Power(x, -12) - Expr.Power(x, -6)),
    };

    public static TheoryData<string> Names => [.. s_functions.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Are_right_to_the_fourth_derivative(string name)
    {
        var f = s_functions[name];
        var rows = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "Orders", $"{name}.csv")).Skip(1)
            .Select(line => line.Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        Assert.NotEmpty(rows);
        Func<Func<Expr, Expr>, Func<Expr, Expr>> reverse = Ad.Grad, forward = g => x => Ad.Jvp(g, x, 1.0).Tangent;
        foreach (var (how, steps) in new (string, Func<Func<Expr, Expr>, Func<Expr, Expr>>[])[]
        {
            ("reverse", [reverse, reverse, reverse, reverse]), ("forward", [forward, forward, forward, forward]),
            ("in turn", [reverse, forward, reverse, forward]), ("checkpointed", [g => Ad.Grad(Ad.Checkpoint(g)), reverse, forward, reverse]),
        })
        {
            var derivative = f;
            for (int order = 0; order <= 4; derivative = order < 4 ? steps[order](derivative) : derivative, order++)
            {
                double scale = rows.Max(row => Math.Abs(row[order + 1]));
                foreach (var row in rows)
                    Assert.True(Close.Agree("", row[order + 1], (double)derivative(row[0]), 1e-11, scale) is null,
                        $"{name}, derivative {order}, {how}, at {row[0]:R}: {(double)derivative(row[0]):R}, not {row[order + 1]:R}");
            }
        }
    }
}
