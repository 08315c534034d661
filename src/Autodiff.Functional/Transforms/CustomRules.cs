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
        bool read = false;
        var (nodes, parameters) = Parameters(Op, at, inputs, outputs, () => read = true);
        var (_, value, kept, values) = Forward(parameters);
        var directions = Directions("the backward rule of a CustomVjp", values);
        var (moment, cotangents) = Backward(value, kept);
        if (read)
            cotangents = new OutsideCode(Op, nodes, at => Forward(at) is var again ? Backward(again.Value, again.Kept) : default).Mark(moment, parameters, cotangents);
        return Call(value, nodes, parameters, values, residuals.Flatten(kept, Op), directions, Typed(Op, "cotangent", cotangents, parameters), pushes: false, outputs);

        (long Moment, R Value, S Kept, ImmutableArray<Expr> Values) Forward(ImmutableArray<Expr> parameters)
        {
            var (moment, value, kept, roots) = Traced(parameters);
            int count = outputs.Flatten(value, Op).Length;
            if (read)
                roots = new OutsideCode(Op, nodes, at => Traced(at) is var again ? (again.Moment, again.Roots) : default).Mark(moment, parameters, roots);
            // A residual that is the value is the same node still, and follows the rule.
            return (moment, value, read ? residuals.Rebuild(kept, roots[count..]) : kept, roots[..count]);
        }

        (long Moment, R Value, S Kept, ImmutableArray<Expr> Roots) Traced(ImmutableArray<Expr> parameters)
        {
            long moment = StampClock.Next(default);
            var (value, kept) = forward(inputs.Rebuild(at, parameters));
            return (moment, value, kept, [.. outputs.Flatten(value, Op), .. residuals.Flatten(kept, Op)]);
        }

        (long Moment, ImmutableArray<Expr> Roots) Backward(R value, S kept) =>
            (StampClock.Next(default), inputs.FlattenLike(backward(kept, outputs.Rebuild(value, directions)), at, Op, "cotangents"));
    }

    public static R Jvp<P, R>(Func<P, P, (R, R)> pushforward, P at, Structure<P> inputs, Structure<R> outputs)
    {
        const string Op = "CustomJvp";
        bool read = false;
        var (nodes, parameters) = Parameters(Op, at, inputs, outputs, () => read = true);
        var directions = Directions("the rule of a CustomJvp", parameters);
        var (moment, roots, value) = Traced(parameters);
        if (read)
            roots = new OutsideCode(Op, nodes, at => Traced(at) is var again ? (again.Moment, again.Roots) : default).Mark(moment, parameters, roots);
        int count = outputs.Flatten(value, Op).Length;
        var (values, varying) = (roots[..count], Floating(directions));
        if (Graph.Of(varying, values).Order.Count > 0)
            throw new DerivativeException(Op, "a value that does not depend on the tangents", "one that does", "Return (value, tangent), in this order.");
        var tangents = Typed(Op, "tangent", roots[count..], values);
        return Call(value, nodes, parameters, values, Shared(parameters, values, varying, tangents), directions, tangents, pushes: true, outputs);

        (long Moment, ImmutableArray<Expr> Roots, R Value) Traced(ImmutableArray<Expr> parameters)
        {
            long moment = StampClock.Next(default);
            var (value, tangent) = pushforward(inputs.Rebuild(at, parameters), inputs.Rebuild(at, directions));
            return (moment, [.. outputs.Flatten(value, Op), .. outputs.FlattenLike(tangent, value, Op, "a tangent")], value);
        }
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

    private static (ImmutableArray<Expr> Nodes, ImmutableArray<Expr> Parameters) Parameters<P, R>(string op, P at, Structure<P> inputs, Structure<R> outputs, Action? read = null)
    {
        Required.Type(op, "a value", outputs);
        ImmutableArray<Expr> nodes = [.. Required.Nodes(op, "parameters", inputs, at).Select(node => Expr.Cast(node, node.DType))];   // no longer weak, if it was a literal
        return (nodes, [.. nodes.Select(node => read is null ? Expr.SeedAt(node) : Expr.SeedAt(node, read))]);
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
