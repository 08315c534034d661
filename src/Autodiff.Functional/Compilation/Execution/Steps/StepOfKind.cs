using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional.Compilation;

/// <summary>The step for what an op says it is. An op that says nothing has none, and is evaluated on tensors.</summary>
internal static class StepOfKind
{
    /// <summary>The step that computes an op with several outputs.</summary>
    public static Step Of(IParts op, ImmutableArray<Operand> inputs, ImmutableArray<Operand> outputs, CompileOptions options, Bodies bodies) => op switch
    {
        IPartsOp own => own.Compile(inputs, outputs, options, bodies),
        ICall call => new CallStep(inputs, outputs, bodies.Of(call.Body)),
        IBranch branch => new SwitchStep(branch, inputs, outputs, [.. branch.Branches.Select(bodies.Of)]),
        IWhile loop => new WhileStep(loop, inputs, outputs, bodies.Of(loop.Condition), bodies.Of(loop.Body)),
        _ => throw new NotSupportedException($"{op} has parts, and is no call, branch or loop."),
    };

    /// <summary>The step that computes the op of some arrays, none of them without elements; null if there is none for arrays that lie like these.</summary>
    public static Step? Of(Op op, ImmutableArray<Operand> inputs, Operand output, CompileOptions options) => op switch
    {
        IContraction product => Product(product, inputs, output, options.Threads),
        IIndexedRead read => Take(read, op.Name, inputs, output, options.Threads),
        IIndexedAdd add => Add(add, op.Name, inputs, output),
        IPlacement placement => Copy(placement, inputs, output),
        IFolding { Kind: FoldKind.Sum } sum => Sum(sum.Axes, inputs[0], output),
        _ => null,
    };

    /// <summary>A product of matrices: the output has the leading axes, which all have, then one axis of the left factor alone, then one of the right; one of both is summed over.</summary>
    private static Step? Product(IContraction product, ImmutableArray<Operand> inputs, Operand output, int threads)
    {
        int rank = output.Type.Shape.Rank;
        if (inputs.Length != 2 || rank < 2)
            return null;
        ImmutableArray<int> left = product.Labels(0, rank), right = product.Labels(1, rank), result = product.Labels(-1, rank);
        int[] summed = [.. left.Except(result)];
        if (summed is not [var sum])
            return null;
        if (InOrder(inputs[0], left, [.. result[..^1], sum]) is not { } rows || InOrder(inputs[1], right, [.. result[..^2], sum, result[^1]]) is not { } columns)
            return null;
        return MatMul.IsForward(rows.Strides) && MatMul.IsForward(columns.Strides) ? output.Element.Run<ProductMaker, Step>(new(rows, columns, output, threads)) : null;
    }

    /// <summary>An array with its axes in the order of some labels; null if it has others.</summary>
    private static Operand? InOrder(Operand array, ImmutableArray<int> labels, ImmutableArray<int> order)
    {
        if (labels.SequenceEqual(order))
            return array;
        int[] axes = [.. order.Select(label => labels.IndexOf(label))];
        return axes.Contains(-1) || labels.Length != order.Length ? null
            : new(new(array.Type.DType, [.. axes.Select(axis => array.Type.Shape[axis])]), array.At, [.. axes.Select(axis => array.Strides[axis])]);
    }

    private static Step? Take(IIndexedRead read, string name, ImmutableArray<Operand> inputs, Operand output, int threads) => inputs[0].IsDense && inputs[1].IsDense
        ? output.Element.Run<TakeMaker, Step>(new(new(new(name, inputs[0].Type.Shape, read.Axis), read.Leading, inputs[1]), inputs[0], output, threads)) : null;

    private static Step? Add(IIndexedAdd add, string name, ImmutableArray<Operand> inputs, Operand output) => inputs[1].IsDense && inputs[2].IsDense
        ? output.Element.Run<AddMaker, Step>(new(new(new(name, inputs[0].Type.Shape, add.Axis), add.Leading, inputs[1]), inputs[0], inputs[2], output)) : null;

    private static CopyStep Copy(IPlacement placement, ImmutableArray<Operand> inputs, Operand output) =>
        new(inputs.Zip(placement.Places([.. inputs.Select(input => input.Type.Shape)]), (input, place) => (input, new View(input.Type.Shape,
            place.Starts.Select((start, axis) => start * output.Strides[axis]).Sum(), [.. place.Steps.Select((step, axis) => step * output.Strides[axis])]))), output);

    private static Step? Sum(Axes axes, Operand input, Operand output) => input.IsDense && Reduced.Together(input.Type.Shape, axes) is { } together
        ? output.Element.Run<SumMaker, Step>(new(input, together, output)) : null;

    private readonly struct ProductMaker(Operand left, Operand right, Operand output, int threads) : IKernel<Step>
    {
        public Step Run<E>() where E : unmanaged, IElementary<E> => new MatMulStep<E>(left, right, output, threads);
    }

    private readonly struct TakeMaker(IndexedAxis axis, Operand data, Operand output, int threads) : IKernel<Step>
    {
        public Step Run<E>() where E : unmanaged, IElementary<E> => new GatherStep<E>(axis, data, output, threads);
    }

    private readonly struct AddMaker(IndexedAxis axis, Operand target, Operand updates, Operand output) : IKernel<Step>
    {
        public Step Run<E>() where E : unmanaged, IElementary<E> => new ScatterAddStep<E>(axis, target, updates, output);
    }

    private readonly struct SumMaker(Operand input, Middle axes, Operand output) : IKernel<Step>
    {
        public Step Run<E>() where E : unmanaged, IElementary<E> => new SumStep<E>(input, axes, output);
    }
}
