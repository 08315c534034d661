using System.Collections.Immutable;
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
    private int _entries, _finite, _nan;

    [Fact]
    public void The_gradient_is_right_or_honestly_NaN() => Counted(() => Law.Holds(output, 1500, Singular.All, p => Wrong(p,
        x => Ad.Grad<Expr[]>(i => Singular.Loss(p, i), x),
        (frozen, x) => Enumerable.Range(0, x.Length).Select(i => Pushed(frozen, x, i))), atMost: 0.8));

    [Fact]
    public void The_second_derivative_is_right_or_honestly_NaN() => Counted(() => Law.Holds(output, 700, Singular.All, p => Wrong(p,
        x => Ad.Grad<Expr[]>(i => Along(p, i), x),
        (frozen, x) => Enumerable.Range(0, x.Length).Select(i => PushedTwice(frozen, x, i))), atMost: 0.8));

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
        var map = ReverseMode.Fold(order, GradientMap.Seed(order, [seed]), visit => visit.Inputs, visit => visit.Node);
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

    private void Counted(Action law)
    {
        law();
        output.WriteLine($"{_entries} partial derivatives with a limit, {_finite} finite, {_nan} NaN where the limit is finite");
    }

    /// <summary>Compares each partial derivative with its limits along some lines; the law says nothing where none exists.</summary>
    private string? Wrong(Program p, Func<Expr[], Expr[]> derivative, Func<Program, ImmutableArray<Tensor>, IEnumerable<double[]>> limit)
    {
        if (!double.IsFinite((double)Singular.Loss(p, p.At)) || !Singular.IsModerate(p))
            return "";
        double[][] found = [.. derivative(p.At).Select(g => g.Value.ToArray<double>())];
        var frozen = p.Frozen();
        var random = new Random(p.Count);
        // For each line, the derivatives at points that come nearer.
        double[][][][] lines = [.. Enumerable.Range(0, 6).Select(line =>
        {
            Tensor[] direction = [.. p.Inputs.Select(x => Tensor.Of([.. Enumerable.Range(0, x.Size).Select(_ => (0.5 + random.NextDouble()) * (line == 0 || random.Next(2) == 0 ? 1 : -1))], x.Shape))];
            return s_distances.Select(t => limit(frozen, [.. p.Inputs.Zip(direction, (x, d) => (x + t * (Expr)d).Value)]).ToArray()).ToArray();
        })];
        bool any = false;
        for (int input = 0; input < found.Length; input++)
            for (int e = 0; e < found[input].Length; e++)
            {
                double[] limits = [.. lines.Select(line => Limit([.. line.Select(point => point[input][e])])).Where(l => !double.IsNaN(l))];
                if (limits.Length == 0)
                    continue;
                any = true;
                double is_ = found[input][e];
                (_entries, _finite, _nan) = (_entries + 1, _finite + (double.IsFinite(is_) ? 1 : 0), _nan + (double.IsNaN(is_) && limits.All(double.IsFinite) ? 1 : 0));
                if (double.IsFinite(is_) && !limits.Any(l => Math.Abs(l - is_) <= 0.02 * (1 + Math.Abs(is_))))
                    return string.Create(CultureInfo.InvariantCulture, $"finite and wrong: entry {e} of input {input} is {is_:R}, limits along lines are {string.Join(", ", limits)}");
            }
        return any ? null : "";
    }

    private static readonly double[] s_distances = [1e-3, 1e-5, 1e-7, 1e-9];

    /// <summary>Where a sequence at these distances goes: its limit, ∞ if it has none, NaN if it is not defined or can't be told.</summary>
    private static double Limit(double[] values)
    {
        double one = Limit(values[0], values[1], values[2]), two = Limit(values[1], values[2], values[3]);
        return one == two || Math.Abs(one - two) <= 2e-3 * (1 + Math.Abs(two)) ? two : double.NaN;
    }

    private static double Limit(double far, double near, double nearest)
    {
        if (!double.IsFinite(far) || !double.IsFinite(near) || !double.IsFinite(nearest))
            return double.NaN;
        double first = near - far, second = nearest - near;
        if (Math.Abs(second) <= 1e-5 * (1 + Math.Abs(nearest)))
            return nearest;
        // A power of the distance, down to the fourth root: the steps shrink by one ratio (Aitken's extrapolation). A logarithm or a pole does not shrink; one
        // over a logarithm shrinks ever less, and where it goes can't be told from here.
        return (second / first) switch
        {
            > 0 and < 0.35 and var ratio => nearest + second * ratio / (1 - ratio),
            >= 0.8 => double.PositiveInfinity,
            _ => double.NaN,
        };
    }

    /// <summary>The partial derivatives in one input, by dual numbers.</summary>
    private static double[] Pushed(Program frozen, ImmutableArray<Tensor> at, int input) => [.. Level.Real.Basis(at[input].Shape).Select(direction =>
    {
        var value = Level.Real.Tangent(Witness.Value(frozen, at.Select((x, i) => Level.Real.Dual(x, i == input ? direction : null)), Level.Real.Next));
        return (double)Singular.Weighed(value);
    })];

    /// <summary>The partial derivatives in one input of the derivative along a fixed direction, by dual numbers over dual numbers.</summary>
    private static double[] PushedTwice(Program frozen, ImmutableArray<Tensor> at, int input) => [.. Level.Real.Basis(at[input].Shape).Select(direction =>
    {
        var real = Level.Real;
        var inputs = at.Select((x, i) => real.Next.Dual(real.Dual(x, i == input ? direction : null), real.Dual(Directions.Of(x.Shape, i), null)));
        return (double)Singular.Weighed(real.Tangent(real.Next.Tangent(Witness.Value(frozen, inputs, real.Next.Next))));
    })];

    /// <summary>The derivative along a fixed direction, by reverse mode.</summary>
    private static Expr Along(Program p, Expr[] inputs) => Ad.Grad<Expr[]>(i => Singular.Loss(p, i), inputs)
        .Select((g, i) => Expr.Sum(g * Directions.Of(g.Shape, i))).Aggregate((a, b) => a + b);
}
