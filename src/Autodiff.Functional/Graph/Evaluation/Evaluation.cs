using System.Collections.Immutable;

namespace Autodiff.Functional;

/// <summary>The fold that computes values, from inputs to outputs.</summary>
internal static class Evaluation
{
    /// <summary>The value of a node; those of all nodes on the way are remembered in them.</summary>
    public static Tensor Value(Expr root)
    {
        var order = KahnOrder.Unevaluated(root);
        RequireValues(order);
        foreach (var visit in order)
            visit.Node.Remembered = Step(visit.Op, visit.Inputs);
        return root.Remembered!;
    }

    /// <summary>The value of an op at inputs whose values are known.</summary>
    public static Tensor Step(Op op, Inputs inputs)
    {
        switch (inputs.Count)
        {
            case 1:
                return Step(op, [inputs[0].Remembered!]);
            case 2:
                return Step(op, [inputs[0].Remembered!, inputs[1].Remembered!]);
            default:
                var values = new Tensor[inputs.Count];
                for (int i = 0; i < values.Length; i++)
                    values[i] = inputs[i].Remembered!;
                return op.Evaluate(values);
        }
    }

    // A scalar is computed the same way wherever it is: folded, remembered, or in a graph's evaluation.
    private static Tensor Step(Op op, ReadOnlySpan<Tensor> inputs) =>
        op is IScalarFunction function && inputs[0].Shape.IsScalar && ReferenceEquals(inputs[0].Element, ElementType.Float64)
            ? Tensor.Scalar(function.Evaluate(inputs[0].Elements<double>()[0], inputs[^1].Elements<double>()[0]))
            : op.Evaluate(inputs);

    /// <summary>The values by position; <paramref name="known"/> gives those of the parameters, <paramref name="convert"/> is applied to each value.</summary>
    public static ImmutableArray<Tensor> Values(KahnOrder order, Func<Visit, Tensor?> known, Func<Tensor, Tensor> convert) =>
        order.Carry<Tensor>((visit, inputs) => convert(known(visit) ?? Step(visit.Op, inputs)), node => convert(node.Value));

    /// <summary>One error for all leaves without a value.</summary>
    private static void RequireValues(KahnOrder order)
    {
        var missing = new List<Variable>();
        foreach (var visit in order)
        {
            if (visit.Node.HasValue || visit.Inputs.Count > 0)
                continue;
            if (visit.Op is Variable variable)
                missing.Add(variable);
            else if (visit.Op is Leaf leaf)
                leaf.Evaluate([]);
        }
        if (missing.Count > 0)
            throw new MissingValueException("Value", "a value for every variable", $"none for {string.Join(", ", missing.Select(v => $"'{v.Label}'"))}",
                "Make them with Expr.Variable(name, value), or pass values to Graph.Evaluate.");
    }
}
