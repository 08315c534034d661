using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Compilation;
using Autodiff.Functional.Json;

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
[JsonConverter(typeof(NoJsonConverter))]
public sealed class Compiled<P, R>
{
    private readonly Func<P, R> _function;
    private readonly CompileOptions _options;
    private readonly Structure<P> _inputs;
    private readonly Structure<R> _outputs;
    private readonly Turns<(ImmutableArray<TensorType> types, Rest rest)> _turns = new();
    private ImmutableArray<Traced> _traced = [];   // the one used last comes first

    internal Compiled(Func<P, R> f, CompileOptions? options, Structure<P> inputs, Structure<R> outputs)
    {
        ArgumentNullException.ThrowIfNull(f);
        (_function, _options, _inputs, _outputs) = (f, options ?? new(), inputs, outputs);
    }

    /// <summary>The values at a point.</summary>
    /// <exception cref="MissingValueException">The function asks for a concrete value, which a parameter has not while it is traced.</exception>
    public R Run(P at) => Run(at, CancellationToken.None);

    /// <summary>The values at a point, unless the run is cancelled: that is asked before each step of the plan, and before each trip of its loops.</summary>
    /// <exception cref="MissingValueException">The function asks for a concrete value, which a parameter has not while it is traced.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public R Run(P at, CancellationToken cancellation)
    {
        var walk = Walk.Rent();
        var traced = Find(at, walk, "Compiled.Run", cancellation);
        if (AllConstant(walk.Span) && traced.Captures.IsEmpty)
        {
            int arguments = walk.Count;
            var results = walk.Extend(traced.Graph.Outputs.Length);
            try
            {
                traced.Plan.Run(walk.Span[..arguments], results, cancellation);
            }
            catch (Exception failure) when (IsOfFunction(failure))
            {
                throw Explained(failure, traced, at, walk.Span[..arguments]);
            }
        }
        else
            traced.Graph.Call(Strong(walk.Span)).CopyTo(walk.Extend(traced.Graph.Outputs.Length));
        var value = _outputs.Replace(traced.Value, walk);
        walk.Return();
        return value;
    }

    /// <summary>The values at a point, written into the caller's memory: one buffer for each node of the values, in the order of <see cref="Structure.Leaves"/>, row by row.</summary>
    /// <remarks>Nothing is allocated. A buffer may be the memory that an argument stands in (as of a tensor made of an <see cref="ImmutableArray{T}"/>, which is not copied): then a copy of the argument is read.</remarks>
    /// <exception cref="StructureException">There is another number of buffers.</exception>
    /// <exception cref="DTypeException">A buffer is of another dtype than the output.</exception>
    /// <exception cref="ShapeException">A buffer has another number of elements than the output.</exception>
    /// <exception cref="ArgumentException">Two buffers share memory, or one does with a large tensor that the function captured.</exception>
    /// <exception cref="MissingValueException">An argument, or something that the function captures, has no value.</exception>
    public void Run(P at, params ReadOnlySpan<OutputBuffer> into) => Run(at, CancellationToken.None, into);

    /// <inheritdoc cref="Run(P, ReadOnlySpan{OutputBuffer})"/>
    public void Run(P at, params OutputBuffer[] into) => Run(at, CancellationToken.None, (ReadOnlySpan<OutputBuffer>)into);   // F# knows no span of parameters

    /// <summary>As <see cref="Run(P, ReadOnlySpan{OutputBuffer})"/>, unless the run is cancelled. What is in the buffers then is of no use.</summary>
    /// <exception cref="StructureException">There is another number of buffers.</exception>
    /// <exception cref="DTypeException">A buffer is of another dtype than the output.</exception>
    /// <exception cref="ShapeException">A buffer has another number of elements than the output.</exception>
    /// <exception cref="ArgumentException">Two buffers share memory, or one does with a large tensor that the function captured.</exception>
    /// <exception cref="MissingValueException">An argument, or something that the function captures, has no value.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(P at, CancellationToken cancellation, params ReadOnlySpan<OutputBuffer> into)
    {
        var walk = Walk.Rent();
        var traced = Find(at, walk, "Compiled.Run", cancellation);
        int arguments = walk.Count;
        if (!traced.Captures.IsEmpty)
            traced.Captures.CopyTo(walk.Extend(traced.Captures.Length));
        try
        {
            traced.Plan.Run(walk.Span, into, cancellation);
        }
        catch (Exception failure) when (IsOfFunction(failure))
        {
            throw Explained(failure, traced, at, walk.Span[..arguments]);
        }
        walk.Return();
    }

    /// <inheritdoc cref="Run(P, CancellationToken, ReadOnlySpan{OutputBuffer})"/>
    public void Run(P at, CancellationToken cancellation, params OutputBuffer[] into) => Run(at, cancellation, (ReadOnlySpan<OutputBuffer>)into);   // F# knows no span of parameters

    /// <summary>The plan for arguments like these.</summary>
    public Plan Plan(P at)
    {
        var walk = Walk.Rent();
        var plan = Find(at, walk, "Compiled.Plan", CancellationToken.None).Plan;
        walk.Return();
        return plan;
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
        public Rest Rest => rest;
        public R Value => value;
        public Plan Plan => _compiled.Value.Plan;
        public ImmutableArray<Expr> Captures => _compiled.Value.Captures;

        public bool Takes(ReadOnlySpan<Expr> arguments, Rest others)
        {
            var parameters = graph.Parameters;
            if (arguments.Length != parameters.Length || rest != others)
                return false;
            for (int i = 0; i < arguments.Length; i++)
                if (arguments[i].DType != parameters[i].DType || arguments[i].Shape != parameters[i].Shape)
                    return false;
            return true;
        }
    }

    /// <summary>Collects the nodes of the arguments, and finds the plan for such.</summary>
    private Traced Find(P at, Walk walk, string op, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var known = _traced;
        walk.NoteOthers(known.IsEmpty ? null : known[0].Rest.Others);
        _inputs.Take(at, walk, op);
        var rest = new Rest(walk.Marks, walk.Others);
        for (int i = 0; i < known.Length; i++)
            if (known[i].Takes(walk.Span, rest))
            {
                // Order is a hint for what to forget; a race may lose a move, never a plan that is being used.
                if (i > 0)
                    ImmutableInterlocked.InterlockedCompareExchange(ref _traced, known.RemoveAt(i).Insert(0, known[i]), known);
                return known[i];
            }
        return TraceOnce(at, walk.Span, rest, cancellation);
    }

    /// <summary>Traces, unless another thread does so for arguments of the same types: then its trace is waited for.</summary>
    private Traced TraceOnce(P at, ReadOnlySpan<Expr> arguments, Rest rest, CancellationToken cancellation)
    {
        ImmutableArray<TensorType> types = [.. arguments.ToArray().Select(argument => argument.Type)];
        using var turn = _turns.Take((types, rest), (a, b) => a.types.SequenceEqual(b.types) && a.rest == b.rest, cancellation);
        foreach (var known in _traced)
            if (known.Takes(arguments, rest))
                return known;
        var traced = Trace(at, arguments, rest);
        ImmutableInterlocked.Update(ref _traced, all => [traced, .. all.Take(_options.MaxPlans - 1)]);
        cancellation.ThrowIfCancellationRequested();
        return traced;
    }

    private Traced Trace(P at, ReadOnlySpan<Expr> arguments, Rest rest)
    {
        var parameters = new Expr[arguments.Length];
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] = Expr.Leaf(new Placeholder("Compile"), arguments[i].Type);
        var given = ImmutableCollectionsMarshal.AsImmutableArray(parameters);
        var value = _function(_inputs.Rebuild(at, given));
        return new(Graph.Of(given, _outputs.Flatten(value, "Compile")), rest, value, _options);
    }

    /// <summary>Is it an error of the function that ran, and not one of how it was called?</summary>
    private static bool IsOfFunction(Exception failure) => failure is NaNFound or MatrixException or IndexException or ConvergenceException or DomainException or ArithmeticException;

    /// <summary>What is said of an error. To find the line that it comes from the function is traced again.</summary>
    private Exception Explained(Exception failure, Traced traced, P at, ReadOnlySpan<Expr> arguments)
    {
        Graph again = null!;
        var origins = Origins.During(() => again = Trace(at, traced.Graph.Parameters.AsSpan(), traced.Rest).Graph);
        return failure is NaNFound found
            ? new NaNReport(found, i => _inputs.PathOf(at, i, "the argument"), i => _outputs.PathOf(traced.Value, i, "the value")).Error(traced.Graph, traced.Graph.Parameters.Length, (again, origins))
            : Failure.Explained(failure, again, origins, [.. arguments.ToArray().Select(argument => argument.Value)]);
    }

    private static bool AllConstant(ReadOnlySpan<Expr> arguments)
    {
        foreach (var argument in arguments)
            if (!argument.IsConstant)
                return false;
        return true;
    }

    private static Expr[] Strong(ReadOnlySpan<Expr> arguments)
    {
        var strong = new Expr[arguments.Length];
        for (int i = 0; i < strong.Length; i++)
            strong[i] = Expr.Cast(arguments[i], arguments[i].DType);
        return strong;
    }
}
