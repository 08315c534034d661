using System.Collections.Immutable;

namespace Autodiff.Functional.Benchmarks;

/// <summary>Something that runs again and again on the same input, and what it gives.</summary>
/// <param name="Run">Runs it.</param>
/// <param name="Read">What the last run gave, element by element.</param>
/// <param name="MemoryBytes">What a run works in besides arguments and outputs, of a compiled function.</param>
public sealed record Runner(Action Run, Func<ImmutableArray<double>> Read, long MemoryBytes = 0)
{
    /// <summary>Runs it, and gives the result.</summary>
    public ImmutableArray<double> Results()
    {
        Run();
        return Read();
    }

    /// <summary>A function of the library, compiled, into buffers that are made once.</summary>
    public static Runner Compile<P, R>(Func<P, R> f, P at, CompileOptions options)
    {
        var compiled = Ad.Compile(f, options);
        var plan = compiled.Plan(at);
        ImmutableArray<Array> leaves = [.. plan.Outputs.Select(type => type.DType == DType.Float32 ? (Array)new float[type.Shape.Size] : new double[type.Shape.Size])];
        OutputBuffer[] buffers = [.. leaves.Select(leaf => leaf is float[] single ? (OutputBuffer)single : (double[])leaf)];
        return new(() => compiled.Run(at, into: buffers), () => [.. leaves.SelectMany(leaf => leaf as double[] ?? Array.ConvertAll((float[])leaf, x => (double)x))], plan.ArenaBytes);
    }

    /// <summary>A function of the library as it is, called anew in each run.</summary>
    public static Runner Uncompiled<P, R>(Func<P, R> f, P at)
    {
        var structure = Structure.Of<R>();
        ImmutableArray<Tensor> last = [];
        return new(() => last = [.. structure.Leaves(f(at)).Select(leaf => leaf.Node.Value)], () => [.. last.SelectMany(leaf => Models.Data.Elements(Expr.Constant(leaf)))]);
    }
}
