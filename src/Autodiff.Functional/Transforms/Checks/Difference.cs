using System.Globalization;

namespace Autodiff.Functional;

/// <summary>
/// A derivative by central differences at steps that shrink, extrapolated to step 0; the entry of the table with the smallest error estimate wins, so that the step suits the conditioning.
/// Ridders 1982, "Accurate computation of F′(x) and F′(x)F″(x)".
/// </summary>
/// <param name="Value">The derivative.</param>
/// <param name="Error">An estimate of its error, rounding included.</param>
/// <param name="Left">The slope from the left.</param>
/// <param name="Right">The slope from the right. It differs from the left one at a kink, by more than rounding explains.</param>
/// <param name="IsKink">Do they differ so?</param>
public readonly record struct Difference(double Value, double Error, double Left, double Right, bool IsKink)
{
    private const int Steps = 12;
    private const double Shrink = 2, FirstStep = 0.04, SmallestScale = 0.05;

    /// <summary>The derivative at <paramref name="x"/>.</summary>
    /// <param name="g">The function, and the sum of the absolute values of what it adds up, which rounding is relative to.</param>
    /// <param name="x">The point.</param>
    /// <param name="rounding">The relative rounding error of a value.</param>
    internal static Difference Of(Func<double, (double Value, double Size)> g, double x, double rounding)
    {
        var table = new double[Steps, Steps];
        var (here, size) = g(x);
        double step = FirstStep * Math.Max(Math.Abs(x), SmallestScale) * (rounding > 1e-10 ? 20 : 1);
        double bend = double.NaN, lastBend = double.NaN, noise = double.PositiveInfinity;
        var best = (Value: double.NaN, Error: double.PositiveInfinity);
        for (int i = 0; i < Steps; i++, step /= Shrink)
        {
            // The step that was taken is the one that x + step rounds to.
            double above = x + step, below = x - step;
            var (right, left) = (g(above).Value, g(below).Value);
            double roundingHere = rounding * size / step;
            table[0, i] = (right - left) / (above - below);
            // The difference of the one-sided slopes; it vanishes with the step unless there is a kink nearer than that. Below the noise it says nothing.
            if (double.IsFinite(right) && double.IsFinite(left) && (i < 2 || 8 * roundingHere < 1e-4 * (Math.Abs(table[0, i]) + Math.Abs(bend))))
                (lastBend, bend, noise) = (bend, (right - 2 * here + left) / step, 8 * roundingHere);
            double factor = Shrink * Shrink;
            for (int j = 1; j <= i; j++, factor *= Shrink * Shrink)
            {
                table[j, i] = (table[j - 1, i] * factor - table[j - 1, i - 1]) / (factor - 1);
                double error = roundingHere + Math.Max(Math.Abs(table[j, i] - table[j - 1, i]), Math.Abs(table[j, i] - table[j - 1, i - 1]));
                if (error < best.Error)
                    best = (table[j, i], error);
            }
        }
        double kink = (Shrink * bend - lastBend) / (Shrink - 1);
        bool isKink = Math.Abs(kink) > 10 * noise + 1e-3 * Math.Abs(best.Value) && Math.Abs(bend) > 0.7 * Math.Abs(lastBend);
        return new(best.Value, best.Error, best.Value - (isKink ? kink / 2 : 0), best.Value + (isKink ? kink / 2 : 0), isKink);
    }

    /// <summary>The value with its error, or the two slopes of a kink.</summary>
    public override string ToString() => IsKink ? string.Create(CultureInfo.InvariantCulture, $"{Left:G4} | {Right:G4}")
        : string.Create(CultureInfo.InvariantCulture, $"{Value:G7} ± {Error:0e+0}");
}
