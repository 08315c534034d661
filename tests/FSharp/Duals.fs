/// Dual numbers under F#'s own operators and functions.
module Autodiff.Functional.FSharp.Tests.Duals

#nowarn "3391" // a literal becomes a Dual by implicit conversion, by intent

open Autodiff.Functional
open Xunit

/// f and f′ at x: `f` is any inline function of numbers, unchanged.
let private valueAndSlope (f: Dual<float> -> Dual<float>) x =
    let y = f (Dual<float>.Variable x)
    y.Primal, y.Tangent

let private near (expected: float, slope: float) (value: float, found: float) =
    Assert.Equal(expected, value, 1e-14)
    Assert.Equal(slope, found, 1e-14)

let inline private f x = sin (x * x) + exp x

[<Fact>]
let ``One inline function runs unchanged on float, Dual and Dual of Dual`` () =
    let x = 0.5
    let once: Dual<float> = f (Dual<float>.Variable x)
    let twice: Dual<Dual<float>> = f (Dual<Dual<float>>.Variable(Dual<float>.Variable x))
    let s, c, e = sin (x * x), cos (x * x), exp x
    Assert.Equal(s + e, f x)
    near (s + e, 2.0 * x * c + e) (once.Primal, once.Tangent)
    near (s + e, 2.0 * c - 4.0 * x * x * s + e) (twice.Primal.Primal, twice.Tangent.Tangent)

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
    valueAndSlope round x |> near (-1.0, 0.0)
    valueAndSlope truncate x |> near (-1.0, 0.0)
    Assert.Equal(-1, sign (Dual<float>.Variable x))
    valueAndSlope (fun x -> max x 2.0) x |> near (2.0, 0.0)
    valueAndSlope (fun x -> min x 2.0) x |> near (x, 1.0)

[<Fact>]
let ``Operators, also beside literals`` () =
    let x = 2.0
    valueAndSlope (fun x -> -x) x |> near (-2.0, -1.0)
    valueAndSlope (fun x -> +x) x |> near (2.0, 1.0)
    valueAndSlope (fun x -> x * x + x - x / x) x |> near (5.0, 5.0)
    valueAndSlope (fun x -> 3.0 * x * 2.0 + 1.0 - 4.0 / x - x / 2.0) x |> near (10.0, 6.5)
    valueAndSlope (fun x -> 1.0 + x - (1.0 - x)) x |> near (4.0, 2.0)
    valueAndSlope (fun x -> (7.0 + x) % 4.0 + 7.0 % x) x |> near (2.0, -2.0)
    valueAndSlope (fun x -> (5.0 * x) % x) 2.5 |> near (0.0, 0.0)

[<Fact>]
let ``Powers`` () =
    let x = -2.0
    valueAndSlope (fun x -> x ** 3.0) x |> near (-8.0, 12.0)
    valueAndSlope (fun x -> pown x 3) x |> near (-8.0, 12.0)
    valueAndSlope (fun x -> pown x -2) x |> near (0.25, 0.25)
    valueAndSlope (fun x -> x ** x) 2.0 |> near (4.0, 4.0 * (1.0 + log 2.0))

[<Fact>]
let ``The angle of a point`` () =
    let x = Dual<float>.Constant -1.0
    valueAndSlope (fun y -> atan2 y x) 1.0 |> near (atan2 1.0 -1.0, -0.5)

[<Fact>]
let ``Sums, averages and folds`` () =
    let of' (x: Dual<float>) = [ x; x * x; 3.0 * x ]
    valueAndSlope (of' >> List.sum) 2.0 |> near (12.0, 8.0)
    valueAndSlope (of' >> List.average) 2.0 |> near (4.0, 8.0 / 3.0)
    valueAndSlope (of' >> List.sumBy sqrt) 4.0 |> near (6.0 + sqrt 12.0, 0.25 + 1.0 + 0.5 * sqrt 3.0 / 2.0)
    valueAndSlope (of' >> List.reduce (*)) 2.0 |> near (48.0, 96.0)
    valueAndSlope (of' >> List.max) 2.0 |> near (6.0, 3.0)

[<Fact>]
let ``Conversion and comparison are by the primal, as the branches of a program need`` () =
    let x = Dual<Dual<float>>.Variable(Dual<float>.Variable 1.5)
    Assert.Equal(1.5, float x)
    let sinc (x: Dual<float>) = if x = LanguagePrimitives.GenericZero then LanguagePrimitives.GenericOne else sin x / x
    valueAndSlope sinc 0.0 |> near (1.0, 0.0)
    Assert.True(x > x * 0.5 && x >= x && x <> x + 1.0)

[<Fact>]
let ``Literals at any depth of nesting and of any precision`` () =
    let y = 2.0 * pown (Dual<Dual<float>>.Variable(Dual<float>.Variable 3.0)) 2 + 1.0
    Assert.Equal(4.0, y.Tangent.Tangent)
    Assert.Equal(12.0f, (2.0 * Dual<float32>.Variable 3.0f ** 2.0).Tangent)

[<Fact>]
let ``No perturbation confusion`` () = // d/dx (x · d/dy (x + y)) = 1
    let outer (x: Dual<float>) =
        let inner (y: Dual<Dual<float>>) = Dual<Dual<float>>.Constant x + y
        x * (inner (Dual<Dual<float>>.Variable x)).Tangent
    valueAndSlope outer 3.0 |> near (3.0, 1.0)
