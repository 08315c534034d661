namespace Autodiff.Functional;

file static class Entry
{
    public static IEnumerable<OpInfo> Infos =>
    [
        Of("Zeros", "Zeros(shape, dtype = Float64)", "0", (random, dtype) => random.NextShape() is var shape ? (() => Expr.Zeros(shape, dtype), $"{Text(shape)}, ") : default),
        Of("Ones", "Ones(shape, dtype = Float64)", "1", (random, dtype) => random.NextShape() is var shape ? (() => Expr.Ones(shape, dtype), $"{Text(shape)}, ") : default),
        Of("Full", "Full(shape, value, dtype = Float64)", "value", (random, dtype) => random.NextShape() is var shape ? (() => Expr.Full(shape, 2, dtype), $"{Text(shape)}, 2, ") : default),
        Of("Eye", "Eye(rows, columns = rows, dtype = Float64)", "1 on the diagonal, else 0", (random, dtype) =>
            (random.NextDimension(), random.NextDimension()) is var (rows, columns) ? (() => Expr.Eye(rows, columns, dtype), $"{rows}, {columns}, ") : default),
        Of("Arange", "Arange(start, stop, step = 1, dtype = Float64)", "start, start + step … below stop", (random, dtype) =>
            random.Next(-3, 4) is var stop ? (() => Expr.Arange(0, stop, 0.5, dtype), $"0, {stop}, 0.5, ") : default),
        Of("Linspace", "Linspace(start, stop, count, dtype = Float64)", "numbers at equal distances, both ends included", (random, dtype) =>
            random.Next(5) is var count ? (() => Expr.Linspace(-1, 1, count, dtype), $"-1, 1, {count}, ") : default),
        OpInfo.Unary("ZerosLike", Expr.ZerosLike, "0 in the shape of x", "0"),
        OpInfo.Unary("OnesLike", Expr.OnesLike, "1 in the shape of x", "0"),
    ];

    private static OpInfo Of(string name, string signature, string formula, Func<Random, DType, (Func<Expr> Make, string Arguments)> draw) => new(name, formula, random =>
    {
        var dtype = random.NextBool() ? DType.Float64 : (DType)random.Next(5);
        var (make, arguments) = draw(random, dtype);
        return new([], _ => make(), $"Expr.{name}({arguments}dtype: DType.{dtype})");
    })
    {
        Signature = signature,
    };

    private static string Text(Shape shape) => $"Shape.Of({string.Join(", ", shape)})";
}

public sealed partial class Expr
{
    /// <summary>Zeros of a shape; one is stored.</summary>
    public static Expr Zeros(Shape shape, DType dtype = DType.Float64) => Constant(ElementType.Of(dtype).Zeros(shape));

    /// <summary>Ones of a shape; one is stored.</summary>
    public static Expr Ones(Shape shape, DType dtype = DType.Float64) => Full(shape, 1, dtype);

    /// <summary>The same value everywhere; one is stored.</summary>
    public static Expr Full(Shape shape, double value, DType dtype = DType.Float64) => BroadcastTo(Cast(Literal(value), dtype), shape);

    /// <summary>Zeros of the shape and dtype of x.</summary>
    public static Expr ZerosLike(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Zeros(x.Shape, x.DType);
    }

    /// <summary>Ones of the shape and dtype of x.</summary>
    public static Expr OnesLike(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Ones(x.Shape, x.DType);
    }

    /// <summary>The matrix with ones on its diagonal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static Expr Eye(int rows, int? columns = null, DType dtype = DType.Float64)
    {
        OutOfRange.Below("Eye", rows, 0, "Give the number of rows.");
        OutOfRange.Below("Eye", columns ?? rows, 0, "Leave it out for a square matrix.", nameof(columns));
        return Cast(Equal(ExpandDims(ArangeInt64(rows), 1), ExpandDims(ArangeInt64(columns ?? rows), 0)), dtype);
    }

    /// <summary>The whole numbers 0 … count − 1, as Int64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static Expr Arange(int count)
    {
        OutOfRange.Below("Arange", count, 0, "Give how many numbers; for those down to a negative one, give start, stop and a step of −1.");
        return ArangeInt64(count);
    }

    /// <summary>start, start + step, … while below stop (above, if the step is negative), as NumPy's arange.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0 or NaN, or there would be no end of numbers.</exception>
    public static Expr Arange(double start, double stop, double step = 1, DType dtype = DType.Float64)
    {
        if (step is 0 or double.NaN)
            OutOfRange.Throw("Arange", "a step other than 0", step, "Give the distance between numbers, negative to go down.", nameof(step));
        double count = Math.Ceiling((stop - start) / step);
        if (!(count <= Array.MaxLength))
            OutOfRange.Throw("Arange", $"bounds with at most {Array.MaxLength} steps between them", count, "Give finite bounds, or a larger step.", nameof(stop));
        return Cast(Cast(ArangeInt64((int)Math.Max(0, count)), DType.Float64) * step + start, dtype);
    }

    /// <summary>Numbers at equal distances from start to stop, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static Expr Linspace(double start, double stop, int count, DType dtype = DType.Float64)
    {
        OutOfRange.Below("Linspace", count, 0, "Give how many numbers.");
        var elements = new double[count];
        for (int i = 0; i < count; i++)
            elements[i] = i == count - 1 && count > 1 ? stop : start + i * ((stop - start) / Math.Max(1, count - 1));
        return Cast(Constant(Tensor.Of(elements)), dtype);
    }

    private static Expr ArangeInt64(int count)
    {
        var numbers = new long[count];
        for (int i = 0; i < count; i++)
            numbers[i] = i;
        return Constant(Tensor.Of(numbers));
    }
}
