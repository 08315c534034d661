using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Taking at indices that are in memory only as a plan runs, in pieces that threads share.</summary>
public sealed class IndexStepTests
{
    private const int Count = 30_011;

    [Theory, InlineData(DType.Int32), InlineData(DType.Int64)]
    public void Much_is_taken_in_pieces(DType dtype)
    {
        Expr table = Numbers(1_000, 11), tall = Numbers(3, 1_000, 2), one = Numbers(1_000);
        var indices = Expr.Cast(Expr.Constant(Tensor.Of([.. Enumerable.Range(0, Count).Select(i => (long)(i * 7919 % 2_000 - 1_000))])), dtype);
        var rows = Expr.Reshape(indices[..30_000], 3, 10_000);
        Holds(x => [Expr.Take(x[0], x[1]), Expr.Sin(Expr.Take(x[0], x[1]))], table, indices);
        Holds(x => [Expr.Take(x[0], x[1], 1)], tall, indices);
        Holds(x => [Expr.Take(x[0], x[1])], one, indices);
        Holds(x => [Ad.Vmap(((Expr Data, Expr At) each) => Expr.Take(each.Data, each.At), (x[0], x[1]))], tall, rows);
    }

    [Fact]
    public void An_index_outside_is_an_error_with_any_number_of_threads()
    {
        var table = Numbers(1_000, 11);
        var graph = Graph.Trace(x => [Expr.Take(x[0], x[1])], [table.Type, new(DType.Int64, Shape.Of(Count))]);
        foreach (int wrong in (int[])[0, Count / 2, Count - 1])
            foreach (int threads in (int[])[1, 2, 4])
            {
                long[] indices = new long[Count];
                indices[wrong] = -1_001;
                Assert.Contains("-1001", Assert.Throws<IndexException>(() => Same.Run(graph, [table.Value, Tensor.Of(indices)], new() { Threads = threads })).Message, StringComparison.Ordinal);
            }
    }

    private static void Holds(Func<Expr[], Expr[]> f, params Expr[] inputs) =>
        Assert.Null(Same.Results(Graph.Trace(x => [.. f([.. x])], [.. inputs.Select(input => input.Type)]), [.. inputs.Select(input => input.Value)]));

    private static Expr Numbers(params int[] dimensions) =>
        Expr.Constant(Tensor.Of([.. Enumerable.Range(0, dimensions.Aggregate((x, y) => x * y)).Select(i => i * 0.001)], Shape.Of(dimensions)));
}
