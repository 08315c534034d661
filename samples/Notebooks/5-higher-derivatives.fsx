(**
# Higher derivatives and vmap

A gradient is a function like any other, so it has a gradient, and a batch of gradients is a function of a batch. Two ideas, and what comes of combining them.
*)
(*** condition: fsx ***)
#load "script.fsx"
open Script
(** *)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"
(** *)
#load "plots.fsx"
(*** condition: fsx ***)
open Plots
(** *)
open Autodiff.Functional
open Autodiff.Functional.FSharp
(**
## As often as you like

The derivatives of a function at 0 are the coefficients of its Taylor series. They are found by taking `grad` again and again:
*)
let f x = exp (sin x)

let coefficients =
    f
    |> Seq.unfold (fun g -> Some(float (g (scalar 0.0)), grad g))
    |> Seq.take 8
    |> Seq.mapi (fun n d -> d / float (Seq.fold (*) 1 [ 1..n ]))
    |> List.ofSeq

printfn "%A" coefficients
(** *)
let polynomial order (x: float) = List.foldBack (fun c rest -> c + x * rest) (List.take (order + 1) coefficients) 0.0
let xs = [ -2.0 .. 0.05 .. 2.0 ]

HTML(plot "exp(sin x) and its Taylor polynomials" "x" "" [
    line "exp(sin x)" blue [ for x in xs -> x, exp (sin x) ]
    for order, color in [ 1, grey; 3, green; 7, orange ] do
        dashed $"order {order}" color [ for x in xs do
                                            let y = polynomial order x
                                            if abs (y - 1.0) < 2.5 then x, y ] ]) |> show
(**
## Newton's method

The Hessian is the Jacobian of the gradient. On Rosenbrock's valley, gradient descent creeps; Newton's method, which knows the curvature, takes a handful of steps.
*)
let rosenbrock (p: Expr) = Expr.Square(1.0 - p.[0]) + 100.0 * Expr.Square(p.[1] - Expr.Square p.[0])

let newton p = p - Expr.Solve(hessian rosenbrock p, grad rosenbrock p)
let descend p = p - 0.001 * grad rosenbrock p

let start = constant [ -1.2; 1.0 ]
let byNewton = List.scan (fun p _ -> newton p) start [ 1..6 ]
let byDescent = List.scan (fun p _ -> descend p) start [ 1..2000 ]

for i, p in List.indexed byNewton do
    printfn "%d  %-28O f = %.3e" i p (float (rosenbrock p))
printfn "gradient descent after 2000 steps: f = %.3e" (float (rosenbrock (List.last byDescent)))
(** *)
let us, vs = [| -2.0 .. 0.05 .. 2.0 |], [| -4.0 .. 0.1 .. 3.0 |]

/// A function of one point becomes a function of many: vmap.
let onGrid g =
    let points = constant [ for u in us do for v in vs -> [ u; v ] ]
    Expr.Reshape(vmap g points, [| us.Length; vs.Length |]).Value.ToArray2D<float>()

let pair (p: Expr) = let v = p.Value in float v.[0], float v.[1]

HTML(plotSized 640.0 440.0 "Rosenbrock's valley" "" "" [
    contours grey [ -1.0 .. 0.5 .. 3.5 ] us vs (onGrid (fun p -> Expr.Log10(rosenbrock p + 1e-3)))
    line "gradient descent" orange (List.map pair byDescent)
    line "Newton" blue (List.map pair byNewton)
    dots "Newton's steps" blue (List.map pair byNewton) ]) |> show
(**
The grid above was computed with `vmap`: `rosenbrock` takes one point, and every op in it ran over all 5 751 at once.

## A gradient for each example

Training needs the mean gradient. To find outliers, clip, or estimate noise one wants the gradient of *each* example; a loop over the examples would trace the model again for each. Here is logistic regression
on twenty points, one of them mislabelled:
*)
type Line = { Slope: Expr; Offset: Expr }

let hours = [ for i in 0..19 -> 0.25 + 0.25 * float i ]
let passed = [ for h in hours -> if h > 2.6 then 1.0 else 0.0 ] |> List.mapi (fun i y -> if i = 17 then 0.0 else y)

let loss line (x, y) =
    let score = line.Slope * x + line.Offset
    Expr.Softplus score - y * score

let examples = constant hours, constant passed
let total line = Expr.Sum(vmap (loss line) examples) + 0.05 * (Expr.Square line.Slope + Expr.Square line.Offset)
(** *)
let rows (h: Jacobian<Line, Line>) =
    Expr.Stack [ Expr.Stack [ h.[_.Slope].Slope; h.[_.Slope].Offset ]; Expr.Stack [ h.[_.Offset].Slope; h.[_.Offset].Offset ] ]

let step line =
    let g = grad total line
    let delta = Expr.Solve(rows (hessians total line), Expr.Stack [ g.Slope; g.Offset ])
    { Slope = line.Slope - delta.[0]; Offset = line.Offset - delta.[1] }

let fitted = List.fold (fun line _ -> step line) { Slope = scalar 0.0; Offset = scalar 0.0 } [ 1..8 ]
printfn "slope %.4f, offset %.4f" (float fitted.Slope) (float fitted.Offset)
(** *)
let each = examples |> vmap (fun example -> grad (fun line -> loss line example) fitted)
let sizes = Expr.Hypot(each.Slope, each.Offset).Value.ToArray<float>()

HTML(plot "Size of each example's gradient" "hours" "‖gradient‖" [
    line "gradient" grey (Seq.zip hours sizes)
    dots "examples" blue (Seq.zip hours sizes)
    dots "the mislabelled one" orange [ (hours.[17], sizes.[17]) ] ]) |> show
(**
## Laplace's approximation

How sure is the fit? Near its peak the posterior is almost a normal distribution, with the inverse of the Hessian as covariance. Its contours are ellipses; the exact ones, on a grid, are a little bent.
*)
let covariance = Expr.Inverse(rows (hessians total fitted))

printfn "slope %.3f ± %.3f" (float fitted.Slope) (sqrt (float covariance.[0, 0]))
printfn "offset %.3f ± %.3f" (float fitted.Offset) (sqrt (float covariance.[1, 1]))

covariance |> show
(** *)
let slopes, offsets = [| 0.0 .. 0.05 .. 4.0 |], [| -8.0 .. 0.1 .. 1.0 |]

let surface (g: Line -> Expr) =
    let grid = constant [ for s in slopes do for o in offsets -> [ s; o ] ]
    let values = grid |> vmap (fun p -> g { Slope = p.[0]; Offset = p.[1] })
    Expr.Reshape(values, [| slopes.Length; offsets.Length |]).Value.ToArray2D<float>()

let lowest = total fitted
let hessianAtBest = rows (hessians total fitted)

let quadratic line =
    let d = Expr.Stack [ line.Slope - fitted.Slope; line.Offset - fitted.Offset ]
    0.5 * Expr.Sum(d * Expr.MatMul(hessianAtBest, d))

let levels = [ 0.5; 2.0; 4.5 ]     // one, two, three standard deviations

HTML(plotSized 640.0 420.0 "Posterior: exact (blue) and Laplace (orange)" "slope" "offset" [
    contours blue levels slopes offsets (surface (fun line -> total line - lowest))
    contours orange levels slopes offsets (surface quadratic)
    dots "best" grey [ (float fitted.Slope, float fitted.Offset) ] ]) |> show
(**
The same works without ever writing the Hessian down: `hvp` gives its product with a vector, at the cost of a few gradients, also where it would have millions of rows.
*)
let product = hvp total fitted { Slope = scalar 1.0; Offset = scalar 0.0 }
printfn "Hessian's first column: %.4f %.4f" (float product.Slope) (float product.Offset)
