/// F#'s own functions and operators on nodes.
module Autodiff.Functional.FSharp.Tests.Functions

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

let inline private f x = sin (x * x) + exp x

[<Fact>]
let ``One inline function runs unchanged on float, Dual and Expr, and the derivatives agree`` () =
    let x = 0.5
    let dual: Dual<float> = f (Dual<float>.Variable x)
    valueAndSlope f x |> near (f x, 2.0 * x * cos (x * x) + exp x)
    valueAndSlope f x |> near (dual.Primal, dual.Tangent)
    let twice: Dual<Dual<float>> = f (Dual<Dual<float>>.Variable(Dual<float>.Variable x))
    Assert.Equal(twice.Tangent.Tangent, float (grad (grad f) (scalar x)), 1e-13)

[<Fact>]
let ``Smooth functions`` () =
    let x = 0.3
    valueAndSlope sin x |> near (sin x, cos x)
    valueAndSlope cos x |> near (cos x, -sin x)
    valueAndSlope tan x |> near (tan x, 1.0 + tan x ** 2.0)
    valueAndSlope asin x |> near (asin x, 1.0 / sqrt (1.0 - x * x))
    valueAndSlope acos x |> near (acos x, -1.0 / sqrt (1.0 - x * x))
    valueAndSlope atan x |> near (atan x, 1.0 / (1.0 + x * x))
    valueAndSlope sinh x |> near (sinh x, cosh x)
    valueAndSlope cosh x |> near (cosh x, sinh x)
    valueAndSlope tanh x |> near (tanh x, 1.0 - tanh x ** 2.0)
    valueAndSlope exp x |> near (exp x, exp x)
    valueAndSlope log x |> near (log x, 1.0 / x)
    valueAndSlope log10 x |> near (log10 x, 1.0 / (x * log 10.0))
    valueAndSlope sqrt x |> near (sqrt x, 0.5 / sqrt x)

[<Fact>]
let ``Functions with kinks and steps`` () =
    let x = -1.3
    valueAndSlope abs x |> near (1.3, -1.0)
    valueAndSlope abs 0.0 |> near (0.0, 0.0)
    valueAndSlope ceil x |> near (-1.0, 0.0)
    valueAndSlope floor x |> near (-2.0, 0.0)
    valueAndSlope round 2.5 |> near (2.0, 0.0)
    valueAndSlope truncate x |> near (-1.0, 0.0)

[<Fact>]
let ``Operators, also beside literals`` () =
    let x = 2.0
    valueAndSlope (fun x -> -x) x |> near (-2.0, -1.0)
    valueAndSlope (fun x -> +x) x |> near (2.0, 1.0)
    valueAndSlope (fun x -> x * x + x - x / x) x |> near (5.0, 5.0)
    valueAndSlope (fun x -> 3.0 * x * 2.0 + 1.0 - 4.0 / x - x / 2.0) x |> near (10.0, 6.5)
    valueAndSlope (fun x -> 1.0 + x - (1.0 - x)) x |> near (4.0, 2.0)
    valueAndSlope (fun x -> (7.0 + x) % 4.0 + 7.0 % x) x |> near (2.0, -2.0)

[<Fact>]
let ``Powers`` () =
    let x = -2.0
    valueAndSlope (fun x -> x ** 3.0) x |> near (-8.0, 12.0)
    valueAndSlope (fun x -> pown x 3) x |> near (-8.0, 12.0)
    valueAndSlope (fun x -> pown x 0) x |> near (1.0, 0.0)
    valueAndSlope (fun x -> pown x -2) x |> near (0.25, 0.25)
    valueAndSlope (fun x -> x ** x) 2.0 |> near (4.0, 4.0 * (1.0 + log 2.0))
    valueAndSlope (fun x -> scalar 2.0 ** x) 3.0 |> near (8.0, 8.0 * log 2.0)

[<Fact>]
let ``The angle of a point`` () =
    valueAndSlope (fun y -> atan2 y (scalar -1.0)) 1.0 |> near (atan2 1.0 -1.0, -0.5)

[<Fact>]
let ``Sums, averages and folds`` () =
    let of' (x: Expr) = [ x; x * x; 3.0 * x ]
    valueAndSlope (of' >> List.sum) 2.0 |> near (12.0, 8.0)
    valueAndSlope (of' >> List.average) 2.0 |> near (4.0, 8.0 / 3.0)
    valueAndSlope (of' >> List.sumBy sqrt) 4.0 |> near (6.0 + sqrt 12.0, 0.25 + 1.0 + 0.5 * sqrt 3.0 / 2.0)
    valueAndSlope (of' >> List.reduce (*)) 2.0 |> near (48.0, 96.0)
    valueAndSlope (of' >> Array.ofList >> Array.averageBy sqrt >> fun y -> 3.0 * y) 4.0 |> near (6.0 + sqrt 12.0, 0.25 + 1.0 + 0.5 * sqrt 3.0 / 2.0)
    valueAndSlope (of' >> Seq.fold (fun total x -> total + x) (scalar 1.0)) 2.0 |> near (13.0, 8.0)
    valueAndSlope (fun x -> Seq.fold (fun y _ -> y * x) x (seq { 1..3 })) 2.0 |> near (16.0, 32.0)

[<Fact>]
let ``Sums keep the dtype and broadcast`` () =
    let row = constant [ 1.0f; 2.0f ]
    Assert.Equal(DType.Float32, (List.sum [ row; row ]).DType)
    Assert.Equal(DType.Float32, (List.average [ row; row ]).DType)
    Assert.Equal(DType.Float32, (2.0 * row ** 2.0 + 1.0).DType)
    Assert.Equal(LanguagePrimitives.GenericOne<Expr>, Expr.One)
    Assert.Equal(LanguagePrimitives.GenericZero<Expr>, Expr.Zero)

[<Fact>]
let ``Conversion to float`` () =
    Assert.Equal(1.5, float (scalar 1.5))
    Assert.Equal(3.0, float (constant [ 3.0f ]))
    Assert.Equal(3.0, float (tensor [ 3 ]))

[<Fact>]
let ``Larger, smaller and comparisons, with literals on either side`` () =
    let x = constant [ 1.0; 2.0; 3.0 ]
    let bools (x: Expr) = x.Value.ToArray<bool>() |> List.ofArray
    maximum x 2.0 |> holds [ 3 ] [ 2.0; 2.0; 3.0 ]
    minimum 2.0 x |> holds [ 3 ] [ 1.0; 2.0; 2.0 ]
    Assert.Equal(DType.Float32, (maximum (constant [ 1.0f ]) 0.0f).DType)
    maximum x (tensor [ 0.0; 9.0; 0.0 ]) |> holds [ 3 ] [ 1.0; 9.0; 3.0 ]
    Assert.Equal<bool list>([ true; false; false ], bools (x .< 2.0))
    Assert.Equal<bool list>([ true; true; false ], bools (x .<= 2.0))
    Assert.Equal<bool list>([ false; false; true ], bools (x .> 2.0))
    Assert.Equal<bool list>([ true; true; false ], bools (2.0 .>= x))
    Assert.Equal<bool list>([ false; true; false ], bools (x .= 2.0))
    Assert.Equal<bool list>([ true; false; true ], bools (x .<> 2.0))
    where (x .> 1.5) x 0.0 |> holds [ 3 ] [ 0.0; 2.0; 3.0 ]
    valueAndSlope (fun x -> where (x .< 0.0) (0.01 * x) x) -2.0 |> near (-0.02, 0.01)
    valueAndSlope (fun x -> maximum x 0.0 * x) 3.0 |> near (9.0, 6.0)

[<Fact>]
let ``F#'s own comparison does not compile on nodes, and its equality is by reference`` () =
    // The constraint `comparison`, which < > min max demand, is met by types that implement IComparable.
    Assert.False(typeof<System.IComparable>.IsAssignableFrom typeof<Expr>)
    let x = scalar 1.0
    Assert.True((x = x))
    Assert.False((x = scalar 1.0))
    Assert.True(tensor [ 1.0 ] = tensor [ 1.0 ])
