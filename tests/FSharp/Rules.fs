/// Derivatives of one's own, checkpoints, and checks, as F# users write them.
module Autodiff.Functional.FSharp.Tests.Rules

open FsCheck
open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FsCheck
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

type Line = { Slope: Expr; Offset: Expr }

let private log1pexp = customVjp (fun x -> Expr.Log1p(exp x), x) (fun x c -> c * Expr.Sigmoid x)

let private square = customJvp (fun (x: Expr) dx -> x * x, 2.0 * x * dx)

[<Fact>]
let ``A pullback of one's own`` () =
    Assert.Equal(1.0, float (grad log1pexp (scalar 1000.0)))
    Assert.Equal(0.25, float (grad (grad log1pexp) (scalar 0.0)), 1e-15)

[<Fact>]
let ``A pushforward of one's own, and its transpose`` () =
    Assert.Equal(6.0, float (snd (jvp square (scalar 3.0) (scalar 1.0))))
    Assert.Equal(6.0, float (grad square (scalar 3.0)))
    Assert.Equal(2.0, float (hessian square (scalar 3.0)))

[<Fact>]
let ``Rules over records`` () =
    let line = customVjp (fun (l, x) -> l.Slope * x + l.Offset, (l, x)) (fun (l, x) c -> { Slope = 10.0 * c * x; Offset = c }, c * l.Slope)
    let dl, dx = grad line ({ Slope = scalar 2.0; Offset = scalar 1.0 }, scalar 3.0)
    Assert.Equal((30.0, 1.0, 2.0), (float dl.Slope, float dl.Offset, float dx))

[<Fact>]
let ``A checkpoint is the same function`` () =
    let f x = Expr.Sum(sin (exp x))
    let x = constant [ 0.1; 0.2 ]
    Assert.Equal<float list>(floats (grad f x), floats (grad (checkpoint f) x))

[<Fact>]
let ``What is stopped is a constant`` () =
    Assert.Equal(3.0, float (grad (fun (x, y) -> x * stopGradient y) (scalar 2.0, scalar 3.0) |> fst))
    let line = stopGradient { Slope = scalar 2.0; Offset = scalar 1.0 }
    Assert.Equal(2.0, float line.Slope)

[<Fact>]
let ``A check prints a table`` () =
    let report = checkGradients (fun l -> sin l.Slope * l.Offset) { Slope = scalar 2.0; Offset = scalar 1.0 }
    report.ThrowIfWrong()
    Assert.Equal(GradientVerdict.Right, report.Verdict)
    Assert.Contains("at.Slope", string report)

[<Fact>]
let ``A model is checked in three lines`` () =
    let loss l = Expr.Square(sin l.Slope * l.Offset - 1.0)
    let property = ModelProperties.Trainable(loss, { Slope = scalar 2.0; Offset = scalar 1.0 })
    Check.QuickThrowOnFailure property

[<Fact>]
let ``A function is checked in three lines`` () =
    let property = GradientProperties.Agree((fun x -> log1pexp x * square x), Generate.Node(Shape.Of 3))
    Check.QuickThrowOnFailure property
