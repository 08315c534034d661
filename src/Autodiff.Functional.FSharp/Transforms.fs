namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>
/// The transforms, curried and pipeable. Parameters are nodes, or any immutable structure of them: records, tuples, lists, arrays, options, maps, unions, nested; F# infers which.
/// </summary>
/// <example><code>
/// grad (fun x -> sin x * x) (scalar 0.5)
/// (a, b) |> grad (fun (x, y) -> sin x * y)
/// </code></example>
[<AutoOpen>]
module Transforms =

    /// The gradient of a function with a scalar value, in the structure of its parameters.
    let grad (f: 'p -> Expr) (at: 'p) : 'p = Ad.Grad<'p>(Func<'p, Expr> f, at)

    /// Value and gradient together, at the cost of the gradient.
    let valueAndGrad (f: 'p -> Expr) (at: 'p) : Expr * 'p =
        let struct (value, gradient) = Ad.ValueAndGrad<'p>(Func<'p, Expr> f, at)
        value, gradient

    /// <summary>The gradient with respect to the part of the parameters that a selector picks: <c>gradOf _.Encoder loss model</c>.</summary>
    let gradOf (part: 'p -> 'q) (f: 'p -> Expr) (at: 'p) : 'q = Ad.Grad<'p, 'q>(Func<'p, Expr> f, at, Func<'p, 'q> part)

    /// <summary>Value and gradient with respect to the part of the parameters that a selector picks.</summary>
    let valueAndGradOf (part: 'p -> 'q) (f: 'p -> Expr) (at: 'p) : Expr * 'q =
        let struct (value, gradient) = Ad.ValueAndGrad<'p, 'q>(Func<'p, Expr> f, at, Func<'p, 'q> part)
        value, gradient

    /// The value, what the function gives beside it, and the gradient.
    let valueAndGradWithAuxiliary (f: 'p -> Expr * 'a) (at: 'p) : Expr * 'a * 'p =
        let both p =
            let value, auxiliary = f p
            struct (value, auxiliary)
        let struct (value, auxiliary, gradient) = Ad.ValueAndGradWithAuxiliary<'p, 'a>(Func<'p, struct (Expr * 'a)> both, at)
        value, auxiliary, gradient

    /// The value, and its directional derivative along a tangent.
    let jvp (f: 'p -> 'r) (at: 'p) (tangent: 'p) : 'r * 'r =
        let struct (value, derivative) = Ad.Jvp<'p, 'r>(Func<'p, 'r> f, at, tangent)
        value, derivative

    /// The value, and the function's linear map at the point: evaluated once, applied many times.
    let linearize (f: 'p -> 'r) (at: 'p) : 'r * ('p -> 'r) =
        let struct (value, pushforward) = Ad.Linearize<'p, 'r>(Func<'p, 'r> f, at)
        value, pushforward.Invoke

    /// The value, and the pullback: from a cotangent of the value to the parameters' cotangents.
    let vjp (f: 'p -> 'r) (at: 'p) : 'r * ('r -> 'p) =
        let struct (value, pullback) = Ad.Vjp<'p, 'r>(Func<'p, 'r> f, at)
        value, pullback.Invoke

    /// The Jacobian: for each parameter a node whose shape is the value's, then the parameter's.
    let jacobian (f: 'p -> Expr) (at: 'p) : 'p = Ad.Jacobian<'p>(Func<'p, Expr> f, at)

    /// <summary>The Jacobian of a function with several values; <c>j.[fst]</c> is the row of blocks of one of them.</summary>
    let jacobians (f: 'p -> 'r) (at: 'p) : Jacobian<'p, 'r> = Ad.Jacobian<'p, 'r>(Func<'p, 'r> f, at)

    /// The Jacobian by forward mode: for few parameters and many values.
    let jacobianForward (f: 'p -> Expr) (at: 'p) : 'p = Ad.JacobianForward<'p>(Func<'p, Expr> f, at)

    /// The Jacobian by reverse mode: for many parameters and few values.
    let jacobianReverse (f: 'p -> Expr) (at: 'p) : 'p = Ad.JacobianReverse<'p>(Func<'p, Expr> f, at)

    /// The Hessian of a scalar function of one node: its shape is the parameter's twice.
    let hessian (f: Expr -> Expr) (at: Expr) : Expr = Ad.Hessian(Func<Expr, Expr> f, at)

    /// <summary>The Hessian of a scalar function of several parameters; <c>h.[fst]</c> is the row of blocks of one of them.</summary>
    let hessians (f: 'p -> Expr) (at: 'p) : Jacobian<'p, 'p> = Ad.Hessian<'p>(Func<'p, Expr> f, at)

    /// The Hessian of a scalar function times a vector, without the Hessian.
    let hvp (f: 'p -> Expr) (at: 'p) (vector: 'p) : 'p = Ad.HessianVectorProduct<'p>(Func<'p, Expr> f, at, vector)

    /// The gradient of a scalar node with respect to every node that it depends on.
    let gradients (loss: Expr) : GradientMap = Ad.Gradients loss
