using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>The transform of a function into one over a batch: trace it at an element without a value, then fold the graph at the batch.</summary>
internal static class Vectorization
{
    public static R Apply<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs, BatchAxes inAxes, BatchAxes outAxes)
    {
        ArgumentNullException.ThrowIfNull(f);
        Required.Type("Vmap", "a value", outputs);
        var leaves = Required.Nodes("Vmap", "parameters", inputs, at);
        var batch = Batch.Of(inputs, at, leaves, inAxes.Each(inputs, at, leaves.Length, "in"));
        R value = default!;
        var graph = Graph.Trace("Vmap", elements => Required.Nodes("Vmap", "a value", outputs, value = f(inputs.Rebuild(at, batch.Elements(leaves, elements)))), batch.ElementTypes);
        var results = Batching.Fold(graph, batch.Arguments, [.. batch.Arguments.Select(_ => true)], batch.Size);
        var axes = outAxes.Each(outputs, value, results.Length, "out");
        return outputs.Rebuild(value, [.. results.Select((result, i) => Placed(result, axes[i], batch.Size, () => PathOf(outputs, value, i, "the value")))]);
    }

    /// <summary>The batched leaves of an argument, each with the batch as its first axis.</summary>
    private sealed record Batch(int Size, ImmutableArray<int> Places, ImmutableArray<Expr> Arguments)
    {
        public ImmutableArray<TensorType> ElementTypes => [.. Arguments.Select(argument => new TensorType(argument.DType, argument.Shape.Slice(1, argument.Rank - 1)))];

        public static Batch Of<P>(Structure<P> structure, P at, ImmutableArray<Expr> leaves, ImmutableArray<int?> axes)
        {
            ImmutableArray<int> places = [.. Enumerable.Range(0, leaves.Length).Where(i => axes[i] is not null)];
            if (places.IsEmpty)
                throw new AxisException("Vmap", "an axis for at least one leaf", $"none, of {leaves.Length}", "What no batch reaches needs no Vmap: call the function.");
            ImmutableArray<Expr> arguments = [.. places.Select(i => First(leaves[i], axes[i]!.Value, () => PathOf(structure, at, i, "the argument")))];
            int size = arguments[0].Shape[0], other = arguments.Select(argument => argument.Shape[0]).TakeWhile(length => length == size).Count();
            if (other < arguments.Length)
                throw new ShapeException("Vmap", "one size of the batch in all leaves", $"{Said(0)}, and {Said(other)}", "Leaves that are the same for every element have the axis BatchAxes.None, or null in BatchAxes.Of.");
            return new(size, places, arguments);

            string Said(int k) => $"{arguments[k].Shape[0]} at axis {axes[places[k]]} of {PathOf(structure, at, places[k], "the argument")} {leaves[places[k]].Shape}";
        }

        /// <summary>The leaves, with elements in place of the batched ones.</summary>
        public ImmutableArray<Expr> Elements(ImmutableArray<Expr> leaves, ImmutableArray<Expr> elements)
        {
            var all = leaves.ToBuilder();
            for (int k = 0; k < elements.Length; k++)
                all[Places[k]] = elements[k];
            return all.MoveToImmutable();
        }

        private static Expr First(Expr leaf, int axis, Func<string> path) => axis >= -leaf.Rank && axis < leaf.Rank
            ? Expr.MoveAxis(Expr.Cast(leaf, leaf.DType), axis, 0)
            : throw new AxisException("Vmap", leaf.Rank == 0 ? "leaves that have a batch axis" : $"an in axis in {-leaf.Rank} … {leaf.Rank - 1} for the shape {leaf.Shape}",
                $"{(leaf.Rank == 0 ? "a scalar" : $"{axis}")} at {path()}", "Give it no axis if it is the same for every element: null in BatchAxes.Of, or close over it.");
    }

    /// <summary>A result with the batch at its out axis.</summary>
    private static Expr Placed(Batching.Batched result, int? axis, int size, Func<string> path)
    {
        if (axis is not { } to)
            return !result.HasBatchAxis ? result.Node
                : throw new AxisException("Vmap", "an out axis for every value that depends on the batch", $"none for {path()}", "Give it an axis, and reduce over that outside; or compute it from what is not batched.");
        int rank = result.Node.Rank + (result.HasBatchAxis ? 0 : 1);
        return to >= -rank && to < rank
            ? Expr.MoveAxis(Batching.WithAxis(result, size), 0, to)
            : throw new AxisException("Vmap", $"an out axis in {-rank} … {rank - 1} for {path()}, whose shape is {Batching.WithAxis(result, size).Shape} with the batch first", $"{to}");
    }

    private static string PathOf<P>(Structure<P> structure, P value, int index, string name) => structure is OneNode ? name : structure.Leaves(value, name)[index].Path;
}
