using System.Collections.Immutable;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>A run into the caller's memory allocates nothing, and any other its outputs: to the byte, on average over many runs.</summary>
public sealed class AllocationTests
{
    private sealed record Layer(Expr W, Expr B);

    private sealed record Model(ImmutableArray<Layer> Layers, Expr Scale, int Power, string Name, double[] Data);

    private const int Runs = 500;

    private static readonly Expr s_vector = Tensor.Of([.. Enumerable.Range(0, 100).Select(k => Math.Cos(k))]);
    private static readonly Expr s_matrix = Tensor.Of([.. Enumerable.Range(0, 100 * 100).Select(k => Math.Sin(k) / 10)], Shape.Of(100, 100));
    private static readonly Model s_model = new([new(s_matrix, s_vector), new(s_matrix, s_vector)], 2.0, 3, "a", [1.0]);

    private static Expr Loss(Model m) => Expr.Sum(m.Layers.Aggregate(m.Scale * s_vector, (x, layer) => Expr.Tanh(Expr.MatMul(layer.W, x) + layer.B)) * m.Power);

    /// <summary>Bytes that a run allocates; the least of several counts, as a method may be compiled anew in between.</summary>
    private static double BytesOf(Action run)
    {
        for (int i = 0; i < 50; i++)
            run();
        return Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Runs; i++)
                run();
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Runs;
        });
    }

    private static double BytesInto<P, R>(Func<P, R> f, P at)
    {
        var compiled = Ad.Compile(f, new CompileOptions { Threads = 1 });
        OutputBuffer[] into = [.. compiled.Plan(at).Outputs.Select(type => (OutputBuffer)new double[type.Shape.Size])];
        return BytesOf(() => compiled.Run(at, into)) + BytesOf(() => compiled.Run(at, (ReadOnlySpan<OutputBuffer>)into)) + BytesOf(() => compiled.Run(at, CancellationToken.None, into));
    }

    [Fact]
    public void A_run_into_buffers_allocates_nothing_whatever_the_arguments_are()
    {
        Assert.Equal(0, BytesInto(x => Expr.Sum(Expr.Tanh(x)), s_vector));
        Assert.Equal(0, BytesInto(x => Expr.Sin(x) * x, Expr.Scalar(0.5)));
        Assert.Equal(0, BytesInto<(Expr, Expr), (Expr, (Expr, Expr))>(p => Ad.ValueAndGrad(q => Expr.Sum(Expr.MatMul(q.Item1, q.Item2)), p), (s_matrix, s_vector)));
        Assert.Equal(0, BytesInto<Expr[], Expr>(x => Expr.Sum(x[0] * x[1]), [s_vector, s_vector]));
        Assert.Equal(0, BytesInto(Loss, s_model));
        Assert.Equal(0, BytesInto(Ad.Grad<Model>(Loss), s_model));
        Assert.Equal(0, BytesInto<Expr, Expr>(x => Ad.Scan((c, row) => (Expr.Sin(c) * row, c), x, s_vector).Carry, 0.5));
        Assert.Equal(0, BytesInto<Expr, Expr>(x => Ad.Cond(x > 0, v => Expr.Sin(v), v => v, Ad.While(c => c < 2, c => c * 1.5, x)), 0.5));
    }

    [Fact]
    public void A_large_output_goes_into_its_buffer_without_anything_being_allocated() =>
        Assert.Equal(0, BytesInto(m => Expr.MatMul(m, m), s_matrix));

    [Fact]
    public void Any_other_run_allocates_its_outputs()
    {
        var x = Expr.Scalar(0.5);
        double scalar = BytesOf(() => GC.KeepAlive(Expr.Scalar(1.0))), pair = BytesOf(() => GC.KeepAlive(Tuple.Create(x, x)));
        double tensor = BytesOf(() => GC.KeepAlive(new Tensor(ElementType.Float64, s_vector.Shape, null))), expr = BytesOf(() => GC.KeepAlive(Expr.Constant(s_vector.Value)));
        double small = BytesOf(() => GC.KeepAlive(new double[3])), large = BytesOf(() => GC.KeepAlive(new double[10_000]));
        AreAllocated(scalar, x => x * x, x);
        AreAllocated(2 * scalar + pair, x => Tuple.Create(Expr.Sin(x), Expr.Cos(x)), x);
        AreAllocated(2 * scalar, x => (Expr.Sin(x), Expr.Cos(x)), x);
        AreAllocated(small + tensor + expr, x => x * 2, Expr.Constant(Tensor.Of([1.0, 2.0, 3.0])));
        AreAllocated(large + tensor + expr, x => Expr.Exp(x), s_matrix);
        AreAllocated(scalar + 2 * (large + tensor + expr), m => (Expr.Sum(m), m * 2, m + 1), s_matrix);

        static void AreAllocated<P, R>(double bytes, Func<P, R> f, P at)
        {
            var compiled = Ad.Compile(f, new CompileOptions { Threads = 1 });
            Assert.Equal(bytes, BytesOf(() => compiled.Run(at)));
        }
    }

    [Fact]
    public void What_is_no_node_is_compared_without_boxing_it_and_still_decides_which_plan_is_used()
    {
        var compiled = Ad.Compile<Model, Expr>(Loss);
        Model[] models = [s_model, s_model with { Power = 4 }, s_model with { Name = null! }, s_model with { Layers = [s_model.Layers[0]] }, s_model with { Data = [1.0] }];
        foreach (var model in (Model[])[.. models, .. models])
            Assert.Equal((double)Loss(model), (double)compiled.Run(model), 12);
        Assert.Equal(models.Length, compiled.Plans.Length);
    }
}
