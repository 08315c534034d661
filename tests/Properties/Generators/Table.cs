using System.Runtime.CompilerServices;

namespace Autodiff.Functional.Properties;

/// <summary>In which order indices stand.</summary>
public enum IndexOrder
{
    /// <summary>From the last row to the first.</summary>
    Reversed,
    /// <summary>Each row as often as chance has it, in any order.</summary>
    Random,
    /// <summary>As <see cref="Random"/>, in ascending order.</summary>
    Sorted,
    /// <summary>Few rows, each many times.</summary>
    Few,
    /// <summary>One row after the other.</summary>
    InOrder,
}

/// <summary>Tensors with many elements, which a program prints as the short call that makes them.</summary>
public static class Table
{
    private static readonly ConditionalWeakTable<Tensor, string> s_calls = [];

    /// <summary>Numbers in −1 … 1.</summary>
    public static Tensor Of(int seed, Shape shape)
    {
        var random = new Random(seed);
        double[] elements = new double[shape.Size];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = 2 * random.NextDouble() - 1;
        return Noted(Tensor.Of(elements, shape), $"Table.Of({seed}, Shape.Of({string.Join(", ", shape)}))");
    }

    /// <summary>As many indices of rows.</summary>
    public static Tensor Indices(IndexOrder order, int count, int rows, int seed)
    {
        var random = new Random(seed);
        int few = 1 + random.Next(3);
        int[] indices = [.. Enumerable.Range(0, count).Select(i => order switch
        {
            IndexOrder.Reversed => rows - 1 - i % rows,
            IndexOrder.InOrder => i % rows,
            IndexOrder.Few => random.Next(Math.Min(few, rows)),
            _ => random.Next(rows),
        })];
        if (order == IndexOrder.Sorted)
            Array.Sort(indices);
        return Noted(Tensor.Of(indices), IndicesCall(order, count, rows, seed));
    }

    /// <summary>The call of <see cref="Indices"/> as text.</summary>
    public static string IndicesCall(IndexOrder order, int count, int rows, int seed) => $"Table.Indices(IndexOrder.{order}, {count}, {rows}, {seed})";

    /// <summary>The call that made a tensor, if it was made here.</summary>
    public static string? Call(Tensor tensor) => s_calls.TryGetValue(tensor, out string? call) ? call : null;

    private static Tensor Noted(Tensor tensor, string call)
    {
        s_calls.Add(tensor, call);
        return tensor;
    }
}
