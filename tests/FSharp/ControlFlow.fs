/// Loops and branches as values, as docs/control-flow.md shows them.
module Autodiff.Functional.FSharp.Tests.ControlFlow

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

type State = { Position: Expr; Velocity: Expr }

let private numbers (node: Expr) = node.Value.ToArray<float>() |> List.ofArray
let private xs = Expr.Constant(Tensor.Of [| 1.0; 2.0; 3.0 |])

[<Fact>]
let ``A scan is a mapFold`` () =
    let sum, sums = xs |> scan (fun sum x -> sum + x, sum + x) (scalar 0.0)
    Assert.Equal((6.0, [ 1.0; 3.0; 6.0 ]), (float sum, numbers sums))
    let _, back = xs |> scanBack (fun sum x -> sum + x, sum + x) (scalar 0.0)
    Assert.Equal<float list>([ 6.0; 5.0; 3.0 ], numbers back)
    let last, powers = scalar 1.0 |> scanFor 3 (fun x -> 2.0 * x, x)
    Assert.Equal((8.0, [ 1.0; 2.0; 4.0 ]), (float last, numbers powers))

[<Fact>]
let ``Records are carried, and what is closed over is differentiated`` () =
    let fall drag =
        let step _ s = { Position = s.Position + 0.1 * s.Velocity; Velocity = s.Velocity - 0.1 * (9.81 + drag * s.Velocity) }
        ({ Position = scalar 0.0; Velocity = scalar 10.0 } |> forLoop 5 step).Position
    let unrolled drag =
        let step s _ = { Position = s.Position + 0.1 * s.Velocity; Velocity = s.Velocity - 0.1 * (9.81 + drag * s.Velocity) }
        (List.fold step { Position = scalar 0.0; Velocity = scalar 10.0 } [ 1..5 ]).Position
    Assert.Equal(float (grad unrolled (scalar 0.3)), float (grad fall (scalar 0.3)), 1e-13)

[<Fact>]
let ``Tuples and lists go along a loop`` () =
    let (a, b), all = (xs, [ xs; 2.0 * xs ]) |> scan (fun (a, b) (x, ys) -> (b, a + x * List.sum ys), [ a; b ]) (scalar 0.0, scalar 1.0)
    Assert.Equal((13.0, 29.0), (float a, float b))
    Assert.Equal<float list list>([ [ 0.0; 1.0; 3.0 ]; [ 1.0; 3.0; 13.0 ] ], List.map numbers all)

[<Fact>]
let ``Branches`` () =
    let f (x: Expr) = x |> cond (x .> scalar 0.0) sqrt (fun v -> v * v)
    Assert.Equal((2.0, 9.0), (float (f (scalar 4.0)), float (f (scalar -3.0))))
    Assert.Equal((0.25, -6.0), (float (grad f (scalar 4.0)), float (grad f (scalar -3.0))))
    let pick (i: int64) = scalar 2.0 |> switch (Expr.Constant(Tensor.Scalar i)) [ id; sin; (fun v -> v * v) ]
    Assert.Equal<float list>([ 2.0; sin 2.0; 4.0 ], [ for i in 0L .. 2L -> float (pick i) ])

[<Fact>]
let ``A loop that ends by its value`` () =
    let double x = x |> whileLoop (fun v -> v .< scalar 100.0) (fun v -> 2.0 * v)
    Assert.Equal(128.0, float (double (scalar 1.0)))
    Assert.Equal(128.0, float (snd (jvp double (scalar 1.0) (scalar 1.0))))

[<Fact>]
let ``What an equation defines`` () =
    let heron a = a |> fix (fun x -> 0.5 * (x + a / x))
    Assert.Equal(0.25, float (grad heron (scalar 4.0)), 1e-12)
    let cubeRoot (a: Expr) = scalar 1.0 |> root (fun x -> x * x * x - a)
    Assert.Equal(1.0 / 12.0, float (grad cubeRoot (scalar 8.0)), 1e-12)
