namespace Autodiff.Functional.FSharp

open Autodiff.Functional

/// What an operand of the functions below can be: a node, a tensor, a literal.
[<Sealed; AbstractClass>]
type Operand =
    /// A node as it is.
    static member Node(x: Expr) = x
    /// A constant.
    static member Node(x: Tensor) = Expr.Constant x
    /// A weak literal, which takes the dtype of the other operand.
    static member Node(x: float) = Expr.Literal x
    /// A weak literal, which takes the dtype of the other operand.
    static member Node(x: float32) = Expr.Literal(float x)

/// Functions and operators that F# keeps for its own comparison: on nodes they compare element by element, after broadcasting.
[<AutoOpen>]
module Operators =

    /// The overload of <see cref="T:Autodiff.Functional.FSharp.Operand"/> for a type.
    let inline nodeBy (_: ^o) (x: ^x) : Expr = ((^o or ^x): (static member Node: ^x -> Expr) x)

    /// A node of a node, a tensor or a literal.
    let inline operand x = nodeBy Unchecked.defaultof<Operand> x

    /// The larger of two; NaN if one is.
    let inline maximum x y = Expr.Maximum(operand x, operand y)
    /// The smaller of two; NaN if one is.
    let inline minimum x y = Expr.Minimum(operand x, operand y)

    /// x < y, as Bool.
    let inline (.<) x y = Expr.Less(operand x, operand y)
    /// x > y, as Bool.
    let inline (.>) x y = Expr.Greater(operand x, operand y)
    /// x ≤ y, as Bool.
    let inline (.<=) x y = Expr.LessEqual(operand x, operand y)
    /// x ≥ y, as Bool.
    let inline (.>=) x y = Expr.GreaterEqual(operand x, operand y)
    /// x = y, as Bool.
    let inline (.=) x y = Expr.Equal(operand x, operand y)
    /// x ≠ y, as Bool.
    let inline (.<>) x y = Expr.NotEqual(operand x, operand y)

    /// x where the mask is true, y elsewhere.
    let inline where (mask: Expr) x y = Expr.Where(mask, operand x, operand y)
