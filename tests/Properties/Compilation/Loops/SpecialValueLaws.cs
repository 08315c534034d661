using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation.Loops;

/// <summary>Each elementwise op, and those of its gradient, at NaN, infinities, zeros of either sign, the least and the largest numbers: fused loops give what the op gives.</summary>
public sealed class SpecialValueLaws
{
    private static readonly double[] s_special = [0.0, -0.0, 1, -1, 0.5, -2.5, 1e-310, -5e-324, 1e300, -1e300, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    public static TheoryData<string> All => EachOp.Names(op => true);

    [Theory, MemberData(nameof(All))]
    public void Are_the_ops(string name)
    {
        var seen = new HashSet<(Op, DType)>();
        foreach (var dtype in (DType[])[DType.Float64, DType.Float32])
            foreach (var node in LoopPrograms.Nodes(EachOp.Op(name), 1, dtype))
                if (LoopKernel.Supports(node.Op, node.DType) && !LoopPrograms.OfAnOrder(node.Op) && node.Inputs.All(input => input.DType.IsFloating() || input.DType == DType.Bool) && seen.Add((node.Op, dtype)))
                    Holds(node.Op, [.. node.Inputs.Select(input => input.DType)], node.DType);
    }

    private static void Holds(Op op, ImmutableArray<DType> arguments, DType result)
    {
        int points = arguments.Aggregate(1, (count, argument) => count * (argument == DType.Bool ? 2 : s_special.Length)), each = 1;
        var inputs = ImmutableArray.CreateBuilder<Tensor>();
        foreach (var argument in arguments)
        {
            double[] values = argument == DType.Bool ? [0, 1] : s_special;
            int period = each;
            inputs.Add(new Cast(argument).Evaluate([Tensor.Of([.. Enumerable.Range(0, points).Select(i => values[i / period % values.Length])], Shape.Of(points))]));
            each *= values.Length;
        }
        Check(op, inputs.ToImmutable(), result, Shape.Of(points), [1]);
        // A point alone has scalar code: the same NaN and zeros, numbers up to rounding.
        for (int point = 0; point < points; point += Math.Max(1, points / 40))
            Check(op, [.. inputs.Select(input => input.Slice([point], [1], [1]).Reshape(Shape.Scalar).Dense())], result, Shape.Scalar, []);
    }

    private static void Check(Op op, ImmutableArray<Tensor> inputs, DType result, Shape space, ImmutableArray<int> strides)
    {
        var expected = op.Evaluate(inputs.AsSpan());
        var program = new LoopProgram(space, [.. inputs.Select(input => new LoopInput(input.DType, strides))], [new(op, [.. Enumerable.Range(0, inputs.Length)], result)], [new(inputs.Length, result, strides)]);
        var run = new LoopRun(program, [.. inputs.Select(Elements)], [space.Size]);
        foreach (bool generate in (bool[])[false, true])
        {
            var actual = run.Result(run.Run(LoopKernel.Compile(program, generate), LoopRun.AllAtOnce), 0);
            for (int i = 0; i < expected.Size; i++)
            {
                double left = expected.ElementAsDouble(i), right = actual.ElementAsDouble(i);
                bool same = left == 0 || right == 0 ? BitConverter.DoubleToInt64Bits(left) == BitConverter.DoubleToInt64Bits(right)
                    : left.Equals(right) || (strides.IsEmpty && Math.Abs(left - right) <= (result == DType.Float32 ? 1e-6 : 1e-15) * Math.Abs(left));
                Assert.True(same, $"{op} at ({string.Join(", ", inputs.Select(input => input.ElementAsDouble(i).ToString("R", null)))}): {left:R} and {right:R} with {(generate ? "code" : "tiles")}");
            }
        }
    }

    private static Array Elements(Tensor x) => x.DType switch
    {
        DType.Bool => x.ToArray<bool>(),
        DType.Float32 => x.ToArray<float>(),
        _ => x.ToArray<double>(),
    };
}
