namespace Autodiff.Functional.Kernels;

/// <summary>A <c>double</c> with the elementary functions; an array of one may be read as an array of the other.</summary>
internal readonly record struct Real64(double Value) : IMasked<Real64, Bit>
{
    public static Real64 Literal(double value) => new(value);

    public static Real64 operator +(Real64 x, Real64 y) => new(x.Value + y.Value);
    public static Real64 operator -(Real64 x, Real64 y) => new(x.Value - y.Value);
    public static Real64 operator *(Real64 x, Real64 y) => new(x.Value * y.Value);
    public static Real64 operator /(Real64 x, Real64 y) => new(x.Value / y.Value);
    public static Real64 operator %(Real64 x, Real64 y) => new(x.Value % y.Value);
    public static Real64 operator -(Real64 x) => new(-x.Value);

    public static Real64 IfLess(Real64 a, Real64 b, Real64 yes, Real64 no) => a.Value < b.Value ? yes : no;
    public static Real64 IfEqual(Real64 a, Real64 b, Real64 yes, Real64 no) => a.Value == b.Value ? yes : no;

    public static Real64 Choose(Bit mask, Real64 yes, Real64 no) => mask.Value ? yes : no;
    public static Bit Holds<TQuestion>(Real64 x, Real64 y) where TQuestion : struct, IPredicate => new(TQuestion.Select(x, y, new(1), new(0)).Value != 0);

    public static Real64 Maximum(Real64 x, Real64 y) => new(Math.Max(x.Value, y.Value));
    public static Real64 Minimum(Real64 x, Real64 y) => new(Math.Min(x.Value, y.Value));
    public static Real64 Abs(Real64 x) => new(Math.Abs(x.Value));
    public static Real64 CopySign(Real64 x, Real64 y) => new(Math.CopySign(x.Value, y.Value));
    public static Real64 Floor(Real64 x) => new(Math.Floor(x.Value));
    public static Real64 Ceiling(Real64 x) => new(Math.Ceiling(x.Value));
    public static Real64 Round(Real64 x) => new(Math.Round(x.Value, MidpointRounding.ToEven));
    public static Real64 Truncate(Real64 x) => new(Math.Truncate(x.Value));

    public static Real64 Sqrt(Real64 x) => new(Math.Sqrt(x.Value));
    public static Real64 Cbrt(Real64 x) => new(ScalarMath.Cbrt(x.Value));
    public static Real64 Exp(Real64 x) => new(Math.Exp(x.Value));
    public static Real64 Exp2(Real64 x) => new(ScalarMath.Exp2(x.Value));
    public static Real64 Expm1(Real64 x) => new(ScalarMath.Expm1(x.Value));
    public static Real64 Log(Real64 x) => new(Math.Log(x.Value));
    public static Real64 Log2(Real64 x) => new(Math.Log2(x.Value));
    public static Real64 Log10(Real64 x) => new(Math.Log10(x.Value));
    public static Real64 Log1p(Real64 x) => new(ScalarMath.Log1p(x.Value));
    public static Real64 Pow(Real64 x, Real64 y) => new(Math.Pow(x.Value, y.Value));
    public static Real64 Sigmoid(Real64 x) => new(ScalarMath.Sigmoid(x.Value));

    public static Real64 Sin(Real64 x) => new(Math.Sin(x.Value));
    public static Real64 Cos(Real64 x) => new(Math.Cos(x.Value));
    public static Real64 Tan(Real64 x) => new(Math.Tan(x.Value));
    public static Real64 Asin(Real64 x) => new(Math.Asin(x.Value));
    public static Real64 Acos(Real64 x) => new(Math.Acos(x.Value));
    public static Real64 Atan(Real64 x) => new(Math.Atan(x.Value));
    public static Real64 Atan2(Real64 y, Real64 x) => new(Math.Atan2(y.Value, x.Value));
    public static Real64 Sinh(Real64 x) => new(Math.Sinh(x.Value));
    public static Real64 Cosh(Real64 x) => new(Math.Cosh(x.Value));
    public static Real64 Tanh(Real64 x) => new(Math.Tanh(x.Value));
    public static Real64 Asinh(Real64 x) => new(Math.Asinh(x.Value));
    public static Real64 Acosh(Real64 x) => new(Math.Acosh(x.Value));
    public static Real64 Atanh(Real64 x) => new(Math.Atanh(x.Value));

    public static Real64 Special<TFunction>(Real64 x) where TFunction : struct, ISpecial => new(TFunction.Evaluate(x.Value));
    public static Real64 Special<TFunction>(Real64 x, Real64 y) where TFunction : struct, ISpecialBinary => new(TFunction.Evaluate(x.Value, y.Value));
}
