(**
# First gradient

How does a program find derivatives? This notebook takes one small example apart: its graph, its values forwards, its gradients backwards,
and the order in which the nodes must be visited. At the end it is one line.

The packages of this checkout are enough (`eng/pack` makes them):
*)
(*** condition: fsx ***)
#load "script.fsx"
open Script
(** *)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"
(** *)
open System.Collections.Generic
open Autodiff.Functional
open Autodiff.Functional.FSharp

let x = Expr.Variable("x", Tensor.Scalar 0.5)

sin x * x |> show
(**
That was the first graph. `sin` and `*` are F#'s own; on an `Expr` they record what they do. Its gradient is one call:
*)
scalar 0.5 |> grad (fun x -> sin x * x) |> show
(**
## The graph

Three variables, and a value that is computed from them in four steps:

$$t_3 = t_1 + t_2 \qquad t_4 = t_2 \cdot t_5 \qquad t_6 = t_3 \cdot t_4 \qquad L = \sin t_6$$

Note that $t_2$ is used twice.
*)
let t1 = Expr.Variable("t1", Tensor.Scalar 1.0)
let t2 = Expr.Variable("t2", Tensor.Scalar 2.0)
let t5 = Expr.Variable("t5", Tensor.Scalar 0.5)

let t3 = t1 + t2
let t4 = t2 * t5
let t6 = t3 * t4
let L = sin t6

let names = [ "t1", t1; "t2", t2; "t3", t3; "t4", t4; "t5", t5; "t6", t6; "L", L ]

/// The picture with words of ours in the boxes.
let picture (words: string -> Expr -> string) =
    L.ToSvg [ for name, node in names -> KeyValuePair(words name node, node) ]
(** *)
HTML(picture (fun name node -> if node.Inputs.Count = 0 then name else $"{name} = {node.Op}")) |> show
(**
## Forwards: values

From the inputs to the output, each node from what is above it. A node stands one row below the lowest of its inputs, so a row can be computed as soon as the rows above it are.
*)
HTML(picture (fun name node -> $"{name} = {float node:F3}")) |> show
(**
## Backwards: gradients

Every operation knows two things: how to compute its value, and how to pass a gradient on. If $g$ is the gradient of $L$ with respect to a node, that node
contributes to its inputs:

| operation | to the first input | to the second |
|---|---|---|
| $c = a + b$ | $g$ | $g$ |
| $c = a \cdot b$ | $g \cdot b$ | $g \cdot a$ |
| $c = \sin a$ | $g \cdot \cos a$ | |

These are all the rules that the example needs:
*)
let contributions (node: Expr) (g: float) =
    let input (i: int) = float node.Inputs.[i]
    match node.Op.Name with
    | "Add" -> [ g; g ]
    | "Multiply" -> [ g * input 1; g * input 0 ]
    | "Sin" -> [ g * cos (input 0) ]
    | _ -> []
(**
The one difficulty is the order. $t_2$ gets a contribution from $t_3$ and one from $t_4$, and what it passes on is right only when it has **both**. Kahn's algorithm
(1962) says how: count for each node the consumers that have not been visited yet, and visit a node when there are none left. It needs a queue and no recursion.
*)
/// The visits, in order: the node, and the gradients that are known after it.
let backwards (loss: Expr) =
    let waiting = Dictionary<Expr, int>(HashIdentity.Reference)
    for visit in KahnOrder.From loss do
        for input in visit.Inputs do
            waiting.[input] <- waiting.GetValueOrDefault input + 1
    let rec visit (ready: Expr list) (gradient: (Expr * float) list) =
        match ready with
        | [] -> []
        | node :: rest ->
            let total = gradient |> List.sumBy (fun (n, g) -> if obj.ReferenceEquals(n, node) then g else 0.0)
            let passed = List.zip (List.ofSeq node.Inputs) (contributions node total)
            let next =
                [ for input in node.Inputs do
                      waiting.[input] <- waiting.[input] - 1
                      if waiting.[input] = 0 then input ]
            let gradient = gradient @ passed
            (node, total, gradient) :: visit (rest @ next) gradient
    visit [ loss ] [ loss, 1.0 ]

let steps = backwards L

for node, total, _ in steps do
    let name = names |> List.find (fun (_, n) -> obj.ReferenceEquals(n, node)) |> fst
    printfn "visit %-2s  its gradient is complete: ∂L/∂%-2s = %9.6f" name name total
(**
The same in pictures, one for each operation that is visited. A gradient that is still missing a contribution is marked with …
*)
let consumers (node: Expr) =
    Seq.length (seq {
        for visit in KahnOrder.From L do
            for input in visit.Inputs do
                if obj.ReferenceEquals(input, node) then input })

let frame number (node: Expr, _, gradient: (Expr * float) list) =
    let words name (other: Expr) =
        match gradient |> List.filter (fun (n, _) -> obj.ReferenceEquals(n, other)) with
        | [] -> $"{name} = {float other:F2}"
        | parts ->
            let missing = if List.length parts < consumers other then " + …" else ""
            $"{name} = {float other:F2}\n∂L = {List.sumBy snd parts:F3}{missing}"
    let title = names |> List.find (fun (_, n) -> obj.ReferenceEquals(n, node)) |> fst
    let style = "display:inline-block; margin:8px 14px; vertical-align:top; text-align:center"
    $"<figure style='{style}'>{picture words}<figcaption>{number + 1}: after {title}</figcaption></figure>"

HTML(steps |> List.take 4 |> List.mapi frame |> String.concat "") |> show
(**
## In one line

The library does the same with any graph, and what it gives is again a graph, so it can be differentiated again.
*)
gradients L |> show
(** *)
(gradients L).[t2] |> show
(** *)
let twice = gradients (gradients L).[t2]
printfn "∂²L/∂t2² = %.6f" (float twice.[t2])
(**
## Why not depth first?

The obvious program is recursive: pass the gradient to an input, which passes it on at once. Along $x \to x \cdot x \to \dots$ it takes every *path*, and their number doubles with each step;
Kahn's order takes every *node* once.
*)
let squarings n = List.fold (fun (z: Expr) _ -> z * z) t2 [ 1..n ]

let rec paths (node: Expr) = 1 + Seq.sumBy paths node.Inputs

printfn "squarings   depth first      Kahn"
for n in [ 1; 5; 10; 15; 20 ] do
    printfn "%9d %13d %9d" n (paths (squarings n)) (KahnOrder.From(squarings n).Count)
(**
And it is as deep as the graph. A hundred thousand steps are too many for a stack, and an ordinary case for a queue:
*)
let deep = List.fold (fun z _ -> 1e-5 * sin z + z) x [ 1..100_000 ]
let nodes = KahnOrder.From(deep).Count
printfn "%d nodes, value %.6f, derivative %.6f" nodes (float deep) (float (gradients deep).[x])
