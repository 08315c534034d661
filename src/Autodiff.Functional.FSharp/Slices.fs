namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>One axis of a slice.</summary>
type private Part =
    | At of index: int
    | From of first: int option * last: int option

/// <summary>
/// F#'s slices of nodes and tensors, of any rank: <c>x.[1..3]</c>, <c>x.[0, 1.., *]</c>. Both ends are included, as everywhere in F#; axes that are not
/// named are whole.
/// </summary>
[<AutoOpen>]
module Slices =

    /// F# passes an index as an int, a range as two options, of which None is null.
    let rec private parts (bounds: obj list) =
        match bounds with
        | [] -> []
        | (:? int as index) :: rest -> At index :: parts rest
        | first :: last :: rest when isBound first && isBound last -> From(unbox first, unbox last) :: parts rest
        | other :: _ -> raise (IndexException("slice", "indices and ranges of type int", $"{other}"))

    and private isBound (bound: obj) = isNull bound || bound :? (int option)

    let private range part =
        match part with
        | At index when index >= 0 -> Range(Index index, Index(index + 1))
        | From(first, last) when Option.forall (fun i -> i >= 0) first && Option.forall (fun i -> i >= -1) last ->
            let stop = match last with Some last -> Index(last + 1) | None -> Index.End
            Range(Index(defaultArg first 0), stop)
        | _ -> raise (IndexException("slice", "indices ≥ 0", $"{part}", "Use Expr.Slice to count from the end."))

    /// The axes that an index, not a range, was given for: they are dropped.
    let private dropped (parts: Part list) =
        parts |> List.indexed |> List.choose (function axis, At _ -> Some axis | _ -> None) |> Array.ofList |> Axes.op_Implicit

    type Expr with
        /// <summary>What <c>x.[1..3, *]</c> calls.</summary>
        /// <exception cref="T:Autodiff.Functional.IndexException">A bound is outside its axis.</exception>
        /// <exception cref="T:Autodiff.Functional.AxisException">More axes are named than there are.</exception>
        member x.GetSlice([<ParamArray>] bounds: obj[]) : Expr =
            let parts = parts (List.ofArray bounds)
            Expr.Squeeze(x.[ReadOnlySpan(parts |> List.map range |> Array.ofList)], dropped parts)

    type Tensor with
        /// <summary>What <c>t.[1..3, *]</c> calls: a view, which copies nothing.</summary>
        /// <exception cref="T:Autodiff.Functional.IndexException">A bound is outside its axis.</exception>
        /// <exception cref="T:Autodiff.Functional.AxisException">More axes are named than there are.</exception>
        member t.GetSlice([<ParamArray>] bounds: obj[]) : Tensor = (Expr.Constant t).GetSlice(bounds).Value
