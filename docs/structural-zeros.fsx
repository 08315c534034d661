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

## Where it ends

A mask that *multiplies* selects nothing: to the library it is a number like any other.
*)
let multiplied = scalar 0.0 |> grad (fun x -> 0.0 * sqrt x) |> float
(*** include-value: multiplied ***)
(**
Select with `where` instead. Forward mode needs no supports, since tangents are selected and not multiplied; where both modes are finite they agree. See [decision 0003](decisions/0003-structural-zeros.html).
*)
