namespace Autodiff.Functional.Compilation;

/// <summary>A view: the elements of a dense value at other strides. Reshapes, transposes, broadcasts and slices become views. Nothing is computed.</summary>
/// <param name="To">The shape.</param>
/// <param name="Offset">Where the first element stands in the base.</param>
/// <param name="Strides">The distance between neighbors along each axis, in elements; 0 along one that is broadcast over.</param>
internal sealed record View(Shape To, int Offset, Axes Strides) : ProgramOp
{
    public override string Attributes => $"{To}, offset={Offset}, strides={Strides}";

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Dense() is var x ? x.View(To, x.Offset + Offset, [.. Strides]) : null!;

    /// <summary>All elements of a value of some size, in their order?</summary>
    public bool IsWhole(int size) => Offset == 0 && To.Size == size && Strided.IsContiguous(To.Dimensions, Strides.Span);

    /// <summary>The same elements with the axes in another order.</summary>
    public View Permuted(Axes order) => new([.. order.Select(axis => To[axis])], Offset, [.. order.Select(axis => Strides[axis])]);

    /// <summary>A value seen as what it is.</summary>
    public static View Of(Shape shape) => new(shape, 0, Axes.Of(shape.Strides()));
}

/// <summary>A value's elements in memory of their own, in row-major order.</summary>
internal sealed record Copy : ProgramOp
{
    public static readonly Copy Op = new();

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Dense();
}

/// <summary>An op that only programs have: it is made by a pass, and never differentiated.</summary>
internal abstract record ProgramOp : Op
{
    public sealed override TensorType Infer(Inputs inputs) => throw NotInGraphs();
    public sealed override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => throw NotInGraphs();
    public sealed override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => throw NotInGraphs();

    private NotSupportedException NotInGraphs() => new($"{Name} stands in programs only.");
}
