(**
# Autodiff.Functional

You have a pure function of numbers or tensors, in F# or C#, and you need its exact derivatives: to fit, to optimise, to propagate errors. Here a transform takes a function
and returns a function, and transforms nest in any order. What they work on is an immutable graph in managed memory, with no native library to install.
*)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"

open Autodiff.Functional
open Autodiff.Functional.FSharp

let inline f x = sin (x * x) + exp x      // for numbers and for expressions

let value = f 0.5
let slope = scalar 0.5 |> grad f |> float
let curvature = scalar 0.5 |> grad (grad f) |> float
(*** include-value: value ***)
(*** include-value: slope ***)
(*** include-value: curvature ***)
(**
A graph is a value, and a transform is a fold over its nodes in dependency order. This is the graph of `f`:
*)
(f (Expr.Variable("x", Tensor.Scalar 0.5))).ToHtml()
(*** include-it-raw ***)
(**
## Where to go

| you want to | go to |
|---|---|
| learn it in half an hour | the [tutorial](tutorial.html), then the [notebooks](notebooks/1-first-gradient.html) |
| do one thing | [how-to recipes](how-to.html) |
| understand how it works | [architecture](architecture.html) |
| look something up | [the ops](ops.html), [the API](api/index.html) |

In a project: `dotnet add package Autodiff.Functional.FSharp` (C# needs only `Autodiff.Functional`). In a script or notebook: the first line above. The packages are made by `eng/pack` from a checkout, into
`artifacts/packages`.
*)
