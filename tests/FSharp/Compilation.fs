/// Compiled functions: inferred without annotations, curried, nested.
module Autodiff.Functional.FSharp.Tests.Compilation

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Xunit

type Model = { W: Expr; B: Expr }

[<Fact>]
let ``A compiled function is the function`` () =
    let f = compile (fun x -> sin x * x)
    Assert.Equal(sin 0.5 * 0.5, float (f (scalar 0.5)), 14)

[<Fact>]
let ``The gradient of a record is compiled`` () =
    let loss m = sin m.W * m.B
    let value, gradient = compile (valueAndGrad loss) { W = scalar 0.5; B = scalar 2.0 }
    Assert.Equal((sin 0.5 * 2.0, cos 0.5 * 2.0), (float value, float gradient.W))

[<Fact>]
let ``Tuples, lists and pipes`` () =
    let norms = compile (fun (x: Expr, ys: Expr list) -> List.map (fun y -> x * y) ys)
    Assert.Equal<float list>([ 2.0; 6.0 ], norms (scalar 2.0, [ scalar 1.0; scalar 3.0 ]) |> List.map float)
    Assert.Equal(cos 0.5, scalar 0.5 |> compile (grad sin) |> float, 14)

[<Fact>]
let ``With options it is run into memory that is at hand`` () =
    let compiled = compileWith (CompileOptions(Threads = 1)) (fun x -> Expr.Exp x)
    let into = Array.zeroCreate<float> 2
    compiled.Run(Expr.Constant(Tensor.Of [| 0.0; 1.0 |]), [| OutputBuffer.op_Implicit into |])
    Assert.Equal<float[]>([| 1.0; exp 1.0 |], into)
