using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;

namespace Autodiff.Functional.Properties.Compilation.Loops;

/// <summary>Random loop programs over all ops that a loop can compute.</summary>
internal static class LoopPrograms
{
    /// <summary>The ops with the dtypes of their arguments and their result.</summary>
    private sealed record Signature(Op Op, ImmutableArray<DType> Arguments, DType Result);

    private static readonly ImmutableArray<Signature> s_ops = [.. Signatures().Distinct(new Same())];

    // A family with its order as an argument takes as long as that is large.
    public static bool OfAnOrder(Op op) => op.GetType().GetGenericArguments().Any(function => function.IsAssignableTo(typeof(ISpecialBinary)));

    private sealed class Same : IEqualityComparer<Signature>
    {
        public bool Equals(Signature? x, Signature? y) => x!.Op.Equals(y!.Op) && x.Arguments.SequenceEqual(y.Arguments) && x.Result == y.Result;
        public int GetHashCode(Signature x) => x.Op.GetHashCode();
    }

    private static IEnumerable<Signature> Signatures() =>
        from op in EachOp.Ops()
        from index in Enumerable.Range(0, 3)
        from dtype in (DType[])[DType.Float64, DType.Float32, DType.Int64, DType.Int32]
        from node in Nodes(op, index, dtype)
        where node.Op is IPointwise && !OfAnOrder(node.Op)
        select new Signature(node.Op, [.. Enumerable.Range(0, node.Inputs.Count).Select(i => node.Inputs[i].DType)], node.DType);

    /// <summary>The nodes of a call of an op, and of its gradient, with inputs of a dtype in place of Float64.</summary>
    public static IEnumerable<Expr> Nodes(OpInfo op, int index, DType dtype)
    {
        var point = Point.Draw(op, index);
        ImmutableArray<Expr> inputs = [.. point.Case.Inputs.Select(input => Expr.Variable("x", input.DType == DType.Float64 ? Expr.Cast(input, dtype).Value : input))];
        var roots = new List<Expr>();
        try
        {
            roots.Add(point.Case.Apply(inputs));
            if (dtype.IsFloating() && roots[0].DType.IsFloating())
            {
                var gradients = Ad.Gradients(Expr.Sum(roots[0]));
                roots.AddRange(inputs.Where(input => input.DType.IsFloating()).Select(input => gradients[input]));
            }
        }
        catch (AutodiffException) when (dtype != DType.Float64)
        {
            return [];      // an op that takes Float64 only
        }
        return KahnOrder.From([.. roots]).Select(visit => visit.Node).Where(node => !node.IsConstant && node.Inputs.Count > 0 && HasValue(node));
    }

    // Some have none among the integers: remainders by 0, negative powers.
    private static bool HasValue(Expr node)
    {
        try
        {
            return node.Value.DType == node.DType;
        }
        catch (Exception none) when (none is DomainException or DivideByZeroException or ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>A program over a random space with random strides, some results folded.</summary>
    public static LoopRun Next(Random random, int largest, Func<DType, bool> dtypes, int longest = 12)
    {
        var space = Space(random, largest);
        DType[] all = [.. Enum.GetValues<DType>().Where(dtypes)];
        var inputs = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => new LoopInput(all[random.Next(all.Length)], Strides(random, space))).ToImmutableArray();
        if (random.Next(3) == 0)
            inputs = Indexed(random, space, inputs);
        var values = inputs.Select(input => input.DType).ToList();
        var instructions = ImmutableArray.CreateBuilder<LoopInstruction>();
        var ops = s_ops.Where(op => op.Arguments.Append(op.Result).All(dtypes)).ToArray();
        for (int count = 1 + random.Next(longest), tries = 0; instructions.Count < count && tries < 1000; tries++)
        {
            var op = ops[random.Next(ops.Length)];
            int[] arguments = [.. op.Arguments.Select(dtype => Pick(random, values, dtype))];
            if (arguments.Contains(-1))
                continue;
            instructions.Add(new(op.Op, [.. arguments], op.Result));
            values.Add(op.Result);
        }
        var results = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Result(random, space, values)).ToImmutableArray();
        return LoopRun.Of(new(space, inputs, instructions.ToImmutable(), results), random, (dtype, length) => Draw(random, dtype, length));
    }

    /// <summary>One more input, with indices, and rows named by them that others are read from.</summary>
    private static ImmutableArray<LoopInput> Indexed(Random random, Shape space, ImmutableArray<LoopInput> inputs)
    {
        var rows = new IndexedRows(inputs.Length, new("Take", Shape.Of(1 + random.Next(5), 1 + random.Next(4)), 0));
        return [.. inputs.Select((input, k) => k == 0 || random.NextBool() ? input with { Rows = rows } : input), new(random.NextBool() ? DType.Int32 : DType.Int64, Strides(random, space))];
    }

    private static int Pick(Random random, List<DType> values, DType dtype)
    {
        int[] fitting = [.. Enumerable.Range(0, values.Count).Where(value => values[value] == dtype)];
        return fitting.Length == 0 ? -1 : fitting[^(1 + random.Next(Math.Min(fitting.Length, 4)))];
    }

    private static LoopResult Result(Random random, Shape space, List<DType> values)
    {
        int value = values.Count - 1 - random.Next(Math.Min(values.Count, 3));
        // The sum of 32-bit integers has 64 bits, which is a cast before the sum.
        LoopFold[] folds = values[value] switch { DType.Bool => [LoopFold.None], DType.Int32 => [LoopFold.None, LoopFold.Max, LoopFold.Min], _ => Enum.GetValues<LoopFold>() };
        var fold = random.NextBool() ? LoopFold.None : folds[random.Next(folds.Length)];
        bool[] reduced = [.. space.Select(length => fold != LoopFold.None && random.NextBool())];
        return new(value, values[value], Dense(random, space, reduced), fold);
    }

    /// <summary>Spaces of one point, of a few, of many tiles, and with short axes.</summary>
    private static Shape Space(Random random, int largest)
    {
        int rank = random.Next(5);
        var dimensions = new int[rank];
        int left = 1 + random.Next(largest);
        for (int i = 0; i < rank; i++)
        {
            dimensions[i] = i == rank - 1 && random.NextBool() ? Math.Max(1, left) : 1 + random.Next(Math.Min(left, random.Next(3) == 0 ? 700 : 7));
            left = Math.Max(1, left / dimensions[i]);
        }
        random.Shuffle(dimensions);
        return Shape.Of(dimensions);
    }

    /// <summary>Dense, transposed, with gaps, broadcast along some axes.</summary>
    private static ImmutableArray<int> Strides(Random random, Shape space) =>
        Dense(random, space, [.. space.Select(_ => random.Next(4) == 0)]);

    private static ImmutableArray<int> Dense(Random random, Shape space, bool[] broadcast)
    {
        int[] order = [.. Enumerable.Range(0, space.Rank).Reverse()];
        if (random.Next(3) == 0)
            random.Shuffle(order);
        var strides = new int[space.Rank];
        int step = random.Next(4) == 0 ? 1 + random.Next(3) : 1;
        foreach (int axis in order)
        {
            if (broadcast[axis])
                continue;
            strides[axis] = step;
            step = step * space[axis] + (random.Next(6) == 0 ? 1 : 0);
        }
        return [.. strides];
    }

    public static Array Draw(Random random, DType dtype, int length) => dtype switch
    {
        DType.Bool => Enumerable.Range(0, length).Select(_ => random.NextBool()).ToArray(),
        DType.Int32 => Enumerable.Range(0, length).Select(_ => random.Next(-5, 6)).ToArray(),
        DType.Int64 => Enumerable.Range(0, length).Select(_ => (long)random.Next(-5, 6)).ToArray(),
        DType.Float32 => Enumerable.Range(0, length).Select(_ => (float)Number(random)).ToArray(),
        _ => Enumerable.Range(0, length).Select(_ => Number(random)).ToArray(),
    };

    private static double Number(Random random) => random.Next(50) switch
    {
        0 => 0,
        1 => -0.0,
        2 => double.NaN,
        3 => double.PositiveInfinity,
        4 => 1e-310,
        _ => random.NextDouble() * 4 - 2,
    };
}
