using System.Globalization;

namespace Autodiff.Functional.Properties;

/// <summary>Comparisons that know rounding: null where two values agree, else what differs.</summary>
internal static class Close
{
    /// <summary>Agreement within rounding, relative to the larger of the values and <paramref name="scale"/>.</summary>
    public static string? Agree(string what, Tensor left, Tensor right, double tolerance = 1e-9, double scale = 1)
    {
        if (left.Shape != right.Shape)
            return $"{what}: the shapes are {left.Shape} and {right.Shape}";
        double[] a = left.ToArray<double>(), b = right.ToArray<double>();
        for (int i = 0; i < a.Length; i++)
            scale = Math.Max(scale, Math.Max(Finite(a[i]), Finite(b[i])));
        for (int i = 0; i < a.Length; i++)
            if (!(Math.Abs(a[i] - b[i]) <= tolerance * scale) && !(double.IsNaN(a[i]) && double.IsNaN(b[i])) && a[i] != b[i])
                return string.Create(CultureInfo.InvariantCulture, $"{what}: entry {i} is {a[i]:R} and {b[i]:R}");
        return null;

        static double Finite(double x) => double.IsFinite(x) ? Math.Abs(x) : 0;
    }

    /// <summary>Agreement of numbers.</summary>
    public static string? Agree(string what, double left, double right, double tolerance = 1e-9, double scale = 1) =>
        Agree(what, Tensor.Scalar(left), Tensor.Scalar(right), tolerance, scale);
}
