(**
# Recipes

One question, one answer, each run when this page was built.
*)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"

open Autodiff.Functional
open Autodiff.Functional.FSharp
(**
## Value and gradient together

At the cost of the gradient alone:
*)
let value, slope = scalar 0.5 |> valueAndGrad (fun x -> sin x * x)
(float value, float slope)
(*** include-it ***)
(**
## The gradient in some of the parameters only

A selector picks the part; what is not picked is not computed.
*)
type Model = { Weight: Expr; Bias: Expr; Scale: Expr }

let model = { Weight = scalar 2.0; Bias = scalar 1.0; Scale = scalar 3.0 }
let output m = m.Scale * tanh (m.Weight * 0.5 + m.Bias)

let parts = gradOf (fun m -> m.Weight, m.Bias) output model
(float (fst parts), float (snd parts))
(*** include-it ***)
(**
## Hessian, and Hessian times vector

The whole matrix costs one pass for each parameter; the product costs a few gradients, however many parameters there are.
*)
let rosenbrock (x: Expr) = Expr.Square(1.0 - x.[0]) + 100.0 * Expr.Square(x.[1] - Expr.Square x.[0])

let at = constant [ -1.0; 1.5 ]
let h = hessian rosenbrock at
let product = hvp rosenbrock at (constant [ 1.0; 0.0 ])
(*** include-value: h ***)
(*** include-value: product ***)
(**
## A derivative along one direction

Forward mode: one direction in, one derivative of each value out, at the cost of the function.
*)
let _, tangent = jvp (fun (x: Expr) -> x * sin x) (constant [ 1.0; 2.0 ]) (constant [ 1.0; 0.0 ])
(*** include-value: tangent ***)
(**
## Something beside the value

The loss, and what you want to see of how it came about:
*)
let loss, predictions, gradient =
    model |> valueAndGradWithAuxiliary (fun m -> let y = output m in Expr.Square(y - 1.0), y)
float predictions
(*** include-it ***)
(**
## Nothing flows through here

`StopGradient` is the identity, and its derivative is 0.
*)
scalar 3.0 |> grad (fun x -> x * Expr.StopGradient x) |> float
(*** include-it ***)
(**
## A branch

On a concrete value, ordinary `if` and `match` work: the graph is that of the branch taken.
*)
let rec power (x: Expr) n = if n = 0 then Expr.One else x * power x (n - 1)
let absolute (x: Expr) = if float x < 0.0 then -x else x

scalar -2.0 |> grad (fun x -> absolute x + power x 3) |> float
(*** include-it ***)
(**
Element by element, `where` selects, and the branch that is not taken contributes exactly 0, even where its derivative is infinite or undefined:
*)
let safe = constant [ 0.0; 4.0 ] |> grad (fun x -> Expr.Sum(where (x .> 0.0) (sqrt x) 0.0))
(*** include-value: safe ***)
(**
## Mixed dtypes

Literals take the other operand's dtype. Two dtypes that were both said are an error, which says what to do:
*)
let single = Expr.Constant(tensor [ 1.0f; 2.0f ])
(2.0 * single).DType
(*** include-it ***)
let message = try string (single + scalar 1.0) with :? DTypeException as e -> e.Message
(*** include-value: message ***)
(**
## Random numbers

A key makes numbers, and is split into keys; the same key makes the same numbers, on every machine.
*)
let keys = RandomKey.FromSeed(1L).Split 2
let normal = keys.[0].Normal(Shape.Of 3)
(*** include-value: normal ***)
(**
## Seeing a graph

`ToHtml` and `ToSvg` for a page, `ToLatex`, `ToMermaid`, `ToDot` and `Print` for text. Names are yours:
*)
let w, b = Expr.Variable("w", Shape.Of(3, 2)), Expr.Variable("b", Shape.Of 3)
let layer = tanh (Expr.MatMul(w, Expr.Variable("x", Shape.Of 2)) + b)
layer.ToHtml()
(*** include-it-raw ***)
(**
A tensor is a table, and with `heat` each number is coloured by its sign and size:
*)
let waves = Expr.Outer(sin (Expr.Linspace(0.0, 6.0, 7)), cos (Expr.Linspace(0.0, 6.0, 7))).Value
waves.ToHtml(heat = true)
(*** include-it-raw ***)
(**
## Any graph as data

A graph is walked in Kahn's order: each node after its inputs. This counts the ops of the gradient of a function:
*)
let x = Expr.Variable("x", Tensor.Scalar 1.0)
KahnOrder.From(grad (fun x -> tanh (sin x * x)) x)
|> Seq.countBy (fun visit -> visit.Op.Name)
|> Seq.sortByDescending snd
|> List.ofSeq
(*** include-it ***)
(**
## A second opinion

Dual numbers carry derivatives by arithmetic alone, without any rule of this library's ops. The same inline function serves both:
*)
let inline f x = exp (sin x) * x
let byDuals = (f (Dual<float>.Variable 0.5)).Tangent
let byGraph = scalar 0.5 |> grad f |> float
(byDuals, byGraph)
(*** include-it ***)
