namespace Autodiff.Functional.Properties.Ops;

/// <summary>Tensors by plain loops over indices: the model that NumPy's rules are stated in, slow and obvious.</summary>
internal static class Model
{
    /// <summary>The tensor of a shape whose element at each index is given.</summary>
    public static Expr Of(Shape shape, Func<int[], double> element) => Tensor.Of(Indices(shape).Select(element).ToArray(), shape);

    /// <summary>All indices of a shape in row-major order.</summary>
    public static IEnumerable<int[]> Indices(Shape shape)
    {
        for (int place = 0; place < shape.Size; place++)
        {
            var index = new int[shape.Rank];
            for (int axis = shape.Rank - 1, rest = place; axis >= 0; rest /= shape[axis], axis--)
                index[axis] = rest % shape[axis];
            yield return index;
        }
    }

    /// <summary>The element at an index, as a double.</summary>
    public static double At(Expr x, IReadOnlyList<int> index)
    {
        int place = 0;
        for (int axis = 0; axis < x.Rank; axis++)
            place = place * x.Shape[axis] + index[axis];
        return x.Value.ElementAsDouble(place);
    }

    /// <summary>The element that an index of a larger shape reads after broadcasting: aligned at the last axis, 0 where the length is 1.</summary>
    public static double Broadcast(Expr x, int[] index) =>
        At(x, [.. x.Shape.Select((length, axis) => length == 1 ? 0 : index[index.Length - x.Rank + axis])]);

    /// <summary>Tries a random case many times.</summary>
    public static void Holds(int normal, Func<Random, string?> check, [System.Runtime.CompilerServices.CallerMemberName] string law = "")
    {
        for (int i = 0; i < Cases.Of(normal); i++)
            if (check(new Random(law.Aggregate(i, (hash, letter) => unchecked(hash * 31 + letter)))) is { } wrong)
                Xunit.Assert.Fail($"Case {i + 1}: {wrong}");
    }
}
