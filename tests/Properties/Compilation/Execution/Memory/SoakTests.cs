using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Many plans made, run by several threads, failing now and then, and dropped: memory stays flat. For some seconds; for 20 minutes under AUTODIFF_LONG=1.</summary>
[Collection(nameof(SoakTests))]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Runners = 3, Samples = 40;
    private const double Mega = 1 << 20;

    private static readonly TimeSpan s_duration = Environment.GetEnvironmentVariable("AUTODIFF_LONG") == "1" ? TimeSpan.FromMinutes(20) : TimeSpan.FromSeconds(6);

    /// <summary>What is in use after a full collection, in MB.</summary>
    /// <param name="Heap">The managed heap.</param>
    /// <param name="Pinned">The part of it where frames are.</param>
    /// <param name="WorkingSet">The process.</param>
    private readonly record struct Use(double Heap, double Pinned, double WorkingSet)
    {
        public static Use Now()
        {
            for (int i = 0; i < 2; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            GC.Collect();
            var pinned = GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[4];
            return new(GC.GetTotalMemory(false) / Mega, (pinned.SizeAfterBytes - pinned.FragmentationAfterBytes) / Mega, Environment.WorkingSet / Mega);
        }
    }

    [Fact]
    public void Memory_stays_flat()
    {
        var longLived = Ad.Compile(x => Ad.Grad(v => Expr.Sum(Expr.Sin(v) * v), x), new CompileOptions { MaxPlans = 4 });
        var uses = new List<Use>();
        var dropped = new List<WeakReference>();
        var clock = Stopwatch.StartNew();
        int round = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            dropped.Clear();
            do
                dropped.Add(Round(round++, longLived));
            while (clock.Elapsed < s_duration * (sample + 1) / Samples);
            uses.Add(Use.Now());
            Assert.DoesNotContain(dropped, plan => plan.IsAlive);
            Assert.InRange(longLived.Plans.Length, 1, 4);
        }
        foreach (var use in uses.Where((_, i) => i % 5 == 4))
            output.WriteLine($"heap {use.Heap:F1} MB, pinned {use.Pinned:F2} MB, working set {use.WorkingSet:F0} MB");
        output.WriteLine($"{round} rounds in {clock.Elapsed.TotalSeconds:F0} s");
        // The first half is left to caches to fill and code to be compiled.
        Assert.True(Late(use => use.Heap) <= 1.05 * Early(use => use.Heap) + 2, "the heap grows");
        Assert.True(Late(use => use.Pinned) <= 1.05 * Early(use => use.Pinned) + 1, "frames are kept");
        Assert.True(Late(use => use.WorkingSet) <= 1.1 * Early(use => use.WorkingSet) + 24, "the working set grows");

        double Early(Func<Use, double> of) => Median(uses[(Samples / 4)..(Samples / 2)], of);
        double Late(Func<Use, double> of) => Median(uses[(Samples * 3 / 4)..], of);
        static double Median(List<Use> some, Func<Use, double> of) => some.Select(of).Order().ElementAt(some.Count / 2);
    }

    /// <summary>A plan of its own, run by some threads at once, into new tensors and into buffers; runs that fail; and a function that meets ever other shapes.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Round(int round, Compiled<Expr, Expr> longLived)
    {
        var random = new Random(round % 500);
        var options = new CompileOptions { Threads = 1 + round % 3, GenerateCode = round % 2 == 0 };
        var program = Programs.Of(random, depth: round % 4 == 0 ? 2 : 0, steps: 6);
        var compiled = Ad.Compile<Expr[], (Expr, Expr[])>(x => Ad.ValueAndGrad<Expr[]>(program.Loss, x), options);
        var plan = compiled.Plan(program.At);
        Parallel.For(0, Runners, runner =>
        {
            for (int i = 0; i < 3; i++)
                compiled.Run(program.At);
            compiled.Run(program.At, [.. plan.Outputs.Select(type => (OutputBuffer)new double[type.Shape.Size])]);
        });

        // Large arrays, shared by threads; an index that is out of range, and a NaN that is looked for.
        int length = 1 + round * 997 % 20_000;
        longLived.Run(Expr.Ones(Shape.Of(length)));
        var take = Ad.Compile(x => Expr.Take(Expr.Exp(x), Expr.Cast(Expr.Sum(x), DType.Int64)), options);
        take.Run(Expr.Zeros(Shape.Of(length)));
        Assert.ThrowsAny<Exception>(() => take.Run(Expr.Ones(Shape.Of(length))));
        var root = Ad.Compile(Expr.Sqrt, new CompileOptions { CheckNaN = true });
        Assert.Throws<NotANumberException>(() => root.Run(Expr.Full(Shape.Of(length), -1.0)));
        return new(plan);
    }
}

/// <summary>Runs alone: memory is the process's.</summary>
[CollectionDefinition(nameof(SoakTests), DisableParallelization = true)]
public sealed class SoakRunsAlone;
