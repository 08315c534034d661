using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
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

    /// <summary>A loop takes for itself what it alone needs.</summary>
    [Theory, InlineData(DType.Int32), InlineData(DType.Int64)]
    public void A_loop_reads_at_indices(DType dtype)
    {
        Expr table = Numbers(1_000, 11), one = Numbers(1_000), wide = Numbers(20, 700), cube = Numbers(50, 3, 4);
        var indices = Expr.Cast(Expr.Constant(Tensor.Of([.. Enumerable.Range(0, Count).Select(i => (long)(i * 7919 % 40 - 20))])), dtype);
        Reads(1, x => [Expr.Sin(Expr.Take(x[0], x[1]))], table, indices);
        Reads(1, x => [Expr.Sin(Expr.Take(x[0], x[1])) * x[2]], one, indices, Numbers(Count));
        Reads(1, x => [Expr.Exp(-Expr.Take(x[0], x[1]))], wide, indices[..100]);
        Reads(1, x => [Expr.Sum(Expr.Exp(-Expr.Take(x[0], x[1])), 1)], cube, indices[..2_000]);
        Reads(1, x => [Expr.Sum(Expr.Exp(-Expr.Take(x[0], x[1])), 0)], cube, Expr.Reshape(indices[..2_000], 40, 50));
        Reads(1, x => [Expr.Tanh(Expr.Transpose(Expr.Take(x[0], x[1])))], table, indices);
        Reads(2, x => [Ad.Vmap(((Expr A, Expr B) each) => Expr.Sum(each.A * each.A) * Expr.Sin(each.B), (Expr.Take(x[0], x[1]), Expr.Take(x[2], x[1])))], table, indices, one);
        Reads(1, x => [Expr.Sin(Expr.Take(x[0][20..60], x[1]))], table, indices);
        // Needed by others, in part only, or read again and again: taken once.
        Reads(0, x => Expr.Take(x[0], x[1]) is var taken ? [Expr.Sin(taken), taken] : [], table, indices);
        Reads(0, x => [Expr.Sin(Expr.Take(x[0], x[1])[..5_000])], table, indices);
        Reads(0, x => [Expr.Sum(Expr.Sin(Expr.Take(x[0], x[1]) * x[2]), 1)], one, indices[..5_000], Numbers(10, 1));

        void Reads(int inputs, Func<Expr[], Expr[]> f, params Expr[] at)
        {
            Holds(f, at);
            var graph = Graph.Trace(x => [.. f([.. x])], [.. at.Select(x => x.Type)]);
            var program = Same.Plan(graph).Program;
            Tensor[] arguments = [.. at.Select(x => x.Value)];
            Assert.Null(Near.Tensors("evaluated", graph.Evaluate(arguments)[0], program.Evaluate(arguments)[0], 100));
            Assert.Equal(inputs, program.Instructions.Select(instruction => instruction.Op).OfType<Fused>().SelectMany(fused => fused.Loop.Inputs).Select(input => input.Rows).Where(rows => rows is not null).Distinct().Count());
            Assert.Equal(inputs == 0, program.Instructions.Any(instruction => instruction.Op is Gather));
        }
    }

    /// <summary>The loop that reads rows at indices may need the same table in another way as well: its results must not go over it.</summary>
    [Theory, InlineData(DType.Int32), InlineData(DType.Int64)]
    public void A_table_that_is_also_read_plainly_stays(DType dtype)
    {
        const int rows = 4_096;
        Expr one = Numbers(rows), four = Numbers(50_000, 4), h = Numbers(500, 64), weights = Numbers(64, 16);
        var last = Reversed(rows);
        Holds(x => [Expr.CumSum(Expr.Take(2.0 * x[0], x[1]) + 2.0 * x[0], 0)], one, last);
        Holds(x => Expr.Sin(x[0]) is var y ? [Expr.CumSum(Expr.Take(y, x[1]) + y, 0)] : [], four, Reversed(50_000));
        Holds(x => Expr.Sin(x[0]) is var y ? [Expr.CumSum(y * Expr.Take(y, x[1]) - y, 0)] : [], four, Reversed(50_000));
        Holds(x => Expr.Sin(x[0]) is var y ? [Expr.MatMul(Expr.Take(y, x[1]) - y, x[2])] : [], h, Reversed(500), weights);
        Holds(x => Expr.Sin(x[0]) is var y ? [Expr.CumSum(Expr.Take(y, x[1]) + Expr.Take(y, x[2]), 0)] : [], four, Reversed(50_000), Reversed(50_000));
        Holds(x => Expr.Sin(x[0]) is var y ? [Expr.CumSum(Expr.Take(y, x[1]) + Expr.Flip(y, 0), 0), Expr.CumSum(y + Expr.Flip(y, 0), 0)] : [], four, Reversed(50_000));
        Holds(x => Expr.Sin(x[0]) is var y ? [Expr.CumSum(Expr.Take(Expr.Reshape(y, 50_000, 4), x[1]) + Expr.Reshape(y, 50_000, 4), 0)] : [], Expr.Reshape(four, 200_000), Reversed(50_000));

        Expr Reversed(int count) => Expr.Cast(Expr.Constant(Tensor.Of([.. Enumerable.Range(0, count).Select(i => (long)(count - 1 - i))])), dtype);
    }

    [Fact]
    public void An_index_outside_is_the_same_error_in_a_loop()
    {
        Expr table = Numbers(1_000, 11), twice = Numbers(1_000, 700);
        foreach (var (data, count) in new[] { (table, Count), (twice, 64) })
        {
            var graph = Graph.Trace(x => [Expr.Sin(Expr.Take(x[0], x[1]))], [data.Type, new(DType.Int64, Shape.Of(count))]);
            foreach (int wrong in (int[])[0, count / 2, count - 1])
                foreach (long index in (long[])[-1_001, 1_000, long.MaxValue, long.MinValue])
                    foreach (var options in Same.AllOptions)
                    {
                        long[] indices = new long[count];
                        indices[wrong] = index;
                        string expected = Assert.Throws<IndexException>(() => graph.Evaluate(data.Value, Tensor.Of(indices))).Message;
                        Assert.Equal(expected, Assert.Throws<IndexException>(() => Same.Run(graph, [data.Value, Tensor.Of(indices)], options)).Message);
                    }
        }
    }

    [Fact]
    public void A_plan_says_that_it_reads_at_indices() => Assert.Contains("indexed",
        Ad.Compile<(Expr Table, Expr At), Expr>(x => Expr.Sin(Expr.Take(x.Table, x.At))).Plan((Numbers(100, 11), Expr.Constant(Tensor.Of(new long[1_000])))).Explain(), StringComparison.Ordinal);

    private static void Holds(Func<Expr[], Expr[]> f, params Expr[] inputs) =>
        Assert.Null(Same.Results(Graph.Trace(x => [.. f([.. x])], [.. inputs.Select(input => input.Type)]), [.. inputs.Select(input => input.Value)]));

    private static Expr Numbers(params int[] dimensions) =>
        Expr.Constant(Tensor.Of([.. Enumerable.Range(0, dimensions.Aggregate((x, y) => x * y)).Select(i => i * 0.001)], Shape.Of(dimensions)));
}
