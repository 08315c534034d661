namespace Autodiff.Functional.Benchmarks.Models;

/// <summary>When two numbers count as the same.</summary>
public static class Agreement
{
    /// <summary>What to say when a number is not the expected one within a relative tolerance; null when it is.</summary>
    public static string? Fault(string what, double actual, double expected, double tolerance) =>
        Math.Abs(actual - expected) <= tolerance * Math.Max(1e-300, Math.Abs(expected)) ? null
        : $"{what} is {actual:R}, not {expected:R} within {tolerance:G1}";

    /// <summary>The same for all of several numbers: each within the tolerance of the largest.</summary>
    public static string? Fault(string what, ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        if (actual.Length < expected.Length)
            return $"{what} has {actual.Length} entries, not {expected.Length}";
        double scale = 0;
        foreach (double value in expected)
            scale = Math.Max(scale, Math.Abs(value));
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance * scale))
                return $"{what}[{i}] is {actual[i]:R}, not {expected[i]:R} within {tolerance:G1} of the largest";
        return null;
    }

    /// <summary>The Euclidean norm.</summary>
    public static double Norm(ReadOnlySpan<double> entries) => Math.Sqrt(SumOfSquares(entries));

    /// <summary>By halves, so that millions of terms lose no digits.</summary>
    public static double SumOfSquares(ReadOnlySpan<double> entries)
    {
        if (entries.Length > 128)
            return SumOfSquares(entries[..(entries.Length / 2)]) + SumOfSquares(entries[(entries.Length / 2)..]);
        double sum = 0;
        foreach (double entry in entries)
            sum += entry * entry;
        return sum;
    }

    /// <summary>A derivative by central differences, extrapolated once (Richardson 1911): its error is of fourth order in the step.</summary>
    public static double Difference(Func<double, double> f, double step = 1e-3)
    {
        double coarse = (f(step) - f(-step)) / (2 * step), fine = (f(step / 2) - f(-step / 2)) / step;
        return (4 * fine - coarse) / 3;
    }
}
