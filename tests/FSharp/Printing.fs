/// How values look in F#: under %A, and in F# Interactive.
module Autodiff.Functional.FSharp.Tests.Printing

open Autodiff.Functional
open Autodiff.Functional.FSharp
open Xunit

let private x = variable "x" (tensor [ 1.0; 2.5 ])
let private loss = Expr.Sum(sin x * x)

[<Fact>]
let ``Under %A`` () =
    let shows (expected: string) value = Assert.Equal(expected, sprintf "%A" value)
    grad (fun x -> sin x * x) (scalar 0.5) |> shows "0.9182168195493894"
    loss |> shows "Sum[axes=[0]](Multiply(Sin(x), x)) : Float64()"
    tensor [ [ 1.0; 2.0 ]; [ 3.0; -4.0 ] ] |> shows "[[ 1.  2.]\n [ 3. -4.]]"
    (tensor [ 1.0; 2.5 ], x) |> shows "([1.  2.5], x)"
    loss.Op |> shows "Sum[axes=[0]]"
    x.Type |> shows "Float64(2,)"

[<Fact>]
let ``In F# Interactive`` () =
    Assert.Equal("\n[[ 1.  2.]\n [ 3. -4.]]", Interactive.print (tensor [ [ 1.0; 2.0 ]; [ 3.0; -4.0 ] ]))
    Assert.Equal("[1.  2.5]", Interactive.print x.Value)
    Assert.Equal("(2,)", Interactive.print x.Shape)
    Assert.Equal("[0, 2]", Interactive.print (Axes.Of(0, 2)))
    Assert.Equal("[Multiply(Sin(x), x) : Float64(2,)]", Interactive.print loss.Inputs)
    Assert.Equal("0: Variable[x]\n1: Sin(0)\n2: Multiply(1, 0)\n3: Sum[axes=[0]](2)", Interactive.print (KahnOrder.From loss))
    Assert.StartsWith("∂/∂x = Add(", Interactive.print (gradients loss))
    Assert.Null(Interactive.print "text")
