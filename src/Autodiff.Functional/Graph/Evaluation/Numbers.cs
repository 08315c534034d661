using System.Collections.Immutable;
using System.Numerics;

namespace Autodiff.Functional;

/// <summary>
/// Numbers of any type of .NET's generic math, in a shape: what a graph takes and gives when it is evaluated over them.
/// </summary>
/// <typeparam name="T">The number: <see cref="Dual{T}"/> above all, which gives derivatives that owe nothing to the rules of the ops.</typeparam>
public sealed class Numbers<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Some numbers in row-major order.</summary>
    /// <exception cref="ShapeException">There are not as many as the shape has elements.</exception>
    public Numbers(Shape shape, ImmutableArray<T> elements)
    {
        (Shape, Elements) = (shape, elements);
        if (elements.Length != shape.Size)
            throw new ShapeException("Numbers", $"{shape.Size} elements for the shape {shape}", $"{elements.Length}");
    }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The numbers in row-major order.</summary>
    public ImmutableArray<T> Elements { get; }

    /// <summary>One number, as a scalar.</summary>
    public static implicit operator Numbers<T>(T value) => new(Shape.Scalar, [value]);

    /// <summary>The only number.</summary>
    /// <exception cref="ShapeException">There is not exactly one.</exception>
    public T ToScalar() => Elements.Length == 1 ? Elements[0] : throw new ShapeException("Numbers.ToScalar", "one element", $"the shape {Shape}");

    /// <summary>The numbers, flat, and their shape.</summary>
    public override string ToString() => $"{Shape}[{string.Join(", ", Elements)}]";
}

/// <summary>The floating dtypes over another number: both are stored as it.</summary>
internal sealed class NumberType<T> : ElementType<T, Number<T>> where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly NumberType<T> s_single = new(DType.Float32), s_double = new(DType.Float64);

    private NumberType(DType dtype) : base(dtype) { }

    public override Tensor Cast(Tensor x, DType to)
    {
        if (!to.IsFloating())
            throw new NotSupportedException($"Cast: {to} from {typeof(T).Name} would lose what the number carries beyond its value, so over such numbers only floating dtypes are cast.");
        return Make(to, x.Shape, x.Elements<T>());
    }

    public override Tensor Convert(Tensor x) => FromNative(x);

    /// <summary>A value of the graph's own element type over this one; masks and integers stay what they are.</summary>
    public static Tensor FromNative(Tensor x)
    {
        if (!x.DType.IsFloating() || !x.Element.IsNative)
            return x;
        // A stretched tensor stays so.
        if (x.IsUniform)
            return FromNative(x.Slice(new int[x.Rank], Shape.Ones(x.Rank).Dimensions, Shape.Ones(x.Rank).Dimensions).Dense()).Expand(x.Shape);
        var elements = new T[x.Size];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = T.CreateChecked(x.ElementAsDouble(i));
        return Make(x.DType, x.Shape, elements);
    }

    public static Tensor ToTensor(DType dtype, Numbers<T> numbers) => Make(dtype, numbers.Shape, numbers.Elements.AsSpan());

    public static Numbers<T> FromTensor(Tensor x)
    {
        if (!x.Element.IsNative)
            return new(x.Shape, [.. x.Elements<T>()]);
        var elements = ImmutableArray.CreateBuilder<T>(x.Size);
        for (int i = 0; i < x.Size; i++)
            elements.Add(x.DType switch
            {
                DType.Int64 => T.CreateChecked(x.Elements<long>()[i]),
                _ => T.CreateChecked(x.ElementAsDouble(i)),
            });
        return new(x.Shape, elements.MoveToImmutable());
    }

    private static Tensor Make(DType dtype, Shape shape, ReadOnlySpan<T> numbers)
    {
        var result = Tensor.New<T>(dtype == DType.Float32 ? s_single : s_double, shape, out var elements);
        numbers.CopyTo(elements);
        return result;
    }
}
