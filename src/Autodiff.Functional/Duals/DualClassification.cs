using System.Numerics;

namespace Autodiff.Functional;

// Constants, what kind of number it is, and its bits: all of them the primal's.
public readonly partial struct Dual<T>
{
    /// <inheritdoc/>
    public static Dual<T> Zero => T.Zero;
    /// <inheritdoc/>
    public static Dual<T> One => T.One;
    /// <inheritdoc/>
    public static Dual<T> NegativeOne => T.NegativeOne;
    /// <inheritdoc/>
    public static Dual<T> E => T.E;
    /// <inheritdoc/>
    public static Dual<T> Pi => T.Pi;
    /// <inheritdoc/>
    public static Dual<T> Tau => T.Tau;
    /// <inheritdoc/>
    public static Dual<T> Epsilon => T.Epsilon;
    /// <inheritdoc/>
    public static Dual<T> NaN => T.NaN;
    /// <inheritdoc/>
    public static Dual<T> NegativeInfinity => T.NegativeInfinity;
    /// <inheritdoc/>
    public static Dual<T> NegativeZero => T.NegativeZero;
    /// <inheritdoc/>
    public static Dual<T> PositiveInfinity => T.PositiveInfinity;

    static int INumberBase<Dual<T>>.Radix => T.Radix;
    static Dual<T> IAdditiveIdentity<Dual<T>, Dual<T>>.AdditiveIdentity => Zero;
    static Dual<T> IMultiplicativeIdentity<Dual<T>, Dual<T>>.MultiplicativeIdentity => One;

    /// <inheritdoc/>
    public static bool IsEvenInteger(Dual<T> value) => T.IsEvenInteger(value.Primal);
    /// <inheritdoc/>
    public static bool IsFinite(Dual<T> value) => T.IsFinite(value.Primal);
    /// <inheritdoc/>
    public static bool IsInfinity(Dual<T> value) => T.IsInfinity(value.Primal);
    /// <inheritdoc/>
    public static bool IsInteger(Dual<T> value) => T.IsInteger(value.Primal);
    /// <inheritdoc/>
    public static bool IsNaN(Dual<T> value) => T.IsNaN(value.Primal);
    /// <inheritdoc/>
    public static bool IsNegative(Dual<T> value) => T.IsNegative(value.Primal);
    /// <inheritdoc/>
    public static bool IsNegativeInfinity(Dual<T> value) => T.IsNegativeInfinity(value.Primal);
    /// <inheritdoc/>
    public static bool IsNormal(Dual<T> value) => T.IsNormal(value.Primal);
    /// <inheritdoc/>
    public static bool IsOddInteger(Dual<T> value) => T.IsOddInteger(value.Primal);
    /// <inheritdoc/>
    public static bool IsPositive(Dual<T> value) => T.IsPositive(value.Primal);
    /// <inheritdoc/>
    public static bool IsPositiveInfinity(Dual<T> value) => T.IsPositiveInfinity(value.Primal);
    /// <inheritdoc/>
    public static bool IsRealNumber(Dual<T> value) => T.IsRealNumber(value.Primal);
    /// <inheritdoc/>
    public static bool IsSubnormal(Dual<T> value) => T.IsSubnormal(value.Primal);
    /// <inheritdoc/>
    public static bool IsZero(Dual<T> value) => T.IsZero(value.Primal);

    static bool INumberBase<Dual<T>>.IsCanonical(Dual<T> value) => T.IsCanonical(value.Primal);
    static bool INumberBase<Dual<T>>.IsComplexNumber(Dual<T> value) => T.IsComplexNumber(value.Primal);
    static bool INumberBase<Dual<T>>.IsImaginaryNumber(Dual<T> value) => T.IsImaginaryNumber(value.Primal);

    /// <summary>The next larger number, a constant away: the tangent stays.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> BitIncrement(Dual<T> x) => new(T.BitIncrement(x.Primal), x.Tangent);
    /// <summary>The next smaller number, a constant away: the tangent stays.</summary>
    /// <param name="x">x.</param>
    public static Dual<T> BitDecrement(Dual<T> x) => new(T.BitDecrement(x.Primal), x.Tangent);
    /// <inheritdoc/>
    public static int ILogB(Dual<T> x) => T.ILogB(x.Primal);
    /// <inheritdoc/>
    public static Dual<T> ScaleB(Dual<T> x, int n) => new(T.ScaleB(x.Primal, n), T.ScaleB(x.Tangent, n));

    int IFloatingPoint<Dual<T>>.GetExponentByteCount() => Primal.GetExponentByteCount();
    int IFloatingPoint<Dual<T>>.GetExponentShortestBitLength() => Primal.GetExponentShortestBitLength();
    int IFloatingPoint<Dual<T>>.GetSignificandBitLength() => Primal.GetSignificandBitLength();
    int IFloatingPoint<Dual<T>>.GetSignificandByteCount() => Primal.GetSignificandByteCount();
    bool IFloatingPoint<Dual<T>>.TryWriteExponentBigEndian(Span<byte> destination, out int bytesWritten) =>
        Primal.TryWriteExponentBigEndian(destination, out bytesWritten);
    bool IFloatingPoint<Dual<T>>.TryWriteExponentLittleEndian(Span<byte> destination, out int bytesWritten) =>
        Primal.TryWriteExponentLittleEndian(destination, out bytesWritten);
    bool IFloatingPoint<Dual<T>>.TryWriteSignificandBigEndian(Span<byte> destination, out int bytesWritten) =>
        Primal.TryWriteSignificandBigEndian(destination, out bytesWritten);
    bool IFloatingPoint<Dual<T>>.TryWriteSignificandLittleEndian(Span<byte> destination, out int bytesWritten) =>
        Primal.TryWriteSignificandLittleEndian(destination, out bytesWritten);
}
