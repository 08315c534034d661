using FsCheck;
using FsCheck.Fluent;

namespace Autodiff.Functional.Properties.Tensors;

/// <summary>An array as plainly as one can write it: a shape, and a function from indices to elements. What views are held against.</summary>
public sealed record Model(int[] Shape, Func<int[], double> At)
{
    /// <summary>Elements 0, 1, 2 … in row-major order.</summary>
    public static Model Counting(params int[] shape) => new(shape, at => Place(shape, at));

    public int Size => Shape.Aggregate(1, (size, length) => size * length);

    public double[] Elements => [.. Indices(Shape).Select(At)];

    /// <summary>All indices of a shape, in row-major order.</summary>
    public static IEnumerable<int[]> Indices(int[] shape) => shape.Aggregate((IEnumerable<int[]>)[[]], (indices, length) =>
        indices.SelectMany(index => Enumerable.Range(0, length).Select(i => (int[])[.. index, i])));

    public static int Place(int[] shape, int[] at) => at.Zip(shape).Aggregate(0, (place, axis) => place * axis.Second + axis.First);

    public Model Permute(int[] order) => new([.. order.Select(axis => Shape[axis])], at =>
    {
        var old = new int[at.Length];
        for (int i = 0; i < at.Length; i++)
            old[order[i]] = at[i];
        return At(old);
    });

    public Model Slice(int[] starts, int[] counts, int[] steps) => new(counts, at => At([.. at.Select((index, axis) => starts[axis] + index * steps[axis])]));

    public Model Expand(int[] shape) => new(shape, at => At([.. at.Select((index, axis) => Shape[axis] == 1 ? 0 : index)]));

    public Model Reshape(int[] shape)
    {
        var elements = Elements;
        return new(shape, at => elements[Place(shape, at)]);
    }
}

/// <summary>One view of an array, on a tensor and on the model.</summary>
public sealed record View(string Text, Func<Tensor, Tensor> OnTensor, Func<Expr, Expr> OnNode, Func<Model, Model> OnModel)
{
    public override string ToString() => Text;

    public static Gen<View> Any(int[] shape) => shape.Length == 0
        ? Gen.OneOf(Reshaped(shape))
        : Gen.OneOf(Permuted(shape), Sliced(shape), Expanded(shape), Reshaped(shape));

    private static Gen<View> Permuted(int[] shape) => Gen.Shuffle(Enumerable.Range(0, shape.Length)).Select(order => new View(
        $".Transpose([{string.Join(", ", order)}])", t => t.Permute(order), x => Expr.Transpose(x, order), m => m.Permute(order)));

    private static Gen<View> Sliced(int[] shape) => Gen.CollectToArray(shape, Part).Select(parts =>
    {
        int[] starts = [.. parts.Select(p => p.Start)], counts = [.. parts.Select(p => p.Count)], steps = [.. parts.Select(p => p.Step)];
        return new View($".Slice({string.Join(", ", parts)})", t => t.Slice(starts, counts, steps),
            x => Expr.Apply(new Slice(starts, Shape.Of(counts), steps), x), m => m.Slice(starts, counts, steps));
    });

    private static Gen<(int Start, int Count, int Step)> Part(int length) => length == 0 ? Gen.Constant((0, 0, 1)) :
        from start in Gen.Choose(0, length - 1)
        from step in Gen.Elements(1, 1, 1, 2, -1, -2)
        from count in Gen.Choose(0, 1 + (step > 0 ? (length - 1 - start) / step : start / -step))
        select (start, count, step);

    private static Gen<View> Expanded(int[] shape) => Gen.CollectToArray(shape, length => length == 1 ? Gen.Choose(0, 3) : Gen.Constant(length)).Select(to => new View(
        $".BroadcastTo({Shape.Of(to)})", t => t.Expand(Shape.Of(to)), x => Expr.BroadcastTo(x, Shape.Of(to)), m => m.Expand(to)));

    private static Gen<View> Reshaped(int[] shape)
    {
        int size = Shape.Of(shape).Size;
        int[] factors = [.. Enumerable.Range(1, Math.Max(1, size)).Where(n => size % n == 0)];
        return from first in Gen.Elements(factors)
               from ones in Gen.Choose(0, 2)
               select (int[])[.. Enumerable.Repeat(1, ones), first, size / first] into to
               select new View($".Reshape({Shape.Of(to)})", t => t.Reshape(Shape.Of(to)), x => Expr.Reshape(x, Shape.Of(to)), m => m.Reshape(to));
    }
}

/// <summary>A chain of views of an array that counts its elements.</summary>
public sealed record Views(int[] Shape, View[] Chain)
{
    public Model Model => Chain.Aggregate(Model.Counting(Shape), (model, view) => view.OnModel(model));
    public Tensor Source => Tensor.Of(Model.Counting(Shape).Elements, Autodiff.Functional.Shape.Of(Shape));
    public Tensor Tensor => Chain.Aggregate(Source, (tensor, view) => view.OnTensor(tensor));
    public Expr Node => Chain.Aggregate(Expr.Constant(Source), (node, view) => view.OnNode(node));

    public override string ToString() => $"Counting({string.Join(", ", Shape)}){string.Concat<View>(Chain)}";

    public static Arbitrary<Views> Any() => Gen.Sized(size =>
        from rank in Gen.Choose(0, 4)
        from shape in Gen.ArrayOf(Gen.Frequency((1, Gen.Constant(0)), (8, Gen.Constant(1)), (30, Gen.Choose(2, 4))), rank)
        from length in Gen.Choose(1, 6)
        from chain in Chained(shape, length)
        select new Views(shape, [.. chain])).ToArbitrary();

    private static Gen<IEnumerable<View>> Chained(int[] shape, int length) => length == 0 ? Gen.Constant(Enumerable.Empty<View>()) :
        from view in View.Any(shape)
        from rest in Chained(view.OnModel(Model.Counting(shape)).Shape, length - 1)
        select rest.Prepend(view);
}
