using System.Buffers;
using System.Collections.Immutable;

namespace Autodiff.Functional.Compilation;

/// <summary>The plan for value and gradients of all graphs of a pattern. Its results are the same bits as without it.</summary>
internal sealed class SeenPlan
{
    /// <summary>A plan that ran so often is worth generated code, which takes milliseconds to make.</summary>
    private const int Hot = 1000;

    private readonly GraphPattern _pattern;
    private readonly Program _program;
    private volatile Plan _plan;
    private int _runs;

    private SeenPlan(GraphPattern pattern, Program program, Plan plan) => (_pattern, _program, _plan) = (pattern, program, plan);

    /// <summary>What it takes to keep it, in bytes, roughly.</summary>
    public long Bytes => _plan.ArenaBytes + 512L * _program.Count;

    /// <summary>The plan for graphs like this one; null if there is none, or it does not pay.</summary>
    public static SeenPlan? Of(Graph graph)
    {
        if (GraphPattern.Of(graph) is not { } pattern)
            return null;
        try
        {
            var (leaves, output) = pattern.Rebuild();
            var forward = Graph.Of(leaves[..pattern.Parameters], [output]);
            var gradients = forward.Pullback([Expr.Ones(output.Shape, output.DType)]);
            ImmutableArray<Expr> outputs = [output, .. gradients.Select((total, i) => total.Value ?? Expr.Zeros(leaves[i].Shape, leaves[i].DType))];
            var (program, captures) = Program.Of(Graph.Of(leaves, outputs));
            var plan = new Plan(program, Options(generateCode: false));
            return captures.IsEmpty && Pays(plan) ? new(pattern, program, plan) : null;
        }
        catch (AutodiffException)
        {
            return null;    // a rule that looks at values of the graph's constants
        }
    }

    /// <summary>The value and the gradients; <c>default</c> if the graph is of another pattern.</summary>
    public ImmutableArray<Expr> Run(Graph graph, ImmutableArray<Expr> at)
    {
        var rented = ArrayPool<Expr?>.Shared.Rent(_pattern.Count);
        var found = rented.AsSpan(0, _pattern.Count);
        found.Clear();
        try
        {
            if (!_pattern.Matches(graph, found))
                return default;
            at.CopyTo(found!);
            for (int i = _pattern.Parameters; i < _pattern.Leaves; i++)
                found[i] = _pattern.Argument(i, found[i]!);
            if (++_runs == Hot)
                _plan = new Plan(_program, Options(generateCode: true));
            return _plan.Run(found[.._pattern.Leaves]!);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return default;     // op by op it is thrown again, by the op that comes first
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
