using Autodiff.Functional.Kernels;

namespace Autodiff.Functional;

/// <summary>
/// y₀ = b₀, yᵢ = aᵢ·yᵢ₋₁ + bᵢ along an axis. As nothing precedes the first element, a has one fewer: what it holds stands between two neighbours. The derivatives
/// are recurrences with the same coefficients: dyᵢ = aᵢ·dyᵢ₋₁ + (daᵢ·yᵢ₋₁ + dbᵢ), and back, from the end, sᵢ = gᵢ + aᵢ₊₁·sᵢ₊₁. So they cost O(n) and divide by
/// nothing, also where an a is 0.
/// </summary>
internal sealed record LinearRecurrence(int Axis, bool Reverse) : Op
{
    public static IEnumerable<OpInfo> Entries =>
    [
        new("LinearRecurrence", "yᵢ = aᵢ·yᵢ₋₁ + bᵢ", random =>
        {
            var shape = random.NextShape(minRank: 1);
            int axis = random.NextAxis(shape.Rank);
            bool reverse = random.NextBool();
            return OpCase.Of(random.NextTensor(shape), random.NextTensor(shape), (a, b) => Expr.LinearRecurrence(a, b, axis, reverse), $"Expr.LinearRecurrence(x0, x1, {axis}, {(reverse ? "true" : "false")})");
        })
        {
            Signature = "LinearRecurrence(a, b, axis = 0, reverse = false)",
            Derivative = "dyᵢ = aᵢ·dyᵢ₋₁ + (daᵢ·yᵢ₋₁ + dbᵢ)",
            Edges = "y₀ = b₀: the first a has no influence; from the end if reverse.",
            Source = "Blelloch 1990, Prefix sums and their applications, §1.4",
        },
        CumSum.Cumulative("CumProd", Expr.CumProd, "yᵢ = Π xⱼ, j ≤ i", "dyᵢ = xᵢ·dyᵢ₋₁ + yᵢ₋₁·dxᵢ") with
        {
            Edges = "From the end if reverse; derivatives of any order are right where elements are 0; integers give Int64.",
            Source = "NumPy, cumprod",
        },
    ];

    public override string Attributes => Reverse ? $"axis={Axis}, reverse" : $"axis={Axis}";

    public override TensorType Infer(Inputs inputs) => inputs[0].DType != inputs[1].DType ? throw Promotion.Differ(Name, inputs[0], inputs[1])
        : inputs[0].Shape == Between(inputs[1].Shape) ? inputs[1].Type
        : throw new ShapeException(Name, $"a coefficient between each two neighbours along axis {Axis}: {Between(inputs[1].Shape)}", $"{inputs[0].Shape}");

    private Shape Between(Shape shape) => shape.With(Axis, Math.Max(0, shape[Axis] - 1));

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0].Element.Run<Kernel, Tensor>(new(this, inputs[0], inputs[1]));

    private readonly struct Kernel(LinearRecurrence op, Tensor a, Tensor b) : IKernel<Tensor>
    {
        public Tensor Run<E>() where E : unmanaged, IElementary<E>
        {
            var result = Tensor.New<E>(b.Element, b.Shape, out var elements);
            Scans.Recurrence(a.Elements<E>(), b.Elements<E>(), b.Shape.Along(op.Axis), op.Reverse, elements);
            return result;
        }
    }

    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
    {
        if (tangents[0] is not { } ofA || ofA.Shape.Size == 0)
            return tangents[1] is null ? null : Expr.Apply(this, inputs[0], tangents[1]!);
        var widths = new (int, int)[output.Rank];
        widths[Axis] = Reverse ? (0, 1) : (1, 0);
        var fromA = Expr.Pad(ofA * Before(output), widths);
        return Expr.Apply(this, inputs[0], tangents[1] is null ? fromA : fromA + tangents[1]!);
    }

    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
    {
        var sums = Pulled(inputs[0], cotangent);
        if (!wanted[0])
            return new(default, sums);
        var support = sums.Support is null ? null : Support.From(sums.Support, mask => After(mask!));
        return new(new(Guard.Of(support, After(sums.Value!) * Before(output)), support), sums);
    }

    /// <summary>sᵢ = gᵢ + aᵢ₊₁·sᵢ₊₁, from the end; what the output's cotangent contributes to b.</summary>
    private Cotangent Pulled(Expr a, Cotangent cotangent)
    {
        // An element is reached from those after it. A coefficient beyond the last of them is multiplied by 0, whatever it is.
        var support = cotangent.Support is null ? null
            : Support.From(cotangent.Support, mask => Expr.NotEqual(Expr.CumSum(mask!, Axis, !Reverse), 0.0));
        var reached = support is null ? null : Support.From(support, mask => After(mask!));
        return new(Expr.Apply(this with { Reverse = !Reverse }, Guard.Of(reached, a), cotangent.Value!), support);
    }

    /// <summary>Of each two neighbours the one that comes first.</summary>
    internal Expr Before(Expr x) => Reverse ? Expr.Slice(x, Axis, 1) : Expr.Slice(x, Axis, 0, -1);

    /// <summary>Of each two neighbours the one that comes second.</summary>
    internal Expr After(Expr x) => Reverse ? Expr.Slice(x, Axis, 0, -1) : Expr.Slice(x, Axis, 1);

    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this with { Axis = Axis + 1 },
        batched[0] ? inputs[0] : Batching.Repeat(inputs[0], size),
        batched[1] ? inputs[1] : Batching.Repeat(inputs[1], size));
}

public sealed partial class Expr
{
    /// <summary>
    /// The recurrence y₀ = b₀, yᵢ = aᵢ·yᵢ₋₁ + bᵢ along an axis, from the end if <paramref name="reverse"/>: exponential moving averages, discounted sums,
    /// the diagonal state-space model. The arguments broadcast. The first coefficient has no influence, whatever it is. Float32 is carried in Float64.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or one is Bool.</exception>
    public static Expr LinearRecurrence(Expr a, Expr b, int axis = 0, bool reverse = false)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        (a, b) = Promotion.Numbers("LinearRecurrence", a, b, Domain.Numeric);
        (a, b) = Promotion.Broadcast("LinearRecurrence", a, b);
        var recurrence = new LinearRecurrence(b.Shape.Axis(axis), reverse);
        return Apply(recurrence, recurrence.After(a), b);
    }

    /// <summary>
    /// The products of the elements so far along an axis (over the flattened tensor if none is given), each with its own element; from the end if
    /// <paramref name="reverse"/>. Derivatives of any order are right where elements are 0. Bool and integers give Int64.
    /// </summary>
    /// <exception cref="AxisException">The axis is outside the rank.</exception>
    public static Expr CumProd(Expr x, int? axis = null, bool reverse = false)
    {
        (x, int along) = Along("CumProd", x, axis);
        x = x.DType.IsFloating() ? x : Cast(x, DType.Int64);
        int length = x.Shape[along];
        var first = Equal(Reshape(ArangeInt64(length), Shape.Ones(x.Rank).With(along, length)), reverse ? length - 1.0 : 0.0);
        // −0 is what changes no number by being added, not even −0.
        var recurrence = new LinearRecurrence(along, reverse);
        return Apply(recurrence, recurrence.After(x), Where(first, x, -0.0));
    }

    /// <summary>The products of the elements so far along an axis.</summary>
    public Expr CumProd(int? axis = null, bool reverse = false) => CumProd(this, axis, reverse);
}
