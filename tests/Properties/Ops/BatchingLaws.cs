using System.Collections.Immutable;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>An op over a batch = the op in a loop, whichever inputs are batched; so for its gradient. 10 random calls per op, all subsets of up to three inputs, sizes 0, 1 and 3.</summary>
public sealed class BatchingLaws
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    [Theory, MemberData(nameof(All))]
    public void A_batch_is_a_loop(string op) => EachOp.Holds(op, 10, point =>
        Compare(point, Graph.Trace(x => [point.Case.Apply(x)], [.. point.Case.Inputs.Select(input => input.Type)]), point.Case.Inputs, point.Redrawn));

    [Theory, MemberData(nameof(All))]
    public void A_batch_of_gradients_is_a_loop(string op) => EachOp.Holds(op, 10, point =>
    {
        if (!point.HasDerivative)
            return null;
        var graph = Graph.Trace(x => [.. point.Gradient([.. x])], [.. point.Types]);
        return Compare(point, graph, [.. point.At.Select(x => x.Value)], () =>
        {
            var all = point.Redrawn();
            return [.. all.Where(input => input.DType.IsFloating())];
        });
    });

    private static string? Compare(Point point, Graph graph, ImmutableArray<Tensor> inputs, Func<ImmutableArray<Tensor>> redraw)
    {
        for (int subset = 1; subset < 1 << Math.Min(inputs.Length, 3); subset++)
            foreach (int size in (ReadOnlySpan<int>)[3, 1, 0])
            {
                ImmutableArray<bool> batched = [.. inputs.Select((_, i) => i < 3 ? (subset >> i & 1) != 0 : point.Random.NextBool())];
                ImmutableArray<ImmutableArray<Tensor>> rows = [.. Enumerable.Range(0, size).Select(_ =>
                    (ImmutableArray<Tensor>)[.. redraw().Select((other, i) => batched[i] ? other : inputs[i])])];
                ImmutableArray<Expr> arguments = [.. inputs.Select((input, i) => !batched[i] ? input
                    : size == 0 ? Expr.Zeros(input.Shape.Insert(0, 0), input.DType)
                    : Expr.Stack(rows.Select(row => Expr.Constant(row[i]))))];
                var results = graph.Batch(arguments, batched, size);
                for (int k = 0; k < results.Length; k++)
                {
                    string what = $"output {k} over a batch of {size} of inputs {string.Join(", ", Enumerable.Range(0, inputs.Length).Where(i => batched[i]))}";
                    var expected = size == 0
                        ? Expr.Zeros(graph.Outputs[k].Shape.Insert(0, 0), graph.Outputs[k].DType)
                        : Expr.Stack(rows.Select(row => Expr.Constant(graph.Evaluate(row.AsSpan())[k])));
                    if (Near.Tensors(what, expected, results[k], point.Coarseness) is { } wrong)
                        return wrong;
                }
            }
        return null;
    }
}
