using System.Collections.Immutable;
using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// Is a rule linear in its directions? A fold over its graph carries how each node depends on them; each op says how its value does, given its inputs', and one that holds functions asks those. Whatever does not depend on the
/// directions may be any function of anything else.
/// </summary>
internal static class Linearity
{
    /// <summary>How a graph's outputs depend on directions that its parameters depend on as given.</summary>
    public static ImmutableArray<Degree> Of(Graph graph, ReadOnlySpan<Degree> parameters)
    {
        var given = graph.ByPosition(ImmutableArray.Create(parameters));
        var isParameter = graph.ByPosition([.. parameters.ToArray().Select(_ => true)]);
        // Of each output of a node.
        var degrees = graph.Order.Carry<ImmutableArray<Degree>>((visit, inputs) => isParameter[visit.Position] ? [given[visit.Position]] : Step(visit, inputs), node => [OfOutside(node)]);
        return [.. graph.Collect(degrees, node => [OfOutside(node)]).Select(each => each[0])];
    }

    /// <summary>How the carries of a loop do in the end, and what a step gives beside them: steps are asked until no carry changes.</summary>
    public static (ImmutableArray<Degree> Parameters, ImmutableArray<Degree> Outputs) OfLoop(Graph body, int captures, int carries, ImmutableArray<Degree> parameters)
    {
        while (true)
        {
            var outputs = Of(body, parameters.AsSpan());
            var next = parameters.ToBuilder();
            for (int i = 0; i < carries; i++)
                next[captures + i] += outputs[i];
            if (next.SequenceEqual(parameters))
                return (parameters, outputs);
            parameters = next.ToImmutable();
        }
    }

    private static ImmutableArray<Degree> Step(Visit visit, ReadOnlySpan<ImmutableArray<Degree>> inputs)
    {
        var given = new Degree[inputs.Length];
        for (int i = 0; i < given.Length; i++)
            given[i] = inputs[i][visit.Op is Project project && visit.InputPositions[i] >= 0 ? project.Index : 0];
        return visit.Op switch
        {
            Project => [given[0]],
            Pack => [.. given],
            MultiOutput several => several.DegreesOf(visit.Inputs, given),
            var op => [op.DegreeOf(visit.Inputs, visit.Node, given)],
        };
    }

    private static Degree OfOutside(Expr node) => node.IsConstant && IsZero(node.Value) ? Degree.Zero : Degree.Free;

    /// <summary>Is a constant 0 everywhere?</summary>
    public static bool IsZero(Tensor value)
    {
        for (int i = 0; i < value.Size; i++)
            if (!value.DType.IsFloating() || value.ElementAsDouble(i) != 0)
                return false;
        return true;
    }
}
