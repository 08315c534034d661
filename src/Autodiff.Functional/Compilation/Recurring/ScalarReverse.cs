using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Autodiff.Functional.Compilation;

/// <summary>
/// Reverse mode on numbers: of a smooth function of Float64 scalars at constants, values and gradients come out without a node being made. The ops' functions and differentials
/// are the ones that nodes are made by, run on doubles, in the same order: so the results are the same bits.
/// </summary>
internal static class ScalarReverse
{
    /// <summary>The outputs, and the first one's gradients; null if the graph computes on anything else.</summary>
    public static (ImmutableArray<Expr> Outputs, ImmutableArray<Expr> Gradients)? Gradients(Graph graph, ImmutableArray<Expr> at)
    {
        foreach (var point in at)
            if (!point.IsScalarConstant)
                return null;
        var order = graph.Order;
        if (order.Roots[0] < 0)
            return null;
        var rented = ArrayPool<Number>.Shared.Rent(order.Count);
        try
        {
            var numbers = rented.AsSpan(0, order.Count);
            numbers.Clear();
            for (int i = 0; i < at.Length; i++)
                if (graph.ParameterPositions[i] is var position and >= 0)
                    numbers[position] = new() { Value = at[i].ScalarValue, IsParameter = true };
            if (!Forward(order, numbers))
                return null;
            Backward(order, numbers);
            return (Outputs(graph, numbers), Totals(graph, numbers));
        }
        finally
        {
            ArrayPool<Number>.Shared.Return(rented);
        }
    }

    private record struct Number(double Value, double Cotangent, bool IsParameter, bool HasCotangent);

    private static bool Forward(KahnOrder order, Span<Number> numbers)
    {
        for (int position = 0; position < numbers.Length; position++)
        {
            if (numbers[position].IsParameter)
                continue;
            var node = order.Node(position);
            // A contribution of what selects would need to know what was selected.
            if (node.OpUnlessConstant is not IScalarFunction { Slope: not Slope.Selecting } function || !node.Shape.IsScalar || node.DType != DType.Float64
                || !Values(order, position, numbers, out double x, out double y) || HasFactorZero(order, position, function.Factors, x, y))
                return false;
            numbers[position].Value = function.Evaluate(x, y);
        }
        return true;
    }

    private static void Backward(KahnOrder order, Span<Number> numbers)
    {
        ref var root = ref numbers[order.Roots[0]];
        (root.Cotangent, root.HasCotangent) = (1, true);
        for (int position = numbers.Length - 1; position >= 0; position--)
        {
            var (value, cotangent, isParameter, hasCotangent) = numbers[position];
            if (isParameter || !hasCotangent)
                continue;
            var function = (IScalarFunction)order.Node(position).OpUnlessConstant!;
            if (function.Slope == Slope.Zero)
                continue;
            Values(order, position, numbers, out double x, out double y);
            var inputs = order.InputPositions(position);
            for (int i = 0; i < inputs.Length; i++)
                if (inputs[i] >= 0)
                {
                    double contribution = function.Differential(i, x, y, value, cotangent);
                    ref var input = ref numbers[inputs[i]];
                    (input.Cotangent, input.HasCotangent) = (input.HasCotangent ? input.Cotangent + contribution : contribution, true);
                }
        }
    }

    private static ImmutableArray<Expr> Outputs(Graph graph, Span<Number> numbers)
    {
        var outputs = new Expr[graph.Outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = graph.Order.Roots[i] is var position and >= 0 ? Expr.Scalar(numbers[position].Value) : graph.Outputs[i];
        return ImmutableCollectionsMarshal.AsImmutableArray(outputs);
    }

    private static ImmutableArray<Expr> Totals(Graph graph, Span<Number> numbers)
    {
        var totals = new Expr[graph.Parameters.Length];
        for (int i = 0; i < totals.Length; i++)
            totals[i] = Expr.Scalar(graph.ParameterPositions[i] is var position and >= 0 && numbers[position].HasCotangent ? numbers[position].Cotangent : 0.0);
        return ImmutableCollectionsMarshal.AsImmutableArray(totals);
    }

    /// <summary>A factor that is 0 for good makes a path constant: nodes know what follows from that.</summary>
    private static bool HasFactorZero(KahnOrder order, int position, Factors factors, double x, double y) =>
        factors != Factors.None && ((x == 0 && order.InputPositions(position)[0] < 0) || (y == 0 && factors == Factors.Both && order.InputPositions(position)[^1] < 0));

    /// <summary>The values of the first and the last input; false if one is no Float64 scalar.</summary>
    private static bool Values(KahnOrder order, int position, Span<Number> numbers, out double x, out double y)
    {
        var positions = order.InputPositions(position);
        y = 0;
        return Value(order, position, 0, positions[0], numbers, out x) && Value(order, position, positions.Length - 1, positions[^1], numbers, out y);
    }

    private static bool Value(KahnOrder order, int position, int index, int input, Span<Number> numbers, out double value)
    {
        if (input >= 0)
        {
            value = numbers[input].Value;
            return true;
        }
        var outside = order.Node(position).Inputs[index];
        value = outside.ScalarValue;
        return outside.IsScalarConstant;
    }
}
