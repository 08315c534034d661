using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Second derivatives of every op, along two directions: reverse over reverse = forward over reverse = finite differences of the first = nested dual
/// numbers. 20 random calls per op and law.
/// </summary>
public sealed class SecondOrderLaws
{
    public static TheoryData<string> All => EachOp.Names(op => true);
    public static TheoryData<string> OfValue => EachOp.Names(op => !op.Detached);
    public static TheoryData<string> Witnessed => EachOp.Names(op => !op.Detached && op.HasWitness);

    [Theory, MemberData(nameof(All))]
    public void Reverse_over_reverse_is_forward_over_reverse(string op) => EachOp.Holds(op, 20, point =>
    {
        if (!point.HasDerivative)
            return null;
        // The Hessian H of ⟨w, f⟩ is symmetric: the gradient of ⟨v, ∇⟩ is H·v, and so is the tangent of ∇ along v.
        var reverse = Ad.Grad<Expr[]>(point.Slope, point.At);
        var forward = Ad.Jvp<Expr[], Expr[]>(point.Gradient, point.At, point.V).Tangent;
        return reverse.Zip(forward, (a, b) => Near.Tensors("H·v", a, b, point.Coarseness)).FirstOrDefault(wrong => wrong is not null);
    });

    [Theory, MemberData(nameof(All))]
    public void Reverse_over_forward_is_forward_over_forward(string op) => EachOp.Holds(op, 20, point =>
    {
        if (!point.HasDerivative)
            return null;
        Expr Pushed(Expr[] at) => Expr.Cast(Expr.Sum(point.W * Ad.Jvp<Expr[], Expr>(point.F, at, point.V).Tangent), DType.Float64);
        double reverse = (double)Point.Inner(Ad.Grad<Expr[]>(Pushed, point.At), point.U);
        double forward = (double)Ad.Jvp<Expr[], Expr>(Pushed, point.At, point.U).Tangent;
        return Near.Numbers("⟨u, H·v⟩", reverse, forward, 1e-11 * point.Coarseness * (1 + Math.Abs(reverse)));
    });

    [Theory, MemberData(nameof(OfValue))]
    public void Second_derivatives_are_the_limits_of_differences_of_first_ones(string op) => EachOp.Holds(op, 20, point =>
    {
        if (!point.HasDerivative)
            return null;
        var estimate = FiniteDifferences.Derivative(point.Along(point.Slope, point.U), point.Coarseness);
        return !estimate.IsSharp ? null : Near.Numbers("finite differences and ⟨u, H·v⟩", estimate.Value, Second(point), 10 * estimate.Error + 1e-9 * (1 + Math.Abs(estimate.Value)));
    });

    [Theory, MemberData(nameof(Witnessed))]
    public void Nested_dual_numbers_bear_witness(string op) => EachOp.Holds(op, 20, point =>
    {
        if (!point.HasDerivative)
            return null;
        double nested = (double)Expr.Sum(Expr.Cast(point.W, DType.Float64) * Witness.Second(point.Trace(point.F), point.At, point.V, point.U));
        return Near.Numbers("nested duals and ⟨u, H·v⟩", nested, Second(point), 1e-10 * point.Coarseness * (1 + Math.Abs(nested)));
    });

    private static double Second(Point point) => (double)Point.Inner(Ad.Grad<Expr[]>(point.Slope, point.At), point.U);
}
