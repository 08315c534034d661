/// F#'s own types as parameters of models.
module Autodiff.Functional.FSharp.Tests.Structures

open System
open Autodiff.Functional
open Autodiff.Functional.FSharp
open Autodiff.Functional.FSharp.Tests.Call
open Xunit

type Layer = { W: Expr; B: Expr; Name: string }

[<Struct>]
type Point = { X: Expr; Y: Expr }

type Pair<'a, 'b> = { First: 'a; Second: 'b; Count: int }

[<CLIMutable>]
type Stored = { Weight: Expr; Id: int }

type Changing = { mutable Now: Expr }

type Activation =
    | Relu
    | Leaky of slope: Expr
    | Scaled of inner: Activation * by: Expr
    | Named of string

type Tree =
    | Leaf of Expr
    | Node of Tree * Tree

[<Struct>]
type Boxed =
    | Small of small: Expr
    | Large of large: Expr * name: string

type Single = Single of Expr * int

type Chain =
    | End
    | Link of Expr * Chain

type Dense(weight: Expr, bias: Expr) =
    member _.Weight = weight
    member _.Bias = bias

type Model = { Layers: Layer list; Extra: Map<string, Expr>; Activation: Activation; Scale: Expr option; Loss: Expr -> Expr }

let private a, b, c = scalar 2.0, scalar 3.0, scalar 5.0

/// Taken apart with these paths, rebuilt, mapped, raveled, differentiated.
let private goesRound (paths: string) (value: 'p) =
    let leaves = Structure.Leaves(value, "v")
    Assert.Equal(paths, leaves |> Seq.map (fun struct (path, _) -> path) |> String.concat " ")
    let numbers (p: 'p) = [ for struct (_, node) in Structure.Leaves(p, "v") -> float node ]
    let twice = numbers value |> List.map ((*) 2.0)
    Assert.Equal<float list>(numbers value, numbers (Structure.Rebuild(value, [ for struct (_, node) in leaves -> node ])))
    Assert.Equal<float list>(twice, numbers (Structure.Map(value, (fun x -> 2.0 * x))))
    let struct (vector, unravel) = Structure.Ravel value
    Assert.Equal<float list>(twice, numbers (unravel.Invoke(2.0 * vector)))
    let gradient = value |> grad (fun p -> Structure.Leaves p |> Seq.sumBy (fun struct (_, x) -> x * x))
    Assert.Equal<float list>(twice, numbers gradient)
    Assert.Equal(box value |> Option.ofObj |> Option.map _.GetType(), box gradient |> Option.ofObj |> Option.map _.GetType())

[<Fact>]
let Records () =
    goesRound "v.W v.B" { W = a; B = b; Name = "n" }
    goesRound "v.X v.Y" { X = a; Y = b }
    goesRound "v.First v.Second.W v.Second.B" { First = a; Second = { W = b; B = c; Name = "n" }; Count = 3 }
    goesRound "v.B v.W" {| W = a; B = b; Name = "n" |}
    goesRound "v.B v.W" (struct {| W = a; B = b; Name = "n" |})
    goesRound "v.Weight" { Weight = a; Id = 7 }
    Assert.Equal("n", (grad (fun l -> l.W * l.B) { W = a; B = b; Name = "n" }).Name)

[<Fact>]
let Classes () = goesRound "v.Weight v.Bias" (Dense(a, b))

[<Fact>]
let Tuples () =
    goesRound "v.Item1 v.Item2" (a, b)
    goesRound "v.Item1 v.Item2" (struct (a, b))
    goesRound "v.Item2.W v.Item2.B v.Item3" ("s", { W = a; B = b; Name = "n" }, c)

[<Fact>]
let Collections () =
    goesRound "v[0] v[1]" [ a; b ]
    goesRound "" ([]: Expr list)
    goesRound "v[0] v[1]" [| a; b |]
    goesRound "v[0].W v[0].B" [ { W = a; B = b; Name = "n" } ]
    goesRound "v[\"k\"] v[\"z\"]" (Map [ "z", a; "k", b ])
    goesRound "v[1].X v[1].Y v[2].X v[2].Y" (Map [ 2, { X = a; Y = b }; 1, { X = b; Y = c } ])
    goesRound "v[0][0] v[1][0] v[1][1]" [ [ a ]; [ b; c ] ]

[<Fact>]
let Options () =
    goesRound "v.Value" (Some a)
    goesRound "" (None: Expr option)
    goesRound "v.Item" (ValueSome a)
    goesRound "" (ValueNone: Expr voption)
    goesRound "v.Item2" ((None: Expr option), a)
    goesRound "v[0].Value v[2].Value.W v[2].Value.B" [ Some(box a); None; Some(box { W = a; B = b; Name = "n" }) ]
    goesRound "v.ResultValue" (Ok a: Result<Expr, string>)
    goesRound "" (Error "e": Result<Expr, string>)

[<Fact>]
let Unions () =
    goesRound "" Relu
    goesRound "v.slope" (Leaky a)
    goesRound "v.inner.slope v.by" (Scaled(Leaky a, b))
    goesRound "" (Named "n")
    goesRound "v.Item1.Item v.Item2.Item1.Item v.Item2.Item2.Item" (Node(Leaf a, Node(Leaf b, Leaf c)))
    goesRound "v.small" (Small a)
    goesRound "v.large" (Large(a, "n"))
    goesRound "v.Item1" (Single(a, 3))
    goesRound "v.Item" (box (Leaf a))
    goesRound "v.Item.Item1" (Choice1Of2(a, 3): Choice<Expr * int, string>)

type Bound =
    | Free of Expr
    | Fixed of float

type Numbers = { Rate: float }

[<Fact>]
let ``Without a node numbers are no gradient`` () =
    let refuses (says: string) (at: 'p) =
        let error = Assert.Throws<StructureException>(fun () -> grad (fun (_: 'p) -> scalar 1.0) at |> ignore)
        Assert.StartsWith("Grad: ", error.Message)
        Assert.Contains(says, error.Message)
    refuses "Bound" (Fixed 2.0)
    refuses "Rate (Double)" { Rate = 2.0 }
    refuses "Rate (Double)" [ { Rate = 2.0 } ]
    refuses "Rate (Double)" (Map [ "a", { Rate = 2.0 } ])
    refuses "Rate (Double)" ({ Rate = 2.0 }, "name")
    refuses "as Expr" (Choice2Of2 2.0: Choice<Expr, float>)
    refuses "as Expr" (Some(box 2.0))
    Assert.Equal(6.0, float (fst (grad (fun (x: Expr, _: Bound) -> x * x) (scalar 3.0, Fixed 2.0))))

[<Fact>]
let ``A model of all of them`` () =
    let loss = fun (x: Expr) -> x * x
    let model = { Layers = [ { W = a; B = b; Name = "one" } ]; Extra = Map [ "e", c ]; Activation = Leaky a; Scale = Some b; Loss = loss }
    goesRound "v.Layers[0].W v.Layers[0].B v.Extra[\"e\"] v.Activation.slope v.Scale.Value" model
    let gradient = grad (fun m -> m.Loss(m.Layers.Head.W * m.Extra["e"])) model
    Assert.Equal(2.0 * 10.0 * 5.0, float gradient.Layers.Head.W)
    Assert.Same(loss, gradient.Loss)
    Assert.Equal("one", gradient.Layers.Head.Name)
    Assert.Equal(0.0, float gradient.Scale.Value)

[<Fact>]
let ``A list of 100 000`` () =
    let list = List.init 100_000 (fun i -> scalar (float i))
    let gradient = grad (fun (x: Expr list) -> x.Head * x.Head + x[1]) list
    Assert.Equal(100_000, gradient.Length)
    Assert.Equal<float list>([ 0.0; 1.0; 0.0 ], gradient |> List.take 3 |> List.map float)
    let chain = List.fold (fun rest x -> Link(x, rest)) End list
    match Structure.Map(chain, (fun x -> 2.0 * x)) with
    | Link(head, _) -> Assert.Equal(2.0 * 99_999.0, float head)
    | End -> failwith "empty"

[<Fact>]
let ``A mutable record is an error that says so`` () =
    let error = Assert.Throws<StructureException>(fun () -> grad (fun m -> m.Now * m.Now) { Now = a } |> ignore)
    Assert.Contains("Changing", error.Message)
    Assert.Contains("member Now can be set", error.Message)

[<Fact>]
let ``Linear maps and products with the Hessian`` () =
    let value, pushforward = linearize (fun p -> { p with X = p.X * p.Y }) { X = a; Y = b }
    Assert.Equal(6.0, float value.X)
    Assert.Equal(3.0, float (pushforward { X = scalar 1.0; Y = scalar 0.0 }).X)
    let product = hvp (fun p -> p.X * p.X * p.Y) { X = a; Y = b } { X = scalar 1.0; Y = scalar 0.0 }
    Assert.Equal((6.0, 4.0), (float product.X, float product.Y))
    let value, (name, squared), gradient = valueAndGradWithAuxiliary (fun x -> x * x * x, ("n", x * x)) a
    Assert.Equal((8.0, "n", 4.0, 12.0), (float value, name, float squared, float gradient))
    Assert.Equal(4.0, float (gradOf snd (fun (x, y) -> x * x * y) (a, b)))

[<Fact>]
let ``The static functions take F# lambdas`` () =
    let gradient = Ad.Grad((fun m -> m.W * m.B), { W = a; B = b; Name = "n" })
    Assert.Equal(3.0, float gradient.W)
    let stepped = Structure.Zip({ X = a; Y = b }, { X = b; Y = c }, (fun p g -> p - 0.1 * g))
    Assert.Equal(1.7, float stepped.X, 1e-15)

[<Fact>]
let ``Functions of structures are pipeable`` () =
    let model = { First = [ a; b ]; Second = Some c; Count = 3 }
    let next = model |> grad (fun m -> m.First.Head * m.Second.Value) |> zipLeaves (fun p g -> p - 0.1 * g) model
    Assert.Equal<float list>([ 1.5; 3.0; 4.8 ], leaves next |> List.map (snd >> float))
    Assert.Equal<string list>([ "value.First[0]"; "value.First[1]"; "value.Second.Value" ], leaves next |> List.map fst)
    Assert.Equal(3, next.Count)
    let vector, back = ravel model
    Assert.Equal<float list>([ 4.0; 6.0; 10.0 ], 2.0 * vector |> back |> mapLeaves id |> leaves |> List.map (snd >> float))
