using System.Runtime.InteropServices;
using Autodiff.Functional.Compilation;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation.Loops;

/// <summary>Loops whose inputs and results lie side by side in rows, with gaps between the rows that nobody may touch.</summary>
public sealed class RowTests
{
    private static readonly int[] s_points = [2, 3, 4, 5, 7, 15, 16, 17, 31, 33, 64, 67, 513, 5000];

    [Fact]
    public void Rows_of_doubles_are_right() => AllSizes(i => i / 8.0 - 3, (x, y) => x + y, (x, y) => x + y);

    [Fact]
    public void Rows_of_floats_are_right() => AllSizes(i => i / 8f - 3, (x, y) => x + y, (x, y) => x + y);

    [Fact]
    public void Rows_of_longs_are_right() => AllSizes(i => i - 9L, (x, y) => x + y, (x, y) => x + y);

    [Fact]
    public void Rows_of_ints_are_right() => AllSizes(i => i - 9, (x, y) => x + y, (x, y) => x + y);

    [Fact]
    public void Rows_of_masks_are_right() => AllSizes(i => i % 3 == 0, Expr.Or, (x, y) => x || y);

    /// <summary>Result k is input k with the next one; in a row of results one more column is apart, as of another array. Rows are read in order, or at indices from the last back.</summary>
    private static void AllSizes<T>(Func<int, T> element, Func<Expr, Expr, Expr> op, Func<T, T, T> expected) where T : unmanaged
    {
        foreach (int points in s_points)
            for (int width = 1; width <= 9; width++)
                foreach (int gap in (int[])[0, 1, 3])
                    foreach (bool generate in (bool[])[false, true])
                        foreach (bool indexed in (bool[])[false, true])
                            Rows(points, width, gap, generate, indexed, element, op, expected);
    }

    private static void Rows<T>(int points, int width, int gap, bool generate, bool indexed, Func<int, T> element, Func<Expr, Expr, Expr> op, Func<T, T, T> expected) where T : unmanaged
    {
        var dtype = ElementType.Of<T>("test").DType;
        int step = width + gap;
        var join = op(Expr.Variable("x", Shape.Scalar, dtype), Expr.Variable("y", Shape.Scalar, dtype)).Op;
        var program = new LoopProgram(Shape.Of(points), [.. Enumerable.Repeat(indexed ? new LoopInput(dtype, [0], new(width, new("Take", Shape.Of(points, step), 0))) : new LoopInput(dtype, [step]), width), new(DType.Int32, [1])],
            [.. Enumerable.Range(0, width).Select(k => new LoopInstruction(join, [k, (k + 1) % width], dtype))], [.. Enumerable.Range(0, width).Select(k => new LoopResult(width + 1 + k, dtype, [step]))]);
        T[] from = [.. Enumerable.Range(0, points * step).Select(element)], to = [.. Enumerable.Range(0, points * step).Select(i => element(i + 1))];
        T[] wanted = [.. to];
        for (int i = 0; i < points; i++)
            for (int k = 0; k < width; k++)
                wanted[i * step + k] = expected(from[Row(i) * step + k], from[Row(i) * step + (k + 1) % width]);
        Run(program, generate, k => k < width ? (from, k) : (Enumerable.Range(1, points).Select(i => -i).ToArray(), 0), k => (to, k));
        Assert.Equal(wanted, to);

        int Row(int i) => indexed ? points - 1 - i : i;
    }

    /// <summary>Two rows beside one another, with the columns in any order: each is moved as it lies.</summary>
    [Fact]
    public void Columns_of_several_arrays_in_any_order_are_right()
    {
        const int Points = 131;
        var random = new Random(1);
        var add = (Expr.Variable("x", Shape.Scalar) + Expr.Variable("y", Shape.Scalar)).Op;
        for (int round = 0; round < 50; round++)
        {
            int width = random.Next(2, 12);
            var arrays = Enumerable.Range(0, 2).Select(array => Enumerable.Range(0, Points * width).Select(i => i + array / 2.0).ToArray()).ToArray();
            var outputs = Enumerable.Range(0, 2).Select(_ => new double[Points * width]).ToArray();
            (int Array, int Column)[] reads = [.. Enumerable.Range(0, width + 3).Select(_ => (random.Next(2), random.Next(width)))], writes = [.. from array in Enumerable.Range(0, 2) from column in Enumerable.Range(0, width) select (array, column)];
            if (random.NextBool())
                random.Shuffle(writes);
            int[] left = [.. writes.Select(_ => random.Next(reads.Length))], right = [.. writes.Select(_ => random.Next(reads.Length))];
            var program = new LoopProgram(Shape.Of(Points), [.. reads.Select(_ => new LoopInput(DType.Float64, [width]))],
                [.. writes.Select((_, k) => new LoopInstruction(add, [left[k], right[k]], DType.Float64))], [.. writes.Select((_, k) => new LoopResult(reads.Length + k, DType.Float64, [width]))]);
            Run(program, random.NextBool(), k => (arrays[reads[k].Array], reads[k].Column), k => (outputs[writes[k].Array], writes[k].Column));
            for (int k = 0; k < writes.Length; k++)
                for (int i = 0; i < Points; i++)
                    Assert.Equal(At(reads[left[k]], i) + At(reads[right[k]], i), outputs[writes[k].Array][i * width + writes[k].Column]);

            double At((int Array, int Column) read, int point) => arrays[read.Array][point * width + read.Column];
        }
    }

    private static void Run(LoopProgram program, bool generate, Func<int, (Array Array, int Element)> inputs, Func<int, (Array Array, int Element)> results)
    {
        var kernel = LoopKernel.Compile(program, generate);
        (Array Array, int Element)[] places = [.. Enumerable.Range(0, program.Inputs.Length).Select(inputs), .. Enumerable.Range(0, program.Results.Length).Select(results)];
        GCHandle[] handles = [.. places.Select(place => GCHandle.Alloc(place.Array, GCHandleType.Pinned))];
        nint[] addresses = [.. places.Select((place, k) => handles[k].AddrOfPinnedObject() + place.Element * System.Buffer.ByteLength(place.Array) / place.Array.Length)];
        foreach (var (first, end) in LoopRun.Backwards(kernel.Chunks))
            kernel.Run(addresses, first, end, 0);
        foreach (var handle in handles)
            handle.Free();
    }

    /// <summary>Rows that are written past the caches, in arrays that begin anywhere.</summary>
    [Fact]
    public void Large_rows_are_right()
    {
        const int Width = 5, Points = 1 << 20;
        var add = (Expr.Variable("x", Shape.Scalar, DType.Float32) + Expr.Variable("y", Shape.Scalar, DType.Float32)).Op;
        float[] column = [.. Enumerable.Range(0, Points).Select(i => (float)(i % 1000))], row = [1, 2, 3, 4, 5];
        var program = new LoopProgram(Shape.Of(Points - 3), [new(DType.Float32, [1]), .. Enumerable.Repeat(new LoopInput(DType.Float32, [0]), Width)],
            [.. Enumerable.Range(0, Width).Select(k => new LoopInstruction(add, [0, 1 + k], DType.Float32))], [.. Enumerable.Range(0, Width).Select(k => new LoopResult(1 + Width + k, DType.Float32, [Width]))]);
        for (int start = 0; start < 3; start++)
        {
            float[] to = new float[Points * Width];
            Run(program, true, k => k == 0 ? (column, 0) : (row, k - 1), k => (to, start + k));
            for (int i = 0; i < Points * Width; i++)
                if (to[i] != (i - start is var at && at >= 0 && at < (Points - 3) * Width ? column[at / Width] + row[at % Width] : 0))
                    Assert.Fail($"element {i}, from {start} on, is {to[i]}");
        }
    }

    /// <summary>What a small function leaves under Vmap: one long loop over rows, in parts.</summary>
    [Fact]
    public void A_batch_of_small_jacobians_is_one_loop()
    {
        foreach (int batch in (int[])[65, 66, 67, 96, 131, 1021])
        {
            Expr points = Models(batch, 6, 1), weights = Models(batch, 2, 2);
            var graph = Graph.Trace(x => [.. Leaves(Ad.Vmap((Row row) => Ad.Jacobian(Turned, row), new Row(x[0], x[1])))], [points.Type, weights.Type]);
            Assert.Null(Same.Results(graph, [points.Value, weights.Value]));
            var plan = Same.Plan(graph);
            Assert.Equal(1, plan.Steps);
            Assert.True(plan.Program.Instructions.Select(instruction => instruction.Op).OfType<Fused>().Single().Loop.Instructions.Length > 90);
        }

        static Expr Models(int batch, int width, int seed) => Expr.Constant(Tensor.Of([.. Enumerable.Range(0, batch * width).Select(i => i < 3 ? 0 : Math.Sin(i * seed))], [batch, width]));
        static IEnumerable<Expr> Leaves(Row jacobian) => [jacobian.Numbers, jacobian.Weights];

        // A vector turned about an axis by the axis' length (Rodrigues), seen from the third coordinate; the first row's axis is zero.
        static Expr Turned(Row row)
        {
            Expr axis = row.Numbers[..3], v = row.Numbers[3..], squared = Expr.Sum(axis * axis), angle = Expr.Sqrt(squared), cosine = Expr.Cos(angle);
            Expr cross = Expr.Stack([axis[1] * v[2] - axis[2] * v[1], axis[2] * v[0] - axis[0] * v[2], axis[0] * v[1] - axis[1] * v[0]]);
            Expr turned = Expr.Where(Expr.Equal(squared, 0.0), v + cross, v * cosine + cross * (Expr.Sin(angle) / angle) + axis * (Expr.Sum(axis * v) * (1 - cosine) / squared));
            return row.Weights * turned[..2] / (turned[2] + 3);
        }
    }

    private sealed record Row(Expr Numbers, Expr Weights);
}
