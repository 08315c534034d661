namespace Autodiff.Functional.Properties.Ops;

// Ops of a user, in the user's own assembly. That they have an entry is all it takes for the laws in this folder to be tried on them as well.

/// <summary>x³. A user's own elementwise function: kernels, shapes, derivatives of any order and batches follow.</summary>
internal readonly struct Cube : IUnary
{
    public static OpInfo Info => OpInfo.Unary("Cube", Unary<Cube>.Of, "x³", "3·x²·d");

    public static T Apply<T>(T x) where T : IElementary<T> => x * x * x;
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d * T.Literal(3) * x * x;
}

/// <summary>The Gudermannian function, computed by code of its own: it has no witness.</summary>
internal readonly struct Gudermannian : ISpecial
{
    public static OpInfo Info => OpInfo.Unary("Gudermannian", Unary<Gudermannian>.Of, "2·arctan(tanh(x/2))", "d / cosh x") with { HasWitness = false };

    public static double Evaluate(double x) => 2 * Math.Atan(Math.Tanh(x / 2));
    public static T Apply<T>(T x) where T : IElementary<T> => T.Special<Gudermannian>(x);
    public static T Differential<T>(T x, T y, T d) where T : IElementary<T> => d / T.Cosh(x);
}

/// <summary>The smaller of two numbers' absolute values, with a slope that selects.</summary>
internal readonly struct Nearer : IBinary
{
    public static OpInfo Info => OpInfo.Binary("Nearer", Binary<Nearer>.Of, "the one of x and y that is nearer to 0", "d to the nearer");

    public static Domain Domain => Domain.Numeric;
    public static Slope Slope => Slope.Selecting;
    public static T Apply<T>(T x, T y) where T : IElementary<T> => T.IfLess(T.Abs(x), T.Abs(y), x, y);
    public static T DifferentialX<T>(T x, T y, T z, T d) where T : IElementary<T> => T.IfLess(T.Abs(x), T.Abs(y), d, T.Literal(0));
    public static T DifferentialY<T>(T x, T y, T z, T d) where T : IElementary<T> => T.IfLess(T.Abs(x), T.Abs(y), T.Literal(0), d);
    public static T SelectedX<T>(T x, T y) where T : IElementary<T> => T.IfLess(T.Abs(x), T.Abs(y), T.Literal(1), T.Literal(0));
    public static T SelectedY<T>(T x, T y) where T : IElementary<T> => T.IfLess(T.Abs(x), T.Abs(y), T.Literal(0), T.Literal(1));
}

/// <summary>The cross product of two vectors of three. A user's own bilinear op; contributions to an entry can cancel.</summary>
internal sealed record VectorProduct : Bilinear
{
    public static OpInfo Info => new("VectorProduct", "x × y", random => OpCase.Of(random.NextTensor([3]), random.NextTensor([3]), Of, "VectorProduct.Of(x0, x1)"))
    {
        Signature = "VectorProduct(x, y)",
        Derivative = "dx × y + x × dy; back, y × d and d × x",
    };

    public static Expr Of(Expr x, Expr y) => Expr.Apply(new VectorProduct(), x, y);

    public override TensorType Infer(Inputs inputs) => inputs[0].Type == inputs[1].Type && inputs[0].Shape == Shape.Of(3) ? inputs[0].Type
        : throw new ShapeException("VectorProduct", "two vectors of three", $"{inputs[0].Type} and {inputs[1].Type}");

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs)
    {
        Expr x = inputs[0], y = inputs[1];
        return (Turned(x, 1) * Turned(y, 2) - Turned(x, 2) * Turned(y, 1)).Value;

        static Expr Turned(Expr v, int by) => Expr.Concatenate([v[by..], v[..by]]);
    }

    protected override Expr Product(Expr left, Expr right) => Of(left, right);
    protected override Expr TransposeLeft(Expr cotangent, Expr right, TensorType left) => Of(right, cotangent);
    protected override Expr TransposeRight(Expr cotangent, Expr left, TensorType right) => Of(cotangent, left);
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
