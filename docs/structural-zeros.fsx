(**
# Structural zeros

The gradient of a branch that was not taken should be 0. In most systems it is NaN, because reverse mode multiplies the branch's derivative, which may be infinite, by a zero cotangent, and 0·∞ is NaN. It is the
complaint heard most of automatic differentiation.
*)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"

open Autodiff.Functional
open Autodiff.Functional.FSharp

let root (x: Expr) = where (x .> 0.0) (sqrt x) 0.0
let atZero = scalar 0.0 |> grad root |> float
(*** include-value: atZero ***)
(**
## Why not "a zero cotangent wins"

The usual remedy is to let 0 times anything be 0. But a cotangent is zero for one of two reasons: the value does not depend on this entry at all, or it does and the derivative happens to be 0 *there*. In

$$\left(\sqrt{x}\right)^2 \quad\text{at}\quad x = 0$$

the cotangent that reaches the root is $2\sqrt{0} = 0$, and the slope of the root is ∞. The truth is 1. The remedy gives 0: finite, and wrong. Plain arithmetic gives NaN: no answer, but an honest one. So does this library.
*)
let honest = scalar 0.0 |> grad (fun x -> Expr.Square(sqrt x)) |> float
(*** include-value: honest ***)
(**
## What is done instead

A cotangent carries its **support** along: which entries were selected on the way. `Where`, maxima, slices and gathers narrow it; other ops pass it on. Outside the support the contribution is exactly 0, whatever the derivative is
there; inside, a zero is an ordinary number. Nothing else changes, and a graph that selects nothing has the same nodes as before.
*)
let selected = constant [ 1.0; 0.0 ] |> grad (fun x -> (log x).[0])
(*** include-value: selected ***)
(**
`log` at the second entry is −∞ and its slope ∞, but the value does not depend on it.

## A factor that is 0

A product with a factor 0 is constant as well, if that factor does not depend on what is differentiated: data, a mask, a numerator. The four-parameter logistic is the curve of every assay, and assays begin
at the concentration 0. There $(x/c)^b$ has an infinite slope below $b = 1$, but the path from $c$ is constant: the slope in $c$ is 0.
*)
let logistic (x: Expr) (c: Expr) = 0.1 + (2.0 - 0.1) / (1.0 + Expr.Pow(x / c, 0.5))
let atConcentrationZero = scalar 3.0 |> grad (logistic (scalar 0.0)) |> float
(*** include-value: atConcentrationZero ***)
(**
Whether a factor is 0 is read when the derivative is evaluated, so one compiled function serves any data. Whether it depends on the seed is known from the trace. A transform around that varies the factor finds
its derivative as it is: $\partial_m \partial_x\, m x^2$ at $m = 0$ is $2x$.
*)
let mixed = scalar 0.0 |> grad (fun m -> scalar 3.0 |> grad (fun x -> m * x * x)) |> float
(*** include-value: mixed ***)
(**
## Where it ends

- A factor that depends on the seed is an ordinary number: $\sqrt{x}\cdot\sqrt{x}$ above, or a mask that was computed from $x$. Select with `where` instead.
- Where the value itself is NaN, $0/0$, the derivative is NaN as well.
- Zeros in a matrix product do not make paths constant; and what a loop's step gives is not followed into the steps before it.

Forward mode needs no supports, since tangents are selected and not multiplied, but it guards the factors that are 0; where both modes are finite they agree. See decisions
[0003](decisions/0003-structural-zeros.html) and [0028](decisions/0028-factors-that-are-0.html).
*)
