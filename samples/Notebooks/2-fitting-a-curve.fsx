(**
# Fitting a curve

How fast does an enzyme work, and how sure can one be? The data are those of Treloar (1974) on cells treated with puromycin, which every text on nonlinear regression uses (Bates and Watts 1988, appendix 1.3).
The law is Michaelis and Menten's: the rate is $\dfrac{V\,x}{K + x}$ at concentration $x$.

Exact derivatives serve three times here: to find the best parameters, to say how well they are known, and to draw a band around the curve.
*)
(*** condition: fsx ***)
#load "script.fsx"
open Script
(** *)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"
(** *)
open Autodiff.Functional
open Autodiff.Functional.FSharp

let concentration = [ 0.02; 0.02; 0.06; 0.06; 0.11; 0.11; 0.22; 0.22; 0.56; 0.56; 1.10; 1.10 ]
let measured = [ 76.0; 47.0; 97.0; 107.0; 123.0; 139.0; 159.0; 152.0; 191.0; 201.0; 207.0; 200.0 ]
(**
The model is a record of parameters and a function. The same function serves numbers, vectors of measurements, and grids.
*)
type Parameters = { V: Expr; K: Expr }

let rate p x = p.V * x / (p.K + x)

let x, y = constant concentration, constant measured
let residuals p = rate p x - y
let sumOfSquares p = Expr.Sum(Expr.Square(residuals p))

let symbol name = Expr.Variable(name, Shape.Scalar)
rate { V = symbol "V"; K = symbol "K" } (symbol "x") |> show
(**
## The best parameters

Near a point the residuals are linear: $r(p + \delta) \approx r(p) + J\delta$, with the Jacobian $J$. The method of Gauss and Newton solves that linear problem, again and again;
Levenberg's damping $\lambda$ keeps the step short where the linear picture does not hold yet: a step that makes things worse is not taken, and the next one is shorter. `jacobian` gives a record: one column for each parameter.
*)
let columns (j: Parameters) = Expr.Stack([ j.V; j.K ], 1)

let step (p, damping) =
    let j = columns (jacobian residuals p)
    let normal = Expr.MatMul(j.Transpose(), j)
    let damped = normal + damping * Expr.Diag(Expr.Diagonal normal)
    let delta = Expr.Solve(damped, Expr.MatMul(j.Transpose(), residuals p))
    let next = { V = p.V - delta.[0]; K = p.K - delta.[1] }
    let better = float (sumOfSquares next) < float (sumOfSquares p)
    if better then next, damping / 10.0 else p, damping * 10.0

let start = { V = scalar 120.0; K = scalar 0.2 }
let path = List.scan (fun state _ -> step state) (start, 0.1) [ 1..12 ]
let best = fst (List.last path)

for p, damping in path do
    let s = float (sumOfSquares p)
    printfn "V = %8.4f  K = %.6f  S = %10.4f  λ = %g" (float p.V) (float p.K) s damping
(**
## How well they are known

The covariance is $s^2 (J^\mathsf{T} J)^{-1}$, where $s^2$ is the mean square of the residuals on the 10 degrees of freedom.
*)
let covariance =
    let j = columns (jacobian residuals best)
    let s2 = sumOfSquares best / float (measured.Length - 2)
    s2 * Expr.Inverse(Expr.MatMul(j.Transpose(), j))

let deviation = Expr.Sqrt(Expr.Diagonal covariance)
printfn "V = %.3f ± %.3f" (float best.V) (float deviation.[0])
printfn "K = %.5f ± %.5f" (float best.K) (float deviation.[1])

covariance |> show
(**
Is the linear picture good enough? The curvature says. At the minimum the exact Hessian of the sum of squares is $2 J^\mathsf{T} J$ plus a part from the residuals, which the linear picture leaves out:
*)
let h = hessians sumOfSquares best
let exact = (h.[_.V]).K
let linear = let j = jacobian residuals best in 2.0 * Expr.Sum(j.V * j.K)
printfn "∂²S/∂V∂K: exact %.3f, linear %.3f" (float exact) (float linear)
(**
## Pictures
*)
#load "plots.fsx"
(*** condition: fsx ***)
open Plots
(**
The curve, and where it lies with 95 % confidence. An error in $p$ moves the curve by its derivative in $p$, so the variance at each point is $g^\mathsf{T} C g$ with the gradient $g$ there.
*)
let grid = [ 0.005 .. 0.005 .. 1.2 ]
let xs = constant grid

let deviations =
    let g = columns (jacobian (fun p -> rate p xs) best)
    Expr.Sqrt(Expr.Sum(Expr.MatMul(g, covariance) * g, Axes.Of 1))

let curve = (rate best xs).Value.ToArray<float>()
let width = (2.228 * deviations).Value.ToArray<float>()   // Student's t for 10 degrees of freedom

HTML(plot "Rate against concentration" "concentration, ppm" "counts/min²" [
    band "95 %" blue [ for x, y, w in Seq.zip3 grid curve width -> x, y - w, y + w ]
    line "fit" blue (Seq.zip grid curve)
    dots "measured" orange (Seq.zip concentration measured) ]) |> show
(**
The sum of squares over the plane of the parameters, on a grid that broadcasting makes of the same function; the path of the fit, and the region that the data allow (95 %: where the sum is below
$S_{\min}(1 + \tfrac{2}{10} F_{2,10})$). The region is bent: the parameters are correlated, and not quite as an ellipse.
*)
let vs, ks = [| 100.0 .. 2.5 .. 260.0 |], [| 0.02 .. 0.0025 .. 0.22 |]

let surface =
    let p = { V = Expr.Reshape(constant vs, [| -1; 1; 1 |])
              K = Expr.Reshape(constant ks, [| -1; 1 |]) }
    Expr.Sum(Expr.Square(rate p x - y), Axes.Of -1).Value.ToArray2D<float>()

let smallest = float (sumOfSquares best)

HTML(plot "Sum of squares" "V" "K" [
    contours grey [ 2000.0; 4000.0; 8000.0; 16000.0; 32000.0; 64000.0 ] vs ks surface
    contours blue [ smallest * (1.0 + 0.2 * 4.103) ] vs ks surface
    line "path" orange [ for p, _ in path -> float p.V, float p.K ]
    dots "iterations" orange [ for p, _ in path -> float p.V, float p.K ] ]) |> show
