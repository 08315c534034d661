using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>What models of ops by plain loops are written with.</summary>
internal static class Loops
{
    /// <summary>Tries a law on random cases; the seed of a failing one is shown.</summary>
    public static void Cases(int normal, Action<Random> check)
    {
        for (int seed = 0; seed < Properties.Cases.Of(normal); seed++)
        {
            try
            {
                check(new Random(seed));
            }
#pragma warning disable CA1031 // whatever is thrown belongs to the case
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Assert.Fail($"seed {seed}: {exception}");
            }
        }
    }

    /// <summary>All index tuples of a shape, in row-major order.</summary>
    public static IEnumerable<int[]> Indices(Shape shape)
    {
        var at = new int[shape.Rank];
        for (int i = 0; i < shape.Size; i++)
        {
            yield return [.. at];
            for (int axis = shape.Rank - 1; axis >= 0 && ++at[axis] == shape[axis]; axis--)
                at[axis] = 0;
        }
    }

    /// <summary>The tensor with an element for each index tuple.</summary>
    public static Tensor Fill(Shape shape, Func<int[], double> element) => Tensor.Of(Indices(shape).Select(element).ToArray(), shape);

    /// <summary>The tensor with an element for each index tuple, from numbers that others write.</summary>
    public static Tensor Written(Shape shape, Action<double[], Func<int[], int>> write)
    {
        var elements = new double[shape.Size];
        write(elements, index => Flat(shape, index));
        return Tensor.Of(elements, shape);
    }

    public static int Flat(Shape shape, params int[] index) => index.Select((i, axis) => (i, axis)).Aggregate(0, (flat, at) => flat * shape[at.axis] + at.i);

    /// <summary>An element.</summary>
    public static double Get(Tensor x, params int[] index) => x.ElementAsDouble(Flat(x.Shape, index));

    /// <summary>The index tuple with another number at an axis.</summary>
    public static int[] With(int[] index, int axis, int value)
    {
        int[] other = [.. index];
        other[axis] = value;
        return other;
    }

    /// <summary>The elements along an axis that an index tuple stands on.</summary>
    public static double[] Line(Tensor x, int[] index, int axis) => [.. Enumerable.Range(0, x.Shape[axis]).Select(i => Get(x, With(index, axis, i)))];

    public static void Same(Tensor expected, Expr actual, double coarseness = 1) => Assert.Null(Near.Tensors("model and op", expected, Expr.Cast(actual, DType.Float64), coarseness));

    /// <summary>The elements, for tables.</summary>
    public static double[] Elements(Expr x) => Expr.Cast(x, DType.Float64).Value.ToArray<double>();

    /// <summary>A vector of the graph.</summary>
    public static Expr Vector(params double[] elements) => Tensor.Of(elements);

    /// <summary>Indices as Int64.</summary>
    public static Expr Ints(params long[] elements) => Tensor.Of(elements);

    /// <summary>The gradient of a weighted sum.</summary>
    public static double[] Gradient(Func<Expr, Expr> f, Expr at) => Elements(Ad.Grad(x => Expr.Sum(f(x)), at));

    public static void Says<TException>(string text, Func<object> act) where TException : AutodiffException =>
        Assert.Contains(text, Assert.Throws<TException>(act).Message, StringComparison.Ordinal);
}
