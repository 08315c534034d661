using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>A function that is missing is told when it is given, not when the transform's result is called.</summary>
public sealed class MissingFunctionTests
{
    private static readonly Func<Expr, Expr> s_node = null!;
    private static readonly Func<(Expr, Expr), Expr> s_pair = null!;

    public static TheoryData<string, Action> Calls { get; } = new()
    {
        { "Grad", () => Ad.Grad(s_node) },
        { "Grad of a pair", () => Ad.Grad(s_pair) },
        { "ValueAndGrad", () => Ad.ValueAndGrad(s_node) },
        { "ValueAndGrad of a pair", () => Ad.ValueAndGrad(s_pair) },
        { "Jacobian", () => Ad.Jacobian(s_node) },
        { "Jacobian of a pair", () => Ad.Jacobian(s_pair) },
        { "Hessian", () => Ad.Hessian(s_node) },
        { "Hessian of a pair", () => Ad.Hessian(s_pair) },
        { "Vmap", () => Ad.Vmap(s_node) },
        { "Vmap of a pair", () => Ad.Vmap(s_pair) },
        { "Grad at a point", () => Ad.Grad(s_node, 1.0) },
        { "Jvp", () => Ad.Jvp(s_node, 1.0, 1.0) },
        { "Vjp", () => Ad.Vjp(s_node, 1.0) },
        { "Linearize", () => Ad.Linearize(s_node, 1.0) },
        { "HessianVectorProduct", () => Ad.HessianVectorProduct(s_node, 1.0, 1.0) },
        { "Checkpoint", () => Ad.Checkpoint(s_node) },
        { "CustomJvp", () => Ad.CustomJvp((Func<Expr, Expr, (Expr, Expr)>)null!) },
        { "Cond", () => Ad.Cond(Expr.Scalar(1.0) > 0, s_node, x => x, 1.0) },
        { "Switch", () => Ad.Switch(0, (Func<Expr, Expr>[])[x => x, null!], 1.0) },
        { "Scan", () => Ad.Scan((Func<Expr, Expr, (Expr, Expr)>)null!, 1.0, Expr.Arange(3)) },
        { "ForLoop", () => Ad.ForLoop(3, (Func<Expr, Expr, Expr>)null!, 1.0) },
        { "While", () => Ad.While(null!, s_node, 1.0) },
        { "Fix", () => Ad.Fix(s_node, 1.0) },
        { "Root", () => Ad.Root(s_node, 1.0) },
        { "CheckGradients", () => Ad.CheckGradients(s_node, 1.0) },
    };

    [Theory, MemberData(nameof(Calls))]
    public void Is_an_error_at_once(string call, Action give) => Assert.False(string.IsNullOrEmpty(Assert.Throws<ArgumentNullException>(give).ParamName), call);

    [Fact]
    public void A_function_that_gives_null_is_told_so() =>
        Assert.Contains("Grad: expected an Expr; got null", Assert.Throws<ArgumentNullException>(() => Ad.Grad(x => (Expr)null!, 1.0)).Message, StringComparison.Ordinal);
}
