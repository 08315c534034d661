namespace Autodiff.Functional.Properties.Ops;

/// <summary>Says how two results differ, or null if they do not.</summary>
internal static class Near
{
    /// <summary>Equal up to a tolerance, or the same infinity or NaN.</summary>
    public static string? Numbers(string what, double expected, double actual, double tolerance) =>
        Math.Abs(expected - actual) <= tolerance || expected.Equals(actual) ? null : $"{what}: {expected:R} and {actual:R} differ by more than {tolerance:G3}";

    /// <summary>Types equal, elements too up to rounding errors; masks and integers exactly.</summary>
    public static string? Tensors(string what, Expr expected, Expr actual, double coarseness = 1)
    {
        if (expected.Type != actual.Type)
            return $"{what}: {expected.Type} and {actual.Type}";
        Tensor left = expected.Value, right = actual.Value;
        if (!expected.DType.IsFloating())
            return left.Equals(right) ? null : $"{what}: {left} and {right}";
        double scale = 1;
        for (int i = 0; i < left.Size; i++)
            scale = Math.Max(scale, double.IsFinite(left.ElementAsDouble(i)) ? Math.Abs(left.ElementAsDouble(i)) : 1);
        for (int i = 0; i < left.Size; i++)
            if (Numbers($"{what} at element {i}", left.ElementAsDouble(i), right.ElementAsDouble(i), 1e-13 * 1e2 * coarseness * scale) is { } wrong)
                return $"{wrong}\n{left}\n{right}";
        return null;
    }
}
