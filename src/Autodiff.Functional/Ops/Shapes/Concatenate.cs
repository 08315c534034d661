using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>The inputs one after the other along an axis.</summary>
internal sealed record Concatenate(int Axis) : Linear, IPlacement
{
    public override bool Cancels => false;
    public static IEnumerable<OpInfo> Entries =>
    [
        new("Concatenate", "the inputs one after the other along an axis", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int axis = random.NextAxis(shape.Rank);
            return new([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.NextTensor(shape.With(shape.Axis(axis), random.NextDimension())))],
                x => Expr.Concatenate(x, axis), $"Expr.Concatenate([x0, …], {axis})");
        })
        { Signature = "Concatenate(nodes, axis = 0)", Derivative = "d concatenated; back, d's parts" },
        new("Stack", "the inputs along a new axis", random =>
        {
            var shape = random.NextShape();
            int axis = random.NextAxis(shape.Rank + 1);
            return new([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.NextTensor(shape))], x => Expr.Stack(x, axis), $"Expr.Stack([x0, …], {axis})");
        })
        { Signature = "Stack(nodes, axis = 0)", Derivative = "d stacked; back, d's parts" },
    ];

    public override string Attributes => $"axis={Axis}";

    public override TensorType Infer(Inputs inputs)
    {
        if (inputs.Count == 0)
            throw new ShapeException("Concatenate", "at least one input", "none");
        var first = inputs[0];
        int length = 0;
        foreach (var input in inputs)
        {
            if (input.DType != first.DType)
                throw Promotion.Differ("Concatenate", first, input);
            if (input.Rank != first.Rank || input.Shape.With(Axis, 0) != first.Shape.With(Axis, 0))
                throw new ShapeException("Concatenate", $"shapes that are equal but at axis {Axis}", $"{first.Shape} and {input.Shape}");
            length += input.Shape[Axis];
        }
        return new(first.DType, first.Shape.With(Axis, length));
    }

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs.ToArray()));

    private readonly struct Kernel(Concatenate op, Tensor[] parts) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            int axis = op.Axis;
            var shape = parts[0].Shape.With(axis, parts.Sum(part => part.Shape[axis]));
            var result = Tensor.New<E>(parts[0].Element, shape, out var elements);
            int outer = shape.Slice(0, axis).Size, row = shape.Slice(axis, shape.Rank - axis).Size, at = 0;
            foreach (var part in parts)
            {
                var source = part.Elements<E>();
                int width = part.Shape.Slice(axis, shape.Rank - axis).Size;
                for (int i = 0; i < outer; i++)
                    source.Slice(i * width, width).CopyTo(elements[(i * row + at)..]);
                at += width;
            }
            return result;
        }
    }

    IEnumerable<(ImmutableArray<int> Starts, ImmutableArray<int> Steps)> IPlacement.Places(ImmutableArray<Shape> inputs)
    {
        int start = 0;
        foreach (var input in inputs)
        {
            yield return ([.. Enumerable.Range(0, input.Rank).Select(axis => axis == Axis ? start : 0)], [.. Shape.Ones(input.Rank)]);
            start += input[Axis];
        }
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Transposes(inputs)(index, cotangent);

    protected override Func<int, Expr, Expr> Transposes(Inputs inputs)
    {
        var ends = new int[inputs.Count];
        for (int i = 0, end = 0; i < ends.Length; i++)
            ends[i] = end += inputs[i].Shape[Axis];
        return (index, cotangent) => Expr.Slice(cotangent, Axis, index == 0 ? 0 : ends[index - 1], ends[index]);
    }

    public override Op Lifted(Shape leading) => new Concatenate(Axis + leading.Rank);
}

public sealed partial class Expr
{
    /// <summary>The nodes one after the other along an axis.</summary>
    /// <exception cref="ShapeException">There is none, or the shapes differ at another axis.</exception>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    /// <exception cref="DTypeException">The dtypes differ.</exception>
    public static Expr Concatenate(IEnumerable<Expr> nodes, int axis = 0)
    {
        Expr[] all = Alike("Concatenate", nodes);
        return all.Length == 1 && all[0].Shape.Axis(axis) >= 0 ? all[0] : Apply(new Concatenate(all[0].Shape.Axis(axis)), all);
    }

    /// <summary>The nodes, all of one shape, along a new axis.</summary>
    /// <exception cref="ShapeException">There is none, or the shapes differ.</exception>
    /// <exception cref="AxisException">The axis is outside −rank−1 … rank.</exception>
    public static Expr Stack(IEnumerable<Expr> nodes, int axis = 0)
    {
        Expr[] all = Alike("Stack", nodes);
        int at = Shape.Ones(all[0].Rank + 1).Axis(axis);
        foreach (var node in all)
            if (node.Shape != all[0].Shape)
                throw new ShapeException("Stack", "equal shapes", $"{all[0].Shape} and {node.Shape}");
        return Composite.Of("Stack", all, at, static (all, at) => Concatenate(all.Select(node => ExpandDims(node, at)), at));
    }

    /// <summary>At least one node; literals among them take the dtype of the others.</summary>
    private static Expr[] Alike(string op, IEnumerable<Expr> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Expr[] all = [.. nodes];
        foreach (var node in all)
            ArgumentNullException.ThrowIfNull(node, nameof(nodes));
        if (all.Length == 0)
            throw new ShapeException(op, "at least one node", "none", "The shape of nothing is unknown; use Zeros.");
        var strong = Array.Find(all, node => !node.IsWeak);
        return strong is null ? all : Array.ConvertAll(all, node => node.IsWeak ? Promotion.Numbers(op, node, strong, Domain.Numeric).X : node);
    }
}
