namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>
/// The transforms, curried and pipeable. Parameters are nodes, or tuples and arrays of nodes, nested; F# infers which from the point.
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

    /// The value, and its directional derivative along a tangent.
    let jvp (f: 'p -> 'r) (at: 'p) (tangent: 'p) : 'r * 'r =
        let struct (value, derivative) = Ad.Jvp<'p, 'r>(Func<'p, 'r> f, at, tangent)
        value, derivative

    /// The value, and the pullback: from a cotangent of the value to the parameters' cotangents.
    let vjp (f: 'p -> 'r) (at: 'p) : 'r * ('r -> 'p) =
        let struct (value, pullback) = Ad.Vjp<'p, 'r>(Func<'p, 'r> f, at)
        value, pullback.Invoke

    /// The Jacobian: for each parameter a node whose shape is the value's, then the parameter's.
    let jacobian (f: 'p -> Expr) (at: 'p) : 'p = Ad.Jacobian<'p>(Func<'p, Expr> f, at)

    /// <summary>The Jacobian of a function with several values; <c>j.[fst]</c> is the row of blocks of one of them.</summary>
    let jacobians (f: 'p -> 'r) (at: 'p) : Jacobian<'p, 'r> = Ad.Jacobian<'p, 'r>(Func<'p, 'r> f, at)

    /// The Hessian of a scalar function of one node: its shape is the parameter's twice.
    let hessian (f: Expr -> Expr) (at: Expr) : Expr = Ad.Hessian(Func<Expr, Expr> f, at)

    /// <summary>The Hessian of a scalar function of several parameters; <c>h.[fst]</c> is the row of blocks of one of them.</summary>
    let hessians (f: 'p -> Expr) (at: 'p) : Jacobian<'p, 'p> = Ad.Hessian<'p>(Func<'p, Expr> f, at)

    /// The gradient of a scalar node with respect to every node that it depends on.
    let gradients (loss: Expr) : GradientMap = Ad.Gradients loss
