/// Compiled functions: inferred without annotations, curried, nested.
module Autodiff.Functional.FSharp.Tests.Compilation

open System
open System.Threading
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

[<Fact>]
let ``A run can be cancelled, and into memory as well`` () =
    use source = new CancellationTokenSource()
    let compiled = compileWith (CompileOptions()) (fun m -> sin m.W * m.B)
    let model = { W = scalar 0.5; B = scalar 2.0 }
    Assert.Equal(2.0 * sin 0.5, float (compiled.Run(model, source.Token)), 14)
    let into = Array.zeroCreate<float> 1
    compiled.Run(model, source.Token, [| OutputBuffer.op_Implicit into |])
    Assert.Equal(2.0 * sin 0.5, into[0], 14)
    source.Cancel()
    Assert.Throws<OperationCanceledException>(fun () -> compiled.Run(model, source.Token) |> ignore) |> ignore

[<Fact>]
let ``A run of a record into memory allocates nothing`` () =
    let compiled = compileWith (CompileOptions(Threads = 1)) (valueAndGrad (fun m -> sin m.W * m.B))
    let model = { W = scalar 0.5; B = scalar 2.0 }
    let into: OutputBuffer[] = Array.init 3 (fun _ -> OutputBuffer.op_Implicit (Array.zeroCreate<float> 1))
    let bytes () =
        let before = GC.GetAllocatedBytesForCurrentThread()
        for _ in 1..200 do
            compiled.Run(model, into)
        GC.GetAllocatedBytesForCurrentThread() - before
    Assert.Equal(0L, Seq.init 5 (fun _ -> bytes ()) |> Seq.min)

[<Fact>]
let ``The first NaN is told with its line`` () =
    let loss m =
        log m.W
        * m.B
    let error =
        Assert.Throws<NotANumberException>(fun () -> (compileWith (CompileOptions(CheckNaN = true)) loss).Run({ W = scalar -1.0; B = scalar 2.0 }) |> ignore)
    Assert.Equal("Log", error.Op)
    Assert.Contains("as Log(-1)", error.Message)
    Assert.Contains(sprintf "%s:line %d." __SOURCE_FILE__ (int __LINE__ - 6), error.Message)
    Assert.Contains("It goes into the value.", error.Message)
