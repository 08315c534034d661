(**
# Tutorial

From one derivative to a trained model, in six steps. Every result on this page was computed when the page was built.

## 1. Numbers and nodes

`Expr` is a node of a graph. A **constant** computes at once; a **variable** records what is done to it.
*)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"

open Autodiff.Functional
open Autodiff.Functional.FSharp

let two = scalar 2.0
let four = two * two           // a constant again: computed
let x = Expr.Variable("x", Tensor.Scalar 2.0)
let square = x * x             // a node: recorded
(*** include-value: four ***)
(*** include-value: square ***)
(**
A node knows its dtype and shape always, and its value if the variables that it depends on have one.
*)
float square
(*** include-it ***)
(**
## 2. A gradient

`grad` takes a function with a scalar value and gives its derivative, which is a function of the same parameters.
*)
let cube (x: Expr) = x * x * x

let slope = grad cube
let curvature = grad slope
(float (slope two), float (curvature two))
(*** include-it ***)
(**
Nothing is said in advance about how often a function may be differentiated, and no state is kept between calls: `slope` is a function like any other.

## 3. Tensors

A tensor is an immutable array of any rank. Arithmetic is element by element and broadcasts as NumPy does; reductions take axes.
*)
let matrix = tensor [ [ 1.0; 2.0; 3.0 ]; [ 4.0; 5.0; 6.0 ] ]
let rows = Expr.Sum(Expr.Constant matrix * 10.0, Axes.Of 1)
(*** include-value: matrix ***)
(*** include-value: rows ***)
(**
The gradient of a function of a vector is a vector; the Jacobian of a function with vector values has the value's shape first, then the parameter's.
*)
let v = constant [ 1.0; 2.0; 3.0 ]
let gradient = v |> grad (fun v -> Expr.Sum(Expr.Square v))
let jacobianOfSin = (v |> jacobian sin).Value
(*** include-value: gradient ***)
(*** include-value: jacobianOfSin ***)
(**
## 4. Parameters of your own types

Parameters may be tuples, records, lists, options, maps and unions, nested in any way. The gradient has the same type.
*)
type Line = { Slope: Expr; Offset: Expr }

let xs = constant [ 0.0; 1.0; 2.0; 3.0 ]
let ys = constant [ 1.1; 2.9; 5.2; 7.1 ]

let loss line = Expr.Mean(Expr.Square(line.Slope * xs + line.Offset - ys))
let start = { Slope = scalar 0.0; Offset = scalar 0.0 }

let g = grad loss start
(float g.Slope, float g.Offset)
(*** include-it ***)
(**
## 5. Descent

Gradient descent is a fold: from one record to the next.
*)
let step line = zipLeaves (fun p g -> p - 0.1 * g) line (grad loss line)

let fitted = (start, [ 1..500 ]) ||> List.fold (fun line _ -> step line)
printfn "y = %.4f x + %.4f, mean square %.5f" (float fitted.Slope) (float fitted.Offset) (float (loss fitted))
(*** include-output ***)
(**
With second derivatives one step is enough, since this loss is a square:
*)
let newton line =
    let h = hessians loss line
    let g = grad loss line
    let matrix = Expr.Stack([ Expr.Stack [ h.[_.Slope].Slope; h.[_.Slope].Offset ]; Expr.Stack [ h.[_.Offset].Slope; h.[_.Offset].Offset ] ])
    let delta = Expr.Solve(matrix, Expr.Stack [ g.Slope; g.Offset ])
    { Slope = line.Slope - delta.[0]; Offset = line.Offset - delta.[1] }

let best = newton start
printfn "y = %.4f x + %.4f, mean square %.5f" (float best.Slope) (float best.Offset) (float (loss best))
(*** include-output ***)
(**
## 6. Looking inside

A gradient is a graph as well. Here is that of the loss with respect to the slope, over variables; what is used twice is named:
*)
let symbolic = grad (fun s -> loss { Slope = s; Offset = Expr.Variable("b", Shape.Scalar) }) (Expr.Variable("a", Shape.Scalar))
symbolic.ToHtml()
(*** include-it-raw ***)
(**
And as text, one line for each node, with its type:
*)
symbolic.Print()
(*** include-it ***)
(**
## Next

- [Composing pure models](notebooks/3-composing-models.html): a network as a record, training as a fold
- [Recipes](how-to.html) for single questions
- [Parameters of your own types](structures.html), in full
- [Architecture](architecture.html): why a graph, why Kahn's order
*)
