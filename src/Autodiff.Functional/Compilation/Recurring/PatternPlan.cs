using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>The plan for outputs and gradients of all graphs of a pattern. Its results are the same bits as without it.</summary>
internal sealed class PatternPlan
{
    /// <summary>
    /// Generated code takes some 50 µs an instruction to make, and saves about a nanosecond of each for each element: so it pays after so many elements.
    /// </summary>
    private const long Hot = 50_000;

    private readonly GraphPattern _pattern;
    private readonly Program _program;
    private volatile Plan _plan;
    private readonly long _elements;     // of the largest loop
    private long _run;                   // elements that have run

    private PatternPlan(GraphPattern pattern, Program program, Plan plan)
    {
        (_pattern, _program, _plan) = (pattern, program, plan);
        _elements = plan.Program.Instructions.Max(instruction => instruction.Op is Fused fused ? fused.Loop.Space.Size : 0L);
    }

    /// <summary>The bytes that keep the plan, roughly. The memory of runs is the collector's.</summary>
    public long Bytes => 512L * _program.Count;

    /// <summary>The plan for graphs like this one; null if there is none, or it does not pay.</summary>
    public static PatternPlan? Of(Graph graph)
    {
        if (GraphPattern.Of(graph) is not { } pattern)
            return null;
        try
        {
            var (leaves, outputs) = pattern.Rebuild();
            var gradients = Graph.Of(leaves[..pattern.Parameters], outputs).Pullback([Expr.Ones(outputs[0].Shape, outputs[0].DType), .. new Cotangent[outputs.Length - 1]]);
            var (program, captures) = Program.Of(Graph.Of(leaves, [.. outputs, .. gradients.Select((total, i) => total.Value ?? Expr.Zeros(leaves[i].Shape, leaves[i].DType))]));
            var plan = new Plan(program, Options(generateCode: false), untilCollected: true);
            return captures.IsEmpty && Pays(plan) ? new(pattern, program, plan) : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;    // a rule that looks at the value of a constant, or an op that can't be compiled: op by op it can be evaluated
        }
    }

    /// <summary>The outputs, and the first one's gradients; null if the graph is of another pattern.</summary>
    public (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients)? Run(Graph graph, ImmutableArray<Expr> at)
    {
        var rented = ArrayPool<Expr?>.Shared.Rent(_pattern.Count);
        var found = rented.AsSpan(0, _pattern.Count);
        found.Clear();
        try
        {
            if (!_pattern.Matches(graph, found))
                return null;
            at.CopyTo(found!);
            for (int i = _pattern.Parameters; i < _pattern.Leaves; i++)
                found[i] = _pattern.Argument(i, found[i]!);
            // A race may count too little, or make the code twice.
            if (_run < Hot && (_run += _elements) >= Hot && RuntimeFeature.IsDynamicCodeSupported)
                _plan = new Plan(_program, Options(generateCode: true), untilCollected: true);
            var results = _plan.Run(found[.._pattern.Leaves]!);
            var outputs = new Expr[graph.Outputs.Length];
            int next = 0;
            for (int i = 0; i < outputs.Length; i++)
                outputs[i] = _pattern.Varies(i) ? results[next++] : graph.Outputs[i];
            return (ImmutableCollectionsMarshal.AsImmutableArray(outputs), results[next..]);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;     // op by op it is thrown again, by the op that comes first
        }
        finally
        {
            found.Clear();
            ArrayPool<Expr?>.Shared.Return(rented);
        }
    }

    private static CompileOptions Options(bool generateCode) => new() { Exact = true, GenerateCode = generateCode };

    /// <summary>
    /// Loops and products save an array for each of their values. An op without a step of its own copies what it reads and gives, which without a plan it does not.
    /// </summary>
    private static bool Pays(Plan plan)
    {
        const int PerOp = 64;
        long saved = 0, spent = 0;
        for (int step = 0; step < plan.Steps; step++)
        {
            var instruction = plan.Program[plan.Buffers.Steps[step]];
            if (instruction.Op is Fused fused)
                saved += (long)fused.Loop.Instructions.Length * (PerOp + fused.Loop.Space.Size);
            else if (plan.IsOpByOp(step))
                spent += PerOp + instruction.Type.Shape.Size + instruction.Inputs.Sum(input => (long)plan.Program[input].Type.Shape.Size);
            else
                saved += PerOp + instruction.Type.Shape.Size;
        }
        return spent <= saved;
    }
}
