using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>
/// At singular points a derivative is right or honestly NaN, never finite and wrong. What is right is a limit: of the derivative of the same function
/// with its selections as they are at the point, along a line into the domain, by dual numbers.
/// </summary>
public sealed class StructuralZeroLaws(ITestOutputHelper output)
{
    [Fact]
    public void The_gradient_is_right_or_honestly_NaN() => Counted(limits => Law.Holds(output, 1500, Singular.All, p => limits.Wrong(p,
        x => Ad.Grad<Expr[]>(i => Singular.Loss(p, i), x),
        Limits.Pushed), atMost: 0.8));

    [Fact]
    public void The_second_derivative_is_right_or_honestly_NaN() => Counted(limits => Law.Holds(output, 700, Singular.All, p => limits.Wrong(p,
        x => Ad.Grad<Expr[]>(i => Along(p, i), x),
        (frozen, x, i) => Limits.PushedTwice(frozen, x, i)), atMost: 0.8));

    [Fact]
    public void Where_reverse_and_forward_are_finite_they_agree() => Law.Holds(output, 1500, Singular.All, p =>
    {
        if (!Singular.IsModerate(p))
            return "";
        double[][] reverse = [.. Ad.Grad<Expr[]>(i => Singular.Loss(p, i), p.At).Select(g => g.Value.ToArray<double>())];
        for (int input = 0; input < p.Inputs.Length; input++)
        {
            double[] forward = [.. Level.Real.Basis(p.Inputs[input].Shape).Select(direction => (double)Ad.Jvp<Expr[], Expr>(i => Singular.Loss(p, i), p.At,
                [.. p.Inputs.Select((x, i) => i == input ? (Expr)direction : Expr.Zeros(x.Shape))]).Tangent)];
            for (int e = 0; e < forward.Length; e++)
                if (double.IsFinite(forward[e]) && double.IsFinite(reverse[input][e]) && Close.Agree("", forward[e], reverse[input][e], 1e-9) is not null)
                    return string.Create(CultureInfo.InvariantCulture, $"entry {e} of input {input}: forward {forward[e]:R}, reverse {reverse[input][e]:R}");
        }
        return null;
    });

    [Fact]
    public void Outside_the_support_the_cotangent_is_exactly_0() => Law.Holds(output, 1500, Singular.All, p =>
    {
        Expr[] variables = [.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))];
        var value = p.Run(variables);
        // The limit that the docs name: a product with a matrix that holds ∞ or NaN gives NaN outside.
        if (KahnOrder.From(value).Any(v => v.Op is MatMul && v.Inputs.Any(i => i.Value.ToArray<double>().Any(e => !double.IsFinite(e)))))
            return "";
        var order = KahnOrder.DependentOnVariables(value);
        if (order.Count == 0)
            return "";
        // A seed with a support of its own, as a reverse Jacobian's rows have.
        var mask = Vocabulary.Mask(Directions.Of(value.Shape, p.Count), e => e > 0);
        var seed = new Cotangent(Expr.Where(mask, Expr.Ones(value.Shape), 0.0), new Support(mask));
        var map = ReverseMode.Fold(order, GradientMap.Seed(order, [seed]));
        foreach (var visit in order)
            if (map.TryGetValue(visit, out Cotangent cotangent) && cotangent is { Value: { } total, Support: { } support })
            {
                if (support.Mask.Type != new TensorType(DType.Bool, total.Shape))
                    return $"the support of {visit.Node} has the type {support.Mask.Type}, its cotangent {total.Type}";
                bool[] inside = support.Mask.Value.ToArray<bool>();
                double[] entries = total.Value.ToArray<double>();
                for (int i = 0; i < entries.Length; i++)
                    if (!inside[i] && entries[i] != 0)
                        return string.Create(CultureInfo.InvariantCulture, $"the cotangent of {visit.Node} is {entries[i]} outside its support, at {i}");
            }
        return null;
    });

    private void Counted(Action<Limits> law)
    {
        var limits = new Limits();
        law(limits);
        limits.Report(output);
    }

    /// <summary>The derivative along a fixed direction, by reverse mode.</summary>
    private static Expr Along(Program p, Expr[] inputs) => Ad.Grad<Expr[]>(i => Singular.Loss(p, i), inputs)
        .Select((g, i) => Expr.Sum(g * Directions.Of(g.Shape, i))).Aggregate((a, b) => a + b);
}
