/// Functions of one element over batches, as F# users write them.
module Autodiff.Functional.FSharp.Tests.Batches

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

type Weights = { W: Expr; B: Expr; Name: string }

let private x = constant [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ]; [ 5.0; 6.0 ] ]
let private y = constant [ 1.0; 0.0; -1.0 ]
let private weights = { W = constant [ 0.5; -0.25 ]; B = scalar 0.1; Name = "line" }

let private loss (m: Weights) (x: Expr) (y: Expr) = (Expr.Sum(m.W * x) + m.B - y) ** 2.0

[<Fact>]
let ``vmap needs no annotation and is pipeable`` () =
    vmap (fun row -> Expr.Sum row) x |> holds [ 3 ] [ 3.0; 7.0; 11.0 ]
    x |> vmap (vmap (fun e -> 2.0 * e)) |> holds [ 3; 2 ] [ 2.0; 4.0; 6.0; 8.0; 10.0; 12.0 ]
    (x, y) |> vmap (fun (row, y) -> y * row) |> holds [ 3; 2 ] [ 1.0; 2.0; 0.0; 0.0; -5.0; -6.0 ]

[<Fact>]
let ``Gradients for each example have the model's type`` () =
    let each = (x, y) |> vmap (fun (x, y) -> grad (fun m -> loss m x y) weights)
    Assert.Equal("line", each.Name)
    Assert.Equal<int list>([ 3; 2 ], shape each.W)
    for i in 0..2 do
        let one = grad (fun m -> loss m x.[i, *] y.[i]) weights
        Assert.Equal(float one.B, float each.B.[i], 1e-13)
        Assert.Equal<float list>(floats one.W, floats each.W.[i, *])

[<Fact>]
let ``Axes of parameters and values`` () =
    x |> vmapAxes (Batch.axis 1) (Batch.axis 0) (fun column -> Expr.Sum column) |> holds [ 2 ] [ 9.0; 12.0 ]
    x |> vmapAxes (Batch.axis -2) (Batch.axis -1) (fun row -> 2.0 * row) |> holds [ 2; 3 ] [ 2.0; 6.0; 10.0; 4.0; 8.0; 12.0 ]
    (y, scalar 3.0) |> vmapAxes (Batch.axes [ Some 0; None ]) (Batch.axis 0) (fun (y, s) -> s * y) |> holds [ 3 ] [ 3.0; 0.0; -3.0 ]
    let batched path = if path = ".Item2" then Some 0 else None
    let sum, name = (weights, y) |> vmapAxes (Batch.byPath batched) (Batch.byPath (fun path -> if path = ".Item1" then Some 0 else None)) (fun (m, y) -> m.B + y, m.W)
    sum |> holds [ 3 ] [ 1.1; 0.1; -0.9 ]
    name |> holds [ 2 ] [ 0.5; -0.25 ]
    let error = Assert.Throws<AxisException>(fun () -> vmapAxes (Batch.axis 0) Batch.none (fun y -> 2.0 * y) y |> ignore)
    Assert.Contains("depends on the batch", error.Message)

[<Fact>]
let ``The static functions take F# lambdas`` () =
    Ad.Vmap((fun (x, y) -> y * Expr.Sum x), (x, y)) |> holds [ 3 ] [ 3.0; 0.0; -11.0 ]
    Ad.Vmap((fun (column: Expr) -> Expr.Sum column), x, 1) |> holds [ 2 ] [ 9.0; 12.0 ]
    Ad.Vmap((fun (column: Expr) -> 2.0 * column), x, inAxes = 1, outAxes = -1) |> holds [ 3; 2 ] [ 2.0; 4.0; 6.0; 8.0; 10.0; 12.0 ]

[<Fact>]
let ``Jacobians by either mode, and inside vmap`` () =
    let f (v: Expr) = v * v
    jacobianForward f y |> holds [ 3; 3 ] [ 2.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; -2.0 ]
    jacobianReverse f y |> holds [ 3; 3 ] [ 2.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; -2.0 ]
    let dx, dy = jacobianForward (fun (x, y) -> x * y) (scalar 2.0, scalar 3.0)
    Assert.Equal((3.0, 2.0), (float dx, float dy))
    x |> vmap (jacobianReverse f) |> holds [ 3; 2; 2 ] [ 2.0; 0.0; 0.0; 4.0; 6.0; 0.0; 0.0; 8.0; 10.0; 0.0; 0.0; 12.0 ]
    x |> vmap (hessian (fun v -> Expr.Sum(v ** 3.0))) |> fun h -> h.[1, *, *] |> holds [ 2; 2 ] [ 18.0; 0.0; 0.0; 24.0 ]

[<Fact>]
let ``The call sites of docs/transforms.md`` () =
    let x, y = constant [ 1.0; 2.0; 3.0 ], constant [ 2.0; 4.0; 7.0 ]
    let loss, (slope, offset) = valueAndGrad (fun (slope, offset) -> Expr.Mean((slope * x + offset - y) ** 2.0)) (scalar 2.0, scalar 0.0)
    Assert.Equal((1.0, -6.0, -2.0), (round (3.0 * float loss), round (3.0 * float slope), round (3.0 * float offset)))
    Assert.Equal(-2.0, gradOf fst (fun (slope, offset) -> Expr.Mean((slope * x + offset - y) ** 2.0)) (scalar 2.0, scalar 0.0) |> float, 1e-14)
    let _, tangent = jvp (fun x -> sin x * x) (scalar 0.5) (scalar 1.0)
    Assert.Equal(0.918217, float tangent, 1e-6)
    let (_, _), pullback = vjp (fun (x, y) -> x * y, x + y) (scalar 2.0, scalar 3.0)
    let dx, dy = pullback (scalar 1.0, scalar 10.0)
    Assert.Equal((13.0, 12.0), (float dx, float dy))
    let _, pushforward = linearize (fun x -> exp (sin x)) (scalar 0.5)
    Assert.Equal(2.834848, float (pushforward (scalar 2.0)), 1e-6)
    let j = jacobians (fun (r, phi) -> r * cos phi, r * sin phi) (scalar 2.0, scalar 0.5)
    Assert.Equal(-0.958851, j.[fst] |> snd |> float, 1e-6)
    hessian (fun x -> Expr.Sum(x ** 3.0)) (constant [ 1.0; 2.0 ]) |> holds [ 2; 2 ] [ 6.0; 0.0; 0.0; 12.0 ]
    hvp (fun v -> Expr.Sum(v * v * v)) (constant [ 1.0; 2.0 ]) (constant [ 1.0; 0.5 ]) |> holds [ 2 ] [ 6.0; 6.0 ]
    let rows = constant [ [ 0.0; 0.0 ]; [ 3.0; 4.0 ] ]
    rows |> vmap (fun a -> rows |> vmap (fun b -> Expr.Norm(a - b))) |> holds [ 2; 2 ] [ 0.0; 5.0; 5.0; 0.0 ]
    let columns = constant [ [ 1.0; 2.0; 3.0 ]; [ 4.0; 5.0; 6.0 ] ]
    columns |> vmapAxes (Batch.axis 1) (Batch.axis 0) (fun column -> Expr.Sum column) |> holds [ 3 ] [ 5.0; 7.0; 9.0 ]
    (columns, scalar 10.0) |> vmapAxes (Batch.axes [ Some 0; None ]) (Batch.axis 0) (fun (row, s) -> s * row) |> holds [ 2; 3 ] [ 10.0; 20.0; 30.0; 40.0; 50.0; 60.0 ]
