using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.FsCheck;

/// <summary>Properties of the derivatives of a function: of parameters of any structure, with values of any structure.</summary>
/// <example><code>
/// GradientProperties.Agree&lt;Model, Expr>(Loss, Generate.Like(model)).QuickCheckThrowOnFailure();
/// </code></example>
public static class GradientProperties
{
    /// <summary>Reverse mode = forward mode = differences = dual numbers (<see cref="Ad.CheckGradients{P, R}(Func{P, R}, P, GradientChecks?, string)"/>). A counterexample shows the table. Kinks pass.</summary>
    /// <param name="f">The function.</param>
    /// <param name="at">Where: for instance <see cref="Generate.Like{P}"/>.</param>
    /// <param name="checks">How much is looked at, and what is tolerated.</param>
    public static Property Agree<P, R>(Func<P, R> f, Arbitrary<P> at, GradientChecks? checks = null) =>
        Prop.ForAll(at, (Action<P>)(p => Ad.CheckGradients(f, p, checks, "x").ThrowIfWrong()));

    /// <summary>The same of the first derivative's own: second order.</summary>
    /// <param name="f">A function with a scalar value.</param>
    /// <param name="at">Where.</param>
    /// <param name="checks">How much is looked at, and what is tolerated.</param>
    public static Property AgreeInSecondOrder<P>(Func<P, Expr> f, Arbitrary<P> at, GradientChecks? checks = null) => Agree(Ad.Grad(f), at, checks);
}

/// <summary>Properties of a model: a loss over its parameters.</summary>
public static class ModelProperties
{
    /// <summary>
    /// What training relies on, at parameters like the given ones: the loss is finite, derivatives agree in first and second order, and the gradient has the types of the parameters.
    /// </summary>
    /// <param name="loss">The loss.</param>
    /// <param name="model">Gives types and shapes.</param>
    /// <param name="on">Where the parameters are drawn; −2 … 2 if not given.</param>
    public static Property Trainable<P>(Func<P, Expr> loss, P model, Interval? on = null) => Prop.ForAll(Generate.Like(model, on), (Action<P>)(p =>
    {
        var (value, gradient) = Ad.ValueAndGrad(loss, p);
        if (!double.IsFinite((double)value))
            throw new DerivativeException("ModelProperties.Trainable", "a finite loss", $"{value}");
        foreach (var (leaf, slope) in Structure.Leaves(p, "model").Zip(Structure.Leaves(gradient, "model")))
            if (leaf.Node.Type != slope.Node.Type)
                throw new DerivativeException("ModelProperties.Trainable", $"a gradient of type {leaf.Node.Type} in {leaf.Path}", $"{slope.Node.Type}");
        Ad.CheckGradients(loss, p, name: "model").ThrowIfWrong();
        Ad.CheckGradients(Ad.Grad(loss), p, new() { Entries = 4 }, "model").ThrowIfWrong();
    }));
}
