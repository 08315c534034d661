using Autodiff.Functional.Properties.Ops;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>
/// Where axes have length 0, anywhere: compiled = op by op, into buffers that hold something else, for each op, its gradient, and batches of either. Fresh memory is mostly zero and hides
/// what was not written.
/// </summary>
public sealed class EmptyLaws
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    [Theory, MemberData(nameof(All))]
    public void An_op_of_nothing_compiled_is_the_op(string op) => Holds(op, call => Differs([.. call.Inputs], x => call.Apply([.. x])));

    [Theory, MemberData(nameof(All))]
    public void A_batch_of_nothings_is_the_op_for_each(string op) => Holds(op, call =>
    {
        if (call.Inputs.IsEmpty)
            return null;
        var expected = call.Apply([.. call.Inputs.Select(Expr.Constant)]);
        var batched = Ad.Vmap<Expr[], Expr>(x => call.Apply([.. x]));
        Expr[] stacked = [.. call.Inputs.Select(input => Expr.Stack([input, input, input]))];
        var actual = batched(stacked);
        return Near.Tensors("a batch", Expr.Stack([expected, expected, expected]), actual) ?? Differs([.. stacked.Select(x => x.Value)], batched);
    });

    [Theory, MemberData(nameof(All))]
    public void A_batch_of_no_calls_is_empty(string op) => EachOp.Holds(op, 2, point =>
    {
        if (point.Case.Inputs.IsEmpty)
            return null;
        var batched = Ad.Vmap<Expr[], Expr>(x => point.Case.Apply([.. x]));
        Tensor[] none = [.. point.Case.Inputs.Select(input => ElementType.Of(input.DType).Zeros(input.Shape.Insert(0, 0)))];
        var actual = batched([.. none.Select(Expr.Constant)]);
        return actual.Shape != point.Value.Shape.Insert(0, 0) || actual.DType != point.Value.DType ? $"{actual.DType} {actual.Shape} for {point.Value.Shape}" : Differs(none, batched);
    });

    [Theory, MemberData(nameof(All))]
    public void A_gradient_at_nothing_compiled_is_the_gradient(string op) => Holds(op, call =>
    {
        int[] floating = [.. Enumerable.Range(0, call.Inputs.Length).Where(i => call.Inputs[i].DType.IsFloating())];
        if (floating.Length == 0 || !call.Apply([.. call.Inputs.Select(Expr.Constant)]).DType.IsFloating())
            return null;
        return floating.Select(of => Differs([call.Inputs[of]], x => Ad.Grad(at => Expr.Sum(call.Apply([.. call.Inputs.Select((input, i) => i == of ? at : Expr.Constant(input))])), x[0])))
            .FirstOrDefault(wrong => wrong is not null);
    });

    /// <summary>A sum over an axis of no elements has a result for each place along the others.</summary>
    [Fact]
    public void Sums_of_nothing_are_written() => Ops.Loops.Cases(100, random =>
    {
        Shape shape = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(4) switch { 0 => 0, 1 => 1, 2 => 3, _ => 500 })];
        if (shape.Where(length => length > 0).Aggregate(1L, (product, length) => product * length) > 100_000)
            return;
        var axes = random.NextAxes(shape.Rank);
        foreach (var f in (Func<Expr, Expr>[])[x => Expr.Sum(x, axes), x => Expr.Sum(Expr.Exp(x) * 2.0, axes) + 1.0, x => Expr.Norm(x, axes), x => Expr.Product(x, axes), x => Expr.Sum(x, axes, keepDims: true) + x])
            Assert.Null(Differs([Expr.Zeros(shape).Value], x => f(x[0])));
    });

    /// <summary>Calls of an op with an empty input or result among many that are drawn where axes are often empty.</summary>
    private static void Holds(string name, Func<OpCase, string?> check)
    {
        int found = 0, cases = Cases.Of(3);
        for (int seed = 0; seed < 60 && found < cases; seed++)
        {
            var call = EachOp.Op(name).Draw(new OftenNothing(seed));
            if (call.Inputs.All(input => input.Size > 0))
                continue;
            found++;
            try
            {
                if (check(call) is { } wrong)
                    Assert.Fail($"{name}:\n{call}\n{wrong}");
            }
            catch (AutodiffException refused)
            {
                // An op may have no value of nothing: then it says so however it is called.
                Assert.Throws(refused.GetType(), () => call.Apply([.. call.Inputs.Select(Expr.Constant)]));
            }
        }
    }

    /// <summary>What a compiled function writes into buffers of sevens, beside the value op by op.</summary>
    private static string? Differs(Tensor[] inputs, Func<Expr[], Expr> f)
    {
        Expr[] at = [.. inputs.Select(Expr.Constant)];
        var expected = f(at);
        foreach (bool code in (bool[])[true, false])
        {
            var compiled = Ad.Compile(f, new CompileOptions { GenerateCode = code, Threads = 1 });
            var buffer = Sevens(expected.DType, expected.Shape.Size);
            compiled.Run(at, into: Of(buffer));
            Expr actual = buffer switch
            {
                double[] numbers => Tensor.Of(numbers, expected.Shape),
                float[] numbers => Tensor.Of(numbers, expected.Shape),
                long[] numbers => Tensor.Of(numbers, expected.Shape),
                int[] numbers => Tensor.Of(numbers, expected.Shape),
                _ => Tensor.Of((bool[])buffer, expected.Shape),
            };
            if (Near.Tensors($"compiled {(code ? "with" : "without")} code", expected, actual) is { } wrong)
                return wrong;
        }
        return null;
    }

    private static Array Sevens(DType dtype, int size) => dtype switch
    {
        DType.Float64 => Enumerable.Repeat(7.0, size).ToArray(),
        DType.Float32 => Enumerable.Repeat(7f, size).ToArray(),
        DType.Int64 => Enumerable.Repeat(7L, size).ToArray(),
        DType.Int32 => Enumerable.Repeat(7, size).ToArray(),
        _ => Enumerable.Repeat(true, size).ToArray(),
    };

    private static OutputBuffer Of(Array buffer) => buffer switch
    {
        double[] numbers => numbers,
        float[] numbers => numbers,
        long[] numbers => numbers,
        int[] numbers => numbers,
        _ => (bool[])buffer,
    };

    /// <summary>Random numbers, of which those that choose a dimension often choose 0.</summary>
    private sealed class OftenNothing(int seed) : Random(seed)
    {
        public override int Next(int maxValue) => maxValue == 20 && base.Next(2) == 0 ? 0 : base.Next(maxValue);
    }
}
