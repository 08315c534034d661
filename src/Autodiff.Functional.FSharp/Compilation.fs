namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>Compiled functions, curried.</summary>
[<AutoOpen>]
module Compilation =

    /// <summary>
    /// The function compiled: traced once for each combination of shapes and dtypes, then run in few passes over memory. Give it its function once, and keep what comes back.
    /// </summary>
    /// <example><code>
    /// let step = compile (valueAndGrad loss)
    /// let value, gradient = step model
    /// </code></example>
    let compile (f: 'p -> 'r) : 'p -> 'r =
        let compiled = Ad.Compile<'p, 'r>(Func<'p, 'r> f)
        compiled.Run

    /// <summary>As <c>compile</c>, with options; the result can also be run into memory of the caller's.</summary>
    let compileWith (options: CompileOptions) (f: 'p -> 'r) : Compiled<'p, 'r> = Ad.Compile<'p, 'r>(Func<'p, 'r> f, options)
