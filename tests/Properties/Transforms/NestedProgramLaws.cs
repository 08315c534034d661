using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>grad, jvp, vjp, linearize, vmap, checkpoint, cond and scan inside one another to depth three, closing over outer values: the same as dual numbers nested as deep, in loops.</summary>
public sealed class NestedProgramLaws(ITestOutputHelper output)
{
    [Fact]
    public void The_value_is_that_of_nested_duals() => Law.Holds(output, 500, Programs.Nested, p =>
        !p.IsTame ? "" : Close.Agree("value", p.Run(p.At).Value, Witness.Value(p, p.Inputs, Level.Real), 1e-8));

    [Fact]
    public void The_value_does_not_depend_on_what_is_traced() => Law.Holds(output, 300, Programs.Nested, p =>
        !p.IsTame ? "" : Close.Agree("computed at once, and traced then evaluated", p.Run(p.At).Value, p.Traced().Evaluate([.. p.Inputs])[0], 1e-8));

    [Fact]
    public void Its_gradient_is_that_of_nested_duals() => Law.Holds(output, 250, Programs.Nested, p =>
        !p.IsTame ? "" : Ad.Grad<Expr[]>(p.Loss, p.At).Select((gradient, i) =>
            Close.Agree($"gradient in input {i}", gradient.Value, Witness.Gradient(p, p.Inputs, i, Level.Real), 1e-7)).FirstOrDefault(wrong => wrong is not null));

    [Fact]
    public void Its_forward_derivative_is_that_of_nested_duals() => Law.Holds(output, 250, Programs.Nested, p =>
        !p.IsTame ? "" : Close.Agree("tangent", Ad.Jvp<Expr[], Expr>(p.Run, p.At, p.Tangents().Constants()).Tangent.Value,
            Witness.Pushforward(p, p.Inputs, p.Tangents(), Level.Real), 1e-7));
}
