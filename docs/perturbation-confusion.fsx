(**
# Perturbation confusion

Differentiate a function that itself differentiates, and two infinitesimals are about: the outer one and the inner one. A system that mixes them up gives a wrong number and no error. The classic case (Siskind and
Pearlmutter 2005, "Perturbation confusion and referential transparency") is

$$\frac{d}{dx}\left( x \cdot \frac{d}{dy}(x + y)\Big|_{y=1} \right)\Big|_{x=1} = 1$$

The inner derivative is 1 whatever x is, so the outer one is 1 as well. A forward mode that keeps one ε for both takes the inner derivative of x in x for one of x in y, and says 2.
*)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"

open Autodiff.Functional
open Autodiff.Functional.FSharp

let classic = scalar 1.0 |> grad (fun x -> x * grad (fun y -> x + y) (scalar 1.0)) |> float
(*** include-value: classic ***)
(**
The same with dual numbers whose ε is shared, to see how it goes wrong. `(value, derivative)` pairs, by hand:
*)
let add (a, da) (b, db) : float * float = a + b, da + db
let times (a, da) (b, db) : float * float = a * b, da * b + a * db
let derivative f x = snd (f (x, 1.0))

let confused = derivative (fun x -> times x (derivative (fun y -> add x y) 1.0, 0.0)) 1.0
(*** include-value: confused ***)
(**
`x` carries derivative 1 into the inner function, where it is taken for a derivative in `y`.

## How it is avoided here

Other systems tag what they trace with the level of the transform, and check the tags in every op. Here there are no tags:

1. A transform at a point makes a **fresh node** for it, the seed, also if the point is itself being traced. Two transforms never share a seed.
2. The function is traced at the seed, and the nodes that depend on *this* seed are found: by following edges, nothing else.
3. They are replayed with the point itself in the seed's place, and the derivative is folded over them. If the point belongs to an outer transform, the result is recorded there like any other node.

What depends on the inner seed can't be mistaken for what depends on the outer one, since they are different nodes. A closed-over variable does not depend on the inner seed, whatever its value:
*)
let closedOver = scalar 3.0 |> grad (fun x -> grad (fun s -> x * s) x) |> float
(*** include-value: closedOver ***)
(**
The derivative of x·s in s is x; at s = x it is x, and *its* derivative is 1. To look at values instead ("is this node the same as that one?") would give 2.

With both modes, three deep, and over the same variable, against the truth:
*)
let third = scalar 0.5 |> grad (grad (grad (fun x -> sin x * exp x))) |> float
let truth = 2.0 * exp 0.5 * (cos 0.5 - sin 0.5)
(third, truth)
(*** include-it ***)
(**
See [decision 0006](decisions/0006-stamps-and-seeds.html). The tests nest transforms at random to depth three and compare with dual numbers.
*)
