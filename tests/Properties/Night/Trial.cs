using System.Collections.Immutable;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Compilation;
using Autodiff.Functional.Properties.Ops;

namespace Autodiff.Functional.Properties.Night;

/// <summary>
/// One function at one point in every mode that a seed selects: op by op, compiled, by the plan that is kept for its structure, forward and reverse, in a batch and in a loop, twice differentiated, in either
/// precision. Modes agree within what rounding can do, plans to the same bits.
/// </summary>
internal sealed class Trial
{
    /// <summary>Modes compute by other formulas, in another order: this many ulp of the condition-scaled value. What this is to find is wrong by far more.</summary>
    private const double Ulps = 1000;

    private const int MostInBatch = 20_000;

    private readonly Func<Expr[], Expr> _f;
    private readonly ImmutableArray<Tensor> _at;
    private readonly Random _random;

    private Trial(Func<Expr[], Expr> f, ImmutableArray<Tensor> at, int seed) => (_f, _at, _random) = (f, at, new(seed));

    /// <summary>How many single comparisons of tensors were made.</summary>
    public int Checks { get; private set; }

    /// <summary>What selects the modes of a program; a smaller one has mostly the same.</summary>
    public static int Seed(Program program) => program.Inputs.Sum(input => 31 * input.Size + (int)(1000 * input.ElementAsDouble(0)));

    /// <summary>How modes of a function disagree; null if they do not, empty if it has no value of the precision that was drawn.</summary>
    public static string? Violation(Func<Expr[], Expr> f, IEnumerable<Tensor> at, int seed) => Violation(f, at, seed, out _);

    public static string? Violation(Func<Expr[], Expr> f, IEnumerable<Tensor> at, int seed, out int checks)
    {
        bool single = new Random(seed).Next(8) == 0;
        var trial = new Trial(f, [.. single ? at.Select(x => Expr.Cast(x, DType.Float32).Value) : at], seed);
        try
        {
            return trial.Derivatives() ?? trial.Kept() ?? trial.Batch();
        }
        catch (DTypeException) when (single)
        {
            return "";      // a constant in it is of double precision
        }
        finally
        {
            checks = trial.Checks;
        }
    }

    private Expr Loss(Expr[] x) => Program.Scalar(_f(x));

    private Expr[] Constants => [.. _at.Select(Expr.Constant)];

    private Expr[] Direction() => [.. _at.Select(x => Expr.Cast(_random.NextTensor(x.Shape, new(-1, 1)), x.DType).Value)];

    private static Expr Dot(Expr[] a, Expr[] b) => a.Zip(b, (x, y) => Expr.Sum(x * y)).Aggregate((x, y) => x + y);

    // ---- one graph with what is twice the same ----

    /// <summary>Forward and reverse mode, also of one another; compiled, some or all of it.</summary>
    private string? Derivatives()
    {
        Expr[] u = Direction(), v = Direction();
        bool second = _random.Next(4) == 0;
        return Same(x =>
        {
            var (loss, gradient) = Ad.ValueAndGrad<Expr[]>(Loss, x);
            Expr[] twice = [Dot(gradient, v), Ad.Jvp<Expr[], Expr>(Loss, x, v).Tangent], others = [_f(x), loss, .. gradient];
            return !second ? (twice, others) : ([.. twice, Dot(Ad.Jvp<Expr[], Expr[]>(y => Ad.Grad<Expr[]>(Loss, y), x, v).Tangent, u), Dot(Ad.Grad<Expr[]>(y => Dot(Ad.Grad<Expr[]>(Loss, y), v), x), u)], others);
        }, _at);
    }

    /// <summary>A batch, and the loop over its elements.</summary>
    private string? Batch()
    {
        if (_random.Next(4) > 0 || _at.Sum(x => x.Size) > MostInBatch)
            return null;
        double[] factors = [1, 0.75, 1.125];
        Expr[] Outputs(Expr[] x) => [_f(x), .. Ad.Grad<Expr[]>(Loss, x)];
        return Same(x =>
        {
            Expr[] batch = Ad.Vmap<Expr[], Expr[]>(Outputs)(x);
            Expr[][] loop = [.. Enumerable.Range(0, factors.Length).Select(k => Outputs([.. x.Select(each => each[k])]))];
            return ([.. batch.SelectMany((output, i) => (Expr[])[output, Expr.Stack(loop.Select(outputs => outputs[i]))])], []);
        }, [.. _at.Select(x => Expr.Stack(factors.Select(factor => x * (Expr)factor)).Value)]);
    }

    /// <summary>Outputs that stand in pairs agree, and all are what they are when the graph or a part of it is compiled.</summary>
    private string? Same(Func<Expr[], (Expr[] Pairs, Expr[] Others)> outputs, ImmutableArray<Tensor> at)
    {
        int pairs = 0;
        Graph Traced(Func<Expr[], Expr[]> which) => Graph.Trace(x => [.. which([.. x])], [.. at.Select(x => x.Type)]);
        Expr[] All(Expr[] x)
        {
            var (twice, others) = outputs(x);
            pairs = twice.Length;
            return [.. twice, .. others];
        }
        var conditioned = new Conditioned(Traced(All), at);
        var expected = conditioned.Values;
        for (int i = 0; i < pairs; i += 2)
            if (Differ($"outputs {i} and {i + 1}, op by op", conditioned, i, expected[i], expected[i + 1], i + 1) is { } wrong)
                return wrong;

        int[] part = _random.Next(4) switch
        {
            0 => [.. Enumerable.Range(0, expected.Length)],
            1 => [.. Enumerable.Range(0, expected.Length).Where(i => i >= pairs || (i & 1) == 0)],
            _ => [_random.Next(expected.Length)],
        };
        var graph = Traced(x => [.. All(x) is var all ? part.Select(i => all[i]) : []]);
        bool generate = _random.Next(2) == 0;
        ImmutableArray<Expr> first = default;
        foreach (var options in (CompileOptions[])[new() { Threads = 1 + _random.Next(2), GenerateCode = generate }, new() { Threads = 1 + _random.Next(3), GenerateCode = !generate }])
        {
            var plan = Properties.Compilation.Same.Plan(graph, options);
            if (BufferCheck.Violation(plan) is { } violation)
                return $"{violation}\n{plan.Program}";
            for (int again = 0; again < 2; again++)
            {
                var actual = plan.Run([.. at.Select(Expr.Constant)]);
                for (int i = 0; i < part.Length; i++)
                {
                    if (Differ($"output {part[i]} of {expected.Length} with {options}, run {again}", conditioned, part[i], expected[part[i]], actual[i].Value) is { } wrong)
                        return wrong;
                    if (!first.IsDefault && !Properties.Compilation.Same.SameBits(first[i].Value, actual[i].Value))
                        return $"output {part[i]} of {expected.Length} has other bits with {options}, run {again}";
                    Checks++;
                }
                first = first.IsDefault ? actual : first;
            }
        }
        return null;
    }

    private string? Differ(string what, Conditioned conditioned, int output, Tensor expected, Tensor actual, int? other = null)
    {
        Checks++;
        if (expected.Type != actual.Type)
            return $"{what}: {expected.Type} and {actual.Type}";
        if (Near.Tensors(what, expected, actual, expected.DType == DType.Float32 ? 1e8 : 1) is null || (other is { } second && conditioned.Differ(second, expected, actual, Ulps) is null))
            return null;
        return conditioned.Differ(output, expected, actual, Ulps) is { } wrong ? $"{what}: {wrong}" : null;
    }

    // ---- the plan that is kept ----

    /// <summary>Gradients again and again, until the plan for the structure runs, and after.</summary>
    private string? Kept()
    {
        var routes = GradientRoutes.With(new RecurringGraphs(sightings: 1));
        var (value, gradient) = Transform.ValueAndGrad<Expr[]>("ValueAndGrad", Loss, Constants, Structure.Of<Expr[]>(), GradientRoutes.WithoutPlans);
        for (int again = 0; again < 4; again++)
        {
            var actual = Transform.ValueAndGrad<Expr[]>("ValueAndGrad", Loss, Constants, Structure.Of<Expr[]>(), routes);
            foreach (var (what, left, right) in gradient.Zip(actual.Gradient, (x, y) => ("a gradient", x, y)).Prepend(("the value", value, actual.Value)))
            {
                Checks++;
                if (!Properties.Compilation.Same.SameBits(left.Value, right.Value))
                    return $"{what} has other bits by the plan that is kept, call {again}";
            }
        }
        return null;
    }
}
