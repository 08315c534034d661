using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>What holds of derivatives whatever the function: linearity, the chain rule, symmetry, and that the modes give one Jacobian.</summary>
public sealed class GradientLaws(ITestOutputHelper output)
{
    [Fact]
    public void The_gradient_is_linear() => Law.Holds(output, 300, Programs.Plain, p => // ∇(a·f + b·g) = a·∇f + b·∇g
    {
        Expr F(Expr[] x) => p.Loss(x);
        Expr G(Expr[] x) => Expr.Cos(x.Select(i => Expr.Sum(i * i)).Aggregate((a, b) => a + b));
        var (f, g) = (Ad.Grad<Expr[]>(F, p.At), Ad.Grad<Expr[]>(G, p.At));
        var both = Ad.Grad<Expr[]>(x => 3.0 * F(x) - 0.5 * G(x), p.At);
        return both.Select((h, i) => Close.Agree($"input {i}", h.Value, (3.0 * f[i] - 0.5 * g[i]).Value)).FirstOrDefault(wrong => wrong is not null);
    });

    [Fact]
    public void The_chain_rule() => Law.Holds(output, 300, Programs.Plain, p => // (h ∘ f)ᵀ = fᵀ ∘ hᵀ and (h ∘ f)′ = h′ ∘ f′
    {
        Expr H(Expr y) => Expr.Sin(y) * Expr.Sum(y);
        var (value, pullback) = Ad.Vjp<Expr[], Expr>(p.Run, p.At);
        var w = Directions.Of(p.Shape, 3);
        var composed = Ad.Vjp<Expr[], Expr>(x => H(p.Run(x)), p.At).Pullback(w);
        var oneByOne = pullback(Ad.Vjp(H, value).Pullback(w));
        var v = p.Tangents().Constants();
        var (middle, tangent) = Ad.Jvp<Expr[], Expr>(p.Run, p.At, v);
        return composed.Select((c, i) => Close.Agree($"reverse, input {i}", c.Value, oneByOne[i].Value)).FirstOrDefault(wrong => wrong is not null)
            ?? Close.Agree("forward", Ad.Jvp<Expr[], Expr>(x => H(p.Run(x)), p.At, v).Tangent.Value, Ad.Jvp(H, middle, tangent).Tangent.Value);
    });

    [Fact]
    public void The_Hessian_is_symmetric() => Law.Holds(output, 200, Programs.Small, p =>
    {
        if (!p.IsTame)
            return "";
        Expr[] rest = p.At[1..];
        var hessian = Ad.Hessian(x => p.Loss([x, .. rest]), p.At[0]);
        int size = p.Inputs[0].Size;
        var matrix = hessian.Reshape(size, size);
        var reverse = Ad.JacobianReverse(Ad.Grad(x => p.Loss([x, .. rest])), p.At[0]).Reshape(size, size);
        return Close.Agree("H = Hᵀ", matrix.Value, matrix.Transpose().Value) ?? Close.Agree("forward over reverse = reverse over reverse", matrix.Value, reverse.Value);
    });

    [Fact]
    public void The_Hessian_of_several_inputs_is_symmetric() => Law.Holds(output, 150, Programs.Small, p =>
    {
        if (!p.IsTame || p.Inputs.Length < 2)
            return "";
        var hessian = Ad.Hessian<(Expr A, Expr B)>(x => p.Loss([x.A, x.B, .. p.At[2..]]), (p.At[0], p.At[1]));
        int a = p.Inputs[0].Size, b = p.Inputs[1].Size;
        return Close.Agree("∂²/∂a∂b = ∂²/∂b∂a", hessian[x => x.A].B.Reshape(a, b).Value, hessian[x => x.B].A.Reshape(b, a).Transpose().Value);
    }, atMost: 0.6);

    [Fact]
    public void The_Jacobian_is_one_by_forward_and_reverse() => Law.Holds(output, 200, Programs.Small, p =>
    {
        Expr F(Expr x) => p.Run([x, .. p.At[1..]]);
        var (forward, reverse) = (Ad.JacobianForward(F, p.At[0]), Ad.JacobianReverse(F, p.At[0]));
        return Close.Agree("forward and reverse", forward.Value, reverse.Value)
            ?? Close.Agree("the one that is chosen", forward.Value, Ad.Jacobian(F, p.At[0]).Value)
            ?? Close.Agree("its product with a tangent", Expr.MatMul(forward.Reshape(p.Shape.Size, -1), Expr.Ravel(p.Tangents()[0])).Value,
                Expr.Ravel(Ad.Jvp(F, p.At[0], p.Tangents()[0]).Tangent).Value);
    });

    [Fact]
    public void Value_and_gradient_together_are_what_they_are_alone() => Law.Holds(output, 200, Programs.Plain, p =>
    {
        var (value, gradient) = Ad.ValueAndGrad<Expr[]>(p.Loss, p.At);
        // Of constants a norm is rounded before it is squared; traced, its square is Σ x².
        return Close.Agree("value", value.Value, p.TracedLoss().Evaluate(p.Inputs.AsSpan())[0], 0)
            ?? Close.Agree("value of constants", value.Value, p.Loss(p.At).Value)
            ?? gradient.Zip(Ad.Grad<Expr[]>(p.Loss)(p.At), (a, b) => Close.Agree("gradient", a.Value, b.Value, 0)).FirstOrDefault(wrong => wrong is not null);
    });
}
