using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>A graph is the function that it was traced from: replayed, evaluated, over a batch.</summary>
public sealed class ReplayLaws(ITestOutputHelper output)
{
    [Fact]
    public void A_graph_evaluates_to_what_the_function_is() => Law.Holds(output, 300, Programs.Plain, p =>
        Close.Agree("evaluated", p.Traced().Evaluate([.. p.Inputs])[0], p.Run(p.At).Value, 1e-13));

    [Fact]
    public void A_graph_called_is_the_function() => Law.Holds(output, 300, Programs.Nested, p =>
    {
        var graph = p.Traced();
        Expr[] variables = [.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))];
        return Close.Agree("at constants", graph.Call(p.At)[0].Value, p.Run(p.At).Value, 1e-9)
            ?? Close.Agree("at variables", graph.Call(variables)[0].Value, p.Run(p.At).Value, 1e-9)
            ?? Close.Agree("twice replayed", Graph.Of([.. variables], graph.Call(variables)).Call(p.At)[0].Value, graph.Call(p.At)[0].Value, 0);
    });

    [Fact]
    public void A_graphs_derivatives_are_the_functions() => Law.Holds(output, 200, Programs.Plain, p =>
    {
        var graph = p.Traced();
        var w = Directions.Of(p.Shape, 5);
        var reverse = graph.Vjp([.. p.At]).Pullback([w]);
        var forward = graph.Jvp([.. p.At], [.. p.Tangents().Constants()]).Tangents[0];
        return reverse.Zip(Ad.Vjp<Expr[], Expr>(p.Run, p.At).Pullback(w), (a, b) => Close.Agree("reverse", a.Value, b.Value)).FirstOrDefault(wrong => wrong is not null)
            ?? Close.Agree("forward", forward.Value, Ad.Jvp<Expr[], Expr>(p.Run, p.At, p.Tangents().Constants()).Tangent.Value);
    });

    [Fact]
    public void A_batch_is_a_loop() => Law.Holds(output, 400, Programs.Plain, p => Batched(p));

    [Fact]
    public void A_batch_of_nested_transforms_is_a_loop() => Law.Holds(output, 200, Programs.Nested, p => Batched(p));

    [Fact]
    public void A_batch_of_a_gradient_is_a_loop() => Law.Holds(output, 150, Programs.Small, p =>
    {
        var graph = Graph.Trace(x => [.. Ad.Grad<Expr[]>(p.Loss, [.. x])], [.. p.Inputs.Select(i => i.Type)]);
        return Batched(graph, p);
    });

    private static string? Batched(Program p) => Batched(p.Traced(), p);

    private static string? Batched(Graph graph, Program p)
    {
        const int Size = 3;
        var random = new Random(p.Count);
        bool[] batched = [.. p.Inputs.Select(_ => random.Next(3) > 0)];
        // Batched arguments move a little along the batch, so that no kink is crossed.
        Tensor[][] elements = [.. Enumerable.Range(0, Size).Select(k => p.Inputs.Select((x, i) => batched[i] ? (x + 1e-4 * k * (Expr)Directions.Of(x.Shape, i)).Value : x).ToArray())];
        Expr[] arguments = [.. p.Inputs.Select((x, i) => batched[i] ? Expr.Stack(elements.Select(e => (Expr)e[i])) : x)];
        var results = graph.Batch([.. arguments], [.. batched], Size);
        for (int output = 0; output < results.Length; output++)
            for (int k = 0; k < Size; k++)
                if (Close.Agree($"element {k}", results[output][k].Value, graph.Evaluate(elements[k])[output]) is { } wrong)
                    return wrong;
        return null;
    }
}
