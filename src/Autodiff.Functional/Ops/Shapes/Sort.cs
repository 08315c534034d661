using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>The indices that sort along an axis: stable, NaN last. No derivative.</summary>
internal sealed record ArgSort(int Axis) : Op
{
    public static IEnumerable<OpInfo> Entries =>
    [
        Entry("Sort", Expr.Sort, "x in ascending order along an axis") with { Derivative = "d in x's order; back, d to where each element came from" },
        Entry("ArgSort", Expr.ArgSort, "the indices that sort x along an axis"),
    ];

    private static OpInfo Entry(string name, Func<Expr, int, Expr> op, string formula) => new(name, formula, random =>
    {
        var shape = random.NextShape(minRank: 1);
        int axis = random.NextAxis(shape.Rank);
        return OpCase.Of(random.NextTensor(shape), x => op(x, axis), $"Expr.{name}(x0, {axis})");
    })
    {
        Signature = $"{name}(x, axis = -1)",
        Edges = "Stable: equal elements keep their order, each with its own derivative; NaN is last.",
        Cost = "O(n·log n)",
        Source = $"NumPy, {name.ToLowerInvariant()}; merge sort",
    };

    public override string Attributes => $"axis={Axis}";

    public override TensorType Infer(Inputs inputs) => new(DType.Int64, inputs[0].Shape);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(inputs[0], Axis));

    private readonly struct Kernel(Tensor x, int axis) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<long>(ElementType.Int64, x.Shape, out var order);
            Sorting.Order(x.Elements<E>(), x.Shape.Along(axis), order);
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(new ArgSort(Axis + 1), inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>
    /// The elements in ascending order along an axis, NaN last. Each derivative goes to the element that stands there; among equal ones the order is kept.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr Sort(Expr x, int axis = -1) => Composite.Of("Sort", x, axis, static (x, axis) => TakeAlongAxis(x, ArgSort(x, axis), axis));

    /// <summary>The indices that sort along an axis, as Int64: equal elements keep their order, NaN is last.</summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr ArgSort(Expr x, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Apply(new ArgSort(x.Shape.Axis(axis)), x);
    }

    /// <summary>The elements in ascending order along an axis, NaN last.</summary>
    public Expr Sort(int axis = -1) => Sort(this, axis);
    /// <summary>The indices that sort along an axis.</summary>
    public Expr ArgSort(int axis = -1) => ArgSort(this, axis);
}
