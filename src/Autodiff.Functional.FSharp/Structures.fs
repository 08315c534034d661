namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>
/// Functions of parameter structures, curried and pipeable: of records, tuples, lists, arrays, options, maps and unions with nodes in them.
/// </summary>
/// <example><code>
/// let next = zipLeaves (fun p g -> p - 0.1 * g) model (grad loss model)
/// </code></example>
[<AutoOpen>]
module Structures =

    /// <summary>The nodes with their paths, such as <c>model.Layers[2].Weight</c>, in the order of all transforms.</summary>
    let leaves (value: 'p) : (string * Expr) list = [ for struct (path, node) in Structure.Leaves(value, "value") -> path, node ]

    /// A function of each node, in the same structure.
    let mapLeaves (f: Expr -> Expr) (value: 'p) : 'p = Structure.Map(value, Func<Expr, Expr> f)

    /// A function of each pair of nodes, in the same structure; all else is the first one's.
    let zipLeaves (f: Expr -> Expr -> Expr) (first: 'p) (second: 'p) : 'p = Structure.Zip(first, second, Func<Expr, Expr, Expr>(fun x y -> f x y))

    /// All entries as one vector, and the way back.
    let ravel (value: 'p) : Expr * (Expr -> 'p) =
        let struct (vector, unravel) = Structure.Ravel value
        vector, unravel.Invoke
