using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Autodiff.Functional;

/// <summary>Every transform in one shape: trace at a point, replay there, then one fold of the graph.</summary>
internal static class Transform
{
    /// <summary>A function of structures, traced at a point: its graph, and how nodes become structures again.</summary>
    internal sealed class Traced<P, R>
    {
        public Traced(string op, Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
        {
            ArgumentNullException.ThrowIfNull(f);
            Required.Type(op, "a value", outputs);
            var points = new Expr[(At = Required.Nodes(op, "parameters", inputs, at)).Length];
            for (int i = 0; i < points.Length; i++)
                points[i] = Point(op, At[i], inputs, at, i);
            At = ImmutableCollectionsMarshal.AsImmutableArray(points);
            R value = default!;
            Graph = Graph.TraceAt(parameters => Required.Nodes(op, "a value", outputs, value = f(inputs.Rebuild(at, parameters))), At);
            (Value, Input, Output) = (value, nodes => inputs.Rebuild(at, nodes), nodes => outputs.Rebuild(value, nodes));
        }

        public Graph Graph { get; }
        public ImmutableArray<Expr> At { get; }
        public R Value { get; }
        public Func<ImmutableArray<Expr>, P> Input { get; }
        public Func<ImmutableArray<Expr>, R> Output { get; }
    }

    /// <summary>Value and gradient by the first of some routes that leads there.</summary>
    public static (Expr Value, P Gradient) ValueAndGrad<P>(string op, Func<P, Expr> f, P at, Structure<P> structure, ImmutableArray<GradientRoute> routes)
    {
        var traced = new Traced<P, Expr>(op, f, at, structure, Structure.Node);
        RequireScalar(op, traced.Graph.Outputs[0]);
        var (outputs, gradients) = Gradients(traced.Graph, traced.At, routes);
        return (outputs[0], traced.Input(gradients));
    }

    private static (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients) Gradients(Graph graph, ImmutableArray<Expr> at, ImmutableArray<GradientRoute> routes)
    {
        foreach (var route in routes)
            if (route(graph, at) is { } gradients)
                return gradients;
        throw new InvalidOperationException("No route leads to a gradient.");
    }

    /// <summary>As <see cref="ValueAndGrad{P}"/>, of a function that gives something beside its value.</summary>
    public static (Expr Value, A Auxiliary, P Gradient) ValueAndGradWithAuxiliary<P, A>(string op, Func<P, (Expr, A)> f, P at, Structure<P> structure, Structure<A> auxiliary, ImmutableArray<GradientRoute> routes)
    {
        var traced = new Traced<P, (Expr, A)>(op, f, at, structure, Structure.Tuple(Structure.Node, auxiliary));
        RequireScalar(op, traced.Graph.Outputs[0]);
        var (outputs, gradients) = Gradients(traced.Graph, traced.At, routes);
        var (value, beside) = traced.Output(outputs);
        return (value, beside, traced.Input(gradients));
    }

    /// <summary>As <see cref="ValueAndGrad{P}"/>, with respect to the part of the parameters that a selector picks; the others stay what they are.</summary>
    public static (Expr Value, Q Gradient) ValueAndGrad<P, Q>(string op, Func<P, Expr> f, P at, Func<P, Q> of, Structure<P> structure, Structure<Q> part, ImmutableArray<GradientRoute> routes)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(of);
        var nodes = structure.Flatten(at, op);
        var markers = ImmutableArray.CreateRange(nodes, node => Expr.Leaf(new Placeholder("a selector"), node.Type));
        var selected = of(structure.Rebuild(at, markers));
        var places = ImmutableArray.CreateRange(Required.Nodes(op, "a selected part", part, selected), node => markers.IndexOf(node, 0, markers.Length, ReferenceEqualityComparer.Instance));
        if (places.Contains(-1))
            throw new ForeignVariableException(op, "a selector that picks parts of the parameters", "another node", "Select members, without computing on them.");
        if (places.Distinct().Count() < places.Length)
            throw new ForeignVariableException(op, "a selector that picks each part once", $"{structure.PathOf(at, places.GroupBy(place => place).First(group => group.Count() > 1).Key)} twice");
        var start = part.Rebuild(selected, ImmutableArray.CreateRange(places, place => nodes[place]));
        return ValueAndGrad(op, q => f(structure.Rebuild(at, With(nodes, places, part.Flatten(q, op)))), start, part, routes);
    }

    private static ImmutableArray<Expr> With(ImmutableArray<Expr> nodes, ImmutableArray<int> places, ImmutableArray<Expr> others)
    {
        var all = nodes.ToBuilder();
        for (int i = 0; i < places.Length; i++)
            all[places[i]] = others[i];
        return all.MoveToImmutable();
    }

    public static (R Value, Func<R, P> Pullback) Vjp<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        var traced = new Traced<P, R>("Vjp", f, at, inputs, outputs);
        var replay = traced.Graph.Replay(traced.At, reverse: true);
        return (traced.Output(replay.Outputs), cotangent => traced.Input(replay.Pullback(
            [.. Directions("Vjp", "cotangent", outputs.FlattenLike(cotangent, traced.Value, "Vjp", "a cotangent"), traced.Graph.Outputs).Select(c => new Cotangent(c))])));
    }

    public static (R Value, R Tangent) Jvp<P, R>(string op, Func<P, R> f, P at, P tangent, Structure<P> inputs, Structure<R> outputs)
    {
        var traced = new Traced<P, R>(op, f, at, inputs, outputs);
        var tangents = Directions(op, "tangent", inputs.FlattenLike(tangent, at, op, "a tangent"), traced.Graph.Parameters);
        var (values, valueTangents) = traced.Graph.Jvp(traced.At, tangents);
        return (traced.Output(values), traced.Output(valueTangents));
    }

    /// <summary>The pushforward is traced once: what does not depend on the tangent is computed then, and each application replays the linear rest.</summary>
    public static (R Value, Func<P, R> Pushforward) Linearize<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        var traced = new Traced<P, R>("Linearize", f, at, inputs, outputs);
        var replay = traced.Graph.Replay(traced.At, reverse: true);
        var linear = Graph.Trace(tangents => replay.Pushforward([.. tangents]), [.. traced.Graph.Parameters.Select(parameter => parameter.Type)]);
        return (traced.Output(replay.Outputs), tangent => traced.Output(linear.Replay(
            Directions("Linearize", "tangent", inputs.FlattenLike(tangent, at, "Linearize", "a tangent"), traced.Graph.Parameters)).Outputs));
    }

    /// <summary>The Jacobian as a batch of pushforwards or pullbacks over basis vectors; by the mode that needs fewer if none is asked for.</summary>
    public static Jacobian<P, R> Jacobian<P, R>(string op, Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs, bool? forward = null)
    {
        var traced = new Traced<P, R>(op, f, at, inputs, outputs);
        foreach (var output in traced.Graph.Outputs)
            RequireFloating(op, "the value", output);
        var replay = traced.Graph.Replay(traced.At);
        ImmutableArray<Expr> parameters = traced.Graph.Parameters, values = traced.Graph.Outputs;
        // blocks[i][k]: the derivative of value i in parameter k
        var blocks = forward ?? parameters.Sum(p => p.Shape.Size) <= values.Sum(v => v.Shape.Size)
            ? Transposed([.. parameters.Select((_, k) => JacobianColumn(replay, parameters, values, k))], values.Length)
            : [.. values.Select((_, i) => JacobianRow(replay, parameters, values, i))];
        return new(outputs, traced.Output(values), [.. blocks.Select(traced.Input)]);
    }

    /// <summary>The derivatives of all values in one parameter: pushforwards of its basis vectors.</summary>
    private static ImmutableArray<Expr> JacobianColumn(Replay replay, ImmutableArray<Expr> parameters, ImmutableArray<Expr> values, int parameter)
    {
        var type = parameters[parameter].Type;
        int size = type.Shape.Size;
        var pushforward = Graph.Trace(t => replay.Pushforward([.. parameters.Select((_, i) => i == parameter ? t[0] : null)]), [type]);
        var columns = pushforward.Batch([Basis(type)], [true], size);
        // In the parameter's dtype, as a gradient is: by reverse mode it has no other.
        return [.. columns.Select((column, i) => Expr.Cast(Expr.Reshape(
            Expr.Transpose(column, [.. Enumerable.Range(1, column.Rank - 1), 0]), type.Shape.After(values[i].Shape)), type.DType))];
    }

    /// <summary>The derivatives of one value in all parameters: pullbacks of its basis vectors, each with its one entry as support.</summary>
    private static ImmutableArray<Expr> JacobianRow(Replay replay, ImmutableArray<Expr> parameters, ImmutableArray<Expr> values, int value)
    {
        var type = values[value].Type;
        var pullback = Graph.Trace(c => replay.Pullback([.. values.Select((_, i) => i == value ? new Cotangent(c[0], new Support(c[1])) : default)]), [type, type with { DType = DType.Bool }]);
        var rows = pullback.Batch([Basis(type), Basis(type with { DType = DType.Bool })], [true, true], type.Shape.Size);
        return [.. rows.Select((row, k) => Expr.Reshape(row, parameters[k].Shape.After(type.Shape)))];
    }

    private static Expr Basis(TensorType type) => Expr.Reshape(Expr.Eye(type.Shape.Size, dtype: type.DType), type.Shape.Insert(0, type.Shape.Size));

    private static ImmutableArray<ImmutableArray<Expr>> Transposed(ImmutableArray<ImmutableArray<Expr>> columns, int rows) =>
        [.. Enumerable.Range(0, rows).Select(i => (ImmutableArray<Expr>)[.. columns.Select(column => column[i])])];

    /// <summary>A point to differentiate at: floating-point, and no longer weak if it was a literal.</summary>
    private static Expr Point<P>(string op, Expr node, Structure<P> structure, P at, int index)
    {
        if (!node.DType.IsFloating())
            RequireFloating(op, structure is OneNode ? "parameter 0" : structure.PathOf(at, index), node);
        return Expr.Cast(node, node.DType);
    }

    /// <summary>Tangents or cotangents of the types of what they belong to; literals take them.</summary>
    public static ImmutableArray<Expr> Directions(string op, string kind, ImmutableArray<Expr> given, ImmutableArray<Expr> of)
    {
        return [.. given.Select((direction, i) =>
        {
            var type = of[i].Type;
            if (direction.Shape != type.Shape && !direction.IsWeak)
                throw new ShapeException(op, $"a {kind} of the shape {type.Shape} that it belongs to", $"{direction.Shape}");
            var conformed = Promotion.Conform(direction, type);
            return conformed.DType == type.DType ? conformed
                : throw new DTypeException(op, $"a {kind} of the dtype {type.DType} that it belongs to", $"{direction.DType}", "Cast it.");
        })];
    }

    public static void RequireScalar(string op, Expr value)
    {
        if (value.Shape.Size != 1)
            throw new ShapeException(op, "a function with a scalar value", $"a value of shape {value.Shape}", "Sum it, or use Jacobian or Vjp.");
        RequireFloating(op, "the value", value);
    }

    private static void RequireFloating(string op, string what, Expr node)
    {
        if (!node.DType.IsFloating())
            throw new DTypeException(op, $"a floating-point dtype for {what}", $"{node.DType}", "Cast it to Float64, as only real numbers have derivatives; or differentiate with respect to a part of the parameters, which Grad takes a selector for.");
    }
}
