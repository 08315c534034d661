namespace Autodiff.Functional;

/// <summary>The same numbers in another dtype. Linear between the floating dtypes; to and from others it has no derivative.</summary>
internal sealed record Cast(DType To) : Linear
{
    public override bool Cancels => false;
    public static OpInfo Info => new("Cast", "the same numbers in another dtype", random =>
    {
        var to = random.Next(6) switch { 0 => DType.Int32, 1 => DType.Int64, 2 => DType.Bool, 3 => DType.Float64, _ => DType.Float32 };
        return OpCase.Of(random.NextTensor(random.NextShape(), new(-4, 4)), x => Expr.Cast(x, to), $"Expr.Cast(x0, DType.{to})");
    })
    {
        Signature = "Cast(x, dtype)",
        Derivative = "d cast back, between floating dtypes",
        Edges = "Fractions are cut off towards 0 on the way to integers.",
    };

    public override string Attributes => $"{To}";

    public override TensorType Infer(Inputs inputs) => new(To, inputs[0].Shape);

    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0] switch
    {
        var x when x.DType == To => x,
        { Element.IsNative: false } x => x.Element.Cast(x, To),
        { IsUniform: true } x => Convert(x.Slice(new int[x.Rank], Shape.Ones(x.Rank).Dimensions, Shape.Ones(x.Rank).Dimensions)).Expand(x.Shape),
        var x => Convert(x),
    };

    private Tensor Convert(Tensor x) => (x.DType, To) switch
    {
        // Whole numbers of 64 bits do not pass through double.
        (DType.Int64, DType.Int32) => Map<long, int>(x, v => unchecked((int)v)),
        (DType.Int32, DType.Int64) => Map<int, long>(x, v => v),
        (DType.Int64, DType.Bool) => Map<long, bool>(x, v => v != 0),
        (DType.Bool, _) => From(x, x.Elements<bool>(), v => v ? 1.0 : 0.0),
        (DType.Int32, _) => From(x, x.Elements<int>(), v => v),
        (DType.Int64, _) => From(x, x.Elements<long>(), v => v),
        (DType.Float32, _) => From(x, x.Elements<float>(), v => v),
        _ => From(x, x.Elements<double>(), v => v),
    };

    private Tensor From<T>(Tensor x, ReadOnlySpan<T> source, Func<T, double> read) where T : unmanaged
    {
        switch (To)
        {
            case DType.Bool: { var result = Tensor.New<bool>(ElementType.Bool, x.Shape, out var to); for (int i = 0; i < to.Length; i++) to[i] = read(source[i]) != 0; return result; }
            case DType.Int32: { var result = Tensor.New<int>(ElementType.Int32, x.Shape, out var to); for (int i = 0; i < to.Length; i++) to[i] = (int)read(source[i]); return result; }
            case DType.Int64: { var result = Tensor.New<long>(ElementType.Int64, x.Shape, out var to); for (int i = 0; i < to.Length; i++) to[i] = (long)read(source[i]); return result; }
            case DType.Float32: { var result = Tensor.New<float>(ElementType.Float32, x.Shape, out var to); for (int i = 0; i < to.Length; i++) to[i] = (float)read(source[i]); return result; }
            default: { var result = Tensor.New<double>(ElementType.Float64, x.Shape, out var to); for (int i = 0; i < to.Length; i++) to[i] = read(source[i]); return result; }
        }
    }

    private static Tensor Map<T, R>(Tensor x, Func<T, R> convert) where T : unmanaged where R : unmanaged
    {
        var result = Tensor.New<R>(ElementType.Of<R>("Cast"), x.Shape, out var to);
        var from = x.Elements<T>();
        for (int i = 0; i < to.Length; i++)
            to[i] = convert(from[i]);
        return result;
    }

    public override Expr Transpose(int index, Expr cotangent, Inputs inputs) => Expr.Cast(cotangent, inputs[0].DType);

    public override Op Lifted(Shape leading) => this;
}

/// <summary>The value, as a constant for the derivative: no tangent and no cotangent passes.</summary>
internal sealed record StopGradient : Op, IView
{
    public static OpInfo Info => OpInfo.Unary("StopGradient", Expr.StopGradient, "x", "0") with { Detached = true };

    public static readonly StopGradient Op = new();
    public override TensorType Infer(Inputs inputs) => inputs[0].Type;
    public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => inputs[0];
    public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => null;
    public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => default;
    public override Expr Batch(Inputs inputs, ReadOnlySpan<bool> batched, int size) => Expr.Apply(this, inputs[0]);
}

public sealed partial class Expr
{
    /// <summary>
    /// The same numbers in another dtype: fractions are cut off towards 0 on the way to integers, and a Bool is what is not 0. Differentiable
    /// between Float32 and Float64.
    /// </summary>
    public static Expr Cast(Expr x, DType dtype)
    {
        ArgumentNullException.ThrowIfNull(x);
        // Casting a literal makes it strong.
        return x.DType == dtype && !x.IsWeak ? x
            : x.IsWeak ? FromValue(new Cast(dtype).Evaluate([x.Value]), weak: false)
            : Make(new Cast(dtype), new(x), new(dtype, x.Shape));
    }

    /// <summary>The value of x, taken as a constant by every derivative.</summary>
    public static Expr StopGradient(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return Make(Functional.StopGradient.Op, new(x), x.Type);
    }
}
