(**
# From PyTorch and JAX

You know one of the two; here is the same in F#. Each cell was run; the Python beside it is as its users write it.
*)
(*** condition: fsx ***)
#load "script.fsx"
open Script
(** *)
#r "nuget: Autodiff.Functional.FSharp, 0.1.0"

open Autodiff.Functional
open Autodiff.Functional.FSharp
(**
## At a glance

| PyTorch | JAX | here |
|---|---|---|
| `torch.tensor([1., 2.])` | `jnp.array([1., 2.])` | `tensor [ 1.0; 2.0 ]`, `constant [ 1.0; 2.0 ]` |
| `x.requires_grad_()` | – | – : what is differentiated is a parameter of the function |
| `loss.backward(); w.grad` | `jax.grad(loss)(w)` | `grad loss w` |
| `optimizer.zero_grad()` | – | – : nothing accumulates |
| `with torch.no_grad()` | – | – : constants compute, and record nothing |
| `x.detach()` | `lax.stop_gradient(x)` | `stopGradient x` |
| `torch.func.vmap(f)` | `jax.vmap(f)` | `vmap f` |
| `torch.func.jacrev`, `hessian` | `jax.jacobian`, `jax.hessian` | `jacobian f`, `hessian f` |
| `torch.func.jvp` | `jax.jvp` | `jvp f x tangent` |
| `torch.compile(f)` | `jax.jit(f)` | `Ad.Compile f` |
| `autograd.Function` | `jax.custom_vjp` | `customVjp forward backward` |
| `torch.utils.checkpoint` | `jax.checkpoint` | `checkpoint f` |
| – | `lax.scan`, `lax.cond` | `scan`, `cond` |
| `torch.manual_seed(0)` | `jax.random.key(0)` | `RandomKey.FromSeed 0L` |
| `nn.Module`, `state_dict` | a pytree | any record of yours; `leaves model` gives names and nodes |
| `gradcheck(f, x)` | `check_grads(f, x, 2)` | `checkGradients f x`, and properties for FsCheck |

## A gradient

```text
# PyTorch                                     # JAX
x = torch.tensor(0.5, requires_grad=True)     f = lambda x: jnp.sin(x) * x
y = torch.sin(x) * x                          jax.grad(f)(0.5)
y.backward()
x.grad
```
*)
let f x = sin x * x

scalar 0.5 |> grad f |> show
(**
As in JAX, a gradient is a function of a function, so the second one is nothing new. In PyTorch it takes `create_graph=True`.
*)
scalar 0.5 |> grad (grad f) |> show
(**
## A model

```text
# PyTorch                                     # JAX
class Net(nn.Module):                         params = {"w": ..., "b": ...}
    def __init__(self): ...                   def predict(params, x):
    def forward(self, x):                         return jnp.tanh(x @ params["w"]) + params["b"]
        return torch.tanh(self.w(x)) + self.b
```

A model is a record and a function. Misspell a parameter, and the compiler says so.
*)
type Net = { W: Expr; B: Expr }

let key = RandomKey.FromSeed 0L
let xs = (key.FoldIn 1L).Normal(Shape.Of(64, 2))
let ys = Expr.Sin(xs.[*, 0]) - 0.5 * xs.[*, 1]

let predict net (x: Expr) = Expr.Sum(tanh (Expr.MatMul(x, net.W)), Axes.Of -1) + net.B
let loss net = Expr.Mean(Expr.Square(predict net xs - ys))

let start = { W = (key.FoldIn 2L).Normal(Shape.Of(2, 8), standardDeviation = 0.5); B = scalar 0.0 }

for path, node in leaves (grad loss start) do
    printfn "%-10s %O" path node.Shape
(**
## A training loop

```text
# PyTorch                                     # JAX
opt = torch.optim.SGD(net.parameters(), 0.1)  @jax.jit
for _ in range(300):                          def step(p):
    opt.zero_grad()                               return jax.tree.map(lambda p, g: p - 0.1 * g,
    loss(net).backward()                                              p, jax.grad(loss)(p))
    opt.step()                                for _ in range(300): params = step(params)
```
*)
let step net = zipLeaves (fun p g -> p - 0.1 * g) net (grad loss net)
let trained = List.fold (fun net _ -> step net) start [ 1..300 ]
printfn "loss %.5f -> %.5f" (float (loss start)) (float (loss trained))
(**
**Compiled.** `jax.jit(step)` is `Ad.Compile`: traced once for these shapes, optimised, and run in a few passes over memory. The result is the same to the last digits.
*)
let compiled = Ad.Compile<Net, Net> step
let again = List.fold (fun net _ -> compiled.Run net) start [ 1..300 ]
printfn "loss %.5f, compiled %.5f" (float (loss trained)) (float (loss again))
(** *)
// varies from run to run: times
let seconds action =
    action ()
    let watch = System.Diagnostics.Stopwatch.StartNew()
    for _ in 1..500 do action ()
    watch.Elapsed.TotalMicroseconds / 500.0

printfn "a step: %.0f µs, compiled %.0f µs" (seconds (fun () -> ignore (step start))) (seconds (fun () -> ignore (compiled.Run start)))
(**
## What the graph looks like

`jax.make_jaxpr(f)(x)` prints the program that was traced. Here it is `Print`, and in a notebook the value itself shows a picture.
*)
let gradient = grad (fun x -> Expr.Sum(tanh x * 2.0)) (Expr.Variable("x", Shape.Of 3))
printfn "%s" (gradient.Print())
(** *)
gradient |> show
(**
## Gradients of each example

```text
# JAX
jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(params, xs, ys)
```

What is the same for all is closed over:
*)
let lossOf net (x: Expr, y: Expr) = Expr.Square(predict net x - y)
let each = (xs, ys) |> vmap (fun example -> grad (fun net -> lossOf net example) trained)
printfn "%O %O" each.W.Shape each.B.Shape
(**
## A rule of one's own

```text
# JAX
@jax.custom_vjp
def clip_gradient(x): return x
clip_gradient.defvjp(lambda x: (x, None), lambda _, g: (jnp.clip(g, -1, 1),))
```
*)
let clipGradient: Expr -> Expr = customVjp (fun x -> x, ()) (fun () g -> Expr.Clamp(g, -1.0, 1.0))

constant [ 0.1; 10.0 ] |> grad (fun x -> Expr.Sum(Expr.Square(clipGradient x))) |> show
(**
## A loop

```text
# JAX
lax.scan(lambda c, x: (0.9 * c + x, c), 0., xs)
```
*)
let last, all = constant [ 1.0; 2.0; 3.0; 4.0 ] |> scan (fun c x -> 0.9 * c + x, c) (scalar 0.0)
printfn "%O %O" last all
(**
## What is different

**Branches not taken.** `jax.grad(lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.))(0.)` is `nan`; in PyTorch it is as well. Here:
*)
scalar 0.0 |> grad (fun x -> where (x .> 0.0) (sqrt x) 0.0) |> show
(**
**Dtypes.** Numbers are 64 bits unless you say otherwise (`tensor [ 1.0f ]`). A literal takes its neighbour's dtype; two different dtypes that were both said are an error, and never a silent conversion:
*)
let message = try string (Expr.Constant(tensor [ 1.0f ]) + scalar 1.0) with :? DTypeException as e -> e.Message
printfn "%s" message
(**
**Errors** say what was expected, what came, and what to do:
*)
let shapes = try string (Expr.MatMul(xs, xs)) with :? ShapeException as e -> e.Message
printfn "%s" shapes
(**
**Devices.** There are none to choose: it runs on the CPU, in managed code, wherever .NET runs.
*)
