using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// What a function does at steps from a coarse one down to the last bits of x: for a derivative that is in dispute. Each scale gives a slope with its own error, so that a step that skips over an
/// oscillation, or drowns in rounding, does not speak for the others. A claim is refuted only by two scales, and supported only if no finer scale objects.
/// </summary>
internal sealed class Magnified
{
    private const double Certain = 5;                         // how many errors two numbers must be apart to differ
    private const double NearestKink = 1.0 / (1 << 27);      // a kink that is nearer than this is one at x

    /// <summary>The function around x at one step.</summary>
    /// <param name="Step">The step: a power of 2, so that x ± step is a number.</param>
    /// <param name="Slope">The slope, extrapolated from two steps.</param>
    /// <param name="Error">What it may be off by: how far the function is from a parabola, which shows both rounding and detail that the step does not resolve.</param>
    /// <param name="Bend">The slope from the right less that from the left.</param>
    /// <param name="Rounding">What rounding alone makes of a slope, at least.</param>
    /// <param name="Rise">The value on the right less that on the left.</param>
    /// <param name="IsFlat">Are all values the same? Then the step may be too small to tell.</param>
    private readonly record struct Scale(double Step, double Slope, double Error, double Bend, double Rounding, double Rise, bool IsFlat)
    {
        public bool Speaks => double.IsFinite(Slope) && double.IsFinite(Error);

        public static Scale At(Func<double, (double Value, double Size)> g, double x, (double Value, double Size) here, double step, double epsilon)
        {
            // The nearer step is no simple part of the farther one, so that rounding does not hide in a pattern.
            double nearer = x + 0.7234 * step - x, part = nearer / step * (nearer / step);
            var (right, left, nearRight, nearLeft) = (g(x + step), g(x - step), g(x + nearer), g(x - nearer));
            double size = Math.Max(Math.Max(right.Size, left.Size), Math.Max(here.Size, Math.Max(nearRight.Size, nearLeft.Size)));
            double rounding = 2 * epsilon * size / step;
            double far = (right.Value - left.Value) / (2 * step), near = (nearRight.Value - nearLeft.Value) / (2 * nearer);
            // Even and odd part of what is left beside the parabola through three of the points.
            double even = ((nearRight.Value - here.Value + (nearLeft.Value - here.Value)) - part * (right.Value - here.Value + (left.Value - here.Value))) / step;
            bool flat = right.Value == here.Value && left.Value == here.Value && nearRight.Value == here.Value && nearLeft.Value == here.Value;
            return new(step, near + (near - far) * part / (1 - part), 2 * Math.Abs(near - far) + Math.Abs(even) + rounding,
                (right.Value - here.Value + (left.Value - here.Value)) / step, rounding, right.Value - left.Value, flat);
        }
    }

    private readonly ImmutableArray<Scale> _scales;   // from coarse to fine
    private readonly int _best = -1;

    /// <param name="g">The function, and the sum of the absolute values of what it adds up.</param>
    /// <param name="x">The point.</param>
    /// <param name="epsilon">The relative distance of numbers.</param>
    public Magnified(Func<double, (double Value, double Size)> g, double x, double epsilon)
    {
        double magnitude = Math.Max(Math.Abs(x), 0.05), smallest = 64 * epsilon * magnitude;
        double step = Math.Pow(2, Math.Floor(Math.Log2(Math.Max(0.08, 2e3 * Math.Sqrt(epsilon)) * magnitude)));
        var here = g(x);
        var scales = ImmutableArray.CreateBuilder<Scale>();
        for (; step >= smallest; step /= 4)
            scales.Add(Scale.At(g, x, here, step, epsilon));
        _scales = scales.ToImmutable();
        bool isFlat = _scales.All(scale => scale.IsFlat || !scale.Speaks);
        foreach (int i in Enumerable.Range(0, _scales.Length).Where(i => _scales[i].Speaks && (isFlat || !_scales[i].IsFlat)).OrderBy(i => _scales[i].Error))
            if (!IsJump && !IsContradicted(i))
            {
                _best = i;
                break;
            }
        Kink = KinkHere();
        Difference = Kink is var (slope, bend, _) ? new(slope, _scales.Min(scale => scale.Error), slope - bend / 2, slope + bend / 2, true)
            : _best < 0 ? new(double.NaN, double.PositiveInfinity, double.NaN, double.NaN, false)
            : new(_scales[_best].Slope, _scales[_best].Error, _scales[_best].Slope, _scales[_best].Slope, false);
    }

    /// <summary>The derivative, or a kink's slopes.</summary>
    public Difference Difference { get; }

    /// <summary>The mean slope at a kink, the difference of the slopes, and how well they are known.</summary>
    public (double Slope, double Bend, double Error)? Kink { get; }

    /// <summary>The largest slope between the point and the coarsest steps.</summary>
    public double Nearby => _scales.Take(4).Where(scale => scale.Speaks).Select(scale => Math.Abs(scale.Slope) + Math.Abs(scale.Bend)).Append(0).Max();

    /// <summary>Does the function itself jump at x? Then it rises by the same at all fine steps.</summary>
    private bool IsJump => _scales is [.., var third, var second, var last]
        && Math.Abs(last.Rise) > 1e3 * last.Rounding * last.Step && Math.Abs(second.Rise - last.Rise) < 0.1 * Math.Abs(last.Rise) && Math.Abs(third.Rise - last.Rise) < 0.1 * Math.Abs(last.Rise);

    /// <summary>Do two finer scales in a row agree on something else, or show what is larger than all that this one does not resolve?</summary>
    private bool IsContradicted(int candidate)
    {
        for (int i = candidate + 1; i + 1 < _scales.Length; i++)
            if ((Differ(i, candidate) && Differ(i + 1, candidate) && !Differ(i, i + 1)) || (IsRougher(i) && IsRougher(i + 1)))
                return true;
        return false;

        bool IsRougher(int i) => _scales[i].Speaks && _scales[i].Error * _scales[i].Step > 8 * _scales[candidate].Error * _scales[candidate].Step;

        bool Differ(int i, int k) => _scales[i].Speaks && !_scales[i].IsFlat && Math.Abs(_scales[i].Slope - _scales[k].Slope) > Certain * (_scales[i].Error + _scales[k].Error);
    }

    /// <summary>Is a slope not the derivative, whatever the errors? The best scale says so and one beside it.</summary>
    public bool Refutes(double slope, double slack)
    {
        if (Kink is var (middle, bend, error))
            return !(Math.Abs(slope - middle) <= Math.Abs(bend) * 0.501 + Certain * error + slack);
        // An infinite slope is no slope only if finer steps do not give ever larger ones.
        if (double.IsInfinity(slope) && _best >= 0 && _scales.Skip(_best + 1).Any(scale => scale.Speaks && Math.Abs(scale.Slope) > 4 * Math.Abs(_scales[_best].Slope)))
            return false;
        return _best >= 0 && Excludes(_best) && ((_best > 0 && Excludes(_best - 1)) || (_best + 1 < _scales.Length && Excludes(_best + 1)));

        bool Excludes(int i) => _scales[i].Speaks && !(Math.Abs(slope - _scales[i].Slope) <= Certain * _scales[i].Error + slack);
    }

    /// <summary>Is a slope the derivative, as sharply as <paramref name="sharp"/> says?</summary>
    public bool Supports(double slope, double slack, double sharp) =>
        Kink is null && _best >= 0 && _scales[_best].Error <= sharp && Math.Abs(slope - _scales[_best].Slope) <= Certain * _scales[_best].Error + slack;

    /// <summary>A kink: at four steps in a row the slopes from the two sides differ by the same, and at no finer ones the difference is gone.</summary>
    private (double, double, double)? KinkHere()
    {
        Scale[] seen = [.. _scales.Where(scale => scale.Step >= NearestKink && scale.Speaks)];
        for (int last = seen.Length - 1; last >= 3; last--)
        {
            var (slope, bend) = (seen[last - 1].Slope, seen[last - 1].Bend);
            double spread = Enumerable.Range(last - 3, 4).Max(i => Math.Abs(seen[i].Bend - bend));
            bool isSame = spread <= 0.3 * Math.Abs(bend) && Math.Abs(bend) > 8 * seen[last].Rounding + 1e-6 * Math.Abs(slope);
            if (isSame && !Enumerable.Range(last + 1, seen.Length - last - 1).Any(i => IsGone(i, bend) && (i + 1 == seen.Length || IsGone(i + 1, bend))))
                return (slope, bend, 0.1 * spread + seen[last - 1].Rounding);
        }
        return null;

        bool IsGone(int i, double bend) => Math.Abs(seen[i].Bend) + seen[i].Rounding < 0.5 * Math.Abs(bend);
    }
}
