/// Indexing and slicing in F#'s syntax.
module Autodiff.Functional.FSharp.Tests.Indexing

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

let private vector = constant [ 0.0; 1.0; 2.0; 3.0; 4.0 ]
let private matrix = constant [ [ 0.0; 1.0; 2.0 ]; [ 3.0; 4.0; 5.0 ] ]
let private cube = Expr.Reshape(Expr.Cast(Expr.Arange 24, DType.Float64), 2, 3, 4)

[<Fact>]
let ``Indices`` () =
    Assert.Equal(3.0, float vector.[3])
    Assert.Equal(3.0, float vector[3])
    matrix[1] |> holds [ 3 ] [ 3.0; 4.0; 5.0 ]
    Assert.Equal(5.0, float matrix[1, 2])
    Assert.Equal(23.0, float cube.[1, 2, 3])
    Assert.Equal(5.0, float matrix.Value[1, 2])

[<Fact>]
let ``Slices include both ends`` () =
    vector.[1..3] |> holds [ 3 ] [ 1.0; 2.0; 3.0 ]
    vector[1..3] |> holds [ 3 ] [ 1.0; 2.0; 3.0 ]
    vector[3..] |> holds [ 2 ] [ 3.0; 4.0 ]
    vector[..1] |> holds [ 2 ] [ 0.0; 1.0 ]
    vector[*] |> holds [ 5 ] [ 0.0; 1.0; 2.0; 3.0; 4.0 ]
    vector[2..1] |> holds [ 0 ] []

[<Fact>]
let ``Slices of several axes, with indices among them`` () =
    matrix.[1..1, *] |> holds [ 1; 3 ] [ 3.0; 4.0; 5.0 ]
    matrix[*, 1..] |> holds [ 2; 2 ] [ 1.0; 2.0; 4.0; 5.0 ]
    matrix[*, 1] |> holds [ 2 ] [ 1.0; 4.0 ]
    matrix[1, ..1] |> holds [ 2 ] [ 3.0; 4.0 ]
    matrix[1..] |> holds [ 1; 3 ] [ 3.0; 4.0; 5.0 ]
    cube[1, *, 2..3] |> holds [ 3; 2 ] [ 14.0; 15.0; 18.0; 19.0; 22.0; 23.0 ]
    cube[*, 0, 0] |> holds [ 2 ] [ 0.0; 12.0 ]

[<Fact>]
let ``Slices of tensors`` () =
    Assert.Equal(tensor [ [ 1.0; 2.0 ]; [ 4.0; 5.0 ] ], matrix.Value[*, 1..])
    Assert.Equal(tensor [ 1; 2 ], (tensor [ 0; 1; 2 ])[1..])

[<Fact>]
let ``A slice is differentiable`` () =
    let gradient = grad (fun (x: Expr) -> Expr.Sum(x[1..2] * x[1..2]) + x[0]) vector
    gradient |> holds [ 5 ] [ 1.0; 2.0; 4.0; 0.0; 0.0 ]

[<Fact>]
let ``Bounds outside the axis are errors`` () =
    Assert.Throws<IndexException>(fun () -> vector[5] |> ignore) |> ignore
    Assert.Throws<IndexException>(fun () -> vector[-1] |> ignore) |> ignore
    Assert.Throws<IndexException>(fun () -> vector[1..5] |> ignore) |> ignore
    Assert.Throws<IndexException>(fun () -> vector[-1..2] |> ignore) |> ignore
    Assert.Throws<AxisException>(fun () -> vector[1, 1] |> ignore) |> ignore
    Assert.Throws<AxisException>(fun () -> vector[*, 1..2] |> ignore) |> ignore

[<Fact>]
let ``Places named by computed indices are read and updated`` () =
    let last = Expr.ArgMax vector
    vector.At(last).Get() |> holds [] [ 4.0 ]
    vector.At(last).Set(9.0) |> holds [ 5 ] [ 0.0; 1.0; 2.0; 3.0; 9.0 ]
    matrix.At(Expr.ArgMin(matrix, 0), Expr.Arange 3).Add(10.0) |> holds [ 2; 3 ] [ 10.0; 11.0; 12.0; 3.0; 4.0; 5.0 ]
    vector.DynamicSlice([ last ], Shape.Of 1) |> holds [ 1 ] [ 4.0 ]
    vector.Split([| 2 |]).[1] |> holds [ 3 ] [ 2.0; 3.0; 4.0 ]

[<Fact>]
let ``Masks are named where they are given`` () =
    let mask = vector .> 1.0
    vector.Sum(where = mask) |> holds [] [ 9.0 ]
    Expr.Mean(vector, where = mask) |> holds [] [ 3.0 ]
    matrix.Max(Axes.Of 1, where = (matrix .< 5.0), initial = 0.0) |> holds [ 2 ] [ 2.0; 4.0 ]

[<Fact>]
let ``Einsum takes any number of operands`` () =
    Expr.Einsum("ij,kj,j->ik", matrix, matrix, vector[..2]) |> holds [ 2; 2 ] [ 9.0; 24.0; 24.0; 66.0 ]

[<Fact>]
let ``A negative index says what works in F#`` () =
    let error = Assert.Throws<IndexException>(fun () -> vector.[-1] |> ignore)
    Assert.Contains("in F# x.[x.Shape.[0] - 1]", error.Message)
    Assert.Equal(4.0, float vector.[vector.Shape.[0] - 1])
    let slice = Assert.Throws<IndexException>(fun () -> vector.[-2..] |> ignore)
    Assert.StartsWith("[]: ", slice.Message)
    Assert.Contains("x.[x.Shape.[0] - 2 ..]", slice.Message)
