/// What the tests of call sites share.
module Autodiff.Functional.FSharp.Tests.Call

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Xunit

/// f and f′ at x, through the graph.
let valueAndSlope (f: Expr -> Expr) (x: float) =
    let y, slope = valueAndGrad f (scalar x)
    float y, float slope

let near (expected: float, slope: float) (value: float, found: float) =
    Assert.Equal(expected, value, 1e-13)
    Assert.Equal(slope, found, 1e-13)

let floats (x: Expr) = x.Value.ToArray<float>() |> List.ofArray

let shape (x: Expr) = List.ofSeq x.Shape

/// The elements and the shape.
let holds (dimensions: int list) (elements: float list) (x: Expr) =
    Assert.Equal<int list>(dimensions, shape x)
    Assert.Equal<float list>(elements, floats x)
