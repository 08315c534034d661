using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>A run into memory that arguments stand in is right; into memory that outputs or captured constants share, it is an error.</summary>
public sealed class SharedMemoryLaws(ITestOutputHelper output)
{
    /// <summary>Memory of the caller's own kind, over the same array: what is in it is known only by its address.</summary>
    private sealed class Managed(double[] array, int start, int length) : MemoryManager<double>
    {
        private GCHandle _pin;

        public override Span<double> GetSpan() => array.AsSpan(start, length);

        public override unsafe MemoryHandle Pin(int elementIndex = 0)
        {
            if (!_pin.IsAllocated)
                _pin = GCHandle.Alloc(array, GCHandleType.Pinned);
            return new((double*)_pin.AddrOfPinnedObject() + start + elementIndex);
        }

        public override void Unpin()
        {
            if (_pin.IsAllocated)
                _pin.Free();
        }

        protected override void Dispose(bool disposing) => Unpin();
    }

    /// <param name="Length">How long each argument and each output is.</param>
    /// <param name="Arguments">Where the arguments begin in the one array.</param>
    /// <param name="Outputs">Where the outputs do, and whether by a manager.</param>
    /// <param name="GenerateCode">By generated code?</param>
    private sealed record Case(int Length, ImmutableArray<int> Arguments, ImmutableArray<(int Start, bool Managed)> Outputs, bool GenerateCode)
    {
        private IEnumerable<(int, int)> Pairs => from i in Enumerable.Range(0, Outputs.Length) from j in Enumerable.Range(0, i) select (i, j);

        public bool OutputsOverlap => Pairs.Any(pair => Length > 0 && Math.Abs(Outputs[pair.Item1].Start - Outputs[pair.Item2].Start) < Length);
    }

    private const int Room = 6000;

    private static readonly Arbitrary<Case> s_cases = Arb.From(
        from length in Gen.Frequency((1, Gen.Choose(0, 5)), (1, Gen.Choose(6, 256)), (4, Gen.Choose(257, 900)))
        from arguments in Gen.Choose(1, 3)
        from outputs in Gen.Frequency((6, Gen.Choose(1, 3)), (1, Gen.Choose(17, 20)))
        let start = Gen.OneOf(Gen.Choose(0, Room - length), Gen.Choose(0, Room / Math.Max(length, 300) - 1).Select(k => k * Math.Max(length, 300)))
        from at in start.ListOf(arguments)
        from to in (from place in start from managed in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true))) select (place, managed)).ListOf(outputs)
        from code in Gen.Elements(true, false)
        select new Case(length, [.. at], [.. to], code));

    // Outputs that read their arguments at other places, in other orders, and more than once.
    private static Expr[] F(Expr[] x, int outputs) =>
        [.. Enumerable.Range(0, outputs).Select(i => (i % 4) switch
        {
            0 => Expr.CumSum(Expr.Flip(x[i % x.Length]), 0) + x[0],
            1 => Expr.Sin(x[i % x.Length]) * x[^1] + i,
            2 => Expr.Flip(x[^1]) - x[0] * (double)i,
            _ => Expr.Sum(x[0]) * x[i % x.Length],
        })];

    [Fact]
    public void A_run_into_the_memory_of_its_arguments_is_a_run_into_fresh_memory() => Law.Holds(output, 400, s_cases, c =>
    {
        double[] memory = [.. Enumerable.Range(0, Room).Select(i => Math.Cos(i))];
        var all = Tensor.Of(ImmutableCollectionsMarshal.AsImmutableArray(memory));
        Expr[] At(Tensor from) => [.. c.Arguments.Select(start => (Expr)from[start..(start + c.Length)])];
        var compiled = Ad.Compile<Expr[], Expr[]>(x => F(x, c.Outputs.Length), new CompileOptions { Threads = 1, GenerateCode = c.GenerateCode });
        Tensor[] expected = [.. compiled.Run(At(Tensor.Of((double[])memory.Clone()))).Select(y => y.Value)];
        OutputBuffer[] into = [.. c.Outputs.Select(o => o.Managed ? (OutputBuffer)new Managed(memory, o.Start, c.Length).Memory : memory.AsMemory(o.Start, c.Length))];
        try
        {
            compiled.Run(At(all), into);
        }
        catch (ArgumentException error) when (error is not AutodiffException)
        {
            return c.OutputsOverlap && error.Message.StartsWith("Compiled.Run: ", StringComparison.Ordinal) ? null : error.Message;
        }
        if (c.OutputsOverlap)
            return "outputs that overlap are no error";
        for (int i = 0; i < expected.Length; i++)
            if (!expected[i].AsSpan<double>().SequenceEqual(memory.AsSpan(c.Outputs[i].Start, c.Length)))
                return $"output {i} is another";
        return null;
    });

    [Fact]
    public void Steps_in_place_are_the_steps()
    {
        double[] w = [.. Enumerable.Range(0, 1000).Select(i => Math.Sin(i))], b = [1.0, 2.0];
        var step = Ad.Compile<(Expr W, Expr B), (Expr, Expr)>(p => (p.W - 0.1 * Expr.Flip(Expr.CumSum(p.W, 0)) * Expr.Sum(p.B), p.B * 0.5));
        (Expr W, Expr B) at = (Tensor.Of(w), Tensor.Of(b));
        for (int i = 0; i < 3; i++)
        {
            at = step.Run(at);
            step.Run((Tensor.Of(ImmutableCollectionsMarshal.AsImmutableArray(w)), Tensor.Of(ImmutableCollectionsMarshal.AsImmutableArray(b))), w, b);
        }
        Assert.Equal(at.W.Value.ToArray<double>(), w);
        Assert.Equal(at.B.Value.ToArray<double>(), b);
    }

    [Fact]
    public void A_captured_constant_is_not_written_over()
    {
        var data = new double[1 << 18];
        Expr captured = Tensor.Of(ImmutableCollectionsMarshal.AsImmutableArray(data));
        var f = Ad.Compile(x => x + captured);
        var loop = Ad.Compile(x => Ad.ForLoop(2, (_, c) => c + captured * x[0], x));
        foreach (var compiled in new[] { f, loop })
        {
            var error = Assert.Throws<ArgumentException>(() => compiled.Run(Expr.Ones([1 << 18]), data));
            Assert.Contains("captured constant", error.Message, StringComparison.Ordinal);
        }
        var apart = new double[1 << 18];
        f.Run(Expr.Ones([1 << 18]), apart);
        Assert.All(apart, one => Assert.Equal(1, one));
    }

    [Fact]
    public void Many_slices_of_one_array_are_apart()
    {
        var flat = new double[40 * 300];
        var f = Ad.Compile<Expr[], Expr[]>(x => [.. x.Select(one => one * 2.0)]);
        Expr[] at = [.. Enumerable.Range(0, 40).Select(i => (Expr)Tensor.Full(Shape.Of(300), (double)i))];
        f.Run(at, [.. Enumerable.Range(0, 40).Select(i => (OutputBuffer)flat.AsMemory(300 * (39 - i), 300))]);
        Assert.Equal(Enumerable.Range(0, 40).SelectMany(i => Enumerable.Repeat(2.0 * (39 - i), 300)), flat);
        Assert.Throws<ArgumentException>(() => f.Run(at, [.. Enumerable.Range(0, 40).Select(i => (OutputBuffer)flat.AsMemory(299 * i, 300))]));
    }

    [Fact]
    public void A_buffer_that_is_none()
    {
        var error = Assert.Throws<StructureException>(() => Ad.Compile(x => x * 2.0).Run(Tensor.Of([1.0, 2.0]), default(OutputBuffer)));
        Assert.Contains("a default OutputBuffer", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float64(2,)", error.Message, StringComparison.Ordinal);
    }
}
