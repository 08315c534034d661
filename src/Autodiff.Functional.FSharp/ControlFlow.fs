namespace Autodiff.Functional.FSharp

open System
open Autodiff.Functional

/// <summary>
/// Loops and branches as values, curried and pipeable. The graph is as large for 10⁵ steps as for two; gradients, forward mode and batches go through.
/// </summary>
/// <example><code>
/// let sum, sums = xs |> scan (fun sum x -> sum + x, sum + x) (scalar 0.0)
/// forLoop 20 (fun _ x -> 0.5 * (x + a / x)) a
/// x |> cond (x .> 0.0) sqrt (fun v -> v * v)
/// </code></example>
[<AutoOpen>]
module ControlFlow =

    let private stepped (body: 'c -> 'x -> 'c * 'y) =
        Func<'c, 'x, struct ('c * 'y)>(fun carry row ->
            let next, output = body carry row
            struct (next, output))

    /// <summary>
    /// A loop over the rows of some inputs, as <c>List.mapFold</c> with the carry first: a step takes the carry and a row and gives the next carry and an output. The last carry, and the
    /// outputs stacked.
    /// </summary>
    let scan (body: 'c -> 'x -> 'c * 'y) (start: 'c) (inputs: 'x) : 'c * 'y =
        let struct (carry, outputs) = Ad.Scan<'c, 'x, 'y>(stepped body, start, inputs)
        carry, outputs

    /// <summary>The same from the last row to the first, as <c>List.mapFoldBack</c>.</summary>
    let scanBack (body: 'c -> 'x -> 'c * 'y) (start: 'c) (inputs: 'x) : 'c * 'y =
        let struct (carry, outputs) = Ad.Scan<'c, 'x, 'y>(stepped body, start, inputs, reverse = true)
        carry, outputs

    /// A loop of a given number of steps without inputs, which gives an output in each.
    let scanFor (length: int) (body: 'c -> 'c * 'y) (start: 'c) : 'c * 'y =
        let step carry =
            let next, output = body carry
            struct (next, output)
        let struct (carry, outputs) = Ad.Scan<'c, 'y>(Func<'c, struct ('c * 'y)> step, start, length)
        carry, outputs

    /// A loop of a given number of steps: from the step's number, an Int64, and the carry to the next carry.
    let forLoop (count: int) (body: Expr -> 'c -> 'c) (start: 'c) : 'c =
        Ad.ForLoop<'c>(count, Func<Expr, 'c, 'c>(fun step carry -> body step carry), start)

    /// A loop that goes on while a condition of the carry holds. Reverse mode does not go through it.
    let whileLoop (condition: 'c -> Expr) (body: 'c -> 'c) (start: 'c) : 'c = Ad.While<'c>(Func<'c, Expr> condition, Func<'c, 'c> body, start)

    /// The value of one of two functions of an operand, by a Bool scalar. Only the one that is taken is computed.
    let cond (predicate: Expr) (yes: 'p -> 'r) (no: 'p -> 'r) (operand: 'p) : 'r = Ad.Cond<'p, 'r>(predicate, Func<'p, 'r> yes, Func<'p, 'r> no, operand)

    /// <summary>The value of one of several functions of an operand, by its index. An index outside of them is an error.</summary>
    let switch (index: Expr) (branches: ('p -> 'r) seq) (operand: 'p) : 'r =
        Ad.Switch<'p, 'r>(index, branches |> Seq.map (fun branch -> Func<'p, 'r> branch), operand)

    /// The fixed point x = f x, from a start; derivatives by the implicit function theorem.
    let fix (f: 'p -> 'p) (start: 'p) : 'p = Ad.Fix<'p>(Func<'p, 'p> f, start)

    /// The root f x = 0, by Newton's method from a start; derivatives by the implicit function theorem.
    let root (f: 'p -> 'p) (start: 'p) : 'p = Ad.Root<'p>(Func<'p, 'p> f, start)
