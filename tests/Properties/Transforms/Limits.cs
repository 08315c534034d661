using System.Collections.Immutable;
using System.Globalization;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>
/// Derivatives at singular points beside their limits: of the derivative of the same function with its selections as they are at the point, along lines into the domain, by dual numbers. What is
/// finite must be a limit.
/// </summary>
internal sealed class Limits
{
    private static readonly double[] s_distances = [1e-3, 1e-5, 1e-7, 1e-9, 1e-11];

    private int _entries, _finite, _nan;

    /// <summary>Which inputs are data, which no derivative is taken in: their zeros move, too, but vanish long before the distance of the others does. If the function is constant without that, 0 is right.</summary>
    public Func<Program, int, bool> IsData { get; init; } = (_, _) => false;

    /// <summary>Writes how many derivatives were compared.</summary>
    public void Report(ITestOutputHelper output) => output.WriteLine($"{_entries} partial derivatives with a limit, {_finite} finite, {_nan} NaN where the limit is finite");

    /// <summary>Compares each partial derivative with its limits along some lines; nothing is said where none exists. Of an input that is not differentiated there are none.</summary>
    public string? Wrong(Program p, Func<Expr[], Expr?[]> derivative, Func<Program, ImmutableArray<Tensor>, int, double[]> limit)
    {
        if (!double.IsFinite((double)Singular.Loss(p, p.At)) || !Singular.IsModerate(p))
            return "";
        double[]?[] found = [.. derivative(p.At).Select(g => g?.Value.ToArray<double>())];
        var frozen = p.Frozen();
        var random = new Random(p.Count);
        // For each line, the derivatives at points that come nearer.
        double value = (double)Singular.Loss(p, p.At);
        double[]?[][][] lines = [.. Enumerable.Range(0, 6).Select(line => (Tensor[])[.. p.Inputs.Select(x =>
                Tensor.Of([.. Enumerable.Range(0, x.Size).Select(_ => (0.5 + random.NextDouble()) * (line == 0 || random.Next(2) == 0 ? 1 : -1))], x.Shape))])
            // At 1/x the point itself is on one side, and a line on the other says nothing about it.
            .Where(direction => Math.Abs((double)Singular.Loss(frozen, [.. Points(direction, s_distances[^1]).Select(x => (Expr)x)]) - value) <= 0.1 * (1 + Math.Abs(value)))
            .Select(direction => s_distances.Select(t => Points(direction, t) is var at ? found.Select((f, i) => f is null ? null : limit(frozen, at, i)).ToArray() : []).ToArray())];
        bool any = false;
        for (int input = 0; input < found.Length; input++)
            for (int e = 0; e < (found[input]?.Length ?? 0); e++)
            {
                double[] limits = [.. lines.Select(line => Limit([.. line.Select(point => point[input]![e])])).Where(l => !double.IsNaN(l))];
                if (limits.Length == 0)
                    continue;
                any = true;
                double is_ = found[input]![e];
                (_entries, _finite, _nan) = (_entries + 1, _finite + (double.IsFinite(is_) ? 1 : 0), _nan + (double.IsNaN(is_) && limits.All(double.IsFinite) ? 1 : 0));
                if (double.IsFinite(is_) && !limits.Any(l => Math.Abs(l - is_) <= 0.02 * (1 + Math.Abs(is_))) && !(is_ == 0 && IsConstant(p, frozen, input, e)))
                    return string.Create(CultureInfo.InvariantCulture, $"finite and wrong: entry {e} of input {input} is {is_:R}, limits along lines are {string.Join(", ", limits)}");
            }
        return any ? null : "";

        ImmutableArray<Tensor> Points(Tensor[] direction, double distance) => [.. p.Inputs.Zip(direction, (x, d) => (x, d)).Select((line, i) => (IsData(p, i)
            ? Expr.Where(Expr.Equal(line.x, 0.0), Math.Pow(distance, 20) * (Expr)line.d, line.x) : line.x + distance * (Expr)line.d).Value)];
    }

    /// <summary>
    /// Is the function constant in an entry, around the point, while its data are exactly what they are? Then the derivative is 0: 1/ln(x·0) does not vary with x, although its slope goes to infinity where the 0 moves with x, however
    /// much less, as a logarithm does not notice how much.
    /// </summary>
    private bool IsConstant(Program p, Program frozen, int input, int entry)
    {
        if (!Enumerable.Range(0, p.Inputs.Length).Any(i => IsData(p, i)))
            return false;
        var random = new Random(p.Count);
        Expr[] Around() => [.. p.Inputs.Select((x, i) => IsData(p, i) ? (Expr)x : Tensor.Of([.. x.ToArray<double>().Select(e => e + 1e-3 * (0.5 + random.NextDouble()))], x.Shape))];
        return Enumerable.Range(0, 4).All(_ => Around() is var at && Around()[input].Value.ToArray<double>()[entry] is var other
            && Singular.Loss(frozen, at) is var one && Singular.Loss(frozen, [.. at.Select((x, i) => i == input ? With(x, entry, other) : x)]) is var two && double.IsFinite((double)one) && (double)one == (double)two);

        static Expr With(Expr x, int entry, double value)
        {
            double[] entries = x.Value.ToArray<double>();
            entries[entry] = value;
            return Tensor.Of(entries, x.Shape);
        }
    }

    /// <summary>Where a sequence at these distances goes: its limit, ∞ if it has none, NaN if it is not defined or can't be told.</summary>
    private static double Limit(double[] values)
    {
        double[] seen = [.. Enumerable.Range(0, values.Length - 2).Select(i => Limit(values[i], values[i + 1], values[i + 2]))];
        return seen.All(l => l == seen[^1] || Math.Abs(l - seen[^1]) <= 2e-3 * (1 + Math.Abs(seen[^1]))) ? seen[^1] : double.NaN;
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
            >= 0.95 => double.PositiveInfinity,
            _ => double.NaN,
        };
    }

    /// <summary>The partial derivatives in one input, by dual numbers.</summary>
    public static double[] Pushed(Program frozen, ImmutableArray<Tensor> at, int input) => [.. Level.Real.Basis(at[input].Shape).Select(direction =>
    {
        var value = Level.Real.Tangent(Witness.Value(frozen, at.Select((x, i) => Level.Real.Dual(x, i == input ? direction : null)), Level.Real.Next));
        return (double)Singular.Weighed(value);
    })];

    /// <summary>The partial derivatives in one input of the derivative along a fixed direction in some inputs, by dual numbers over dual numbers.</summary>
    public static double[] PushedTwice(Program frozen, ImmutableArray<Tensor> at, int input, Func<int, bool>? along = null) => [.. Level.Real.Basis(at[input].Shape).Select(direction =>
    {
        var real = Level.Real;
        var inputs = at.Select((x, i) => real.Next.Dual(real.Dual(x, i == input ? direction : null), along?.Invoke(i) == false ? null : real.Dual(Directions.Of(x.Shape, i), null)));
        return (double)Singular.Weighed(real.Tangent(real.Next.Tangent(Witness.Value(frozen, inputs, real.Next.Next))));
    })];
}
