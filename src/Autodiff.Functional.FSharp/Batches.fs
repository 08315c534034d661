namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>Where the batch is in parameters and values: for <c>vmapAxes</c>.</summary>
[<RequireQualifiedAccess>]
module Batch =

    /// One axis for every leaf; a negative one counts from the end.
    let axis (axis: int) : BatchAxes = BatchAxes.All axis

    /// No leaf is batched.
    let none: BatchAxes = BatchAxes.None

    let private nullable (axis: int option) = Option.toNullable axis

    /// <summary>An axis for each leaf, in the order of <c>leaves</c>; <c>None</c> where a leaf is not batched.</summary>
    let axes (each: int option list) : BatchAxes = BatchAxes.Of [| for axis in each -> nullable axis |]

    /// <summary>An axis for each leaf by its path, such as <c>.Item2</c> or <c>.Layers[0].Weight</c>; <c>None</c> where a leaf is not batched.</summary>
    let byPath (axisOfPath: string -> int option) : BatchAxes = BatchAxes.By(Func<string, Nullable<int>>(fun path -> nullable (axisOfPath path)))

/// Functions of one element, over batches of them.
[<AutoOpen>]
module Batches =

    /// <summary>
    /// A function of one element at a batch, which is along the first axis of every leaf: traced once, every op runs over the whole batch.
    /// </summary>
    /// <example><code>
    /// (x, y) |> vmap (fun (x, y) -> grad (fun w -> loss w x y) weights)
    /// </code></example>
    let vmap (f: 'p -> 'r) (at: 'p) : 'r = Ad.Vmap<'p, 'r>(Func<'p, 'r> f, at)

    /// <summary>As <c>vmap</c>, with the batch along given axes of parameters and values.</summary>
    /// <example><code>
    /// (x, scale) |> vmapAxes (Batch.axes [ Some 1; None ]) (Batch.axis -1) (fun (x, scale) -> scale * x)
    /// </code></example>
    let vmapAxes (inAxes: BatchAxes) (outAxes: BatchAxes) (f: 'p -> 'r) (at: 'p) : 'r = Ad.Vmap<'p, 'r>(Func<'p, 'r> f, at, inAxes, outAxes)
