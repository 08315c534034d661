namespace Autodiff.Functional.FSharp

open Autodiff.Functional

/// <summary>How F# Interactive shows this library's values. The package registers it by itself; beside a plain reference, say
/// <c>fsi.AddPrinter Interactive.print</c>.</summary>
module Interactive =

    let private lines (texts: string seq) = String.concat "\n" texts

    /// The text of a value of this library, null for others.
    let print (value: obj) : string | null =
        match value with
        | :? Tensor as tensor when tensor.Rank > 1 -> "\n" + string tensor // on a line of its own, so that columns stay aligned
        | :? KahnOrder as order -> order |> Seq.map string |> lines
        | :? GradientMap as map ->
            map |> Seq.filter (fun pair -> pair.Key.Op :? Variable) |> Seq.map (fun pair -> $"∂/∂{pair.Key} = {pair.Value}") |> lines
        | _ when value.GetType().Assembly = typeof<Expr>.Assembly -> string value
        | _ -> null
