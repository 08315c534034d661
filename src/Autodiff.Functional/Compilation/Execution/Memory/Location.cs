namespace Autodiff.Functional.Compilation;

/// <summary>A location in the memory of a run: an offset in one of its regions. The frame knows the region's address.</summary>
/// <param name="Region">The region: 0 the arena, 1 the constants, then large constants, arguments and outputs, each its own.</param>
/// <param name="Offset">The bytes from its start.</param>
internal readonly record struct Location(int Region, long Offset)
{
    public const int Arena = 0, Constants = 1;

    public Location Plus(long bytes) => this with { Offset = Offset + bytes };
}

/// <summary>An array in the memory of a run, as a step sees it: elements of a type at strides.</summary>
/// <param name="Type">The dtype and the shape.</param>
/// <param name="At">The location of the first element.</param>
/// <param name="Strides">The distance between neighbors along each axis, in elements.</param>
internal sealed record Operand(TensorType Type, Location At, Axes Strides)
{
    public static Operand Dense(TensorType type, Location at) => new(type, at, Axes.Of(type.Shape.Strides()));

    public ElementType Element { get; } = ElementType.Of(Type.DType);

    public bool IsDense { get; } = Strided.IsContiguous(Type.Shape.Dimensions, Strides.Span);

    public int Size { get; } = Type.Shape.Size;

    public long Bytes { get; } = Type.Bytes;

    /// <summary>How many elements lie between the first and the last, both included; the strides are not negative.</summary>
    public int Extent { get; } = ExtentOf(Type.Shape, Strides);

    private static int ExtentOf(Shape shape, Axes strides)
    {
        int extent = shape.Size == 0 ? 0 : 1;
        for (int axis = 0; axis < shape.Rank && extent > 0; axis++)
            extent += (shape[axis] - 1) * Math.Max(0, strides[axis]);
        return extent;
    }
}
