(**
# Property-based tests of gradients

A derivative that is wrong raises no error: the optimiser just gets nowhere, slowly. So derivatives are tested, and the best tests are laws: *by every way that there is to get it, the derivative is the same*, at random
points, of random shapes. When a law fails, the test looks for the smallest example that still fails.
*)
(*** condition: fsx ***)
#load "script.fsx"
open Script
(** *)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"
#r "nuget: Autodiff.Functional.FsCheck, 0.1.0"
(** *)
open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FsCheck
(**
## Four ways to the same number

Reverse mode and forward mode use the rules of the ops, each its own half; central differences use values alone; dual numbers use arithmetic alone. `checkGradients` puts them side by side.
*)
type Model = { Weight: Expr; Bias: Expr }

let x = constant [ [ 0.5; -1.0 ]; [ 2.0; 0.25 ]; [ -0.75; 1.5 ] ]
let model = { Weight = constant [ 0.3; -0.8 ]; Bias = scalar 0.1 }

let loss model = Expr.Mean(Expr.Softplus(Expr.MatMul(x, model.Weight) + model.Bias))

checkGradients loss model |> show
(**
Differences alone would be a poor judge. Too large a step, and the curve bends away; too small, and rounding drowns the difference. The check extrapolates from several steps and knows how far to trust the result; here is
what a plain one does:
*)
#load "plots.fsx"
(*** condition: fsx ***)
open Plots
(** *)
let inline f x = exp (sin (x + x + x))
let exact = scalar 0.7 |> grad f |> float

let errors =
    [ for power in -15.0 .. 0.25 .. -0.5 ->
          let h = 10.0 ** power
          let central = (f (0.7 + h) - f (0.7 - h)) / (2.0 * h)
          power, log10 (max 1e-16 (abs (central / exact - 1.0))) ]

HTML(plot "Central differences" "log₁₀ of the step" "log₁₀ of the relative error" [
    line "differences" blue errors
    dashed "reverse mode" orange [ -15.0, -16.0; -0.5, -16.0 ] ]) |> show
(**
## A bug is planted

A norm with a pullback of our own. The derivative of $\lVert x\rVert$ is $x / \lVert x\rVert$; the division was forgotten.
*)
let norm: Expr -> Expr = customVjp (fun x -> Expr.Norm x, x) (fun x c -> c * x)
(**
A single test by example may well miss it: at a vector of length 1 the answer is right.
*)
checkGradients norm (constant [ 0.6; 0.8 ]) |> show
(**
A property does not. It draws shapes and numbers, and when it fails, it goes on with smaller ones: fewer axes and entries, then simpler numbers, as long as they still fail.
*)
open global.FsCheck

let agree = GradientProperties.Agree<Expr, Expr>(norm, Generate.Node(Shape.Of(2, 3)))

/// The property at the same random numbers every time; FsCheck prints what it finds.
let config = Config.QuickThrowOnFailure.WithReplay(Some { Rnd = Rnd(42UL, 7UL); Size = None }).WithMaxTest(50)

let check (property: Property) =
    try
        Check.One(config, property)
    with e -> printfn "%s" (e.Message.Split("\n   at ").[0])

check agree
(**
The counterexample is as simple as can be: ones. And the report is a diagnosis: 2.449 times what it should be, which is √6, the norm of six ones. So that is what the pullback forgot to divide by.

Here is the way that the search took from the first failure to the smallest:
*)
let tried = ResizeArray<string * bool>()

let watched =
    let node = Generate.Tensor(minRank = 1, maxRank = 2)
    FSharp.Prop.forAll node (fun x ->
        let wrong = (checkGradients norm (Expr.Constant x)).Verdict = GradientVerdict.Wrong
        let numbers = x.ToArray<float>() |> Seq.map (sprintf "%.3g") |> Seq.truncate 8 |> String.concat " "
        tried.Add($"{x.Shape,-8} {numbers}", wrong)
        not wrong)

try Check.One(config, watched) with _ -> ()

for text, wrong in tried do
    if wrong then printfn "fails  %s" text
(**
## The bug is mended
*)
let mended: Expr -> Expr =
    customVjp (fun x -> let n = Expr.Norm x in n, (x, n)) (fun (x, n) c -> c * x / n)

check (GradientProperties.Agree<Expr, Expr>(mended, Generate.Node(Shape.Of(2, 3))))
check (GradientProperties.AgreeInSecondOrder<Expr>(mended, Generate.Node(Shape.Of 3)))
(**
## A whole model

One property says what training relies on: at any parameters of this shape the loss is finite, the derivatives agree in first and second order, and the gradient has the types of the parameters.
*)
check (ModelProperties.Trainable(loss, model))
(**
And a model with the planted norm in it, as a penalty on the weights:
*)
let penalised model = loss model + 0.1 * norm model.Weight

checkGradients penalised model |> show
(** *)
check (ModelProperties.Trainable(penalised, model))
