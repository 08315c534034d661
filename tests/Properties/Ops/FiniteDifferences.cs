namespace Autodiff.Functional.Properties.Ops;

/// <summary>A derivative with an estimate of its error.</summary>
internal readonly record struct Estimate(double Value, double Error)
{
    /// <summary>Is the estimate good enough to tell a right derivative from a wrong one?</summary>
    public bool IsSharp => Error <= 1e-3 * (1 + Math.Abs(Value));
}

/// <summary>
/// Central differences at steps that shrink, extrapolated to step 0; the entry of the table with the smallest error estimate wins, so that the step suits
/// the conditioning. Ridders 1982, "Accurate computation of F′(x) and F′(x)F″(x)".
/// </summary>
internal static class FiniteDifferences
{
    private const double FirstStep = 0.04, NearerStep = 0.004, Shrink = 1.6;
    private const int Steps = 9;

    /// <param name="g">The function.</param>
    /// <param name="coarseness">How many times double precision's rounding error a value of <paramref name="g"/> carries.</param>
    public static Estimate Derivative(Func<double, double> g, double coarseness = 1)
    {
        // A kink among the steps can bend the extrapolation and its error estimate alike; from nearer by it looks different.
        var (far, near) = (Derivative(g, coarseness, FirstStep), Derivative(g, coarseness, NearerStep));
        var best = far.Error <= near.Error ? far : near;
        return best with { Error = best.Error + Math.Max(0, Math.Abs(far.Value - near.Value) - far.Error - near.Error) };
    }

    private static Estimate Derivative(Func<double, double> g, double coarseness, double firstStep)
    {
        var table = new double[Steps, Steps];
        double step = firstStep, largest = 0, here = g(0), bend = 0, lastBend = 0;
        var best = new Estimate(double.NaN, double.PositiveInfinity);
        for (int i = 0; i < Steps; i++, step /= Shrink)
        {
            double right = g(step), left = g(-step);
            largest = Math.Max(largest, Math.Max(Math.Abs(right), Math.Abs(left)));
            table[0, i] = (right - left) / (2 * step);
            (lastBend, bend) = (bend, (right - 2 * here + left) / step);
            double factor = Shrink * Shrink;
            for (int j = 1; j <= i; j++, factor *= Shrink * Shrink)
            {
                table[j, i] = (table[j - 1, i] * factor - table[j - 1, i - 1]) / (factor - 1);
                double rounding = 1e-15 * coarseness * largest / step;
                double error = rounding + Math.Max(Math.Abs(table[j, i] - table[j - 1, i]), Math.Abs(table[j, i] - table[j - 1, i - 1]));
                if (error < best.Error)
                    best = new(table[j, i], error);
            }
        }
        // The difference of the one-sided slopes vanishes with the step, unless there is a kink nearer than the last step: then central differences
        // settle on the mean of the two sides, and only this shows it.
        double kink = Math.Abs((Shrink * bend - lastBend) / (Shrink - 1));
        return best with { Error = best.Error + kink };
    }
}
