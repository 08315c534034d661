using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// Calls of functions that become one op: traced at fresh nodes, which know the point's value if it has one, then closed over what they take from outside.
/// </summary>
internal static class CustomRules
{
    public static R Vjp<P, R, S>(Func<P, (R, S)> forward, Func<S, R, P> backward, P at, Structure<P> inputs, Structure<R> outputs, Structure<S> residuals)
    {
        const string Op = "CustomVjp";
        var (nodes, parameters) = Parameters(Op, at, inputs, outputs);
        var (value, kept) = forward(inputs.Rebuild(at, parameters));
        var values = Required.Nodes(Op, "a value", outputs, value);
        var directions = Directions("the backward rule of a CustomVjp", values);
        var cotangents = inputs.FlattenLike(backward(kept, outputs.Rebuild(value, directions)), at, Op, "cotangents");
        return Call(value, nodes, parameters, values, residuals.Flatten(kept, Op), directions, Typed(Op, "cotangent", cotangents, parameters), pushes: false, outputs);
    }

    public static R Jvp<P, R>(Func<P, P, (R, R)> pushforward, P at, Structure<P> inputs, Structure<R> outputs)
    {
        const string Op = "CustomJvp";
        var (nodes, parameters) = Parameters(Op, at, inputs, outputs);
        var directions = Directions("the rule of a CustomJvp", parameters);
        var (value, tangent) = pushforward(inputs.Rebuild(at, parameters), inputs.Rebuild(at, directions));
        var values = Required.Nodes(Op, "a value", outputs, value);
        var varying = Floating(directions);
        if (Graph.Of(varying, values).Order.Count > 0)
            throw new DerivativeException(Op, "a value that does not depend on the tangents", "one that does", "Return (value, tangent), in this order.");
        var tangents = Typed(Op, "tangent", outputs.FlattenLike(tangent, value, Op, "a tangent"), values);
        return Call(value, nodes, parameters, values, Shared(parameters, values, varying, tangents), directions, tangents, pushes: true, outputs);
    }

    public static R Checkpoint<P, R>(Func<P, R> f, P at, Structure<P> inputs, Structure<R> outputs)
    {
        var (nodes, parameters) = Parameters("Checkpoint", at, inputs, outputs);
        var value = f(inputs.Rebuild(at, parameters));
        var values = Required.Nodes("Checkpoint", "a value", outputs, value);
        var (captures, graphs) = Closure.Of((parameters, values));
        return outputs.Rebuild(value, MultiOutput.Apply(new Checkpoint(graphs[0]), [.. captures, .. nodes]));
    }

    private static R Call<R>(R value, ImmutableArray<Expr> nodes, ImmutableArray<Expr> parameters, ImmutableArray<Expr> values, ImmutableArray<Expr> residuals,
        ImmutableArray<Expr> directions, ImmutableArray<Expr> mapped, bool pushes, Structure<R> outputs)
    {
        // A residual that is a parameter or a value needs no output of its own; nor does one that depends on no parameter, which is closed over.
        var depends = Graph.Of(parameters, residuals).Order.Roots;
        var others = ImmutableArray.CreateBuilder<Expr>();
        for (int i = 0; i < residuals.Length; i++)
            if (depends[i] >= 0 && !parameters.Concat(values).Concat(others).Contains(residuals[i], ReferenceEqualityComparer.Instance))
                others.Add(residuals[i]);
        ImmutableArray<Expr> given = [.. values, .. others], varying = Floating(directions), maps = Floating(mapped);
        var (captures, graphs) = Closure.Of((parameters, given), ([.. parameters, .. given, .. varying], maps));
        var op = new CustomRule(graphs[0], graphs[1], pushes, captures.Length, values.Length);
        return outputs.Rebuild(value, MultiOutput.Apply(op, [.. captures, .. nodes])[..values.Length]);
    }

    /// <summary>What the tangent takes from the computation of the value, so that it is computed once.</summary>
    private static ImmutableArray<Expr> Shared(ImmutableArray<Expr> parameters, ImmutableArray<Expr> values, ImmutableArray<Expr> directions, ImmutableArray<Expr> tangents)
    {
        var ofValue = new HashSet<Expr>(Graph.Of(parameters, values).Order.Select(visit => visit.Node), ReferenceEqualityComparer.Instance);
        return [.. Graph.Of([.. parameters, .. directions], tangents).Order
            .Where(visit => !ofValue.Contains(visit.Node)).SelectMany(visit => visit.Inputs).Where(ofValue.Contains).Distinct()];
    }

    private static (ImmutableArray<Expr> Nodes, ImmutableArray<Expr> Parameters) Parameters<P, R>(string op, P at, Structure<P> inputs, Structure<R> outputs)
    {
        Required.Type(op, "a value", outputs);
        ImmutableArray<Expr> nodes = [.. Required.Nodes(op, "parameters", inputs, at).Select(node => Expr.Cast(node, node.DType))];   // no longer weak, if it was a literal
        return (nodes, [.. nodes.Select(Expr.SeedAt)]);
    }

    /// <summary>A direction for each node: any for floating-point ones, zeros for others.</summary>
    private static ImmutableArray<Expr> Directions(string where, ImmutableArray<Expr> of) =>
        [.. of.Select(node => node.DType.IsFloating() ? Expr.Leaf(new Placeholder(where), node.Type) : Expr.Zeros(node.Shape, node.DType))];

    private static ImmutableArray<Expr> Floating(ImmutableArray<Expr> nodes) => [.. nodes.Where(node => node.DType.IsFloating())];

    /// <summary>What a rule gives, of the types of what it belongs to; for integers and masks whatever it is, as nothing passes there.</summary>
    private static ImmutableArray<Expr> Typed(string op, string kind, ImmutableArray<Expr> given, ImmutableArray<Expr> of)
    {
        var all = given.Zip(of).Where(pair => pair.Second.DType.IsFloating());
        return Transform.Directions(op, kind, [.. all.Select(pair => pair.First)], [.. all.Select(pair => pair.Second)]);
    }
}
