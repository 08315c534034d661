namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>
/// F#'s slices of nodes and tensors, of any rank: <c>x.[1..3]</c>, <c>x.[0, 1.., *]</c>. Both ends are included, as everywhere in F#; axes that are not
/// named are whole.
/// </summary>
[<AutoOpen>]
module Slices =

    let private isBound (bound: obj | null) =
        match bound with
        | null
        | :? (int option) -> true
        | _ -> false

    let private text (bound: int option) = match bound with Some i -> string i | None -> ""

    let private range (first: int option) (last: int option) =
        if Option.exists (fun i -> i < 0) first || Option.exists (fun i -> i < -1) last then
            raise (IndexException("[]", "bounds ≥ 0", $"{text first}..{text last}", "Count from the end with the length: x.[x.Shape.[0] - 2 ..]."))
        Subscript.op_Implicit (Range(Index(defaultArg first 0), match last with Some last -> Index(last + 1) | None -> Index.End))

    /// F# passes an index as an int, a range as two options, of which None is null.
    let rec private subscripts (bounds: (obj | null) list) =
        match bounds with
        | [] -> []
        | (:? int as index) :: rest -> Subscript.op_Implicit index :: subscripts rest
        | first :: last :: rest when isBound first && isBound last -> range (unbox first) (unbox last) :: subscripts rest
        | other :: _ -> raise (IndexException("[]", "indices and ranges of type int", $"{other}"))

    let private read (bounds: (obj | null)[]) = bounds |> List.ofArray |> subscripts |> Array.ofList

    type Expr with
        /// <summary>What <c>x.[1..3, *]</c> calls.</summary>
        /// <exception cref="T:Autodiff.Functional.IndexException">A bound is outside its axis.</exception>
        /// <exception cref="T:Autodiff.Functional.AxisException">More axes are named than there are.</exception>
        member x.GetSlice([<ParamArray>] bounds: (obj | null)[]) : Expr = x.[ReadOnlySpan(read bounds)]

    type Tensor with
        /// <summary>What <c>t.[1..3, *]</c> calls: a view, which copies nothing.</summary>
        /// <exception cref="T:Autodiff.Functional.IndexException">A bound is outside its axis.</exception>
        /// <exception cref="T:Autodiff.Functional.AxisException">More axes are named than there are.</exception>
        member t.GetSlice([<ParamArray>] bounds: (obj | null)[]) : Tensor = t.[ReadOnlySpan(read bounds)]
