using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Autodiff.Functional;

/// <summary>
/// The transforms: each takes a pure function and returns a function, and they nest in any order. Parameters are nodes, or tuples and arrays of nodes,
/// nested. A function may close over anything, also over what an outer transform differentiates.
/// </summary>
/// <example><code>
/// Func&lt;Expr, Expr> derivative = Ad.Grad(x => Expr.Sin(x) * x);
/// Console.WriteLine((double)derivative(0.5));                         // 0.9182168195493894
/// Console.WriteLine((double)Ad.Grad(Ad.Grad(x => x * x * x), 2.0));   // 12
/// </code></example>
public static class Ad
{
    // ---- of a graph that is at hand ----

    /// <summary>The gradient of a value with respect to every node that it depends on, variables among them.</summary>
    /// <exception cref="ShapeException">The loss has more than one element.</exception>
    /// <exception cref="DTypeException">The loss is not floating-point.</exception>
    public static GradientMap Gradients(Expr loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Transform.RequireScalar("Gradients", loss);
        var order = KahnOrder.DependentOnVariables(loss);
        return order.Count == 0 ? GradientMap.Empty
            : ReverseMode.Fold(order, GradientMap.Seed(order, [Expr.Ones(loss.Shape, loss.DType)]), visit => visit.Inputs, visit => visit.Node);
    }

    // ---- reverse mode ----

    /// <summary>The gradient of a function with a scalar value: a function that gives, in the parameters' structure, the derivative in each.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, P> Grad<P>(Func<P, Expr> f) => at => Grad(f, at);

    /// <summary>The gradient of a scalar function of one node.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Grad(Func<Expr, Expr> f) => at => Grad(f, at);

    /// <summary>The gradient at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P Grad<P>(Func<P, Expr> f, P at) => Transform.ValueAndGrad("Grad", f, at, Structure.Of<P>("Grad")).Gradient;

    /// <summary>The gradient of a scalar function of one node, at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr Grad(Func<Expr, Expr> f, Expr at) => Transform.ValueAndGrad("Grad", f, at, Structure.Node).Gradient;

    /// <summary>Value and gradient together, at the cost of the gradient.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, (Expr Value, P Gradient)> ValueAndGrad<P>(Func<P, Expr> f) => at => ValueAndGrad(f, at);

    /// <summary>Value and gradient of a scalar function of one node.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, (Expr Value, Expr Gradient)> ValueAndGrad(Func<Expr, Expr> f) => at => ValueAndGrad(f, at);

    /// <summary>Value and gradient at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (Expr Value, P Gradient) ValueAndGrad<P>(Func<P, Expr> f, P at) => Transform.ValueAndGrad("ValueAndGrad", f, at, Structure.Of<P>("ValueAndGrad"));

    /// <summary>Value and gradient of a scalar function of one node, at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Expr Gradient) ValueAndGrad(Func<Expr, Expr> f, Expr at) => Transform.ValueAndGrad("ValueAndGrad", f, at, Structure.Node);

    /// <summary>The value at a point, and the pullback there: from a cotangent of the value to the parameters' cotangents.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (R Value, Func<R, P> Pullback) Vjp<P, R>(Func<P, R> f, P at) => Transform.Vjp(f, at, Structure.Of<P>("Vjp"), Structure.Of<R>("Vjp"));

    /// <summary>The value of a function of one node at a point, and the pullback there.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Func<Expr, Expr> Pullback) Vjp(Func<Expr, Expr> f, Expr at) => Transform.Vjp(f, at, Structure.Node, Structure.Node);

    // ---- forward mode ----

    /// <summary>The value at a point, and its directional derivative along a tangent (the pushforward).</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (R Value, R Tangent) Jvp<P, R>(Func<P, R> f, P at, P tangent) => Transform.Jvp(f, at, tangent, Structure.Of<P>("Jvp"), Structure.Of<R>("Jvp"));

    /// <summary>The value of a function of one node at a point, and its directional derivative along a tangent.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Expr Tangent) Jvp(Func<Expr, Expr> f, Expr at, Expr tangent) => Transform.Jvp(f, at, tangent, Structure.Node, Structure.Node);

    // ---- matrices of derivatives ----

    /// <summary>The Jacobian: for each parameter a node whose shape is the value's, then the parameter's.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, P> Jacobian<P>(Func<P, Expr> f) => at => Jacobian(f, at);

    /// <summary>The Jacobian of a function of one node: its shape is the value's, then the parameter's.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Jacobian(Func<Expr, Expr> f) => at => Jacobian(f, at);

    /// <summary>The Jacobian at a point, by forward or reverse mode, whichever has fewer passes.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P Jacobian<P>(Func<P, Expr> f, P at) => Transform.Jacobian("Jacobian", f, at, Structure.Of<P>("Jacobian"), Structure.Node).Single();

    /// <summary>The Jacobian of a function of one node at a point, by forward or reverse mode, whichever has fewer passes.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr Jacobian(Func<Expr, Expr> f, Expr at) => Transform.Jacobian("Jacobian", f, at, Structure.Node, Structure.Node).Single();

    /// <summary>The Jacobian of a function with several values, at a point: indexed by a value, it gives that value's derivative in each parameter.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Jacobian<P, R> Jacobian<P, R>(Func<P, R> f, P at) => Transform.Jacobian("Jacobian", f, at, Structure.Of<P>("Jacobian"), Structure.Of<R>("Jacobian"));

    /// <summary>The Jacobian of a function of one node at a point by forward mode: one pass over all parameter entries, batched.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr JacobianForward(Func<Expr, Expr> f, Expr at) => Transform.Jacobian("JacobianForward", f, at, Structure.Node, Structure.Node, forward: true).Single();

    /// <summary>The Jacobian of a function of one node at a point by reverse mode: one pass over all value entries, batched.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr JacobianReverse(Func<Expr, Expr> f, Expr at) => Transform.Jacobian("JacobianReverse", f, at, Structure.Node, Structure.Node, forward: false).Single();

    /// <summary>The Hessian of a scalar function: its Jacobian's Jacobian. Indexed by a parameter, it gives that row of blocks: <c>h[p => p.Item1].Item2</c>.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, Jacobian<P, P>> Hessian<P>(Func<P, Expr> f) => at => Hessian(f, at);

    /// <summary>The Hessian of a scalar function of one node: its shape is the parameter's twice.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Hessian(Func<Expr, Expr> f) => at => Hessian(f, at);

    /// <summary>The Hessian at a point, forward over reverse.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters are not nodes, or tuples and arrays of them.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Jacobian<P, P> Hessian<P>(Func<P, Expr> f, P at)
    {
        var structure = Structure.Of<P>("Hessian");
        return Transform.Jacobian("Hessian", p => Transform.ValueAndGrad("Hessian", f, p, structure).Gradient, at, structure, structure, forward: true);
    }

    /// <summary>The Hessian of a scalar function of one node at a point, forward over reverse.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters are not nodes, or tuples and arrays of them.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr Hessian(Func<Expr, Expr> f, Expr at) =>
        Transform.Jacobian("Hessian", x => Transform.ValueAndGrad("Hessian", f, x, Structure.Node).Gradient, at, Structure.Node, Structure.Node, forward: true).Single();
}
