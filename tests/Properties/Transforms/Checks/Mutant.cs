using System.Collections.Immutable;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>A function of tensors beside one that has the same values and a planted fault in its derivative.</summary>
/// <param name="Name">The fault.</param>
/// <param name="Right">The function.</param>
/// <param name="Wrong">The same with the fault.</param>
/// <param name="SecondOrder">Is it right in first order?</param>
public sealed record Mutant(string Name, Func<Expr, Expr> Right, Func<Expr, Expr> Wrong, bool SecondOrder = false)
{
    private static readonly Func<Expr, Expr> s_cosine = Ad.CustomJvp((Expr x, Expr d) => (Expr.Cos(x), d * Expr.Sin(x)));

    /// <summary>The planted faults.</summary>
    public static ImmutableArray<Mutant> All { get; } =
    [
        Sine("twice", t => 2 * t),
        Sine("the other sign", t => -t),
        Sine("nothing", t => 0 * t),
        Sine("1e-5 too much", t => (1 + 1e-5) * t),
        Sine("5e-6 too much", t => (1 + 5e-6) * t),
        Sine("one entry is 1 % too large", t => t * (1 + 0.01 * Expr.Reshape(Expr.Cast(Expr.Equal(Expr.Arange(t.Shape.Size), t.Shape.Size / 2), t.DType), t.Shape))),
        Sine("entries are in another order", t => Expr.Reshape(Expr.Flip(Expr.Ravel(t)), t.Shape)),
        new("a term is missing", x => x * Expr.Sin(x), Ad.CustomJvp((Expr x, Expr d) => (x * Expr.Sin(x), d * Expr.Sin(x)))),
        new("transposed", x => Expr.Reshape(Expr.MatMul(Matrix(x), Expr.Ravel(x)), x.Shape),
            Ad.CustomVjp((Expr x) => (Expr.Reshape(Expr.MatMul(Matrix(x), Expr.Ravel(x)), x.Shape), x), (x, c) => Expr.Reshape(Expr.MatMul(Matrix(x), Expr.Ravel(c)), x.Shape))),
        new("wrong where x > 0", Expr.Sin, Ad.CustomJvp((Expr x, Expr d) => (Expr.Sin(x), d * Expr.Cos(x) * Expr.Where(x > 0, 1.5, 1)))),
        new("reverse mode alone", Expr.Sin, x => Expr.Apply(new OneMode(1, 1.5), x)),
        new("forward mode alone", Expr.Sin, x => Expr.Apply(new OneMode(1.5, 1), x)),
        new("outside code, twice", Expr.Atan, Ad.CustomVjp((Expr x) => (Checked.Apply(Math.Atan, x), x), (x, c) => 2 * c / (1 + x * x))),
        new("a number read as a constant", x => Expr.Sin(x) * Expr.Exp(x), x => Expr.Sin(x) * Checked.Apply(Math.Exp, x)),
        new("second order alone", Expr.Sin, Ad.CustomJvp((Expr x, Expr d) => (Expr.Sin(x), d * s_cosine(x))), SecondOrder: true),
    ];

    private static Mutant Sine(string name, Func<Expr, Expr> fault) => new(name, Expr.Sin, Ad.CustomJvp((Expr x, Expr d) => (Expr.Sin(x), fault(d * Expr.Cos(x)))));

    private static Expr Matrix(Expr x)
    {
        int n = x.Shape.Size;
        return Expr.Cast(Tensor.Of([.. Enumerable.Range(0, n * n).Select(i => Math.Sin(1 + i))], Shape.Of(n, n)), x.DType);
    }

    /// <summary>A sine whose modes have slopes of their own.</summary>
    private sealed record OneMode(double Forward, double Reverse) : Op
    {
        public override TensorType Infer(Inputs inputs) => inputs[0].Type;
        public override Tensor Evaluate(ReadOnlySpan<Tensor> inputs) => Expr.Sin(inputs[0]).Value;
        public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) => Forward * tangents[0]! * Expr.Cos(inputs[0]);
        public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted) => cotangent.Through(Reverse * cotangent.Value! * Expr.Cos(inputs[0]));
    }
}
