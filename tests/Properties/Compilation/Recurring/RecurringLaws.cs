using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Properties.Ops;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Without Compile, a graph whose structure was seen before runs a plan: to the same bits, and never another function's.</summary>
public sealed class RecurringLaws(ITestOutputHelper output)
{
    public static TheoryData<string> All => EachOp.Names(op => true);

    private static (Expr Value, P Gradient) Evaluate<P>(RecurringGraphs seen, Func<P, Expr> f, P at) => Evaluate(GradientRoutes.With(seen), f, at);

    private static (Expr Value, P Gradient) Evaluate<P>(ImmutableArray<GradientRoute> routes, Func<P, Expr> f, P at) => Transform.ValueAndGrad("ValueAndGrad", f, at, Structure.Of<P>(), routes);

    /// <summary>The first time a graph is only remembered; from the second on its plan is run.</summary>
    private static RecurringGraphs Eager(Func<Graph, int>? hash = null) => new(sightings: 1, hash);

    private static string? Differ(RecurringGraphs seen, Func<Expr[], Expr> f, Expr[] at)
    {
        var expected = Evaluate(GradientRoutes.WithoutPlans, f, at);
        for (int again = 0; again < 3; again++)
        {
            var actual = Evaluate(seen, f, at);
            if (!Same.SameBits(expected.Value.Value, actual.Value.Value))
                return $"time {again}: the value is {actual.Value.Value}, not {expected.Value.Value}";
            for (int i = 0; i < at.Length; i++)
                if (!Same.SameBits(expected.Gradient[i].Value, actual.Gradient[i].Value))
                    return $"time {again}: the gradient in {i} is {actual.Gradient[i].Value}, not {expected.Gradient[i].Value}";
        }
        return null;
    }

    [Theory, MemberData(nameof(All))]
    public void The_gradient_of_an_op_is_the_same_bits_by_a_plan(string op) => EachOp.Holds(op, 5, point =>
        !point.HasDerivative ? null : Differ(Eager(), at => Expr.Sum(Expr.Cast(point.W, point.Value.DType) * point.F(at)), point.At));

    /// <summary>Of numbers alone a function is differentiated without nodes: also that gives the bits of op by op, and so does its gradient, which is made of slopes.</summary>
    [Theory, MemberData(nameof(All))]
    public void The_gradient_of_an_op_of_numbers_is_the_same_bits_by_a_plan(string op) => EachOp.Holds(op, 5, point =>
    {
        Expr[] at = [.. point.Case.Inputs.Where(input => input is { DType: DType.Float64, Size: > 0 }).Select(input => (Expr)input.ElementAsDouble(0))];
        if (at.Length == 0 || at.Length < point.Case.Inputs.Length || Value(at) is not { } value || !value.Shape.IsScalar || value.DType != DType.Float64)
            return null;
        return Differ(Eager(), F, at) ?? Differ(Eager(), x => Ad.Grad<Expr[]>(F, x).Aggregate((a, b) => a + b), at);

        Expr F(Expr[] x) => point.Case.Apply([.. x]);

        Expr? Value(Expr[] x)
        {
            try
            {
                return F(x);
            }
            catch (AutodiffException)
            {
                return null;     // it is not for numbers
            }
        }
    });

    [Fact]
    public void The_gradient_of_a_program_is_the_same_bits_by_a_plan()
    {
        long runs = 0;
        Law.Holds(output, 200, Programs.Plain, p =>
        {
            var seen = Eager();
            string? wrong = Differ(seen, p.Loss, p.At);
            runs += seen.Hits;
            return wrong;
        });
        Assert.True(runs > 0);
    }

    /// <summary>The gradient of a product reads its factors transposed. Where they are computed beside other small values they still lie as they do op by op: in which order a product adds depends on it.</summary>
    [Fact]
    public void The_gradient_of_a_product_of_small_matrices_is_the_same_bits_by_a_plan() => Law.Holds(output, 200, s_products, p => Differ(Eager(), p.Loss, p.At));

    /// <summary>A matrix that was sliced backwards is copied, and the other factor read where it lies, as op by op.</summary>
    [Fact]
    public void A_product_with_a_matrix_that_was_sliced_backwards_is_the_same_bits_by_a_plan()
    {
        var random = new Random(1);
        for (int i = 0; i < Cases.Of(200); i++)
        {
            int size = random.Next(3) == 0 ? 2 + random.Next(60) : 2 + random.Next(5), axis = random.Next(2);
            bool transposed = random.NextBool(), first = random.NextBool();
            var graph = Graph.Trace(x =>
            {
                Expr back = x[0].Slice(axis, null, null, -1), other = Expr.Transpose(Expr.Sin(x[1]));
                back = transposed ? Expr.Transpose(back) : back;
                return [first ? Expr.MatMul(back, other) : Expr.MatMul(other, back)];
            }, [new(DType.Float64, Shape.Of(size, size)), new(DType.Float64, Shape.Of(size, size))]);
            Tensor[] at = [random.NextTensor(Shape.Of(size, size), new(-2, 2)), random.NextTensor(Shape.Of(size, size), new(-2, 2))];
            var plan = Same.Plan(graph, new CompileOptions { Exact = true, GenerateCode = false });
            Assert.True(Same.SameBits(graph.Evaluate(at)[0], plan.Run([.. at.Select(Expr.Constant)])[0].Value), $"{plan.Program}");
        }
    }

    private static readonly ImmutableArray<Kind> s_kindsBesideProducts =
        [.. Vocabulary.Kinds.Where(kind => kind.Op is "MatMul" or "Relu" or "Abs" or "Negate" or "Add" or "Subtract" or "Maximum" or "Where" or "Transpose" or "Slice" or "Take" or "Index" or "Concatenate")];

    private static readonly Arbitrary<Program> s_products = Arb.From(Gen.Choose(int.MinValue, int.MaxValue).Select(seed =>
    {
        var random = new Random(seed);
        int size = 2 + random.Next(3);
        return Programs.Extend(new(random, [random.NextTensor(Shape.Of(size, size), new(-2, 2)), random.NextTensor(Shape.Of(size, size), new(-2, 2))]), s_kindsBesideProducts, depth: 0, 2 + random.Next(6));
    }), Programs.Smaller);

    [Fact]
    public void Nested_transforms_are_the_same_bits_by_plans() => Law.Holds(output, 60, Programs.Nested, p => Differ(Eager(), p.Loss, p.At));

    [Theory, InlineData(1), InlineData(1000), InlineData(100_000)]
    public void Long_loops_and_products_are_the_same_bits_by_plans(int size)
    {
        var random = new Random(size);
        Expr data = random.NextTensor(Shape.Of(size), new(-1, 1)), mask = Expr.Greater(data, 0.1).Value;
        Assert.Null(Differ(Eager(), x => Expr.Sum(Expr.Exp(-x[0] * x[0]) * Expr.Sin(x[0] + data) + Expr.Log1p(Expr.Where(mask, x[0] * x[0], 0.5))), [random.NextTensor(Shape.Of(size), new(-2, 2))]));
        int columns = Math.Min(size, 60), rows = Math.Min(size, 130);
        Expr matrix = random.NextTensor(Shape.Of(rows, columns), new(-1, 1)), labels = random.NextTensor(Shape.Of(rows), new(-1, 1));
        Assert.Null(Differ(Eager(), x => Expr.Mean(Expr.Softplus(-labels * Expr.MatMul(matrix, x[0]))), [random.NextTensor(Shape.Of(columns), new(-2, 2))]));
        Assert.Null(Differ(Eager(), x => Expr.Sum(Expr.Tanh(Expr.MatMul(Expr.Tanh(Expr.MatMul(matrix, x[0]) + x[1]), Expr.Transpose(x[0])))),
            [random.NextTensor(Shape.Of(columns, 17), new(-1, 1)), random.NextTensor(Shape.Of(17), new(-1, 1))]));
    }

    /// <summary>A table that a loop reads at indices and point by point: sizes at which results go over what was read last.</summary>
    [Theory, InlineData(4_096, 1), InlineData(50_000, 4)]
    public void Gathers_of_a_shared_table_are_the_same_bits_by_plans(int rows, int columns)
    {
        Expr last = Expr.Constant(Tensor.Of([.. Enumerable.Range(0, rows).Select(i => (long)(rows - 1 - i))])), x = new Random(rows).NextTensor(Shape.Of(rows, columns), new(-1, 1));
        Assert.Null(Differ(Eager(), x => Expr.Sin(x[0]) is var y ? Expr.Sum(Expr.Square(Expr.CumSum(Expr.Take(y, last) + y, 0))) : y, [x]));
        Assert.Null(Differ(Eager(), x => Expr.Sin(x[0]) is var y ? Expr.Sum(Expr.Square(Expr.CumSum(y - Expr.ScatterAdd(y, last, Expr.Sin(y)), 0))) : y, [x]));
        var expected = Ad.Jvp(Turned, x, x);
        var compiled = Ad.Compile<Expr, (Expr, Expr)>(x => Ad.Jvp(Turned, x, x)).Run(x);
        Assert.Null(Near.Tensors("tangent", expected.Tangent.Value, compiled.Item2.Value, 10));

        Expr Turned(Expr x) => Expr.CumSum(Expr.Take(Expr.Sin(x), last) + Expr.Sin(x), 0);
    }

    [Fact]
    public void What_is_given_beside_the_value_is_the_same_bits_by_a_plan()
    {
        var seen = Eager();
        var random = new Random(5);
        Func<(Expr X, Expr Y), (Expr, (Expr, Expr, Expr, Expr))> f = p => Expr.Sin(p.X * p.Y) is var s ? (Expr.Exp(s) * p.X, (s, p.Y, Expr.Greater(s, 0.1), 3.0)) : default;
        foreach (var shape in (Shape[])[Shape.Scalar, Shape.Of(1), Shape.Of(1, 1)])
            for (int i = 0; i < 4; i++)
            {
                (Expr, Expr) at = (random.NextTensor(shape, new(-1, 1)), random.NextTensor(shape, new(-1, 1)));
                var (structure, auxiliary) = (Structure.Of<(Expr, Expr)>(), Structure.Of<(Expr, Expr, Expr, Expr)>());
                var expected = Transform.ValueAndGradWithAuxiliary("Grad", f, at, structure, auxiliary, GradientRoutes.WithoutPlans);
                var actual = Transform.ValueAndGradWithAuxiliary("Grad", f, at, structure, auxiliary, GradientRoutes.With(seen));
                var (e, a) = (expected.Auxiliary, actual.Auxiliary);
                foreach (var (x, y) in new[] { (expected.Value, actual.Value), (e.Item1, a.Item1), (e.Item2, a.Item2), (e.Item3, a.Item3), (e.Item4, a.Item4), (expected.Gradient.Item1, actual.Gradient.Item1), (expected.Gradient.Item2, actual.Gradient.Item2) })
                    Assert.True(Same.SameBits(x.Value, y.Value));
            }
        Assert.True(seen.Hits > 0);
    }

    // ---- never another function's plan ----

    private static readonly ImmutableArray<Func<Expr, Expr>> s_alike =
    [
        x => Expr.Sum(Expr.Sin(x) * x), x => Expr.Sum(Expr.Cos(x) * x), x => Expr.Sum(x * Expr.Sin(x)), x => Expr.Sum(Expr.Sin(x) * Expr.Sin(x)),
        x => Expr.Sin(x) is var s ? Expr.Sum(s * s) : s, x => Expr.Sum(x * x + x), x => Expr.Sum(x + x * x), x => Expr.Sum(x - x * x), x => Expr.Sum(x * x - x),
        x => Expr.Sum(Expr.Sum(x, 0) * (Expr)Tensor.Of(new[] { 0.0, 1.0, 2.0 })), x => Expr.Sum(Expr.Sum(x, 1) * (Expr)Tensor.Of(new[] { 0.0, 1.0, 2.0 })), x => Expr.Sum(Expr.Transpose(x) * x), x => Expr.Sum(x[0] * x[1]), x => Expr.Sum(x[1] * x[1]), x => Expr.Sum(x[0] * x[2]),
        x => Expr.Sum(Expr.MatMul(x, x)), x => Expr.Sum(Expr.MatMul(Expr.Transpose(x), x)), x => Expr.Sum(Expr.Exp(x)) * 2, x => Expr.Sum(Expr.Exp(x)) * 3, x => Expr.Sum(x * 0.0), x => Expr.Sum(x * -0.0), x => 1.5 * x[0][1], x => x[1][0] * 1.5,
    ];

    [Theory, InlineData(false), InlineData(true)]
    public void Functions_alike_do_not_take_each_others_plan(bool poorHash)
    {
        var seen = poorHash ? Eager(_ => 0) : Eager();
        var random = new Random(7);
        for (int i = 0; i < 40 * s_alike.Length; i++)
        {
            var f = s_alike[random.Next(s_alike.Length)];
            Expr at = random.NextTensor(Shape.Of(3, 3), new(-1, 1));
            Assert.Null(Differ(seen, x => f(x[0]), [at]));
        }
        Assert.True(seen.Hits > (poorHash ? 50 : 1000), $"{seen.Hits}");
        Assert.True(!poorHash || seen.Count <= 4);
    }

    [Fact]
    public void Programs_with_one_hash_for_all_do_not_take_each_others_plan()
    {
        var seen = Eager(_ => 1);
        Law.Holds(output, 200, Programs.Small, p => Differ(seen, p.Loss, p.At));
    }

    [Fact]
    public void Other_captured_values_are_other_results_of_the_same_plan()
    {
        var seen = Eager();
        var random = new Random(3);
        for (int i = 0; i < 20; i++)
        {
            Expr data = random.NextTensor(Shape.Of(4), new(-1, 1));
            double factor = random.NextDouble();
            Assert.Null(Differ(seen, x => Expr.Sum(Expr.Sin(x[0] * data) * factor), [random.NextTensor(Shape.Of(4), new(-1, 1))]));
        }
        Assert.Equal((1, 60L), (seen.Count, seen.Hits));
    }

    [Fact]
    public void Values_may_be_asked_for_while_tracing()
    {
        var seen = Eager();
        for (int i = -5; i <= 5; i++)
            Assert.Null(Differ(seen, x => (double)(x[0] * 2) > 0 ? Expr.Sin(x[0]) * x[0] : Expr.Exp(x[0]) * 3, [0.3 * i]));
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void What_is_differentiated_outside_is_never_a_constant()
    {
        var seen = Eager();
        Expr Inner(Expr outer, Expr at) => Evaluate(seen, y => Expr.Sin(y * outer) * y, at).Gradient;
        for (int i = 0; i < 5; i++)
        {
            Expr point = 0.3 + 0.1 * i;
            Assert.Equal(0.0, (double)Evaluate(seen, y => Expr.Sin(y * point) * y, (Expr)0.7).Gradient - (double)Inner(point, 0.7));    // the same structure over a constant
            Assert.Equal((double)Ad.Grad(x => Ad.Grad(y => Expr.Sin(y * x) * y, (Expr)0.7), point), (double)Evaluate(seen, x => Inner(x, 0.7), point).Gradient);
            Assert.Equal((double)Ad.Grad(x => Ad.Grad(y => Expr.Sin(y * 2.0) * y, x), point), (double)Evaluate(seen, x => Inner(2.0, x), point).Gradient);
        }
        var variable = Expr.Variable("v", Tensor.Scalar(0.3));
        Assert.False(Inner(variable, 0.7).IsConstant);
    }

    // ---- as without ----

    [Fact]
    public void Errors_are_the_ops_own()
    {
        var seen = Eager();
        Func<Expr, Expr> f = x => Expr.Sum(Expr.Cholesky(x * 2.0));
        Expr good = Tensor.Of(new[,] { { 2.0, 0.5 }, { 0.5, 1.0 } }), bad = Tensor.Of(new[,] { { 1.0, 2.0 }, { 2.0, 1.0 } });
        var expected = Assert.ThrowsAny<Exception>(() => Evaluate(GradientRoutes.WithoutPlans, f, bad));
        for (int i = 0; i < 3; i++)
        {
            Evaluate(seen, f, good);
            var actual = Assert.ThrowsAny<Exception>(() => Evaluate(seen, f, bad));
            Assert.Equal((expected.GetType(), expected.Message), (actual.GetType(), actual.Message));
        }
    }

    [Fact]
    public void Many_structures_do_not_pile_up()
    {
        // Sums and products in all orders: 2⁸ structures, each met twice.
        foreach (var (seen, most) in new[] { (new RecurringGraphs(1, maxBytes: 100_000), 20), (Eager(_ => 2), 4) })
        {
            for (int structure = 0; structure < 1 << 8; structure++)
                for (int again = 0; again < 2; again++)
                    Evaluate(seen, x => Enumerable.Range(0, 8).Aggregate(x, (z, bit) => (structure >> bit & 1) == 0 ? z * x : z + x), (Expr)0.9);
            Assert.InRange(seen.Count, 1, most);
        }
    }

    [Theory, InlineData(10, 100), InlineData(20_000, 25), InlineData(1_000_000, 2)]
    public void What_takes_long_gets_its_plan_early(int size, int call)
    {
        var seen = new RecurringGraphs(sightings: 100);
        Expr x = Tensor.Full(Shape.Of(size), 0.5).Dense();
        for (int i = 1; i <= call; i++)
        {
            Assert.Equal(0, seen.Hits);
            Evaluate(seen, x => Expr.Sum(Expr.Sin(x * 2.0) * Expr.Cos(x) + x * x), x);
        }
        Assert.Equal(1, seen.Hits);
    }

    [Fact]
    public void A_plan_keeps_no_tensor_alive()
    {
        var seen = Eager();
        var captured = Capture(seen);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Equal(1, seen.Count);
        Assert.False(captured.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Capture(RecurringGraphs seen)
    {
        var data = new Random(1).NextTensor(Shape.Of(1000), new(-1, 1));
        for (int i = 0; i < 3; i++)
            Evaluate(seen, x => Expr.Sum(Expr.Sin(x * data) * Expr.Cos(x)), (Expr)new Random(i).NextTensor(Shape.Of(1000), new(-1, 1)));
        return new(data);
    }

    [Fact]
    public void Threads_share_plans()
    {
        var seen = Eager();
        var wrong = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 300; i++)
            {
                var f = s_alike[random.Next(s_alike.Length)];
                if (Differ(seen, x => f(x[0]), [random.NextTensor(Shape.Of(3, 3), new(-1, 1))]) is { } message)
                    wrong.Add(message);
            }
        });
        Assert.Empty(wrong);
    }
}
