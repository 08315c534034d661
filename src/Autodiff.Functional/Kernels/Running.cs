using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Kernels;

/// <summary>
/// A running sum, with what rounding loses kept beside it (Ogita, Rump, Oishi 2005, "Accurate sum and dot product"): its error does not grow with the
/// number of terms until that nears 2⁵², also where the terms are of single precision.
/// </summary>
internal struct Running(double first)
{
    private double _sum = first, _lost;

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
}
