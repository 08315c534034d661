namespace Autodiff.Functional.FSharp

/// The transforms, curried and pipeable.
[<AutoOpen>]
module Transforms =
    ()
