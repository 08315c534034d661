using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>
/// How far rounding scatters what a graph computes: it is evaluated again and again, and each time the last digit of each rounded number moves up or down at random. It trusts no rule, and finds rounding that is the same at all
/// points nearby. Vignes 1993, "A stochastic arithmetic for reliable scientific computation".
/// </summary>
internal static class Scatter
{
    private const int Samples = 6;

    /// <summary>For each output the largest distance of each entry from what is computed with no digit moved, which is 0 where evaluation fails.</summary>
    public static ImmutableArray<double[]> Of(Graph graph, ImmutableArray<Tensor> arguments, int seed)
    {
        double[][] scatter = [.. graph.Outputs.Select(output => new double[output.Shape.Size])];
        try
        {
            var exact = graph.Evaluate([.. arguments]);
            var known = graph.ByPosition(arguments);
            for (int sample = 0; sample < Samples; sample++)
            {
                var random = new Random(seed + sample);
                var values = graph.Order.Carry<Tensor>((visit, inputs) => known[visit.Position] ?? Step(visit.Op, inputs, random), node => node.Value);
                var moved = graph.Collect(values, node => node.Value);
                for (int i = 0; i < scatter.Length; i++)
                    for (int k = 0; k < scatter[i].Length; k++)
                        if (Math.Abs(moved[i].ElementAsDouble(k) - exact[i].ElementAsDouble(k)) is var distance && double.IsFinite(distance))
                            scatter[i][k] = Math.Max(scatter[i][k], distance);
            }
        }
        catch (AutodiffException)
        {
        }
        return [.. scatter];
    }

    private static Tensor Step(Op op, ReadOnlySpan<Tensor> inputs, Random random)
    {
        var value = op.Evaluate(inputs);
        if (!value.DType.IsFloating())
            return value;
        // An element that is that of an input, up to its sign, was moved or selected, and not rounded.
        HashSet<double> exact = [0];
        foreach (var input in inputs)
            for (int k = 0; input.DType.IsFloating() && k < input.Size; k++)
                exact.Add(Math.Abs(input.ElementAsDouble(k)));
        double digit = value.DType == DType.Float32 ? MathF.BitIncrement(1) - 1 : Math.BitIncrement(1) - 1;
        return Expr.Cast(Tensor.Of([.. Enumerable.Range(0, value.Size).Select(k => value.ElementAsDouble(k) is var e && exact.Contains(Math.Abs(e)) ? e : e * (1 + (random.NextBool() ? digit : -digit)))], value.Shape), value.DType).Value;
    }
}
