using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Autodiff.Functional.Json;

namespace Autodiff.Functional;

/// <summary>
/// A traced function: parameters, and the outputs that are computed from them. Nodes that do not depend on a parameter are captured as they are.
/// Every transform is one fold over <see cref="Order"/>, the nodes that depend on the parameters.
/// </summary>
/// <example><code>
/// var graph = Graph.Trace(x => [Expr.Sin(x[0]) * x[1]], [new(DType.Float64, Shape.Scalar), new(DType.Float64, Shape.Scalar)]);
/// Console.WriteLine(graph.Evaluate(Tensor.Scalar(0.5), Tensor.Scalar(2.0))[0]);
/// </code></example>
[JsonConverter(typeof(NoJsonConverter))]
public sealed class Graph
{
    private Sorted? _sorted;

    private Graph(ImmutableArray<Expr> parameters, ImmutableArray<Expr> outputs) => (Parameters, Outputs) = (parameters, outputs);

    /// <summary>The order and the parameters' places in it.</summary>
    private sealed record Sorted(KahnOrder Order, ImmutableArray<int> ParameterPositions);

    // Made when first needed: a graph that was seen before is run without.
    private Sorted InOrder
    {
        get
        {
            if (_sorted is { } known)
                return known;
            var order = KahnOrder.Between(Parameters.AsSpan(), Outputs.AsSpan(), out int[] positions);
            return _sorted = new(order, ImmutableCollectionsMarshal.AsImmutableArray(positions));
        }
    }

    /// <summary>The parameters: leaves, or nodes that are taken as such.</summary>
    public ImmutableArray<Expr> Parameters { get; }

    /// <summary>The outputs.</summary>
    public ImmutableArray<Expr> Outputs { get; }

    /// <summary>The nodes that depend on a parameter, in Kahn's order.</summary>
    public KahnOrder Order => InOrder.Order;

    /// <summary>The parameters' positions in the order, −1 for one that no output depends on.</summary>
    internal ImmutableArray<int> ParameterPositions => InOrder.ParameterPositions;

    // ---- making ----

    /// <summary>The graph that computes outputs from nodes that are at hand.</summary>
    /// <exception cref="ForeignVariableException">A parameter is named twice, or is a constant.</exception>
    public static Graph Of(ImmutableArray<Expr> parameters, ImmutableArray<Expr> outputs)
    {
        for (int i = 0; i < parameters.Length; i++)
            if (parameters[i].IsConstant || parameters.IndexOf(parameters[i], 0, i, ReferenceEqualityComparer.Instance) >= 0)
                throw new ForeignVariableException("Graph.Of", "variables, each once, as parameters", $"{parameters[i]} as parameter {i}", "A constant can't vary; make it a variable.");
        return new(parameters, outputs);
    }

    /// <summary>Traces a function of parameters that have types but no values.</summary>
    public static Graph Trace(Func<ImmutableArray<Expr>, ImmutableArray<Expr>> function, ImmutableArray<TensorType> types) => Trace("a traced function", function, types);

    /// <summary>As <see cref="Trace(Func{ImmutableArray{Expr}, ImmutableArray{Expr}}, ImmutableArray{TensorType})"/>, under a transform that errors name.</summary>
    internal static Graph Trace(string transform, Func<ImmutableArray<Expr>, ImmutableArray<Expr>> function, ImmutableArray<TensorType> types)
    {
        ArgumentNullException.ThrowIfNull(function);
        ImmutableArray<Expr> parameters = [.. types.Select(type => Expr.Leaf(new Placeholder(transform), type))];
        return new(parameters, function(parameters));
    }

    /// <summary>Traces a function at a point: the parameters are fresh nodes that know the point's value, if it has one.</summary>
    public static Graph TraceAt(Func<ImmutableArray<Expr>, ImmutableArray<Expr>> function, ImmutableArray<Expr> at)
    {
        ArgumentNullException.ThrowIfNull(function);
        var parameters = ImmutableArray.CreateRange(at, Expr.SeedAt);
        return new(parameters, function(parameters));
    }

    /// <summary>Can evaluation throw because of a value? See <see cref="Op.MayThrow"/>.</summary>
    internal bool MayThrow
    {
        get
        {
            foreach (var visit in Order)
                if (visit.Op.MayThrow(visit.Inputs))
                    return true;
            return false;
        }
    }

    // ---- the folds ----

    /// <summary>The outputs' values at values of the parameters.</summary>
    /// <exception cref="ShapeException">There is another number of values, or one has another shape.</exception>
    /// <exception cref="DTypeException">A value has another dtype.</exception>
    /// <exception cref="MissingValueException">A captured variable has no value.</exception>
    public ImmutableArray<Tensor> Evaluate(params ReadOnlySpan<Tensor> arguments) => Evaluate([.. arguments], tensor => tensor);
    /// <inheritdoc cref="Evaluate(ReadOnlySpan{Tensor})"/>
    public ImmutableArray<Tensor> Evaluate(params Tensor[] arguments) => Evaluate((ReadOnlySpan<Tensor>)arguments);   // F# knows no span of parameters

    /// <summary>
    /// The outputs' values over any number of .NET's generic math: each op runs on it with the same kernels, and constants are converted. Over
    /// <see cref="Dual{T}"/> it gives derivatives by the arithmetic of dual numbers alone, a second opinion on the ops' rules; nested duals give higher ones.
    /// </summary>
    /// <remarks>
    /// Both floating dtypes are this number. Masks and integers stay what they are, and come out as 0, 1 and whole numbers. A dual number does not know whether its tangent is 0 for good, so an infinite slope times a
    /// tangent of 0 is NaN: <c>Sqrt(x·c)</c> at data x = 0, of which the library's own modes know that it is 0 whatever c is.
    /// </remarks>
    /// <typeparam name="T">The number.</typeparam>
    /// <param name="arguments">One for each parameter.</param>
    /// <exception cref="ShapeException">There is another number of values, or one has another shape.</exception>
    /// <exception cref="DTypeException">A parameter is not floating-point.</exception>
    /// <exception cref="MissingValueException">A captured variable has no value.</exception>
    /// <exception cref="NotSupportedException">An op has code for single dtypes only: a special function, a cast to integers.</exception>
    /// <example><code>
    /// var graph = Graph.Trace(x => [Expr.Sin(x[0]) * x[0]], [new(DType.Float64, Shape.Scalar)]);
    /// Console.WriteLine(graph.Evaluate&lt;Dual&lt;double>>(Dual&lt;double>.Variable(0.5))[0].ToScalar().Tangent);   // 0.9182168195493894
    /// </code></example>
    public ImmutableArray<Numbers<T>> Evaluate<T>(params ReadOnlySpan<Numbers<T>> arguments) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var values = ImmutableArray.CreateBuilder<Tensor>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            var dtype = i < Parameters.Length ? Parameters[i].DType : DType.Float64;
            values.Add(dtype.IsFloating() ? NumberType<T>.ToTensor(dtype, arguments[i])
                : throw new DTypeException("Graph.Evaluate", $"floating-point parameters, to evaluate over {typeof(T).Name}", $"{dtype} at parameter {i}", "Capture it as a constant."));
        }
        return [.. Evaluate(values.DrainToImmutable(), NumberType<T>.FromNative).Select(NumberType<T>.FromTensor)];
    }

    /// <summary>The values over another element type: <paramref name="convert"/> takes each value of the graph's own type there.</summary>
    internal ImmutableArray<Tensor> Evaluate(ImmutableArray<Tensor> arguments, Func<Tensor, Tensor> convert)
    {
        Require([.. arguments.Select(a => a.Type)], "Graph.Evaluate");
        var byPosition = ByPosition(arguments);
        var values = Evaluation.Values(Order, visit => byPosition[visit.Position], convert);
        return Collect(values, node => convert(node.Value));
    }

    /// <summary>The outputs with other arguments in the parameters' place: the nodes are made anew, constants are computed.</summary>
    /// <exception cref="ShapeException">There is another number of arguments, or one has another shape.</exception>
    /// <exception cref="DTypeException">An argument has another dtype.</exception>
    public ImmutableArray<Expr> Call(params ReadOnlySpan<Expr> arguments) => Replay([.. arguments]).Outputs;
    /// <inheritdoc cref="Call(ReadOnlySpan{Expr})"/>
    public ImmutableArray<Expr> Call(params Expr[] arguments) => Call((ReadOnlySpan<Expr>)arguments);   // F# knows no span of parameters

    /// <summary>The nodes made anew with other arguments in the parameters' place; with all that their reverse rules will ask for, if one is to follow.</summary>
    internal Replay Replay(ImmutableArray<Expr> arguments, bool reverse = false)
    {
        Require([.. arguments.Select(a => a.Type)], "Graph.Call");
        return new(this, arguments, reverse);
    }

    /// <summary>The graph prepared to be evaluated many times.</summary>
    internal Stepper Stepper => _stepper ??= new(this);
    private Stepper? _stepper;

    /// <summary>Reverse mode: the outputs at the arguments, and their pullback from the outputs' cotangents to the parameters'.</summary>
    public (ImmutableArray<Expr> Outputs, Func<ImmutableArray<Expr>, ImmutableArray<Expr>> Pullback) Vjp(ImmutableArray<Expr> arguments)
    {
        var replay = Replay(arguments, reverse: true);
        return (replay.Outputs, cotangents => replay.Pullback([.. Transform.Directions("Graph.Vjp", "cotangent", cotangents, Outputs).Select(c => new Cotangent(c))]));
    }

    /// <summary>Reverse mode on the nodes as they are, for parameters that are leaves: what the outputs' cotangents contribute to each parameter, with its support.</summary>
    internal ImmutableArray<Cotangent> Pullback(ImmutableArray<Cotangent> cotangents)
    {
        var gradients = ReverseMode.Fold(Order, GradientMap.Seed(Order, cotangents.AsSpan()));
        return [.. ParameterPositions.Select(position => gradients.TryGetValue(position, out var total) ? total : default)];
    }

    /// <summary>Forward mode: the outputs at the arguments, and their tangents, which are zeros where an output does not depend on a parameter.</summary>
    public (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Tangents) Jvp(ImmutableArray<Expr> arguments, ImmutableArray<Expr> tangents)
    {
        var replay = Replay(arguments);
        return (replay.Outputs, replay.Pushforward([.. Transform.Directions("Graph.Jvp", "tangent", tangents, Parameters)]));
    }

    /// <summary>
    /// The function over a batch: arguments marked in <paramref name="batched"/> have a leading axis of length <paramref name="size"/>, and so
    /// have all outputs.
    /// </summary>
    public ImmutableArray<Expr> Batch(ImmutableArray<Expr> arguments, ImmutableArray<bool> batched, int size) =>
        [.. Batching.Fold(this, arguments, batched, size).Select(output => Batching.WithAxis(output, size))];

    internal void Require(ImmutableArray<TensorType> types, string op)
    {
        if (types.Length != Parameters.Length)
            throw new StructureException(op, $"{Parameters.Length} arguments", $"{types.Length}");
        for (int i = 0; i < types.Length; i++)
        {
            var (wanted, got) = (Parameters[i].Type, types[i]);
            if (wanted.Shape != got.Shape)
                throw new ShapeException(op, $"the shape {wanted.Shape} of parameter {i}", $"{got.Shape}", "A graph is traced for given shapes; trace again for others.");
            if (wanted.DType != got.DType)
                throw new DTypeException(op, $"the dtype {wanted.DType} of parameter {i}", $"{got.DType}", "Cast the argument.");
        }
    }

    /// <summary>What belongs to the parameters, by position in the order.</summary>
    internal T?[] ByPosition<T>(ImmutableArray<T> perParameter)
    {
        var placed = new T?[Order.Count];
        for (int i = 0; i < perParameter.Length; i++)
            if (ParameterPositions[i] >= 0)
                placed[ParameterPositions[i]] = perParameter[i];
        return placed;
    }

    /// <summary>
    /// What belongs to the outputs: by position where an output depends on a parameter, else what it is by itself.
    /// </summary>
    internal ImmutableArray<T> Collect<T>(ImmutableArray<T> byPosition, Func<Expr, T> captured)
    {
        var collected = ImmutableArray.CreateBuilder<T>(Outputs.Length);
        for (int i = 0; i < Outputs.Length; i++)
            collected.Add(Order.Roots[i] is var position and >= 0 ? byPosition[position] : captured(Outputs[i]));
        return collected.MoveToImmutable();
    }
}
