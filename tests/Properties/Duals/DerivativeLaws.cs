using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using D = Autodiff.Functional.Dual<Autodiff.Functional.Dual<Autodiff.Functional.Dual<double>>>;

namespace Autodiff.Functional.Properties.Duals;

/// <summary>Every smooth function: value and derivatives to the third order agree with Cauchy's integral formula.</summary>
public sealed class DerivativeLaws
{
    sealed record OneArgument(Func<D, D> Dual, Func<Complex, Complex> Complex, (double From, double To) Domain);
    sealed record TwoArguments(Func<D, D, D> Dual, Func<Complex, Complex, Complex> Complex, (double From, double To) X, (double From, double To) Y);

    static readonly (double, double) Everywhere = (-3, 3), Positive = (0.25, 4), UnitInterval = (-0.75, 0.75), FirstBranch = (-1.25, 1.25);
    static readonly (double, double) AboveOne = (1.25, 4), AboveMinusOne = (-0.75, 3), QuarterTurn = (-0.25, 0.25);

    static readonly Dictionary<string, OneArgument> Functions = new()
    {
        ["reciprocal"] = new(x => 1 / x, z => 1 / z, Positive),
        ["square"] = new(x => x * x, z => z * z, Everywhere),
        ["Exp"] = new(D.Exp, Complex.Exp, Everywhere),
        ["Exp2"] = new(D.Exp2, z => Complex.Pow(2, z), Everywhere),
        ["Exp10"] = new(D.Exp10, z => Complex.Pow(10, z), Everywhere),
        ["ExpM1"] = new(D.ExpM1, z => Complex.Exp(z) - 1, Everywhere),
        ["Exp2M1"] = new(D.Exp2M1, z => Complex.Pow(2, z) - 1, Everywhere),
        ["Exp10M1"] = new(D.Exp10M1, z => Complex.Pow(10, z) - 1, Everywhere),
        ["Log"] = new(D.Log, Complex.Log, Positive),
        ["Log2"] = new(D.Log2, z => Complex.Log(z) / Math.Log(2), Positive),
        ["Log10"] = new(D.Log10, Complex.Log10, Positive),
        ["LogP1"] = new(D.LogP1, z => Complex.Log(1 + z), AboveMinusOne),
        ["Log2P1"] = new(D.Log2P1, z => Complex.Log(1 + z) / Math.Log(2), AboveMinusOne),
        ["Log10P1"] = new(D.Log10P1, z => Complex.Log10(1 + z), AboveMinusOne),
        ["Sqrt"] = new(D.Sqrt, Complex.Sqrt, Positive),
        ["Cbrt"] = new(D.Cbrt, z => Complex.Pow(z, 1.0 / 3), Positive),
        ["Cbrt of negative"] = new(x => D.Cbrt(-x), z => -Complex.Pow(z, 1.0 / 3), Positive),
        ["RootN 5"] = new(x => D.RootN(x, 5), z => Complex.Pow(z, 0.2), Positive),
        ["RootN -3 of negative"] = new(x => D.RootN(-x, -3), z => -Complex.Pow(z, -1.0 / 3), Positive),
        ["Pow 3"] = new(x => D.Pow(x, 3), z => z * z * z, Everywhere),
        ["Pow -2 of negative"] = new(x => D.Pow(-x, -2), z => 1 / (z * z), Positive),
        ["Pow 2.5"] = new(x => D.Pow(x, 2.5), z => Complex.Pow(z, 2.5), Positive),
        ["2 to the power"] = new(x => D.Pow(D.CreateChecked(2), x), z => Complex.Pow(2, z), Everywhere),
        ["Sin"] = new(D.Sin, Complex.Sin, Everywhere),
        ["Cos"] = new(D.Cos, Complex.Cos, Everywhere),
        ["SinCos"] = new(x => D.SinCos(x) is var (sin, cos) ? sin * cos : x, z => Complex.Sin(2 * z) / 2, Everywhere),
        ["Tan"] = new(D.Tan, Complex.Tan, FirstBranch),
        ["SinPi"] = new(D.SinPi, z => Complex.Sin(Math.PI * z), Everywhere),
        ["CosPi"] = new(D.CosPi, z => Complex.Cos(Math.PI * z), Everywhere),
        ["SinCosPi"] = new(x => D.SinCosPi(x) is var (sin, cos) ? sin * cos : x, z => Complex.Sin(2 * Math.PI * z) / 2, Everywhere),
        ["TanPi"] = new(D.TanPi, z => Complex.Tan(Math.PI * z), QuarterTurn),
        ["Asin"] = new(D.Asin, Complex.Asin, UnitInterval),
        ["Acos"] = new(D.Acos, Complex.Acos, UnitInterval),
        ["Atan"] = new(D.Atan, Atan, Everywhere),
        ["AsinPi"] = new(D.AsinPi, z => Complex.Asin(z) / Math.PI, UnitInterval),
        ["AcosPi"] = new(D.AcosPi, z => Complex.Acos(z) / Math.PI, UnitInterval),
        ["AtanPi"] = new(D.AtanPi, z => Atan(z) / Math.PI, Everywhere),
        ["Sinh"] = new(D.Sinh, Complex.Sinh, Everywhere),
        ["Cosh"] = new(D.Cosh, Complex.Cosh, Everywhere),
        ["Tanh"] = new(D.Tanh, Complex.Tanh, Everywhere),
        ["Asinh"] = new(D.Asinh, z => Complex.Log(z + Complex.Sqrt(z * z + 1)), Everywhere),
        ["Acosh"] = new(D.Acosh, z => Complex.Log(z + Complex.Sqrt(z - 1) * Complex.Sqrt(z + 1)), AboveOne),
        ["Atanh"] = new(D.Atanh, z => (Complex.Log(1 + z) - Complex.Log(1 - z)) / 2, UnitInterval),
        ["ReciprocalEstimate"] = new(Default.Reciprocal, z => 1 / z, Positive),
        ["ReciprocalSqrtEstimate"] = new(Default.ReciprocalSqrt, z => 1 / Complex.Sqrt(z), Positive),
        ["DegreesToRadians"] = new(Default.Radians, z => z * Math.PI / 180, Everywhere),
        ["ScaleB"] = new(x => D.ScaleB(x * x, 3), z => 8 * z * z, Everywhere),
        ["softplus, smooth"] = new(x => D.LogP1(D.Exp(x)), z => Complex.Log(1 + Complex.Exp(z)), UnitInterval),
        ["Sigmoid of Number"] = new(x => Number<D>.Sigmoid(new(x)).Value, z => 1 / (1 + Complex.Exp(-z)), UnitInterval),
    };

    static readonly Dictionary<string, TwoArguments> FunctionsOfTwo = new()
    {
        ["+"] = new((x, y) => x + y, (x, y) => x + y, Everywhere, Everywhere),
        ["-"] = new((x, y) => x - y, (x, y) => x - y, Everywhere, Everywhere),
        ["*"] = new((x, y) => x * y, (x, y) => x * y, Everywhere, Everywhere),
        ["/"] = new((x, y) => x / y, (x, y) => x / y, Everywhere, Positive),
        ["Pow"] = new(D.Pow, Complex.Pow, Positive, Everywhere),
        ["Log to a base"] = new(D.Log, (x, b) => Complex.Log(x) / Complex.Log(b), Positive, AboveOne),
        ["Hypot"] = new(D.Hypot, (x, y) => Complex.Sqrt(x * x + y * y), (0.5, 3), (-0.2, 0.2)),
        ["Atan2, right half plane"] = new(D.Atan2, Atan2, UnitInterval, AboveOne),
        ["Atan2, upper half plane"] = new((x, y) => D.Atan2(y, x), (x, y) => Atan2(y, x), UnitInterval, AboveOne),
        ["Atan2, left half plane"] = new((y, x) => D.Atan2(y, -x), (y, x) => Math.PI - Atan2(y, x), (0.25, 0.75), AboveOne),
        ["Atan2Pi"] = new(D.Atan2Pi, (y, x) => Atan2(y, x) / Math.PI, UnitInterval, AboveOne),
        ["FusedMultiplyAdd"] = new((x, y) => D.FusedMultiplyAdd(x, y, x / y), (x, y) => x * y + x / y, Everywhere, Positive),
        ["MultiplyAddEstimate"] = new((x, y) => Default.MultiplyAdd(x, y, x), (x, y) => x * y + x, Everywhere, Everywhere),
        ["Lerp"] = new((x, y) => Default.Lerp(x, y, x), (x, y) => x * (1 - x) + y * x, Everywhere, Everywhere),
        ["%"] = new((x, y) => (7 + x) % y, (x, y) => 7 + x - 3 * y, (-0.25, 0.25), (2, 2.25)),
        ["% of negative"] = new((x, y) => (x - 7) % y, (x, y) => x - 7 + 3 * y, (-0.25, 0.25), (2, 2.25)),
        ["Ieee754Remainder"] = new((x, y) => D.Ieee754Remainder(8 + x, y), (x, y) => 8 + x - 4 * y, (-0.25, 0.25), (2, 2.125)),
    };

    public static TheoryData<string> Names => [.. Functions.Keys];
    public static TheoryData<string> NamesOfTwo => [.. FunctionsOfTwo.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Three_derivatives_are_right(string name)
    {
        var (dual, complex, domain) = Functions[name];
        Check.QuickThrowOnFailure(Prop.ForAll(Given.Fractions(), at => Agree(dual, complex, at.In(domain))));
    }

    [Theory, MemberData(nameof(NamesOfTwo))]
    public void Three_derivatives_are_right_in_every_direction(string name)
    {
        var (dual, complex, xs, ys) = FunctionsOfTwo[name];
        Check.QuickThrowOnFailure(Prop.ForAll(Given.Fractions(), Given.Fractions(), Given.Fractions(), (x, y, turn) =>
        {
            var (x0, y0) = (x.In(xs), y.In(ys));
            var (dy, dx) = Math.SinCos(2 * Math.PI * turn.Value);
            Agree(s => dual(s * dx + x0, s * dy + y0), s => complex(s * dx + x0, s * dy + y0), 0);
        }));
    }

    static void Agree(Func<D, D> dual, Func<Complex, Complex> complex, double x)
    {
        var found = Nested.Derivatives(dual, x);
        var expected = Cauchy.Derivatives(complex, x);
        for (var order = 0; order < 4; order++)
            Assert.True(
                Math.Abs(found[order] - expected[order].Value) <= expected[order].Tolerance,
                $"order {order} at {x:R}: dual {found[order]:R}, Cauchy {expected[order].Value:R}");
    }

    static Complex Atan(Complex z) => (Complex.Log(1 + Complex.ImaginaryOne * z) - Complex.Log(1 - Complex.ImaginaryOne * z)) / (2 * Complex.ImaginaryOne);
    static Complex Atan2(Complex y, Complex x) => -Complex.ImaginaryOne * Complex.Log((x + Complex.ImaginaryOne * y) / Complex.Sqrt(x * x + y * y));
}

/// <summary>Functions that generic math itself composes of ours.</summary>
static class Default
{
    public static T Reciprocal<T>(T x) where T : IFloatingPointIeee754<T> => T.ReciprocalEstimate(x);
    public static T ReciprocalSqrt<T>(T x) where T : IFloatingPointIeee754<T> => T.ReciprocalSqrtEstimate(x);
    public static T Radians<T>(T x) where T : IFloatingPointIeee754<T> => T.DegreesToRadians(x);
    public static T Lerp<T>(T x, T y, T amount) where T : IFloatingPointIeee754<T> => T.Lerp(x, y, amount);
    public static T MultiplyAdd<T>(T x, T y, T z) where T : IFloatingPointIeee754<T> => T.MultiplyAddEstimate(x, y, z);
}
