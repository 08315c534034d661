namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// The transforms, curried and pipeable: each takes a function and returns a function.
[<AutoOpen>]
module Transforms =

    /// The gradient of a scalar function, in the shape of its parameter.
    let grad (f: 'p -> Expr) (at: 'p) : 'p = Ad.Grad(Func<'p, Expr>(f), at)

    /// The value of a scalar function, and its gradient.
    let valueAndGrad (f: 'p -> Expr) (at: 'p) : struct (Expr * 'p) = Ad.ValueAndGrad(Func<'p, Expr>(f), at)

    /// The value, and the derivative in the direction of a tangent.
    let jvp (f: 'p -> 'r) (at: 'p) (tangent: 'p) : struct ('r * 'r) = Ad.Jvp(Func<'p, 'r>(f), at, tangent)

    /// The value, and the pullback from the output's cotangents to the parameter's.
    let vjp (f: 'p -> 'r) (at: 'p) : struct ('r * ('r -> 'p)) =
        let struct (value, pullback) = Ad.Vjp(Func<'p, 'r>(f), at)
        struct (value, pullback.Invoke)

    /// All partial derivatives: the output's axes, then the parameter's.
    let jacobian (f: Expr -> Expr) (at: Expr) : Expr = Ad.Jacobian(Func<Expr, Expr>(f), at)

    /// All second partial derivatives of a scalar function.
    let hessian (f: Expr -> Expr) (at: Expr) : Expr = Ad.Hessian(Func<Expr, Expr>(f), at)
