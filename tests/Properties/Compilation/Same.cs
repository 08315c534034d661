using System.Collections.Immutable;
using Autodiff.Functional.Properties.Ops;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>The same results as the interpreter's: how a graph is compiled and compared.</summary>
internal static class Same
{
    /// <summary>All ways to run a graph: threads, code generation.</summary>
    public static ImmutableArray<CompileOptions> AllOptions { get; } = [.. from threads in (int[])[1, 2, 3] from code in (bool[])[true, false] select new CompileOptions { Threads = threads, GenerateCode = code }];

    public static Plan Plan(Graph graph, CompileOptions? options = null) => new(Functional.Compilation.Program.Of(graph).Program, options ?? new());

    public static ImmutableArray<Expr> Run(Graph graph, ImmutableArray<Tensor> inputs, CompileOptions? options = null) =>
        Plan(graph, options).Run([.. inputs.Select(Expr.Constant)]);

    /// <summary>Compiled = interpreted, up to rounding; and the same bits with any number of threads, with and without generated code.</summary>
    /// <param name="graph">What is computed.</param>
    /// <param name="inputs">At which point.</param>
    /// <param name="coarseness">What rounding is relative to, in units of double precision.</param>
    /// <param name="steps">The same as a graph without loops: where results differ by more, what rounding of every step can do decides.</param>
    public static string? Results(Graph graph, ImmutableArray<Tensor> inputs, double coarseness = 1, Func<Graph>? steps = null)
    {
        Conditioned? conditioned = null;
        var expected = graph.Evaluate(inputs.AsSpan());
        ImmutableArray<Expr> first = default;
        foreach (var options in AllOptions)
        {
            var plan = Plan(graph, options);
            if (BufferCheck.Violation(plan) is { } violation)
                return $"{violation}\n{plan.Program}";
            for (int again = 0; again < 2; again++)
            {
                var actual = plan.Run([.. inputs.Select(Expr.Constant)]);
                for (int i = 0; i < expected.Length; i++)
                {
                    if (Near.Tensors($"output {i} with {options}", expected[i], actual[i], coarseness) is { } wrong
                        && (steps is null || (conditioned ??= new(steps(), inputs)).Differ(i, expected[i], actual[i].Value) is not null))
                        return $"{wrong}\n{plan.Program}";
                    if (!first.IsDefault && !SameBits(first[i].Value, actual[i].Value))
                        return $"output {i} has other bits with {options}\n{plan.Program}";
                }
                first = first.IsDefault ? actual : first;
            }
        }
        return null;
    }

    public static bool SameBits(Tensor x, Tensor y)
    {
        if (x.Type != y.Type)
            return false;
        for (int i = 0; i < x.Size; i++)
            if (BitConverter.DoubleToInt64Bits(x.ElementAsDouble(i)) != BitConverter.DoubleToInt64Bits(y.ElementAsDouble(i)) && !double.IsNaN(x.ElementAsDouble(i)))
                return false;
        return true;
    }
}
