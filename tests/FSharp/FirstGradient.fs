/// The first lines that a user writes.
module Autodiff.Functional.FSharp.Tests.FirstGradient

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

[<Fact>]
let ``Nested gradients need no annotation`` () =
    let third = grad (grad (grad (fun x -> sin x * x))) (Expr.Scalar 0.5)
    Assert.Equal(-3.0 * sin 0.5 - 0.5 * cos 0.5, float third, 1e-14)

[<Fact>]
let ``Tuples of parameters need no annotation`` () =
    let a, b = scalar 0.5, scalar 3.0
    let da, db = grad (fun (x, y) -> sin x * y) (a, b)
    Assert.Equal((3.0 * cos 0.5, sin 0.5), (float da, float db))

[<Fact>]
let ``Arrays, struct tuples and nestings come back in their own type`` () =
    let x, y, z = scalar 2.0, scalar 3.0, scalar 5.0
    let dx, rest = grad (fun (x, rest: Expr[]) -> x * rest[0] * rest[1]) (x, [| y; z |])
    Assert.Equal<float list>([ 15.0; 10.0; 6.0 ], List.map float [ dx; rest[0]; rest[1] ])
    let struct (du, dv) = grad (fun struct (u, v) -> u * v * v) struct (x, y)
    Assert.Equal((9.0, 12.0), (float du, float dv))

[<Fact>]
let ``Transforms are pipeable, and functions as they stand`` () =
    let slope = cos |> grad |> grad
    Assert.Equal(-cos 0.5, float (scalar 0.5 |> slope), 1e-15)
    let value, gradient = scalar 0.5 |> valueAndGrad (fun x -> exp x + x ** 2.0)
    Assert.Equal((exp 0.5 + 0.25, exp 0.5 + 1.0), (float value, float gradient))

[<Fact>]
let ``A gradient may close over what an outer one differentiates`` () =
    let f x = x * grad (fun y -> x + y) x // d/dx (x · 1) = 1
    Assert.Equal(1.0, float (grad f (scalar 3.0)))
    let g (x: Expr) = grad (fun y -> x * x * y) (2.0 * x)
    Assert.Equal(6.0, float (grad g (scalar 3.0)))

[<Fact>]
let ``Jvp and vjp agree`` () =
    let f (x, y) = x * sin y, exp x
    let at = scalar 0.3, scalar 0.7
    let (v, w), (dv, dw) = jvp f at (scalar 1.0, scalar 2.0)
    Assert.Equal((0.3 * sin 0.7, exp 0.3), (float v, float w))
    Assert.Equal(sin 0.7 + 2.0 * 0.3 * cos 0.7, float dv, 1e-15)
    let _, pullback = vjp f at
    let cx, cy = pullback (scalar 3.0, scalar 4.0)
    Assert.Equal(3.0 * float dv + 4.0 * float dw, float cx + 2.0 * float cy, 1e-14)

[<Fact>]
let ``Jacobians and Hessians`` () =
    let x = constant [ 1.0; 2.0 ]
    jacobian (fun x -> x * x) x |> holds [ 2; 2 ] [ 2.0; 0.0; 0.0; 4.0 ]
    hessian (fun x -> Expr.Sum(x * x * x)) x |> holds [ 2; 2 ] [ 6.0; 0.0; 0.0; 12.0 ]
    let p = scalar 2.0, scalar 3.0
    let j = jacobians (fun (x, y) -> x * y, x + y) p
    let dx, dy = j.[fst]
    Assert.Equal((3.0, 2.0), (float dx, float dy))
    let h = hessians (fun (x, y) -> x * x * y) p
    Assert.Equal((6.0, 4.0), (h.[fst] |> fst |> float, h.[fst] |> snd |> float))

[<Fact>]
let ``Gradients of a graph at hand`` () =
    let w = variable "w" (tensor [ 1.0; 2.0; 3.0 ])
    let loss = Expr.Sum(w * w)
    (gradients loss).[w] |> holds [ 3 ] [ 2.0; 4.0; 6.0 ]

[<Fact>]
let ``The C# transforms take F# functions as they are`` () =
    let da, db = Ad.Grad((fun (x, y) -> sin x * y), (scalar 0.5, scalar 3.0))
    Assert.Equal((3.0 * cos 0.5, sin 0.5), (float da, float db))
    let f (x: Expr) = x * x
    Assert.Equal(6.0, float (Ad.Grad(f, scalar 3.0)))
