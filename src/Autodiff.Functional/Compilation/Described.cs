using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>Plans read and write memory by what ops say of themselves, so what an op of another assembly says is held against its types. What this assembly's ops say, tests do.</summary>
internal static class Described
{
    /// <param name="graph">The graph.</param>
    /// <param name="program">The program that it became, which knows the types of its ops.</param>
    /// <exception cref="ShapeException">The types of a node are not those of what its op says it is.</exception>
    public static void Check(Graph graph, Program program)
    {
        if (program.Kinds.All(op => !IsForeign(op)))
            return;
        foreach (var visit in graph.Order)
            if (IsForeign(visit.Op) && visit.Node.Inputs.Select(input => input.Type).ToImmutableArray() is var inputs && !Fits(visit.Op, inputs, visit.Node))
                throw new ShapeException(visit.Op.Name, "the types of what it says it is", $"({string.Join(", ", inputs)}) → {visit.Node.Type}",
                    $"Correct what the op says ({nameof(IPointwise)}, {nameof(IFolding)}, {nameof(IContraction)}, {nameof(IPlacement)} …), or the type that {nameof(Op.Infer)} gives.");
    }

    private static bool IsForeign(Op op) => op.GetType().Assembly != typeof(Op).Assembly;

    private static bool Fits(Op op, ImmutableArray<TensorType> inputs, Expr node)
    {
        var output = node.Type;
        return (op is not IPointwise pointwise || (inputs.All(input => input.Shape == output.Shape) && pointwise.Function.ResultOf([.. inputs.Select(input => input.DType)]) == output.DType))
            && (op is not IFolding folding || (inputs is [var folded] && Axes(folding.Axes, folded.Shape.Rank) && output == new TensorType(folded.DType, folded.Shape.Without(folding.Axes))))
            && (op is not IContraction product || Contracts(product, inputs, output))
            && (op is not IIndexedRead read || (inputs is [var data, var places] && Indexed(data, places, read.Axis, read.Leading) == output))
            && (op is not IIndexedAdd add || (inputs is [var target, var at, var updates] && Indexed(target, at, add.Axis, add.Leading) == updates && target == output))
            && (op is not IPlacement placement || Places(placement, inputs, output))
            && (op is not IParts parts || (op is ICall or IBranch or IWhile && op is MultiOutput several && several.InferParts(node.Inputs).SequenceEqual(parts.Parts)))
            && (op is not ICall call || Calls(call.Body, inputs, ((IParts)call).Parts))
            && (op is not IBranch branch || (inputs.Length > 0 && inputs[0] == new TensorType(branch.IsCond ? DType.Bool : DType.Int64, Shape.Scalar) && (!branch.IsCond || branch.Branches.Length == 2)
                && branch.Branches.All(body => Calls(body, inputs[1..], ((IParts)branch).Parts))))
            && (op is not IWhile loop || (Calls(loop.Condition, inputs, [new(DType.Bool, Shape.Scalar)]) && Calls(loop.Body, inputs, inputs[loop.Captures..]) && ((IParts)loop).Parts.SequenceEqual(inputs[loop.Captures..])));
    }

    private static bool Axes(Axes axes, int rank) => axes.Select((axis, i) => axis >= 0 && axis < rank && (i == 0 || axis > axes[i - 1])).All(isNext => isNext);

    private static bool Contracts(IContraction product, ImmutableArray<TensorType> inputs, TensorType output)
    {
        var lengths = new Dictionary<int, int>();
        int rank = output.Shape.Rank;
        return inputs.Select((input, i) => Labeled(input, product.Labels(i, rank))).All(isLabeled => isLabeled) && Labeled(output, product.Labels(-1, rank));

        bool Labeled(TensorType array, ImmutableArray<int> labels) => array.DType == output.DType && labels.Length == array.Shape.Rank && labels.Distinct().Count() == labels.Length
            && labels.Select((label, axis) => lengths.TryAdd(label, array.Shape[axis]) || lengths[label] == array.Shape[axis]).All(isEqual => isEqual);
    }

    /// <summary>The type of what stands at indices; null if they do not fit.</summary>
    private static TensorType? Indexed(TensorType data, TensorType indices, int axis, int leading) =>
        indices.DType.IsInteger() && leading >= 0 && leading <= axis && axis < data.Shape.Rank && leading <= indices.Shape.Rank && data.Shape.Slice(0, leading) == indices.Shape.Slice(0, leading)
            ? new(data.DType, [.. data.Shape.Dimensions[..axis], .. indices.Shape.Dimensions[leading..], .. data.Shape.Dimensions[(axis + 1)..]]) : null;

    private static bool Places(IPlacement placement, ImmutableArray<TensorType> inputs, TensorType output)
    {
        var places = placement.Places([.. inputs.Select(input => input.Shape)]).ToArray();
        return places.Length == inputs.Length && inputs.Zip(places, (input, place) => input.DType == output.DType && input.Shape.Rank == output.Shape.Rank
            && place.Starts.Length == output.Shape.Rank && place.Steps.Length == output.Shape.Rank
            && (input.Shape.Size == 0 || Enumerable.Range(0, output.Shape.Rank).All(axis => Inside(place.Starts[axis], axis) && Inside(place.Starts[axis] + (input.Shape[axis] - 1) * place.Steps[axis], axis)))).All(isInside => isInside);

        bool Inside(int index, int axis) => index >= 0 && index < output.Shape[axis];
    }

    private static bool Calls(Graph body, ImmutableArray<TensorType> inputs, ImmutableArray<TensorType> outputs) =>
        body.Parameters.Select(parameter => parameter.Type).SequenceEqual(inputs) && body.Outputs.Select(output => output.Type).SequenceEqual(outputs) && Program.Of(body).Captures.IsEmpty;
}
