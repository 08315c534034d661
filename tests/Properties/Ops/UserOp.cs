namespace Autodiff.Functional.Properties.Ops;

// Two ops of a user, in the user's own assembly. That they have an entry is all it takes for the laws in this folder to be tried on them as well.

/// <summary>x³. A user's own elementwise function: kernels, shapes, derivatives of any order and batches follow.</summary>
internal readonly struct Cube : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Cube", Unary<Cube>.Of, "x³", "3·x²·d");

    public static T Apply<T>(T x) where T : IElementary<T> => x * x * x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(3) * x * x;
}

/// <summary>The differences of neighbours along the last axis. A user's own linear op, which needs its transpose only.</summary>
internal sealed record Differences : Linear
{
    public static OpInfo Info => new("Differences", "xᵢ₊₁ − xᵢ", random =>
        OpCase.Of(random.NextTensor([.. random.NextShape(maxRank: 2), random.Next(1, 5)]), Of, "Differences.Of(x0)"))
    {
        Derivative = "d's differences; back, those of d with zeros around, negated",
    };

    public static Expr Of(Expr x) => Expr.Apply(new Differences(), x);

    public override TensorType Infer(Inputs inputs) => inputs[0].Shape is { Rank: > 0 } shape && shape[^1] > 0
        ? new(inputs[0].DType, shape.With(shape.Rank - 1, shape[^1] - 1))
        : throw new ShapeException("Differences", "a last axis that is not empty", $"{inputs[0].Shape}");

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        Expr x = inputs[0];
        return (Expr.Slice(x, -1, 1) - Expr.Slice(x, -1, 0, -1)).Value;
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs)
    {
        (int, int)[] around = [.. Enumerable.Repeat((0, 0), cotangent.Rank - 1), (1, 1)];
        return -Of(Expr.Pad(cotangent, around));
    }

    public override Op Lifted(Shape leading) => this;
}
