(**
# Differentiating through a solver and a fixed point

A function need not be a formula. It may be a simulation of a thousand steps, or the answer of an iteration that runs until it has converged. Both have derivatives, and both ways to get them are here: through the steps, and
around them.
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
## A thrown ball

A ball flies with gravity and with drag that grows with the square of its speed: no formula says where it lands. Runge and Kutta's method does, step by step. `scanFor` is a loop as a value: its body is traced once, so that the
graph is as large for a thousand steps as for two.
*)
type Ball = { X: Expr; Y: Expr; U: Expr; V: Expr }

let drag = 0.02

let velocity b =
    let speed = Expr.Hypot(b.U, b.V)
    { X = b.U; Y = b.V; U = -drag * speed * b.U; V = -9.81 - drag * speed * b.V }

let along (h: Expr) b d = zipLeaves (fun b d -> b + h * d) b d

let rungeKutta h b =
    let k1 = velocity b
    let k2 = velocity (along (0.5 * h) b k1)
    let k3 = velocity (along (0.5 * h) b k2)
    let k4 = velocity (along h b k3)
    let mean = zipLeaves (+) (zipLeaves (+) k1 k4) (mapLeaves (fun k -> 2.0 * k) (zipLeaves (+) k2 k3))
    along (h / 6.0) b mean

type Throw = { Angle: Expr; Speed: Expr; Time: Expr }

/// The flight in 200 steps: where the ball ends, and where it was at each step.
let flight throw =
    let start =
        { X = scalar 0.0; Y = scalar 0.0
          U = throw.Speed * cos throw.Angle; V = throw.Speed * sin throw.Angle }
    start |> scanFor 200 (fun ball -> let next = rungeKutta (throw.Time / 200.0) ball in next, (next.X, next.Y))
(**
## Hit the target

At which angle and speed does the ball come down on a target 20 m away, after exactly 2.5 s? Two equations, two unknowns, and a simulation between them. Newton's method asks for the Jacobian of the landing point: forward
mode carries it through all 200 steps.
*)
let miss (p: Expr) =
    let ball, _ = flight { Angle = p.[0]; Speed = p.[1]; Time = scalar 2.5 }
    Expr.Stack [ ball.X - 20.0; ball.Y ]

let aim p = p - Expr.Solve(jacobian miss p, miss p)
let aims = List.scan (fun p _ -> aim p) (constant [ 0.5; 12.0 ]) [ 1..5 ]

for p in aims do
    let off = miss p
    printfn "angle %.6f  speed %9.6f  misses by %10.2e, %10.2e" (float p.[0]) (float p.[1]) (float off.[0]) (float off.[1])
(** *)
let trace (p: Expr) =
    let _, (x, y) = flight { Angle = p.[0]; Speed = p.[1]; Time = scalar 2.5 }
    Seq.zip (x.Value.ToArray<float>()) (y.Value.ToArray<float>())

HTML(plot "Aiming through a simulation" "x, m" "y, m" [
    for i, p in List.indexed (List.take 3 aims) do
        dashed $"aim {i}" grey (trace p)
    line "hit" blue (trace (List.last aims))
    dots "target" orange [ (20.0, 0.0) ] ]) |> show
(**
How much does each moment of the flight depend on the angle? `jvp` gives the whole curve of sensitivities in one pass; dotted, the difference of two flights, for comparison.
*)
let best = List.last aims

let heights (p: Expr) = snd (snd (flight { Angle = p.[0]; Speed = p.[1]; Time = scalar 2.5 }))
let _, sensitivity = jvp heights best (constant [ 1.0; 0.0 ])

let difference =
    let shifted = heights (best + constant [ 1e-5; 0.0 ]) - heights (best - constant [ 1e-5; 0.0 ])
    shifted / 2e-5

let times = [ for i in 1..200 -> 2.5 * float i / 200.0 ]

HTML(plot "Sensitivity of the height to the angle" "t, s" "∂y/∂angle, m/rad" [
    line "jvp" blue (Seq.zip times (sensitivity.Value.ToArray<float>()))
    dashed "differences" orange (Seq.zip times (difference.Value.ToArray<float>())) ]) |> show
(**
And the best throw: at which angle does the ball, thrown at 15 m/s, fly farthest? It lands when its height is 0, which is an equation in the time of flight. `root` solves it, and has a derivative: that of the implicit function, whatever
the iteration did. With drag the answer is below 45°.
*)
let distance (angle: Expr) =
    let landing time = fst (flight { Angle = angle; Speed = scalar 15.0; Time = time })
    let time = root (fun t -> (landing t).Y) (scalar 2.0)
    (landing time).X

let climb angle = angle - grad distance angle / grad (grad distance) angle
let farthest = List.fold (fun angle _ -> climb angle) (scalar 0.8) [ 1..4 ]
printfn "farthest at %.2f°: %.3f m" (float farthest * 180.0 / System.Math.PI) (float (distance farthest))
(**
## Kepler's equation

Where is a planet at time $M$ (as an angle)? The equation $E - e \sin E = M$ has no solution in closed form, but its derivative has: $\frac{dE}{dM} = \frac{1}{1 - e\cos E}$, by the implicit function theorem. `root` knows it:
*)
let anomaly e (m: Expr) = root (fun E -> E - e * sin E - m) m

for e, m in [ 0.1, 0.5; 0.5, 1.0; 0.9, 0.3 ] do
    let E = float (anomaly e (scalar m))
    let slope = scalar m |> grad (anomaly e) |> float
    printfn "e = %.1f, M = %.1f:  E = %.10f  dE/dM = %.10f, formula %.10f" e m E slope (1.0 / (1.0 - e * cos E))
(**
## A fixed point, unrolled or not

A network that is its own input: $x = \tanh(Wx + u)$, iterated until nothing changes any more (Bai, Kolter and Koltun 2019, "Deep equilibrium models"). Differentiating the iteration keeps every step; `fix` keeps only the answer,
since its derivative does not depend on how it was found.
*)
let n = 8
let weights = RandomKey.FromSeed(3L).Normal(Shape.Of(n, n), standardDeviation = 0.25)
let input = RandomKey.FromSeed(4L).Normal(Shape.Of n)

let layer w (x: Expr) = tanh (Expr.MatMul(w, x) + input)
let zero = Expr.Zeros(Shape.Of n)

let byFix w = Expr.Sum(Expr.Square(fix (layer w) zero))
let unrolled steps w = Expr.Sum(Expr.Square(List.fold (fun x _ -> layer w x) zero [ 1..steps ]))

let implicitGradient = grad byFix weights
let errors =
    [ for steps in 1..3..61 ->
          let g = grad (unrolled steps) weights
          float steps, log10 (float (Expr.Norm(g - implicitGradient)) + 1e-17) ]

let size f = KahnOrder.From(f (Expr.Variable("W", weights.Value)): Expr).Count
printfn "nodes in the graph: fix %d, 60 steps unrolled %d" (size byFix) (size (unrolled 60))
(** *)
// varies from run to run in the last digits
HTML(plot "Gradient of n unrolled steps, against that of fix" "steps" "log₁₀ of the distance" [
    line "distance" blue errors ]) |> show
(** *)
implicitGradient.Value.ToHtml(heat = true) |> HTML |> show
