namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>Derivatives of one's own, recomputation, and checks of derivatives.</summary>
[<AutoOpen>]
module Rules =

    /// <summary>
    /// A function whose pullback is given: <c>forward</c> gives the value and the residuals, <c>backward</c> takes the residuals and the value's cotangent to the parameters' cotangents.
    /// </summary>
    /// <example><code>
    /// let log1pexp = customVjp (fun x -> Expr.Log1p(exp x), x) (fun x c -> c * Expr.Sigmoid x)
    /// </code></example>
    let customVjp (forward: 'p -> 'r * 's) (backward: 's -> 'r -> 'p) : 'p -> 'r =
        let both at =
            let value, residuals = forward at
            struct (value, residuals)
        let f = Ad.CustomVjp<'p, 'r, 's>(Func<'p, struct ('r * 's)> both, Func<'s, 'r, 'p>(fun residuals cotangent -> backward residuals cotangent))
        f.Invoke

    /// <summary>A function whose pushforward is given: from parameters and their tangents to the value and its tangent. Reverse mode is its transpose.</summary>
    /// <example><code>
    /// let square = customJvp (fun (x: Expr) dx -> x * x, 2.0 * x * dx)
    /// </code></example>
    let customJvp (pushforward: 'p -> 'p -> 'r * 'r) : 'p -> 'r =
        let both at tangent =
            let value, derivative = pushforward at tangent
            struct (value, derivative)
        let f = Ad.CustomJvp<'p, 'r>(Func<'p, 'p, struct ('r * 'r)>(fun at tangent -> both at tangent))
        f.Invoke

    /// The same function, whose inner values are computed again in the reverse pass instead of kept.
    let checkpoint (f: 'p -> 'r) : 'p -> 'r = Ad.Checkpoint<'p, 'r>(Func<'p, 'r> f).Invoke

    /// All nodes of a value as constants for every derivative.
    let stopGradient (value: 'p) : 'p = Ad.StopGradient<'p> value

    /// <summary>The derivatives at a point by every way that there is, as a report: it prints as a table, and <c>.ThrowIfWrong()</c> throws if two disagree.</summary>
    let checkGradients (f: 'p -> 'r) (at: 'p) : GradientReport = Ad.CheckGradients<'p, 'r>(Func<'p, 'r> f, at)
