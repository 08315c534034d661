using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// The derivatives of elementwise functions where selections switch: at zeros of both signs, ties, infinities, ends of domains. There both modes, all four orders of two of
/// them and dual numbers agree, and mixed derivatives are symmetric. NaN is no edge: a function has no slope there.
/// </summary>
public sealed class EdgeLaws
{
    private const double Infinity = double.PositiveInfinity;

    private static readonly double[] s_many = [-Infinity, -30, -3, -2, -1, -0.5, -0.0, 0.0, 0.1, 0.5, 1, 1.5, 2, 2.5, 3, 30, Infinity], s_few = [-Infinity, -1, -0.0, 0.0, 0.5, 1, 2, Infinity];

    /// <summary>Where dual numbers, which share the tangent where a maximum ties, choose otherwise, and why the function is written with one.</summary>
    private static readonly Dictionary<string, string> s_kinks = new()
    {
        ["Relu"] = "max(x, 0) is one instruction; its derivative at 0 is 0 as in JAX, where the tie gives ½",
        ["Softplus"] = "max(x, 0) + ln(1 + e^−|x|), which shares its exponential with σ: the kinks cancel in the first derivative at 0, not in the second",
        ["LogSigmoid"] = "as Softplus",
    };

    public static TheoryData<string> All => EachOp.Names(op => Calls(op).Any());

    [Theory, MemberData(nameof(All))]
    public void Both_modes_and_dual_numbers_agree(string op) => Holds(op, static (call, wrong) =>
    {
        double[][] reverse = [.. call.At.Select((_, i) => call.Numbers(call.Reverse(call.F, i)))];
        for (int i = 0; i < reverse.Length; i++)
        {
            wrong.Compare($"forward mode in x{i}", reverse[i], call.Numbers(call.Forward(call.F, i)));
            if (call.Op.HasWitness && !s_kinks.ContainsKey(call.Op.Name))
                wrong.CompareWitness($"dual numbers in x{i}", reverse[i], call.Numbers(Witness.First(call.Graph, call.At, call.Along(i)).Tangent), reverse);
        }
    });

    [Theory, MemberData(nameof(All))]
    public void Second_derivatives_are_symmetric_and_the_same_in_every_order(string op) => Holds(op, static (call, wrong) =>
    {
        var pairs = (from i in Enumerable.Range(0, call.At.Length) from k in Enumerable.Range(0, i + 1) select (i, k)).ToArray();
        double[][] second = [.. pairs.Select(pair => call.Numbers(call.Reverse(at => call.Reverse(call.F, pair.i, at), pair.k)))];
        foreach (var ((i, k), expected) in pairs.Zip(second))
        {
            wrong.Compare($"∂{i}∂{k} and ∂{k}∂{i}", expected, call.Numbers(call.Reverse(at => call.Reverse(call.F, k, at), i)));
            wrong.Compare($"forward over reverse, ∂{k}∂{i}", expected, call.Numbers(call.Forward(at => call.Reverse(call.F, i, at), k)));
            wrong.Compare($"reverse over forward, ∂{k}∂{i}", expected, call.Numbers(call.Reverse(at => call.Forward(call.F, i, at), k)));
            wrong.Compare($"forward over forward, ∂{k}∂{i}", expected, call.Numbers(call.Forward(at => call.Forward(call.F, i, at), k)));
            if (call.Op.HasWitness && !s_kinks.ContainsKey(call.Op.Name))
                wrong.CompareWitness($"dual numbers, ∂{k}∂{i}", expected, call.Numbers(Witness.Second(call.Graph, call.At, call.Along(i), call.Along(k))), second);
        }
    });

    /// <summary>Ways to write the same function.</summary>
    private static readonly (string Name, Func<Func<Expr, Expr>, Func<Expr, Expr>> Of)[] s_ways =
    [
        ("a checkpoint", static f => Ad.Checkpoint(f)),
        ("a branch", static f => x => Ad.Cond(Expr.Variable("p", Tensor.Scalar(true)), f, static x => x, x)),
        ("a loop", static f => x => Ad.Scan<Expr, Expr>(carry => (f(carry), carry), x, 1).Carry),
        ("a batch", static f => x => Ad.Vmap(f)(x)),
        ("a plan", static f => x => Ad.Compile(f).Run(x)),
    ];

    [Theory, MemberData(nameof(All))]
    public void They_are_the_same_in_checkpoints_branches_loops_batches_and_plans(string op) => Holds(op, static (call, wrong) =>
    {
        for (int i = 0; i < call.At.Length; i++)
        {
            Func<Expr, Expr> f = x => call.F([.. call.At.Select((other, k) => k == i ? x : other)]);
            Expr Slope(Func<Expr, Expr> of, Expr x) => Ad.Grad(x => Expr.Sum(of(x)), x);
            double[] first = call.Numbers(Slope(f, call.At[i])), second = call.Numbers(Slope(x => Slope(f, x), call.At[i]));
            foreach (var (name, way) in s_ways.Where(way => way.Name != "a batch" || call.At.Length == 1))
            {
                wrong.Compare($"in {name}, ∂{i}", first, call.Numbers(Slope(way(f), call.At[i])));
                wrong.Compare($"in {name}, ∂{i}∂{i}", second, call.Numbers(Slope(x => Slope(way(f), x), call.At[i])));
            }
            foreach (bool code in (bool[])[true, false])
                wrong.Compare($"compiled, ∂{i}∂{i}", second, call.Numbers(Ad.Compile((Expr x) => Slope(x => Slope(f, x), x), new CompileOptions { Threads = 1, GenerateCode = code }).Run(call.At[i])));
        }
    });

    private static void Holds(string op, Action<Call, Differences> check)
    {
        foreach (var call in Calls(EachOp.Op(op)))
        {
            var wrong = new Differences(call);
            check(call, wrong);
            wrong.Verify();
        }
    }

    /// <summary>The calls of an op that compute number by number, at every combination of edges.</summary>
    private static IEnumerable<Call> Calls(OpInfo op) =>
        from draw in Enumerable.Range(0, op.Name == "Pow" ? 4 : 1)
        let point = Point.Draw(op, draw)
        where !op.Detached && point.HasDerivative && point.Coarseness == 1 && point.At.Length < 4 && point.At.Length == point.Case.Inputs.Length && IsElementwise(point)
        select new Call(op, point);

    private static bool IsElementwise(Point point)
    {
        var ops = KahnOrder.From(point.Trace(point.F).Outputs.AsSpan()).Select(visit => visit.Op).Where(op => op is not (Variable or Placeholder or Constant)).ToArray();
        return ops.Any(op => op is Elementwise) && ops.All(op => op is Elementwise or Expand or Reshape or Cast) && point.F([.. point.At.Select(_ => Expr.Ones([5]))]).Shape == Shape.Of(5);
    }

    /// <summary>A function, at all combinations of edges of its arguments, one in each row.</summary>
    private sealed class Call
    {
        public Call(OpInfo op, Point point)
        {
            double[] edges = point.At.Length < 3 ? s_many : s_few;
            int count = (int)Math.Pow(edges.Length, point.At.Length);
            (Op, F) = (op, point.F);
            At = [.. point.At.Select((_, i) => (Expr)Tensor.Of([.. Enumerable.Range(0, count).Select(row => edges[row / (int)Math.Pow(edges.Length, i) % edges.Length])]))];
            Graph = Graph.Trace(at => [F([.. at])], [.. At.Select(x => x.Type)]);
            double[][] numbers = [.. At.Append(F(At)).Concat(At.Select((_, i) => Reverse(F, i))).Select(Numbers)];
            IsInfinite = row => numbers.Any(column => !double.IsFinite(column[row]));
        }

        public OpInfo Op { get; }
        public Func<Expr[], Expr> F { get; }
        public Expr[] At { get; }
        public Graph Graph { get; }

        /// <summary>Is an argument, the value or a slope infinite?</summary>
        public Func<int, bool> IsInfinite { get; }

        public Expr Reverse(Func<Expr[], Expr> f, int argument, Expr[]? at = null) => Ad.Grad(x => Expr.Sum(f(With(at, argument, x))), (at ?? At)[argument]);
        public Expr Forward(Func<Expr[], Expr> f, int argument, Expr[]? at = null) => Ad.Jvp(x => f(With(at, argument, x)), (at ?? At)[argument], Expr.OnesLike(At[argument])).Tangent;
        public Expr[] Along(int argument) => [.. At.Select((x, i) => i == argument ? Expr.OnesLike(x) : Expr.ZerosLike(x))];
        public double[] Numbers(Expr x) => Expr.BroadcastTo(x, At[0].Shape).Value.ToArray<double>();
        public string Row(int row) => string.Join(", ", At.Select(x => Numbers(x)[row].ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

        private Expr[] With(Expr[]? at, int argument, Expr x) => [.. (at ?? At).Select((other, i) => i == argument ? x : other)];
    }

    private sealed class Differences(Call call)
    {
        private readonly List<string> _found = [];

        public void Compare(string what, double[] expected, double[] actual) => Compare(what, expected, actual, _ => false);

        /// <summary>
        /// Dual numbers know no structural zeros: where something is infinite, 0·∞ makes them NaN. Then they say nothing, and where the derivative is NaN there is nothing to be said.
        /// </summary>
        public void CompareWitness(string what, double[] expected, double[] witness, double[][] derivatives) => Compare(what, expected, witness, row =>
            double.IsNaN(expected[row]) || (double.IsNaN(witness[row]) && (call.IsInfinite(row) || derivatives.Any(each => !double.IsFinite(each[row])))));

        private void Compare(string what, double[] expected, double[] actual, Func<int, bool> exempt)
        {
            for (int row = 0; row < expected.Length; row++)
                if (!Same(expected[row], actual[row]) && !exempt(row))
                    _found.Add($"{what} at ({call.Row(row)}): {expected[row]:R} and {actual[row]:R}");
        }

        public void Verify() => Assert.True(_found.Count == 0, $"{call.Op.Name}: {_found.Count} differences, such as\n{string.Join('\n', _found.Take(12))}");

        private static bool Same(double x, double y) => x.Equals(y) || x == y || Math.Abs(x - y) <= 1e-10 * (Math.Abs(x) + Math.Abs(y)) + 1e-13;
    }
}
