using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// A running sum, with what rounding loses kept beside it (Ogita, Rump, Oishi 2005, "Accurate sum and dot product"): its error does not grow with the
/// number of terms until that nears 2⁵², also where the terms are of single precision.
/// </summary>
internal struct Running(double first, double lost = 0)
{
    private double _sum = first, _lost = lost;

    /// <summary>The sum without what rounding lost.</summary>
    public readonly double Sum => _sum;

    /// <summary>What rounding lost.</summary>
    public readonly double Lost => _lost;

    /// <summary>The sum, rounded once. Where it is infinite or NaN, what was lost means nothing, and adding 0 could change the sign of −0.</summary>
    public readonly double Value => _lost != 0 && double.IsFinite(_lost) ? _sum + _lost : _sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double x)
    {
        double sum = _sum + x, back = sum - _sum;
        _lost += (_sum - (sum - back)) + (x - back);
        _sum = sum;
    }

    /// <summary>The sum times <paramref name="factor"/>, plus <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MultiplyAdd(double factor, double x)
    {
        double product = factor * _sum, rest = Math.FusedMultiplyAdd(factor, _sum, -product);
        _sum = product;
        _lost = factor * _lost + rest;
        Add(x);
    }

    /// <summary>The same for several sums side by side: each times its factor, plus its x; their values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MultiplyAdd(ref Vector256<double> sums, ref Vector256<double> lost, Vector256<double> factors, Vector256<double> x)
    {
        Vector256<double> products = factors * sums;
        lost = factors * lost + Vector256.FusedMultiplyAdd(factors, sums, -products);
        sums = products;
        return Add(ref sums, ref lost, x);
    }

    /// <summary>The same for several sums side by side: each plus its x; their values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(ref Vector256<double> sums, ref Vector256<double> lost, Vector256<double> x)
    {
        Vector256<double> next = sums + x, back = next - sums;
        lost += (sums - (next - back)) + (x - back);
        sums = next;
        return Vector256.ConditionalSelect(Vector256.Equals(lost - lost, Vector256<double>.Zero) & ~Vector256.Equals(lost, Vector256<double>.Zero), next + lost, next);
    }
}
