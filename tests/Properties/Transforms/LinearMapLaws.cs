using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>Linear maps that are made once and applied often are the derivatives that forward mode gives each time.</summary>
public sealed class LinearMapLaws(ITestOutputHelper output)
{
    [Fact]
    public void Linearize_is_jvp() => Law.Holds(output, 400, Programs.Plain, p =>
    {
        var (value, pushforward) = Ad.Linearize<Expr[], Expr>(p.Run, p.At);
        return Close.Agree("the value", value.Value, p.Run(p.At).Value) ?? Enumerable.Range(1, 2).Select(seed =>
        {
            var tangent = p.Tangents(seed).Constants();
            return Close.Agree($"tangent {seed}", pushforward(tangent).Value, Ad.Jvp<Expr[], Expr>(p.Run, p.At, tangent).Tangent.Value);
        }).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void A_pushforward_is_its_own_derivative() => Law.Holds(output, 200, Programs.Plain, p =>   // it is linear
    {
        var pushforward = Ad.Linearize<Expr[], Expr>(p.Run, p.At).Pushforward;
        Expr[] u = p.Tangents(1).Constants(), v = p.Tangents(2).Constants();
        return Close.Agree("D(J·)(u)·v = J·v", Ad.Jvp<Expr[], Expr>(pushforward, u, v).Tangent.Value, pushforward(v).Value);
    });

    [Fact]
    public void A_Hessian_times_a_vector_is_the_gradient_of_the_slope_along_it() => Law.Holds(output, 250, Programs.Plain, p =>
    {
        if (!p.IsTame)
            return "";
        var v = p.Tangents();
        var product = Ad.HessianVectorProduct<Expr[]>(p.Loss, p.At, v.Constants());
        var gradient = Ad.Grad<Expr[]>(x => Ad.Jvp<Expr[], Expr>(p.Loss, x, v.Constants()).Tangent, p.At);
        double scale = 1 + Math.Abs((double)p.Loss(p.At)) + Ad.Grad<Expr[]>(p.Loss, p.At).Sum(g => g.Value.ToArray<double>().Sum(Math.Abs));
        return product.Zip(gradient, (a, b) => Close.Agree("H·v", a.Value, b.Value, scale: scale)).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void The_primal_is_not_evaluated_again()
    {
        var (_, pushforward) = Ad.Linearize(x => Expr.Exp(Expr.Sin(x)), 0.5);
        var tangent = Expr.Variable("t", Shape.Scalar);
        var ops = KahnOrder.From(pushforward(tangent)).Select(visit => visit.Op.Name);
        Assert.DoesNotContain("Exp", ops);
        Assert.DoesNotContain("Cos", ops);
        Assert.True(ops.Count() <= 5, string.Join(" ", ops));
    }
}
