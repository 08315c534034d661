using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional;

/// <summary>
/// The transforms: each takes a pure function and returns a function, and they nest in any order. Parameters are nodes, or any immutable structure of them:
/// records, tuples, collections, nested (see <see cref="Structure"/>). A function may close over anything, also over what an outer transform differentiates.
/// </summary>
/// <example><code>
/// Func&lt;Expr, Expr> derivative = Ad.Grad(x => Expr.Sin(x) * x);
/// Console.WriteLine((double)derivative(0.5));                         // 0.9182168195493894
/// Console.WriteLine((double)Ad.Grad(Ad.Grad(x => x * x * x), 2.0));   // 12
/// </code></example>
public static partial class Ad
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
            : ReverseMode.Fold(order, GradientMap.Seed(order, [Expr.Ones(loss.Shape, loss.DType)]));
    }

    // ---- reverse mode ----

    /// <summary>The gradient of a function with a scalar value: a function that gives, in the parameters' structure, the derivative in each.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, P> Grad<P>(Func<P, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Grad(f, at);

    /// <summary>The gradient of a scalar function of one node.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Grad(Func<Expr, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Grad(f, at);

    /// <summary>The gradient at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P Grad<P>(Func<P, Expr> f, P at) => Transform.ValueAndGrad("Grad", f, at, Structure.Of<P>(), GradientRoutes.All).Gradient;

    /// <summary>The gradient of a scalar function of one node, at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr Grad(Func<Expr, Expr> f, Expr at) => Transform.ValueAndGrad("Grad", f, at, Structure.Node, GradientRoutes.All).Gradient;

    /// <summary>Value and gradient together, at the cost of the gradient.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, (Expr Value, P Gradient)> ValueAndGrad<P>(Func<P, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => ValueAndGrad(f, at);

    /// <summary>Value and gradient of a scalar function of one node.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, (Expr Value, Expr Gradient)> ValueAndGrad(Func<Expr, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => ValueAndGrad(f, at);

    /// <summary>Value and gradient at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (Expr Value, P Gradient) ValueAndGrad<P>(Func<P, Expr> f, P at) => Transform.ValueAndGrad("ValueAndGrad", f, at, Structure.Of<P>(), GradientRoutes.All);

    /// <summary>Value and gradient of a scalar function of one node, at a point.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Expr Gradient) ValueAndGrad(Func<Expr, Expr> f, Expr at) => Transform.ValueAndGrad("ValueAndGrad", f, at, Structure.Node, GradientRoutes.All);

    /// <summary>The value at a point, and the pullback there: from a cotangent of the value to the parameters' cotangents.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (R Value, Func<R, P> Pullback) Vjp<P, R>(Func<P, R> f, P at) => Transform.Vjp(f, at, Structure.Of<P>(), Structure.Of<R>());

    /// <summary>The value of a function of one node at a point, and the pullback there.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Func<Expr, Expr> Pullback) Vjp(Func<Expr, Expr> f, Expr at) => Transform.Vjp(f, at, Structure.Node, Structure.Node);

    // ---- reverse mode: by a given structure, of a part of the parameters, with something beside the value ----

    /// <summary>The gradient at a point, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static P Grad<P>(Func<P, Expr> f, P at, Structure<P> structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        return Transform.ValueAndGrad("Grad", f, at, structure, GradientRoutes.All).Gradient;
    }

    /// <summary>Value and gradient at a point, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static (Expr Value, P Gradient) ValueAndGrad<P>(Func<P, Expr> f, P at, Structure<P> structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        return Transform.ValueAndGrad("ValueAndGrad", f, at, structure, GradientRoutes.All);
    }

    /// <summary>The gradient with respect to a part of the parameters, in that part's structure; the others are constants.</summary>
    /// <param name="f">A function with a scalar value.</param>
    /// <param name="at">The point.</param>
    /// <param name="of">Picks the part: a member, or a tuple of several.</param>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    /// <exception cref="ForeignVariableException">The selector gives something else than parts of the parameters.</exception>
    /// <example><code>
    /// var dModel = Ad.Grad(Loss, (model, images, labels), of: p => p.model);   // the labels may be integers
    /// </code></example>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Q Grad<P, Q>(Func<P, Expr> f, P at, Func<P, Q> of) => Transform.ValueAndGrad("Grad", f, at, of, Structure.Of<P>(), Structure.Of<Q>(), GradientRoutes.All).Gradient;

    /// <summary>Value and gradient with respect to a part of the parameters, in that part's structure; the others are constants.</summary>
    /// <param name="f">A function with a scalar value.</param>
    /// <param name="at">The point.</param>
    /// <param name="of">Picks the part: a member, or a tuple of several.</param>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    /// <exception cref="ForeignVariableException">The selector gives something else than parts of the parameters.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (Expr Value, Q Gradient) ValueAndGrad<P, Q>(Func<P, Expr> f, P at, Func<P, Q> of) =>
        Transform.ValueAndGrad("ValueAndGrad", f, at, of, Structure.Of<P>(), Structure.Of<Q>(), GradientRoutes.All);

    /// <summary>The gradient of a function that gives something beside its value: statistics, a new state, any structure.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (P Gradient, A Auxiliary) GradWithAuxiliary<P, A>(Func<P, (Expr Value, A Auxiliary)> f, P at) =>
        Transform.ValueAndGradWithAuxiliary("GradWithAuxiliary", f, at, Structure.Of<P>(), Structure.Of<A>(), GradientRoutes.All) is var (_, auxiliary, gradient) ? (gradient, auxiliary) : default;

    /// <summary>Value and gradient of a function that gives something beside its value: statistics, a new state, any structure.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (Expr Value, A Auxiliary, P Gradient) ValueAndGradWithAuxiliary<P, A>(Func<P, (Expr Value, A Auxiliary)> f, P at) =>
        Transform.ValueAndGradWithAuxiliary("ValueAndGradWithAuxiliary", f, at, Structure.Of<P>(), Structure.Of<A>(), GradientRoutes.All);

    /// <summary>The value and the pullback, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    public static (R Value, Func<R, P> Pullback) Vjp<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Transform.Vjp(f, at, inputs, outputs);
    }

    // ---- forward mode ----

    /// <summary>The value and its directional derivative, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    public static (R Value, R Tangent) Jvp<P, R>(Func<P, R> f, P at, P tangent, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Transform.Jvp("Jvp", f, at, tangent, inputs, outputs);
    }

    /// <summary>
    /// The value at a point, and the function's linear map there: from a tangent to the directional derivative along it. The function is evaluated once, and so is all
    /// that does not depend on the tangent; applying the map many times repeats only what is linear in it.
    /// </summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (R Value, Func<P, R> Pushforward) Linearize<P, R>(Func<P, R> f, P at) => Transform.Linearize(f, at, Structure.Of<P>(), Structure.Of<R>());

    /// <summary>The value and the linear map at a point, for parameters and values of given structures: without reflection.</summary>
    /// <exception cref="ShapeException">A tangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    public static (R Value, Func<P, R> Pushforward) Linearize<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        return Transform.Linearize(f, at, inputs, outputs);
    }

    /// <summary>The value of a function of one node at a point, and its linear map there.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Func<Expr, Expr> Pushforward) Linearize(Func<Expr, Expr> f, Expr at) => Transform.Linearize(f, at, Structure.Node, Structure.Node);

    /// <summary>The value at a point, and its directional derivative along a tangent (the pushforward).</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static (R Value, R Tangent) Jvp<P, R>(Func<P, R> f, P at, P tangent) => Transform.Jvp("Jvp", f, at, tangent, Structure.Of<P>(), Structure.Of<R>());

    /// <summary>The value of a function of one node at a point, and its directional derivative along a tangent.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [OverloadResolutionPriority(1)]
    public static (Expr Value, Expr Tangent) Jvp(Func<Expr, Expr> f, Expr at, Expr tangent) => Transform.Jvp("Jvp", f, at, tangent, Structure.Node, Structure.Node);

    // ---- matrices of derivatives ----

    /// <summary>The Jacobian: for each parameter a node whose shape is the value's, then the parameter's.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, P> Jacobian<P>(Func<P, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Jacobian(f, at);

    /// <summary>The Jacobian of a function of one node: its shape is the value's, then the parameter's.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Jacobian(Func<Expr, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Jacobian(f, at);

    /// <summary>The Jacobian at a point, by forward or reverse mode, whichever has fewer passes.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P Jacobian<P>(Func<P, Expr> f, P at) => Transform.Jacobian("Jacobian", f, at, Structure.Of<P>(), Structure.Node).Single();

    /// <summary>The Jacobian of a function of one node at a point, by forward or reverse mode, whichever has fewer passes.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr Jacobian(Func<Expr, Expr> f, Expr at) => Transform.Jacobian("Jacobian", f, at, Structure.Node, Structure.Node).Single();

    /// <summary>The Jacobian of a function with several values, at a point: indexed by a value, it gives that value's derivative in each parameter.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Jacobian<P, R> Jacobian<P, R>(Func<P, R> f, P at) => Transform.Jacobian("Jacobian", f, at, Structure.Of<P>(), Structure.Of<R>());

    /// <summary>The Jacobian of a function of one node at a point by forward mode: one pass over all parameter entries, batched.</summary>
    /// <remarks>
    /// A direction that does not move an argument has a tangent of 0 there, and an infinite slope makes NaN of it (0·∞), in the value's other derivatives as well: that of x / y at (1e200, 1e−200) is
    /// (NaN, −∞) here and (1e200, −∞) in reverse mode. Use <see cref="JacobianReverse(Func{Expr, Expr}, Expr)"/> where slopes overflow.
    /// </remarks>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr JacobianForward(Func<Expr, Expr> f, Expr at) => Transform.Jacobian("JacobianForward", f, at, Structure.Node, Structure.Node, forward: true).Single();

    /// <summary>The Jacobian of a function of one node at a point by reverse mode: one pass over all value entries, batched.</summary>
    /// <exception cref="ShapeException">A tangent or cotangent does not have the shape of what it belongs to.</exception>
    /// <exception cref="DTypeException">A parameter or a value is not floating-point.</exception>
    /// <exception cref="StructureException">Parameters or values hold no node, can't be taken apart, or a direction differs in structure.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr JacobianReverse(Func<Expr, Expr> f, Expr at) => Transform.Jacobian("JacobianReverse", f, at, Structure.Node, Structure.Node, forward: false).Single();

    /// <summary>The Hessian of a scalar function: its Jacobian's Jacobian. Indexed by a parameter, it gives that row of blocks: <c>h[p => p.Item1].Item2</c>.</summary>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Func<P, Jacobian<P, P>> Hessian<P>(Func<P, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Hessian(f, at);

    /// <summary>The Hessian of a scalar function of one node: its shape is the parameter's twice.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Expr, Expr> Hessian(Func<Expr, Expr> f) => f is null ? throw new ArgumentNullException(nameof(f)) : at => Hessian(f, at);

    /// <summary>The Hessian at a point, forward over reverse.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static Jacobian<P, P> Hessian<P>(Func<P, Expr> f, P at) => Hessian(f, at, Structure.Of<P>());

    /// <summary>The Hessian at a point, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static Jacobian<P, P> Hessian<P>(Func<P, Expr> f, P at, Structure<P> structure)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(structure);
        return Transform.Jacobian("Hessian", p => Transform.ValueAndGrad("Hessian", f, p, structure, GradientRoutes.All).Gradient, at, structure, structure, forward: true);
    }

    /// <summary>The Hessian of a scalar function of one node at a point, forward over reverse.</summary>
    /// <remarks>
    /// A second derivative that is infinite makes NaN in its row of those that are finite (0·∞ in forward mode), so that the Hessian need not be symmetric there. The Jacobian of the gradient
    /// by <see cref="JacobianReverse(Func{Expr, Expr}, Expr)"/> keeps the finite ones.
    /// </remarks>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr Hessian(Func<Expr, Expr> f, Expr at) =>
        Transform.Jacobian("Hessian", x => Transform.ValueAndGrad("Hessian", f, x, Structure.Node, GradientRoutes.All).Gradient, at, Structure.Node, Structure.Node, forward: true).Single();

    /// <summary>The Hessian of a scalar function times a vector, in the parameters' structure: forward over reverse, at the cost of a few gradients and without the Hessian.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [RequiresDynamicCode(Structure.Reflective), RequiresUnreferencedCode(Structure.Reflective)]
    public static P HessianVectorProduct<P>(Func<P, Expr> f, P at, P vector) => HessianVectorProduct(f, at, vector, Structure.Of<P>());

    /// <summary>The Hessian of a scalar function times a vector, for parameters of a given structure: without reflection.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    public static P HessianVectorProduct<P>(Func<P, Expr> f, P at, P vector, Structure<P> structure)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(structure);
        return Transform.Jvp("HessianVectorProduct", p => Transform.ValueAndGrad("HessianVectorProduct", f, p, structure, GradientRoutes.All).Gradient, at, vector, structure, structure).Tangent;
    }

    /// <summary>The Hessian of a scalar function of one node times a vector, which has the parameter's shape.</summary>
    /// <exception cref="ShapeException">The function's value has more than one element.</exception>
    /// <exception cref="DTypeException">A parameter or the value is not floating-point.</exception>
    /// <exception cref="StructureException">The parameters hold no node, or can't be taken apart.</exception>
    [OverloadResolutionPriority(1)]
    public static Expr HessianVectorProduct(Func<Expr, Expr> f, Expr at, Expr vector) =>
        Transform.Jvp("HessianVectorProduct", x => Transform.ValueAndGrad("HessianVectorProduct", f, x, Structure.Node, GradientRoutes.All).Gradient, at, vector, Structure.Node, Structure.Node).Tangent;
}
