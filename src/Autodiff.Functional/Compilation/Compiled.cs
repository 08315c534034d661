using System.Collections.Immutable;
using Autodiff.Functional.Compilation;

namespace Autodiff.Functional;

/// <summary>
/// A compiled function. It is traced once for each combination of argument shapes and dtypes (and of what else is in the arguments, such as strings and numbers), and the plan that comes out is kept. Running it gives the function's values, computed in few passes over
/// memory and allocating nothing but them. Pure and thread-safe.
/// </summary>
/// <remarks>
/// <para>The function is taken to be pure: what else it reads (captured numbers, tensors, fields) is what it was when the function was traced.</para>
/// <para>Inside other transforms (in <c>Grad</c>, <c>Vmap</c>, another <c>Compile</c>), and where the function captures nodes that are being differentiated, a call records the function's graph instead, so that
/// all transforms nest in any order.</para>
/// </remarks>
/// <typeparam name="P">The parameters' structure.</typeparam>
/// <typeparam name="R">The values' structure.</typeparam>
/// <example><code>
/// var step = Ad.Compile(Ad.ValueAndGrad(loss));
/// var (value, gradient) = step.Run(model);
/// </code></example>
public sealed class Compiled<P, R>
{
    private readonly Func<P, R> _function;
    private readonly CompileOptions _options;
    private readonly Structure<P> _inputs;
    private readonly Structure<R> _outputs;
    private ImmutableArray<Traced> _traced = [];   // the one used last comes first

    internal Compiled(Func<P, R> function, CompileOptions? options, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(function);
        (_function, _options, _inputs, _outputs) = (function, options ?? new(), inputs, outputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Threads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxPlans, 1, nameof(options));
    }

    /// <summary>The values at a point.</summary>
    /// <exception cref="MissingValueException">The function asks for a concrete value, which a parameter has not while it is traced.</exception>
    public R Run(P at)
    {
        var (arguments, rest) = _inputs.Take(at, "Compiled.Run");
        var traced = Find(at, arguments, rest);
        return _outputs.Rebuild(traced.Value, AllConstant(arguments) && traced.Captures.IsEmpty ? traced.Plan.Run(arguments.AsSpan()) : traced.Graph.Call(Strong(arguments).AsSpan()));
    }

    /// <summary>The values at a point, written into the caller's memory: one buffer for each node of the values, in the order of <see cref="Structure.Leaves"/>, row by row.</summary>
    /// <exception cref="StructureException">There is another number of buffers.</exception>
    /// <exception cref="DTypeException">A buffer is of another dtype than the output.</exception>
    /// <exception cref="ShapeException">A buffer has another number of elements than the output.</exception>
    /// <exception cref="MissingValueException">An argument, or something that the function captures, has no value.</exception>
    public void Run(P at, params ReadOnlySpan<OutputBuffer> into)
    {
        var (arguments, rest) = _inputs.Take(at, "Compiled.Run");
        var traced = Find(at, arguments, rest);
        traced.Plan.Run((traced.Captures.IsEmpty ? arguments : arguments.AddRange(traced.Captures)).AsSpan(), into);
    }

    /// <inheritdoc cref="Run(P, ReadOnlySpan{OutputBuffer})"/>
    public void Run(P at, params OutputBuffer[] into) => Run(at, (ReadOnlySpan<OutputBuffer>)into);   // F# knows no span of parameters

    /// <summary>The plan for arguments like these.</summary>
    public Plan Plan(P at)
    {
        var (arguments, rest) = _inputs.Take(at, "Compiled.Plan");
        return Find(at, arguments, rest).Plan;
    }

    /// <summary>The plans that are kept, the one used last first.</summary>
    public ImmutableArray<Plan> Plans => ImmutableArray.CreateRange(_traced, traced => traced.Plan);

    /// <summary>The function that runs it.</summary>
    public Func<P, R> ToFunc() => Run;

    /// <summary>The function that runs it.</summary>
    public static implicit operator Func<P, R>(Compiled<P, R> compiled)
    {
        ArgumentNullException.ThrowIfNull(compiled);
        return compiled.Run;
    }

    /// <summary>The function traced for arguments of given types: its graph, what it captures, and how its value is put together.</summary>
    private sealed class Traced(Graph graph, Rest rest, R value, CompileOptions options)
    {
        private readonly Lazy<(Plan Plan, ImmutableArray<Expr> Captures)> _compiled = new(() =>
        {
            var (program, captures) = Program.Of(graph);
            return (new Plan(program, options), captures);
        });

        public Graph Graph => graph;
        public R Value => value;
        public Plan Plan => _compiled.Value.Plan;
        public ImmutableArray<Expr> Captures => _compiled.Value.Captures;

        public bool Takes(ImmutableArray<Expr> arguments, Rest others)
        {
            if (arguments.Length != graph.Parameters.Length || rest != others)
                return false;
            for (int i = 0; i < arguments.Length; i++)
                if (arguments[i].DType != graph.Parameters[i].DType || arguments[i].Shape != graph.Parameters[i].Shape)
                    return false;
            return true;
        }
    }

    private Traced Find(P at, ImmutableArray<Expr> arguments, Rest rest)
    {
        var known = _traced;
        for (int i = 0; i < known.Length; i++)
            if (known[i].Takes(arguments, rest))
            {
                // Order is a hint for what to forget; a race may lose a move, never a plan that is being used.
                if (i > 0)
                    ImmutableInterlocked.InterlockedCompareExchange(ref _traced, known.RemoveAt(i).Insert(0, known[i]), known);
                return known[i];
            }
        var traced = Trace(at, arguments, rest);
        ImmutableInterlocked.Update(ref _traced, all => [traced, .. all.Take(_options.MaxPlans - 1)]);
        return traced;
    }

    private Traced Trace(P at, ImmutableArray<Expr> arguments, Rest rest)
    {
        var parameters = ImmutableArray.CreateRange(arguments, argument => Expr.Leaf(new Placeholder("Compile"), argument.Type));
        var value = _function(_inputs.Rebuild(at, parameters));
        return new(Graph.Of(parameters, _outputs.Flatten(value, "Compile")), rest, value, _options);
    }

    private static bool AllConstant(ImmutableArray<Expr> arguments)
    {
        foreach (var argument in arguments)
            if (!argument.IsConstant)
                return false;
        return true;
    }

    private static ImmutableArray<Expr> Strong(ImmutableArray<Expr> arguments) => ImmutableArray.CreateRange(arguments, argument => Expr.Cast(argument, argument.DType));
}
