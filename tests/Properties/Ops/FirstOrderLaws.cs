using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>First derivatives of every op: reverse = forward = finite differences = dual numbers. 40 random calls per op and law.</summary>
public sealed class FirstOrderLaws
{
    public static TheoryData<string> All => EachOp.Names(op => true);
    public static TheoryData<string> OfValue => EachOp.Names(op => !op.Detached);
    public static TheoryData<string> Witnessed => EachOp.Names(op => !op.Detached && op.HasWitness);
    public static TheoryData<string> WithoutWitness => EachOp.Names(op => !op.HasWitness);

    [Theory, MemberData(nameof(All))]
    public void Reverse_mode_is_the_transpose_of_forward_mode(string op) => EachOp.Holds(op, 40, point =>
    {
        if (!point.HasDerivative)
            return null;
        var tangent = Ad.Jvp<Expr[], Expr>(point.F, point.At, point.V).Tangent;
        var gradient = point.Gradient(point.At);
        double left = (double)Expr.Sum(point.W * tangent), right = (double)Point.Inner(gradient, point.V);
        return Near.Numbers("⟨w, Jv⟩ and ⟨Jᵀw, v⟩", left, right, 1e-12 * point.Coarseness * (1 + (double)Expr.Sum(Expr.Abs(point.W * tangent))))
            ?? gradient.Zip(point.At, (g, x) => g.Type == x.Type ? null : $"a gradient of type {g.Type} for an input of type {x.Type}").FirstOrDefault(wrong => wrong is not null);
    });

    [Theory, MemberData(nameof(All))]
    public void Jacobians_by_both_modes_are_the_same_matrix(string op) => EachOp.Holds(op, 15, point =>
    {
        for (int i = 0; i < point.At.Length && point.HasDerivative; i++)
        {
            int input = i;
            Expr[] at = [.. point.At];
            Expr Of(Expr x)
            {
                Expr[] inputs = [.. at];
                inputs[input] = x;
                return point.F(inputs);
            }
            if (Near.Tensors($"the Jacobian in input {i}, forward and reverse", Ad.JacobianForward(Of, at[i]), Ad.JacobianReverse(Of, at[i]), point.Coarseness) is { } wrong)
                return wrong;
        }
        return null;
    });

    /// <summary>Where only part of the value is used, its cotangent has a support; guarding by it must not lose a contribution.</summary>
    [Theory, MemberData(nameof(All))]
    public void Supports_lose_nothing(string op) => EachOp.Holds(op, 20, point =>
    {
        if (!point.HasDerivative)
            return null;
        Expr mask = point.Random.NextMask(point.Value.Shape);
        // The product has a slope that varies, so it is guarded.
        var partial = Ad.Grad<Expr[]>(at => Expr.Sum(Expr.Where(mask, point.W * point.F([.. at.Select(x => x * Expr.OnesLike(x))]), 0)), point.At);
        var whole = Ad.Vjp<Expr[], Expr>(point.F, point.At).Pullback(Expr.Where(mask, point.W, 0));
        return whole.Zip(partial, (a, b) => Near.Tensors("Jᵀw, and by a part of the value", a, b, point.Coarseness)).FirstOrDefault(wrong => wrong is not null);
    });

    [Theory, MemberData(nameof(OfValue))]
    public void Derivatives_are_the_limits_of_differences(string op)
    {
        int tried = 0, sharp = 0;
        EachOp.Holds(op, 40, point =>
        {
            if (!point.HasDerivative)
                return null;
            var estimate = FiniteDifferences.Derivative(point.Along(point.Weighted, point.V), point.Coarseness);
            tried++;
            sharp += estimate.IsSharp ? 1 : 0;
            return !estimate.IsSharp ? null : Near.Numbers("finite differences and ⟨Jᵀw, v⟩", estimate.Value, (double)point.Slope(point.At), 10 * estimate.Error + 1e-9 * (1 + Math.Abs(estimate.Value)));
        });
        Assert.True(2 * sharp >= tried, $"Only {sharp} of {tried} differences were sharp enough to tell anything.");
    }

    [Theory, MemberData(nameof(Witnessed))]
    public void Dual_numbers_bear_witness(string op) => EachOp.Holds(op, 40, point =>
    {
        if (!point.HasDerivative)
            return null;
        var (value, tangent) = Witness.First(point.Trace(point.F), point.At, point.V);
        return Near.Tensors("the value and that over duals", Expr.Cast(point.Value, DType.Float64), value, point.Coarseness)
            ?? Near.Tensors("Jv and that by duals", Expr.Cast(Ad.Jvp<Expr[], Expr>(point.F, point.At, point.V).Tangent, DType.Float64), tangent, point.Coarseness);
    });

    /// <summary>Those that say they have no witness say so when asked as well.</summary>
    [Theory, MemberData(nameof(WithoutWitness))]
    public void Ops_without_a_witness_say_so(string op) => EachOp.Holds(op, 5, point =>
        !point.HasDerivative || point.Value.Shape.Size == 0 || Throws(() => Witness.First(point.Trace(point.F), point.At, point.V)) ? null
        : "It can be evaluated over dual numbers; let its entry say so.");

    private static bool Throws(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (NotSupportedException)
        {
            return true;
        }
    }
}
