/// Tensors from F#'s collections.
module Autodiff.Functional.FSharp.Tests.Tensors

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Xunit

let private holds (dtype: DType) (shape: int list) (elements: 'a list) (t: Tensor) =
    Assert.Equal(dtype, t.DType)
    Assert.Equal<int list>(shape, List.ofSeq t.Shape)
    Assert.Equal<'a list>(elements, List.ofArray (t.ToArray<'a>()))

[<Fact>]
let ``Lists, sequences and arrays of every dtype`` () =
    tensor [ 1.0; 2.0 ] |> holds DType.Float64 [ 2 ] [ 1.0; 2.0 ]
    tensor [ 1.0f; 2.0f ] |> holds DType.Float32 [ 2 ] [ 1.0f; 2.0f ]
    tensor [ 1; 2 ] |> holds DType.Int32 [ 2 ] [ 1; 2 ]
    tensor [ 1L; 2L ] |> holds DType.Int64 [ 2 ] [ 1L; 2L ]
    tensor [ true; false ] |> holds DType.Bool [ 2 ] [ true; false ]
    tensor (seq { 1.0 .. 3.0 }) |> holds DType.Float64 [ 3 ] [ 1.0; 2.0; 3.0 ]
    tensor [| 1.0; 2.0 |] |> holds DType.Float64 [ 2 ] [ 1.0; 2.0 ]
    tensor (array2D [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]) |> holds DType.Float64 [ 2; 2 ] [ 1.0; 2.0; 3.0; 4.0 ]
    tensor (Array3D.init 1 2 2 (fun _ j k -> 2 * j + k)) |> holds DType.Int32 [ 1; 2; 2 ] [ 0; 1; 2; 3 ]

[<Fact>]
let ``Nested collections`` () =
    tensor [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ] |> holds DType.Float64 [ 2; 2 ] [ 1.0; 2.0; 3.0; 4.0 ]
    tensor [| [| 1 |]; [| 2 |] |] |> holds DType.Int32 [ 2; 1 ] [ 1; 2 ]
    tensor [ [| 1 |]; [| 2 |] ] |> holds DType.Int32 [ 2; 1 ] [ 1; 2 ]
    tensor [| [ 1 ]; [ 2 ] |] |> holds DType.Int32 [ 2; 1 ] [ 1; 2 ]
    tensor [ [ [ 1; 2 ] ]; [ [ 3; 4 ] ] ] |> holds DType.Int32 [ 2; 1; 2 ] [ 1; 2; 3; 4 ]
    tensor (seq { for i in 0..1 -> [ i; i ] }) |> holds DType.Int32 [ 2; 2 ] [ 0; 0; 1; 1 ]
    tensor ([]: float list) |> holds DType.Float64 [ 0 ] ([]: float list)

[<Fact>]
let ``What is no tensor says why`` () =
    let ragged = Assert.Throws<ShapeException>(fun () -> tensor [ [ 1.0 ]; [ 2.0; 3.0 ] ] |> ignore)
    Assert.Contains("row 1", ragged.Message)
    let texts = Assert.Throws<DTypeException>(fun () -> tensor [ "a" ] |> ignore)
    Assert.Contains("String", texts.Message)
    Assert.Throws<DTypeException>(fun () -> tensor [| 1uy |] |> ignore) |> ignore
    Assert.Throws<DTypeException>(fun () -> tensor [| 1u |] |> ignore) |> ignore

type Weights = { W: Expr; Bias: Expr option; Layers: Tensor list; Named: Map<string, Expr>; Rate: float }

[<Fact>]
let ``Records of parameters as JSON and back`` () =
    let model = { W = constant [ 1.0; nan; -0.0 ]; Bias = Some(scalar 2.0); Layers = [ tensor [ [ true; false ] ] ]; Named = Map [ "a", Expr.Literal 0.1 ]; Rate = 0.5 }
    let text = System.Text.Json.JsonSerializer.Serialize model
    let back = match System.Text.Json.JsonSerializer.Deserialize<Weights> text with null -> failwith "nothing came back" | back -> back
    Assert.Equal(text, System.Text.Json.JsonSerializer.Serialize back)
    Assert.Equal(model.W.Value, back.W.Value)
    Assert.Equal<Tensor list>(model.Layers, back.Layers)
    let error = Assert.Throws<System.Text.Json.JsonException>(fun () -> System.Text.Json.JsonSerializer.Serialize { model with W = variable "w" (tensor [ 1.0 ]) } |> ignore)
    Assert.Contains(".Value", error.Message)
