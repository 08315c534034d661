namespace Autodiff.Functional.Kernels;

/// <summary>What a function costs, about, in additions: the function itself says it, when it is asked for costs instead of numbers.</summary>
internal readonly record struct Cost(int Additions) : IElementary<Cost>
{
    private const int Division = 4, Function = 20, Scalars = 50;

    /// <summary>Is it a few machine instructions, not even a division?</summary>
    public bool IsArithmetic => Additions < Division;

    /// <summary>Is it a function that is computed by a series, or more?</summary>
    public bool IsFunction => Additions >= Function;

    private Cost Then(int more) => new(Additions + more);

    public static Cost Literal(double value) => default;

    public static Cost operator +(Cost x, Cost y) => x.Then(y.Additions + 1);
    public static Cost operator -(Cost x, Cost y) => x + y;
    public static Cost operator *(Cost x, Cost y) => x + y;
    public static Cost operator /(Cost x, Cost y) => x.Then(y.Additions + Division);
    public static Cost operator %(Cost x, Cost y) => x.Then(y.Additions + Scalars);
    public static Cost operator -(Cost x) => x.Then(1);

    public static Cost IfLess(Cost a, Cost b, Cost yes, Cost no) => a + b + yes + no;
    public static Cost IfEqual(Cost a, Cost b, Cost yes, Cost no) => a + b + yes + no;
    public static Cost Maximum(Cost x, Cost y) => x + y;
    public static Cost Minimum(Cost x, Cost y) => x + y;
    public static Cost CopySign(Cost x, Cost y) => x + y;
    public static Cost Abs(Cost x) => x.Then(1);
    public static Cost Floor(Cost x) => x.Then(1);
    public static Cost Ceiling(Cost x) => x.Then(1);
    public static Cost Round(Cost x) => x.Then(1);
    public static Cost Truncate(Cost x) => x.Then(1);
    public static Cost Sqrt(Cost x) => x.Then(Division);

    public static Cost Cbrt(Cost x) => x.Then(Function);
    public static Cost Exp(Cost x) => x.Then(Function);
    public static Cost Exp2(Cost x) => x.Then(Function);
    public static Cost Expm1(Cost x) => x.Then(Function);
    public static Cost Log(Cost x) => x.Then(Function);
    public static Cost Log2(Cost x) => x.Then(Function);
    public static Cost Log10(Cost x) => x.Then(Function);
    public static Cost Log1p(Cost x) => x.Then(Function);
    public static Cost Sigmoid(Cost x) => x.Then(Function);
    public static Cost Sin(Cost x) => x.Then(Function);
    public static Cost Cos(Cost x) => x.Then(Function);
    public static Cost Tan(Cost x) => x.Then(Function);
    public static Cost Asin(Cost x) => x.Then(Function);
    public static Cost Acos(Cost x) => x.Then(Function);
    public static Cost Atan(Cost x) => x.Then(Function);
    public static Cost Sinh(Cost x) => x.Then(Function);
    public static Cost Cosh(Cost x) => x.Then(Function);
    public static Cost Tanh(Cost x) => x.Then(Function);
    public static Cost TanhTail(Cost x) => x.Then(Function);
    public static Cost TanhFrom(Cost x, Cost tail) => x.Then(tail.Additions + Function);
    public static Cost Asinh(Cost x) => x.Then(Function);
    public static Cost Acosh(Cost x) => x.Then(Function);
    public static Cost Atanh(Cost x) => x.Then(Function);
    public static Cost Pow(Cost x, Cost y) => x.Then(y.Additions + 2 * Function);
    public static Cost Atan2(Cost y, Cost x) => x.Then(y.Additions + Function);
    public static Cost Special<TFunction>(Cost x) where TFunction : struct, ISpecial => x.Then(Scalars);
    public static Cost Special<TFunction>(Cost x, Cost y) where TFunction : struct, ISpecialBinary => x.Then(y.Additions + Scalars);
}
