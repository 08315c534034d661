using System.Diagnostics;
using System.Globalization;
using Autodiff.Functional.Benchmarks.Models;

namespace Autodiff.Functional.Benchmarks;

/// <summary>
/// <c>compiling</c>: how long it takes from a function to its first value and gradient, in a process that is warm and in a fresh one, and what a run allocates beside its outputs.
/// </summary>
public static class Compiling
{
    private const int FreshProcesses = 5;

    public static int Run(Settings settings)
    {
        Compile("W1", Scalars.SmallGraph, settings);
        Compile("W3", Rows.W3, settings);
        Compile("W4", Rows.W4, settings);
        Compile(Rows.W5[0].Name, Rows.W5[0], settings);
        Compile("Scan", Scalars.LongLoop(100_000), settings);
        foreach (int nodes in (int[])[100, 1_000, 10_000, 100_000, 1_000_000])
            Compile("chain", Scalars.LongChain(Math.Max(1, nodes / NodesALink)), settings);
        double[] cold = [.. Enumerable.Range(0, FreshProcesses).Select(_ => InFreshProcess()).Order()];
        Print(new(Measurement.FirstCall + "W1", Measurement.Ours, settings.Threads, Nodes(Scalars.SmallGraph), cold[cold.Length / 2], null, null));

        Allocate("W1", Scalars.SmallGraph, settings);
        Allocate("W3", Models.Elementwise.Of(100_000), settings);
        Allocate("W4", Rows.W4, settings);
        Allocate(Rows.W5[0].Name, Rows.W5[0], settings);
        Allocate("Scan", Scalars.LongLoop(1_000), settings);
        return 0;
    }

    /// <summary><c>cold</c>: the seconds of a first call, and nothing else in the process.</summary>
    public static int Cold()
    {
        long begin = Stopwatch.GetTimestamp();
        Ad.Compile(Ad.ValueAndGrad(Scalars.SmallGraph.Function)).Run(Scalars.SmallGraph.At);
        Console.WriteLine(Stopwatch.GetElapsedTime(begin).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static double InFreshProcess()
    {
        using var fresh = Process.Start(new ProcessStartInfo("dotnet", [typeof(Compiling).Assembly.Location, "cold"]) { RedirectStandardOutput = true })!;
        string seconds = fresh.StandardOutput.ReadToEnd();
        fresh.WaitForExit();
        return double.Parse(seconds, CultureInfo.InvariantCulture);
    }

    // Of a link and its gradient.
    private const int NodesALink = 8;

    private static int Nodes<P>(Model<P> model)
    {
        var structure = Structure.Of<P>();
        var (value, gradient) = Ad.ValueAndGrad(model.Function, structure.Map(model.At, x => Expr.Variable("x", x.Shape, x.DType)));
        return KahnOrder.From([value, .. structure.Leaves(gradient).Select(leaf => leaf.Node)]).Count;
    }

    private static void Compile<P>(string name, Model<P> model, Settings settings)
    {
        var options = new CompileOptions { Threads = settings.Threads };
        var timing = Timing.Of(() => Ad.Compile(Ad.ValueAndGrad(model.Function), options).Run(model.At), settings.Seconds);
        Print(new(Measurement.Compile + name, Measurement.Ours, settings.Threads, Nodes(model), timing.Seconds, null, timing.Bytes));
    }

    private static void Allocate<P>(string name, Model<P> model, Settings settings)
    {
        var f = Ad.ValueAndGrad(model.Function);
        var compiled = Ad.Compile(f, new CompileOptions { Threads = settings.Threads });
        double outputs = compiled.Plan(model.At).Outputs.Sum(type => (double)type.Shape.Size * (type.DType == DType.Float32 ? sizeof(float) : sizeof(double)));
        var tensors = Timing.Of(() => compiled.Run(model.At), settings.Seconds);
        Print(new(Measurement.Tensors + name, Measurement.Ours, settings.Threads, outputs, tensors.Seconds, null, tensors.Bytes));
        var buffers = Timing.Of(Runner.Compile(f, model.At, new CompileOptions { Threads = settings.Threads }).Run, settings.Seconds);
        Print(new(Measurement.Buffers + name, Measurement.Ours, settings.Threads, outputs, buffers.Seconds, null, buffers.Bytes));
    }

    private static void Print(Measurement measurement) => Console.WriteLine(measurement.ToJson());
}
