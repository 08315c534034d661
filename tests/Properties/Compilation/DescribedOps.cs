using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>An op of another assembly that says what it is compiles into the steps that ours do, and gives their bits. Where what it says does not go with its types, compiling is an error.</summary>
public sealed partial class DescribedOps
{
    private static readonly Expr s_rows = Expr.Constant(Tensor.Of([1L, 0, -1]));

    /// <summary>The library's op as the last of a function, and an op of this assembly that computes the same and says so.</summary>
    private static readonly Dictionary<string, (Func<Expr, Expr> Theirs, Func<Op, Op> Mine)> s_kinds = new()
    {
        ["function of one"] = (x => Expr.Exp(x * 2), op => new AtPoints(op, Pointwise.Unary<Exp>())),
        ["function of two"] = (x => Expr.Atan2(x, x + 1), op => new AtPoints(op, Pointwise.Binary<Atan2>())),
        ["function of three"] = (x => Ternary<Between>.Of(x, x - 1, x * x), op => new AtPoints(op, Pointwise.Ternary<Between>())),
        ["question"] = (x => x < x * x, op => new AtPoints(op, Pointwise.Predicate<Less>())),
        ["cast"] = (x => Expr.Cast(x * 10, DType.Int64), op => new AtPoints(op, Pointwise.Cast(DType.Int64))),
        ["choice"] = (x => Expr.Where(x > 0.5, x, x * x), op => new AtPoints(op, Pointwise.Where)),
        ["sum"] = (x => Expr.Sum(x * x, 1), op => new Folded(op, FoldKind.Sum, 1)),
        ["largest"] = (x => Expr.Max(x * x, 0), op => new Folded(op, FoldKind.Max, 0)),
        ["smallest"] = (x => Expr.Min(x * x, 1), op => new Folded(op, FoldKind.Min, 1)),
        ["product"] = (x => Expr.MatMul(x, Expr.Transpose(x * 2)), op => new Multiplied(op)),
        ["read at indices"] = (x => Expr.Take(x, s_rows), op => new Taken(op)),
        ["addition at indices"] = (x => Expr.ScatterAdd(x, s_rows, Expr.Take(x, s_rows)), op => new Added(op)),
        ["placement"] = (x => Expr.Concatenate([x, x + 1], 0), op => new Below(op)),
        ["call"] = (x => Ad.Checkpoint<Expr, Expr>(v => Expr.Sin(v) * v)(x), op => new Called((MultiOutput)op, Sine)),
        ["branch"] = (x => Ad.Cond(x[0, 0] > 0.1, Expr.Sin, Expr.Cos, x), op => new Branched((MultiOutput)op, [Traced(Expr.Sin), Traced(Expr.Cos)])),
        ["loop"] = (x => Ad.While(v => Expr.Sum(v * v) > 1, v => v / 2, x), op => new Repeated((MultiOutput)op)),
    };

    private static readonly Shape s_shape = [20, 30];
    private static readonly Expr s_at = Expr.Constant(Tensor.Of((double[])[.. Enumerable.Range(0, 600).Select(i => Math.Sin(i))], [20, 30]));
    private static Graph Sine => Traced(v => Expr.Sin(v) * v);

    private static Graph Traced(Func<Expr, Expr> function, Shape? shape = null) => Graph.Trace(x => [function(x[0])], [new(DType.Float64, shape ?? s_shape)]);

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public void An_op_that_says_what_it_is_compiles_as_ours_do(string kind)
    {
        var (theirs, mine) = s_kinds[kind];
        var (expected, compiled) = (Ad.Compile(theirs), Ad.Compile(x => With(mine, theirs(x))));
        string[] steps = Steps(compiled.Plan(s_at).Explain());
        Assert.Equal(Steps(expected.Plan(s_at).Explain()), steps);
        Assert.DoesNotContain("op by op", steps);
        Assert.Equal(expected.Run(s_at).Value, compiled.Run(s_at).Value);
    }

    [Fact]
    public void An_op_that_says_nothing_runs_op_by_op()
    {
        var compiled = Ad.Compile(x => With(op => new Silent(op), Expr.Exp(x)));
        Assert.Equal(["op by op"], Steps(compiled.Plan(s_at).Explain()));
        Assert.Equal(Expr.Exp(s_at).Value, compiled.Run(s_at).Value);
    }

    /// <summary>What is not so.</summary>
    private static readonly Dictionary<string, (Func<Expr, Expr> Theirs, Func<Op, Op> Mine)> s_lies = new()
    {
        ["function"] = (x => x < x * x, op => new AtPoints(op, Pointwise.Binary<Atan2>())),
        ["dtype"] = (x => Expr.Cast(x, DType.Int64), op => new AtPoints(op, Pointwise.Cast(DType.Float32))),
        ["shape"] = (x => Expr.Sum(x, 1), op => new AtPoints(op, Pointwise.Unary<Exp>())),
        ["axis"] = (x => Expr.Sum(x, 1), op => new Folded(op, FoldKind.Sum, 0)),
        ["labels"] = (x => x * x, op => new Multiplied(op)),
        ["indices"] = (x => Expr.Take(x, s_rows, 1), op => new Taken(op)),
        ["targets"] = (x => Expr.ScatterAdd(x, s_rows, Expr.Take(x, s_rows, 1), 1), op => new Added(op)),
        ["places"] = (x => Expr.Concatenate([x, x], 1), op => new Below(op)),
        ["body"] = (x => Ad.Checkpoint<Expr, Expr>(v => Expr.Sin(v) * v)(x), op => new Called((MultiOutput)op, Traced(Expr.Sin, [3]))),
        ["captures"] = (x => Ad.Checkpoint<Expr, Expr>(v => Expr.Sin(v) * v)(x), op => new Called((MultiOutput)op, Traced(v => v * Expr.Variable("captured", Tensor.Scalar(1.0))))),
        ["branches"] = (x => Ad.Cond(x[0, 0] > 0.1, Expr.Sin, Expr.Cos, x), op => new Branched((MultiOutput)op, [Traced(Expr.Sin)])),
    };

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    [Theory, MemberData(nameof(Lies))]
    public void An_op_that_says_what_it_is_not_is_an_error(string kind)
    {
        var (theirs, mine) = s_lies[kind];
        Assert.Contains("what it says it is", Assert.Throws<ShapeException>(() => Ad.Compile(x => With(mine, theirs(x))).Run(s_at)).Message, StringComparison.Ordinal);
    }

    private static Expr With(Func<Op, Op> mine, Expr node) => node.Op is Project
        ? MultiOutput.Apply((MultiOutput)mine(node.Inputs[0].Op!), [.. node.Inputs[0].Inputs])[0]
        : Expr.Apply(mine(node.Op!), [.. node.Inputs]);

    private static string[] Steps(string explanation) => [.. Step().Matches(explanation).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^ *\d+: (.+?) %", RegexOptions.Multiline)]
    private static partial Regex Step();

    // ---- ops as a user writes them ----

    private record Silent(Op Like) : Op
    {
        public override TensorType Infer(Inputs inputs) => Like.Infer(inputs);
        public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Like.Evaluate(inputs);
        public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Like.Jvp(inputs, output, tangents);
        public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => Like.Vjp(inputs, output, cotangent, wanted);
    }

    private sealed record AtPoints(Op Like, Pointwise Function) : Silent(Like), IPointwise;

    private sealed record Folded(Op Like, FoldKind Kind, Axes Axes) : Silent(Like), IFolding
    {
        public Op Over(Axes axes) => throw new NotSupportedException();     // these programs have no other order
    }

    private sealed record Multiplied(Op Like) : Silent(Like), IContraction
    {
        public ImmutableArray<int> Labels(int operand, int rank) => operand switch { 0 => [0, 2], 1 => [2, 1], _ => [0, 1] };
    }

    private sealed record Taken(Op Like) : Silent(Like), IIndexedRead
    {
        public int Axis => 0;
        public int Leading => 0;
    }

    private sealed record Added(Op Like) : Silent(Like), IIndexedAdd
    {
        public int Axis => 0;
        public int Leading => 0;
    }

    private sealed record Below(Op Like) : Silent(Like), IPlacement
    {
        public IEnumerable<(ImmutableArray<int> Starts, ImmutableArray<int> Steps)> Places(ImmutableArray<Shape> inputs) => [([0, 0], [1, 1]), ([inputs[0][0], 0], [1, 1])];
    }

    private record SilentMany(MultiOutput Like) : MultiOutput
    {
        public override ImmutableArray<TensorType> InferParts(Inputs inputs) => Like.InferParts(inputs);
        public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => Like.EvaluateParts(inputs);
        public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Like.Jvp(inputs, output, tangents);
        public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => Like.Vjp(inputs, output, cotangent, wanted);
    }

    private sealed record Called(MultiOutput Like, Graph Body) : SilentMany(Like), ICall;

    private sealed record Branched(MultiOutput Like, ImmutableArray<Graph> Branches) : SilentMany(Like), IBranch
    {
        public bool IsCond => true;
    }

    private sealed record Repeated(MultiOutput Like) : SilentMany(Like), IWhile
    {
        public Graph Condition => Traced(v => Expr.Sum(v * v) > 1);
        public Graph Body => Traced(v => v / 2);
        public int Captures => 0;
    }

    private readonly struct Between : ITernary
    {
        public static T Apply<T>(T x, T y, T z) where T : IElementary<T> => T.IfLess(x, y, y, T.IfLess(z, x, z, x)) + T.Exp(x);
        public static T DifferentialX<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d;
        public static T DifferentialY<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d;
        public static T DifferentialZ<T>(T x, T y, T z, T w, T d) where T : IElementary<T> => d;
    }
}
