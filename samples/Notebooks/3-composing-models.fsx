(**
# Composing pure models

A model is a record of parameters and a pure function; a layer is a function; composing them is composing functions. Training is a fold: state in, state out, nothing is mutated.
The task is a classic of small networks: tell two spirals apart.
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

let count = 120

/// Points on two spirals, and which spiral each is on: 1 or −1.
let points, sides =
    let noise = RandomKey.FromSeed(7L).Normal(Shape.Of(count, 2), standardDeviation = 0.02)
    let noise = noise.Value.ToArray2D<float>()
    let place i =
        let t = float (i / 2) / float (count / 2)
        let angle = System.Math.PI * (2.6 * t + float (i % 2))
        let radius = 0.15 + 0.85 * t
        radius * cos angle + noise.[i, 0], radius * sin angle + noise.[i, 1]
    List.init count place, List.init count (fun i -> if i % 2 = 0 then 1.0 else -1.0)

let side s = [ for p, t in List.zip points sides do if t = s then p ]

HTML(plotSized 460.0 380.0 "Two spirals" "" "" [
    dots "1" orange (side 1.0)
    dots "−1" blue (side -1.0) ]) |> show
(**
## The model

`Dense` and `Network` are ordinary F# records; the list of layers is an ordinary list. No base class, no registration.
*)
type Dense = { Weight: Expr; Bias: Expr }
type Network = { Hidden: Dense list; Head: Dense; Name: string }

let dense layer x = Expr.MatMul(x, layer.Weight) + layer.Bias

/// From points (n, 2) to scores (n).
let scores network x =
    (x, network.Hidden)
    ||> List.fold (fun x layer -> tanh (dense layer x))
    |> dense network.Head
    |> fun s -> s.Squeeze(Axes.Of 1)

let start (widths: int list) =
    let keys = RandomKey.FromSeed(1L).Split widths.Length
    let layer i (from, into) =
        let deviation = 1.0 / sqrt (float from)
        { Weight = keys.[i].Normal(Shape.Of(from, into), standardDeviation = deviation)
          Bias = Expr.Zeros(Shape.Of into) }
    let layers = List.pairwise widths |> List.mapi layer
    { Hidden = layers |> List.take (layers.Length - 1); Head = List.last layers; Name = "spirals" }
(**
The loss is the mean negative log-likelihood of logistic regression on the scores, $\log(1 + e^{-\text{side}\cdot\text{score}})$, and a little weight decay.
*)
let xs, ts = constant [ for x, y in points -> [ x; y ] ], constant sides

let loss network =
    let fit = Expr.Mean(Expr.Softplus(-ts * scores network xs))
    let decay = leaves network |> List.sumBy (fun (_, p) -> Expr.Sum(Expr.Square p))
    fit + 1e-4 * decay

let network = start [ 2; 16; 16; 1 ]

for path, node in leaves network do
    printfn "%-28s %O" path node.Shape
(**
The gradient of a network is a network: the same record, with the gradient of each parameter in its place, and the name passed through.
*)
let slope = grad loss network
printfn "%s: %d hidden layers" slope.Name slope.Hidden.Length
printfn "‖∂loss/∂head‖ = %.4f" (float (Expr.Norm slope.Head.Weight))
(**
## Training is a fold

Adam (Kingma and Ba 2015) keeps two running means for each parameter. They have the type of the parameters, whatever that is, so the optimiser is generic; a step maps a state to a state.
*)
type Adam<'p> = { Parameters: 'p; Mean: 'p; Square: 'p; Steps: int }

let adam rate (loss: 'p -> Expr) (state: Adam<'p>) : float * Adam<'p> =
    let value, gradient = valueAndGrad loss state.Parameters
    let mean = zipLeaves (fun m g -> 0.9 * m + 0.1 * g) state.Mean gradient
    let square = zipLeaves (fun s g -> 0.99 * s + 0.01 * g * g) state.Square gradient
    let n = state.Steps + 1
    let scale = rate * sqrt (1.0 - 0.99 ** float n) / (1.0 - 0.9 ** float n)
    let direction = zipLeaves (fun m s -> m / (sqrt s + 1e-8)) mean square
    let next = zipLeaves (fun p d -> p - scale * d) state.Parameters direction
    float value, { Parameters = next; Mean = mean; Square = square; Steps = n }

let untrained =
    let zeros = network |> mapLeaves (fun p -> Expr.Zeros p.Shape)
    { Parameters = network; Mean = zeros; Square = zeros; Steps = 0 }
(** *)
let losses, trained = List.mapFold (fun state _ -> adam 0.02 loss state) untrained [ 1..600 ]

let right network =
    Seq.zip ((scores network xs).Value.ToArray<float>()) sides
    |> Seq.filter (fun (s, t) -> s * t > 0.0)
    |> Seq.length

printfn "%d points; before training %d are on the right side" count (right network)
printfn "after %d steps %d are" trained.Steps (right trained.Parameters)
(** *)
// varies from run to run: on another processor sums round differently
HTML(plot "Learning curve" "step" "log₁₀ loss" [
    line "Adam" blue (losses |> List.mapi (fun i l -> float i, log10 l)) ]) |> show
(**
What it has learnt: where the score is positive and where negative. One call evaluates the network on the whole grid.
*)
// varies from run to run: on another processor sums round differently
let axis = [| -1.2 .. 0.025 .. 1.2 |]

let field =
    let grid = constant [ for x in axis do for y in axis -> [ x; y ] ]
    let values = tanh (scores trained.Parameters grid)
    Expr.Reshape(values, [| axis.Length; axis.Length |]).Value.ToArray2D<float>()

HTML(plotSized 500.0 440.0 "Score" "" "" [
    contours grey [ -0.9; -0.5; 0.5; 0.9 ] axis axis field
    contours green [ 0.0 ] axis axis field
    dots "1" orange (side 1.0)
    dots "−1" blue (side -1.0) ]) |> show
(**
## Models compose

A different model of the same type of parameters is a different function. Here is one that adds each layer to its input, made of the same parts; nothing else changes, and `grad` does not care.
*)
let residual network x =
    let first, rest = List.head network.Hidden, List.tail network.Hidden
    (tanh (dense first x), rest)
    ||> List.fold (fun x layer -> x + tanh (dense layer x))
    |> dense network.Head
    |> fun s -> s.Squeeze(Axes.Of 1)

let lossOf model network = Expr.Mean(Expr.Softplus(-ts * model network xs))

for name, model in [ "plain", scores; "residual", residual ] do
    let value, slope = valueAndGrad (lossOf model) network
    let norm = leaves slope |> List.sumBy (fun (_, g) -> Expr.Sum(Expr.Square g)) |> sqrt
    printfn "%-9s loss %.4f   ‖gradient‖ %.4f" name (float value) (float norm)
