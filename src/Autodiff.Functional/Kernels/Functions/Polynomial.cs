namespace Autodiff.Functional.Kernels;

/// <summary>Polynomials, lowest power first.</summary>
internal static class Polynomial
{
    public static double At(ReadOnlySpan<double> coefficients, double x)
    {
        double sum = coefficients[^1];
        for (int i = coefficients.Length - 2; i >= 0; i--) sum = Math.FusedMultiplyAdd(sum, x, coefficients[i]);
        return sum;
    }
}
