(**
# Option greeks

What is an option worth, and how does that change with each thing it depends on? The answers to the second question have Greek names and a page of formulas in every textbook. Here they are
derivatives of the price, written down once, and each is held against its formula. Then the same with a simulation, which has no formula.
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
(**
## The price

Black and Scholes (1973): a European call on an asset at price $S$ with strike $K$, rate $r$, volatility $\sigma$ and time $T$ to expiry.
*)
open Autodiff.Functional
open Autodiff.Functional.FSharp

type Market = { Spot: Expr; Volatility: Expr; Rate: Expr; Time: Expr }

let strike = 100.0

let call m =
    let total = m.Volatility * sqrt m.Time
    let d1 = (log (m.Spot / strike) + (m.Rate + 0.5 * Expr.Square m.Volatility) * m.Time) / total
    m.Spot * Expr.NormalCdf d1 - strike * exp (-m.Rate * m.Time) * Expr.NormalCdf(d1 - total)

let today = { Spot = scalar 105.0; Volatility = scalar 0.2; Rate = scalar 0.03; Time = scalar 0.5 }

printfn "the call is worth %.6f" (float (call today))
(**
## Every greek

First order is one gradient, which has the record's shape. Second order is a Hessian, indexed by the parameter.
*)
let first = grad call today
let second = hessians call today

/// The formulas of the textbooks (Hull, Options, Futures, and Other Derivatives, chapter 19; Haug 2007 for the second order).
let formula =
    let s, v, r, t = float today.Spot, float today.Volatility, float today.Rate, float today.Time
    let pdf z = exp (-0.5 * z * z) / sqrt (2.0 * System.Math.PI)
    let cdf (z: float) = float (Expr.NormalCdf(scalar z))
    let d1 = (log (s / strike) + (r + 0.5 * v * v) * t) / (v * sqrt t)
    let d2 = d1 - v * sqrt t
    let vega = s * pdf d1 * sqrt t
    dict [
        "delta", cdf d1
        "vega", vega
        "theta", -s * pdf d1 * v / (2.0 * sqrt t) - r * strike * exp (-r * t) * cdf d2
        "rho", strike * t * exp (-r * t) * cdf d2
        "gamma", pdf d1 / (s * v * sqrt t)
        "vanna", -pdf d1 * d2 / v
        "volga", vega * d1 * d2 / v
        "charm", -pdf d1 * (2.0 * r * t - d2 * v * sqrt t) / (2.0 * t * v * sqrt t) ]

let greeks = [
    "delta", "∂C/∂S", first.Spot
    "vega", "∂C/∂σ", first.Volatility
    "theta", "−∂C/∂T", -first.Time
    "rho", "∂C/∂r", first.Rate
    "gamma", "∂²C/∂S²", second.[_.Spot].Spot
    "vanna", "∂²C/∂S∂σ", second.[_.Spot].Volatility
    "volga", "∂²C/∂σ²", second.[_.Volatility].Volatility
    "charm", "−∂²C/∂S∂T", -second.[_.Spot].Time ]

printfn "%-7s %-11s %14s %14s" "" "" "derivative" "formula"
for name, meaning, value in greeks do
    printfn "%-7s %-11s %14.8f %14.8f" name meaning (float value) formula.[name]

let worst = greeks |> List.map (fun (name, _, value) -> abs (float value / formula.[name] - 1.0)) |> List.max
printfn "\nall agree: %b" (worst < 1e-12)
(**
## As functions of the price

`call` takes a vector of prices as well. Each option depends only on its own price, so the gradient of the *sum* is the vector of deltas, and the gradient of the sum of those the vector of gammas.
*)
let spots = [ 60.0 .. 1.0 .. 150.0 ]
let price time spot = call { today with Spot = spot; Time = scalar time }
let delta time = grad (fun spot -> Expr.Sum(price time spot))
let gamma time = grad (fun spot -> Expr.Sum(delta time spot))

let vega time (spot: Expr) =
    let sum v = Expr.Sum(call { today with Spot = spot; Time = scalar time; Volatility = v })
    grad sum (Expr.Full(spot.Shape, 0.2))

let curves (title: string) f =
    plotSized 420.0 280.0 title "price of the asset" "" [
        for time, color in [ 1.0, green; 0.25, blue; 0.02, orange ] do
            let values: Expr = f time (constant spots)
            line $"T = {time}" color (Seq.zip spots (values.Value.ToArray<float>())) ]

HTML(curves "Price" price + curves "Delta" delta + curves "Gamma" gamma + curves "Vega" vega) |> show
(**
The closer to expiry, the sharper the kink at the strike: delta turns into a step and gamma into a spike.

## The volatility that the market implies

Given a price, which volatility explains it? Newton's method, with vega by `valueAndGrad`:
*)
let implied quoted =
    let error v = call { today with Volatility = v } - quoted
    let newton v =
        let value, slope = valueAndGrad error v
        v - value / slope
    List.scan (fun v _ -> newton v) (scalar 0.5) [ 1..5 ]

for v in implied 9.0 do
    printfn "σ = %.12f" (float v)
(**
## Simulation

Where there is no formula, one draws paths. An Asian call pays on the *average* price along the path. The simulation is a pure function of the market and a random key, so its greeks are gradients as
well, path by path (Glasserman 2004, chapter 7.2): the same random numbers, differentiated.
*)
let steps, paths = 24, 20_000
let normal = RandomKey.FromSeed(2024L).Normal(Shape.Of(paths, steps))

let growth m =
    let dt = m.Time / float steps
    let drift = (m.Rate - 0.5 * Expr.Square m.Volatility) * dt
    Expr.CumSum(drift + m.Volatility * sqrt dt * normal, 1)

/// The discounted payoffs, one for each path.
let european m = exp (-m.Rate * m.Time) * Expr.Relu(m.Spot * exp (growth m).[*, steps - 1] - strike)
let asian m = exp (-m.Rate * m.Time) * Expr.Relu(Expr.Mean(m.Spot * exp (growth m), Axes.Of 1) - strike)

/// The mean over the paths, and its standard error.
let estimate (perPath: Expr) =
    float (Expr.Mean perPath), float (Expr.StandardDeviation perPath) / sqrt (float paths)
(**
Forward mode gives the derivative of every path's payoff at once: one direction in the market, one number for each path. So each greek has an error bar.
*)
let none = { Spot = scalar 0.0; Volatility = scalar 0.0; Rate = scalar 0.0; Time = scalar 0.0 }

let directions = [
    "delta", { none with Spot = scalar 1.0 }
    "vega", { none with Volatility = scalar 1.0 }
    "theta", { none with Time = scalar -1.0 }
    "rho", { none with Rate = scalar 1.0 } ]

let along payoff direction = jvp payoff today direction |> snd

let against name (mean, error) exact =
    let off = abs (mean - exact) / error
    printfn "%-6s %9.4f ± %.4f   formula %9.4f   %.1f standard errors off" name mean error exact off

printfn "European call, %d paths" paths
against "price" (estimate (european today)) (float (call today))
for name, direction in directions do
    against name (estimate (along european direction)) formula.[name]
(** *)
let alone name (mean, error) = printfn "%-6s %9.4f ± %.4f" name mean error

printfn "Asian call"
alone "price" (estimate (asian today))
for name, direction in directions do
    alone name (estimate (along asian direction))
(**
How the estimate of delta settles as paths are added, with two standard errors on either side, against the formula:
*)
let settling =
    let perPath = (along european (snd directions.[0])).Value.ToArray<float>()
    let mutable sum, squares = 0.0, 0.0
    [ for n in 1..paths do
          let d = perPath.[n - 1]
          sum <- sum + d
          squares <- squares + d * d
          if n >= 400 && n % 100 = 0 then
              let mean = sum / float n
              float n, mean, 2.0 * sqrt ((squares / float n - mean * mean) / float n) ]

HTML(plot "Delta by simulation" "paths" "delta" [
    band "± 2 standard errors" blue [ for n, mean, error in settling -> n, mean - error, mean + error ]
    line "estimate" blue [ for n, mean, _ in settling -> n, mean ]
    dashed "formula" orange [ 0.0, formula.["delta"]; float paths, formula.["delta"] ] ]) |> show
