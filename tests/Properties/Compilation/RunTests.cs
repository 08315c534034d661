using System.Buffers;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>How a compiled function is run: in and out of structures and buffers, by many threads, without allocating; which plan is used when.</summary>
public sealed class RunTests
{
    private sealed record Model(Expr W, Expr B, int Power, string Name);

    private static readonly Tensor s_x = Tensor.Of([0.5, -1.0, 2.0]);

    private static Expr Loss(Expr x) => Expr.Sum(Expr.Sin(x) * x + Expr.Exp(-x));

    private static void AreClose(Tensor expected, Tensor actual) => Assert.Null(Ops.Near.Tensors("value", expected, actual));

    // ---- loops ----

    [Fact]
    public void A_loop_beside_tiny_tensors_keeps_the_outputs_that_nobody_reads()
    {
        static Expr Last(Expr x) => Ad.Scan(((Expr A, Expr B) c, Expr row) => ((c.A * row, Expr.Sin(c.B) + c.A), (c.A + row, c.B)), (x, x * 2), Expr.Constant(s_x)).Carry.Item2;
        static Expr Squares(Expr x) => Expr.Sum(Expr.Square(Last(Expr.Exp(x))));
        AreClose(Squares(s_x).Value, Ad.Compile(Squares).Run(s_x).Value);
        AreClose(Ad.Grad(Squares, s_x).Value, Ad.Compile(Ad.Grad(Squares)).Run(s_x).Value);
    }

    // ---- nothing ----

    [Fact]
    public void Of_empty_arrays_the_sum_is_zero_and_the_rest_is_empty()
    {
        var nothing = Tensor.Of(Array.Empty<double>(), Shape.Of(4, 0, 1));
        var (total, columns, same) = Ad.Compile((Expr x) => (Expr.Sum(Expr.Exp(x), Axes.All, keepDims: true), Expr.Sum(x * 2, Axes.Of(1)), Expr.Reshape(x, Shape.Of(0, 2)) + 1)).Run(nothing);
        Assert.Equal(Tensor.Of([0.0], Shape.Of(1, 1, 1)), total.Value);
        Assert.Equal(Tensor.Of([0.0, 0, 0, 0], Shape.Of(4, 1)), columns.Value);
        Assert.Equal(Shape.Of(0, 2), same.Shape);
    }

    // ---- products ----

    [Theory]
    [InlineData(600, 40, 300)]
    [InlineData(600, 530, 300)]
    [InlineData(90, 1100, 520)]
    [InlineData(257, 300, 1030)]
    public void A_large_product_on_several_threads_has_the_bits_of_one(int m, int n, int k)
    {
        foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
        {
            var (a, b, turned) = (Random([m, k], 1), Random([k, n], 2), Random([n, k], 3));
            AreTheSame(p => Expr.MatMul(p.A, p.B), (a, b));
            AreTheSame(p => Expr.MatMul(p.A, Expr.SwapLast(p.B)), (a, turned));

            void AreTheSame(Func<(Expr A, Expr B), Expr> product, (Expr, Expr) at)
            {
                foreach (int threads in (int[])[1, 2, 4])
                    Assert.Equal(product(at).Value, Ad.Compile(product, new CompileOptions { Threads = threads }).Run(at).Value);
            }

            Expr Random(Shape shape, long seed) => RandomKey.FromSeed(seed).Normal(shape, dtype);
        }
    }

    // ---- structures ----

    [Fact]
    public void Records_go_in_and_tuples_come_out()
    {
        var compiled = Ad.Compile((Model m) => (m with { W = m.W * 2 }, Expr.Sum(m.B)));
        var (model, sum) = compiled.Run(new(s_x, Tensor.Scalar(3.0), 2, "a"));
        Assert.Equal("a", model.Name);
        Assert.Equal(Tensor.Of([1.0, -2.0, 4.0]), model.W.Value);
        Assert.Equal(3.0, (double)sum);
    }

    [Fact]
    public void What_is_no_node_in_the_arguments_decides_which_plan_is_used()
    {
        var compiled = Ad.Compile((Model m) => Expr.Pow(m.W, m.Power));
        var model = new Model(s_x, Tensor.Scalar(0.0), 2, "a");
        AreClose(Expr.Pow(s_x, 2).Value, compiled.Run(model).Value);
        AreClose(Expr.Pow(s_x, 3).Value, compiled.Run(model with { Power = 3 }).Value);
        AreClose(Expr.Pow(s_x, 2).Value, compiled.Run(model with { W = s_x }).Value);
        Assert.Equal(2, compiled.Plans.Length);
    }

    [Fact]
    public void A_function_is_traced_once_for_each_combination_of_types_and_the_plans_used_last_are_kept()
    {
        int traced = 0;
        var compiled = Ad.Compile(x =>
        {
            traced++;
            return x * 2;
        }, new CompileOptions { MaxPlans = 2 });
        foreach (int length in (int[])[1, 2, 1, 2, 3, 2])
            Assert.Equal(Shape.Of(length), compiled.Run(Expr.Zeros(Shape.Of(length))).Shape);
        Assert.Equal(3, traced);
        Assert.Equal(2, compiled.Plans.Length);
        compiled.Run(Expr.Zeros(Shape.Of(1)));
        Assert.Equal(4, traced);
        Assert.Equal(DType.Float32, compiled.Run(Expr.Zeros(Shape.Of(1), DType.Float32)).DType);
    }

    [Fact]
    public void Functions_of_equal_shapes_and_other_captures_have_plans_of_their_own()
    {
        var all = Enumerable.Range(0, 5).Select(i => Ad.Compile(x => x * i)).ToList();
        for (int i = 0; i < all.Count; i++)
            Assert.Equal(2.0 * i, (double)all[i].Run(2.0));
    }

    // ---- nesting ----

    [Fact]
    public void What_is_captured_and_differentiated_outside_gets_its_gradient()
    {
        // A plan that took the captured node for a constant would say 0.
        var gradient = Ad.Grad(x => Ad.Compile(y => y * x * x).Run(3.0), 2.0);
        Assert.Equal(12.0, (double)gradient);
        var once = Ad.Grad(x =>
        {
            var f = Ad.Compile(y => Expr.Sin(x) * y);
            return f.Run(f.Run(1.0));
        }, 0.5);
        Assert.Equal(2 * Math.Sin(0.5) * Math.Cos(0.5), (double)once, 14);
    }

    [Fact]
    public void A_captured_variable_is_an_argument()
    {
        var variable = Expr.Variable("v", Tensor.Scalar(3.0));
        var compiled = Ad.Compile(x => x * variable);
        Assert.Equal(3.0, (double)Ad.Gradients(compiled.Run(2.0))[variable] + 1);
        var into = new double[1];
        compiled.Run(2.0, into);
        Assert.Equal(6.0, into[0]);
    }

    [Fact]
    public void Compile_of_grad_of_vmapped_compile_is_one_plan()
    {
        var inner = Ad.Compile(x => Expr.Sin(x) * x);
        var outer = Ad.Compile(x => Ad.Grad(v => Expr.Sum(inner.Run(v)), x));
        AreClose(Ad.Grad(v => Expr.Sum(Expr.Sin(v) * v), s_x).Value, outer.Run(s_x).Value);
        Assert.Equal(1, outer.Plan(s_x).Steps);
    }

    [Fact]
    public void Loops_branches_and_checkpoints_are_compiled_with_their_bodies()
    {
        Expr F(Expr x) => Ad.ForLoop(7, (i, carry) => Ad.Cond(carry > 0.2, v => Expr.Sin(v + x), v => v * x + 0.1, carry), Ad.Checkpoint<Expr, Expr>(v => Expr.Sin(Expr.Exp(v) * v))(x));
        var compiled = Ad.Compile(x => Ad.Grad(F, x));
        for (double at = -1; at < 1; at += 0.25)
            Assert.Equal((double)Ad.Grad(F, at), (double)compiled.Run(at), 1e-13);
        Assert.DoesNotContain("op by op", compiled.Plan(0.0).Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void Asking_for_a_value_while_it_is_traced_is_an_error_that_names_the_transform()
    {
        var error = Assert.Throws<MissingValueException>(() => Ad.Compile(x => (double)x > 0 ? x : -x).Run(1.0));
        Assert.Contains("Compile", error.Message, StringComparison.Ordinal);
    }

    // ---- into the caller's memory ----

    [Theory, InlineData(3), InlineData(5000)]
    public void Outputs_go_into_arrays_and_memory_of_any_kind(int length)
    {
        var x = Expr.Cast(Expr.Arange(length), DType.Float64) / length;
        var compiled = Ad.Compile<Expr, (Expr, Expr, Expr)>(v => (Expr.Exp(v), Expr.Cast(v, DType.Float32), Expr.Less(v, 0.5)));
        var expected = compiled.Run(x);
        var (doubles, floats, bools) = (new double[length], new float[length], new bool[length]);
        compiled.Run(x, doubles, floats, bools);
        Assert.Equal(expected.Item1.Value.ToArray<double>(), doubles);
        Assert.Equal(expected.Item2.Value.ToArray<float>(), floats);
        Assert.Equal(expected.Item3.Value.ToArray<bool>(), bools);

        // A part of a larger array, and memory that is no array.
        var larger = new double[length + 2];
        using var owner = new Native(length);
        compiled.Run(x, larger.AsMemory(1, length), owner.Floats.AsMemory(), bools);
        Assert.Equal(doubles, larger[1..^1]);
        Assert.Equal(0.0, larger[0] + larger[^1]);
        var only = Ad.Compile(Expr.Exp);
        only.Run(x, owner.Memory);
        Assert.Equal(doubles, owner.Memory.ToArray());
    }

    private sealed unsafe class Native(int length) : MemoryManager<double>
    {
        private readonly double* _start = (double*)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)length, sizeof(double));
        public float[] Floats { get; } = new float[length];
        public override Span<double> GetSpan() => new(_start, length);
        public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);
        public override void Unpin() { }
        protected override void Dispose(bool disposing) => System.Runtime.InteropServices.NativeMemory.Free(_start);
    }

    /// <summary>Large ones lie in memory of the caller's, each in its own.</summary>
    [Theory, InlineData(3), InlineData(5000)]
    public void Equal_outputs_are_all_written(int length)
    {
        Expr x = Expr.Ones(Shape.Of(length));
        var outputs = Ad.Compile<Expr, Expr[]>(v => [v * 2, v + v * 0, v * 2, v * 2, Expr.Zeros(v.Shape), Expr.Zeros(v.Shape), v, v]).Run(x);
        double[] expected = [2, 1, 2, 2, 0, 0, 1, 1];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(Tensor.Full(x.Shape, expected[i]), outputs[i].Value);
        // What does not depend on the parameters: two gradients, one constant.
        var (a, b) = Ad.Compile(((Expr A, Expr B, Expr C) p) => Ad.Grad(((Expr A, Expr B, Expr C) q) => Expr.Sum(q.C), p)).Run((x, x, x)) is var (g, h, _) ? (g, h) : default;
        Assert.Equal(Tensor.Full(x.Shape, 0.0), a.Value);
        Assert.Equal(Tensor.Full(x.Shape, 0.0), b.Value);
    }

    [Fact]
    public void Buffers_that_do_not_fit_are_errors()
    {
        var compiled = Ad.Compile(Loss);
        Assert.Contains("1 buffers", Assert.Throws<StructureException>(() => compiled.Run(s_x, new double[1], new double[1])).Message, StringComparison.Ordinal);
        Assert.Contains("output 0", Assert.Throws<ShapeException>(() => compiled.Run(s_x, new double[2])).Message, StringComparison.Ordinal);
        Assert.Contains("Float64", Assert.Throws<DTypeException>(() => compiled.Run(s_x, new float[1])).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => OutputBuffer.Of<byte>(new byte[1]));
    }

    // ---- threads and memory ----

    [Fact]
    public void Many_threads_share_a_plan_and_not_its_memory()
    {
        var compiled = Ad.Compile(x => Ad.Grad(Loss, x));
        var inputs = Enumerable.Range(0, 64).Select(i => Expr.Constant(Tensor.Of([.. Enumerable.Range(0, 3000).Select(k => Math.Sin(i + k))]))).ToArray();
        var expected = inputs.Select(x => compiled.Run(x).Value).ToArray();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 64 }, i =>
        {
            for (int again = 0; again < 20; again++)
                Assert.Equal(expected[i], compiled.Run(inputs[i]).Value);
        });
        Assert.Single(compiled.Plans);
    }

    [Fact]
    public void Threads_that_trace_the_same_at_the_same_time_share_a_plan()
    {
        using var both = new Barrier(2);
        var compiled = Ad.Compile(x =>
        {
            both.SignalAndWait(TimeSpan.FromSeconds(10));
            return x * 2;
        });
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() => compiled.Run(1.0))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Single(compiled.Plans);
    }

    // ---- options ----

    [Fact]
    public void NaN_and_signed_zeros_are_the_interpreters()
    {
        double[] special = [double.NaN, 0.0, -0.0, double.PositiveInfinity, double.NegativeInfinity, 1.0];
        Func<Expr, Expr>[] functions = [x => x * 1, x => x / 1, x => x - 0, x => x + 0, x => -(-x), x => x * 0, x => 0 - x, x => x * x, x => Expr.Maximum(x, 0), x => Expr.Sqrt(x), x => Expr.Abs(x)];
        foreach (var f in functions)
            Assert.True(Same.SameBits(f(Tensor.Of(special)).Value, Ad.Compile(f).Run(Tensor.Of(special)).Value), $"{f(Expr.Variable("x", Shape.Of(6)))}");
        Assert.Equal(0.0, (double)Ad.Compile(x => x * 0, new CompileOptions { AssumeFinite = true }).Run(double.NaN));
    }

    [Fact]
    public void Without_structural_zeros_gradients_are_plain_arithmetic()
    {
        Func<Expr, Expr> gradient = x => Ad.Grad(v => Expr.Where(v > 0, Expr.Sqrt(v), 0), x);
        Assert.Equal(0.0, (double)Ad.Compile(gradient).Run(0.0));
        Assert.True(double.IsNaN((double)Ad.Compile(gradient, new CompileOptions { StructuralZeros = false }).Run(0.0)));
    }

    [Fact]
    public void A_plan_explains_itself()
    {
        string text = Ad.Compile(x => Expr.Sum(Expr.Tanh(Expr.MatMul(x, x)))).Plan(Expr.Ones(Shape.Of(50, 50))).Explain();
        foreach (string expected in (string[])["product", "loop", "Tanh", "arena", "flops"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_must_make_sense()
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(CompileOptions.Threads), () => new CompileOptions { Threads = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(nameof(CompileOptions.MaxPlans), () => new CompileOptions() with { MaxPlans = -1 });
    }
}
