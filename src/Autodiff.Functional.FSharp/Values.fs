namespace Autodiff.Functional.FSharp

open System
open System.Collections
open Autodiff.Functional

/// Tensors and leaves of graphs.
[<AutoOpen>]
module Values =

    let rec private innermost (kind: Type) =
        match kind.GetElementType() with
        | null -> kind
        | element -> innermost element

    let private refuse (element: obj | null) =
        let kind = match element with null -> "null" | element -> element.GetType().Name
        raise (DTypeException("tensor", "numbers or bools, or nested sequences of them", $"a sequence of {kind}", "Convert the elements first."))

    let rec private read (data: IEnumerable) : Tensor =
        match data with
        | :? Array as array when (innermost (array.GetType())).IsPrimitive -> Tensor.Of array
        | :? (float seq) as numbers -> Tensor.Of numbers
        | :? (float32 seq) as numbers -> Tensor.Of numbers
        | :? (int64 seq) as numbers -> Tensor.Of numbers
        | :? (int seq) as numbers -> Tensor.Of numbers
        | :? (bool seq) as numbers -> Tensor.Of numbers
        | rows -> rows |> Seq.cast<obj> |> Seq.map row |> Seq.toArray |> Tensor.Of

    and private row (data: obj) : Array =
        match data with
        | :? string -> refuse data
        | :? IEnumerable as data -> (read data).ToMultidimensionalArray()
        | _ -> refuse data

    /// <summary>
    /// The elements of an array of any rank, a list or a sequence, nested or not, as a tensor: <c>tensor [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]</c>.
    /// </summary>
    /// <exception cref="T:Autodiff.Functional.ShapeException">Rows differ in length.</exception>
    /// <exception cref="T:Autodiff.Functional.DTypeException">The elements are not bool, int, int64, float32 or float.</exception>
    let tensor (data: IEnumerable) : Tensor = read data

    /// <summary>The elements as a constant node.</summary>
    let constant (data: IEnumerable) : Expr = Expr.Constant(tensor data)

    /// A scalar constant of dtype Float64.
    let scalar (value: float) : Expr = Expr.Scalar value

    /// A variable with a value: gradients can be taken with respect to it.
    let variable (name: string) (value: Tensor) : Expr = Expr.Variable(name, value)
