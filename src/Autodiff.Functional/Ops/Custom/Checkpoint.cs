using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// A function whose inner values are not kept: they are computed inside one evaluation of the op and dropped, and its derivatives, which are such ops
/// themselves, compute them again. Two of them are never equal, so that no search for common subexpressions joins what is to be recomputed with what was computed before.
/// </summary>
/// <param name="Body">The function, of the op's inputs; it closes over nothing.</param>
internal sealed record Checkpoint(Graph Body) : MultiOutput, ICall
{
    internal override IEnumerable<(string Name, Graph Graph)> Bodies => [("body", Body)];

    public override ImmutableArray<TensorType> InferParts(Inputs inputs) => [.. Body.Outputs.Select(output => output.Type)];

    public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => Body.Stepper.Evaluate(inputs);

    internal override ImmutableArray<Degree> DegreesOf(Inputs inputs, ReadOnlySpan<Degree> given) => Linearity.Of(Body, given);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size)
    {
        ImmutableArray<bool> marks = [.. batched];
        return Expr.Apply(Of(arguments => Body.Batch(arguments, marks, size), inputs), [.. inputs]);
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        ImmutableArray<Expr?> given = [.. tangents];
        Expr[] arguments = [.. inputs, .. given.OfType<Expr>()];
        return Expr.Apply(Of(x =>
        {
            int next = inputs.Count;
            return Body.Replay(x[..inputs.Count]).Pushforward([.. given.Select(tangent => tangent is null ? null : x[next++])]);
        }, arguments), arguments);
    }

    /// <summary>
    /// The pullback is a body as well: of the inputs, and of the cotangents with their supports; it gives those of the wanted inputs that have any.
    /// </summary>
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var marked = wanted.Of(inputs.Count);
        ImmutableArray<int> all = [.. Enumerable.Range(0, inputs.Count).Where(i => marked[i])];
        // Masks and whole numbers get nothing, but they depend on the seed too.
        ImmutableArray<int> contributing = [.. all.Where(i => inputs[i].DType.IsFloating())], moving = [.. all.Where(i => !inputs[i].DType.IsFloating())];
        ImmutableArray<Expr> arguments = [.. inputs, .. cotangent.Parts.SelectMany(Flat)];
        var totals = ImmutableArray<Cotangent>.Empty;
        var pullback = Of(x =>
        {
            int next = inputs.Count;
            var graph = Graph.Of([.. contributing.Concat(moving).Select(i => x[i])], Body.Call(x.AsSpan()[..inputs.Count]));
            totals = graph.Pullback([.. cotangent.Parts.Select(part => part.IsNone ? default : new Cotangent(x[next++], part.Support is null ? null : new Support(x[next++])) { MayBeInfinite = part.MayBeInfinite })])[..contributing.Length];
            return [.. totals.SelectMany(Flat)];
        }, arguments);
        var results = new Queue<Expr>(pullback.Body.Outputs.IsEmpty ? [] : Apply(pullback, arguments.AsSpan()));
        var contributions = new Cotangent[inputs.Count];
        for (int i = 0; i < totals.Length; i++)
            if (!totals[i].IsNone)
                contributions[contributing[i]] = new(results.Dequeue(), totals[i].Support is null ? null : new Support(results.Dequeue()));
        return new([.. contributions]);
    }

    private static IEnumerable<Expr> Flat(Cotangent cotangent) => cotangent.IsNone ? [] : cotangent.Support is { Mask: var mask } ? [cotangent.Value!, mask] : [cotangent.Value!];

    private static Checkpoint Of(Func<ImmutableArray<Expr>, ImmutableArray<Expr>> function, IEnumerable<Expr> arguments) =>
        new(Graph.Trace(function, [.. arguments.Select(argument => argument.Type)]));
}
