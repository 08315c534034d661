using System.Collections.Immutable;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>Rule 5 of DESIGN section 3: an op with several outputs is seen through <see cref="Project"/>, and its cotangent is a bundle.</summary>
public sealed class SeveralOutputs
{
    /// <summary>A user's op: sine and cosine together.</summary>
    private sealed record SinCos : MultiOutput
    {
        public static OpInfo Info => OpInfo.Unary("SinCos", x => Both(x) is var (sin, cos) ? sin + 2 * cos : x, "sin x + 2·cos x, from both parts", "d·(cos x − 2·sin x)");
        public static readonly SinCos Op = new();
        public List<(bool Sin, bool Cos)>? Log { get; init; }

        public override ImmutableArray<TensorType> InferParts(Inputs inputs) => [inputs[0].Type, inputs[0].Type];

        public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => [Expr.Sin(inputs[0]).Value, Expr.Cos(inputs[0]).Value];

        public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents) =>
            Pack.Of(tangents[0]! * Part(output, 1), -tangents[0]! * Part(output, 0));

        public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
        {
            var (sin, cos) = (cotangent.Parts[0], cotangent.Parts[1]);
            Log?.Add((!sin.IsNone, !cos.IsNone));
            var fromSin = sin.IsNone ? default : new Cotangent(sin.Value! * Part(output, 1), sin.Support);
            var fromCos = cos.IsNone ? default : new Cotangent(-cos.Value! * Part(output, 0), cos.Support);
            return fromSin + fromCos;
        }

        private static Expr Part(Expr output, int index) => Expr.Apply(new Project(index), output);
    }

    /// <summary>A user's op of two arguments, with parts of different shapes: x·y, and the sum of x.</summary>
    private sealed record ProductAndSum : MultiOutput
    {
        public static OpInfo Info => new("ProductAndSum", "Σ sin(x·y) · Σ x", random => random.NextShape() is var shape
            ? OpCase.Of(random.NextTensor(shape), random.NextTensor(shape), Products, "Products(x0, x1)") : null!) { Signature = "ProductAndSum(x, y)" };

        public override ImmutableArray<TensorType> InferParts(Inputs inputs) => [inputs[0].Type, Expr.Sum(inputs[0]).Type];

        public override ImmutableArray<Tensor> EvaluateParts(ReadOnlySpan<Tensor> inputs) => [(inputs[0] * (Expr)inputs[1]).Value, Expr.Sum(inputs[0]).Value];

        public override Expr? Jvp(Inputs inputs, Expr output, ReadOnlySpan<Expr?> tangents)
        {
            Expr dx = tangents[0] ?? Expr.ZerosLike(inputs[0]), dy = tangents[1] ?? Expr.ZerosLike(inputs[1]);
            return Pack.Of(dx * inputs[1] + inputs[0] * dy, Expr.Sum(dx));
        }

        public override Contributions Vjp(Inputs inputs, Expr output, Cotangent cotangent, Wanted wanted)
        {
            var (product, sum) = (cotangent.Parts[0].Value, cotangent.Parts[1].Value);
            var x = (Cotangent)(product is null ? null : product * inputs[1]) + (sum is null ? null : Expr.BroadcastTo(sum, inputs[0].Shape));
            return new(x, (Cotangent)(product is null ? null : product * inputs[0]));
        }
    }

    private static (Expr Sin, Expr Cos) Both(Expr x, SinCos? op = null) => MultiOutput.Apply(op ?? SinCos.Op, x) is [var sin, var cos] ? (sin, cos) : throw new InvalidOperationException();

    /// <summary>What only uses ops with one output.</summary>
    private static Expr Plain(Expr x) => Expr.Sum(Expr.Sin(x) * Expr.Exp(Expr.Cos(x)));

    private static Expr Bundled(Expr x)
    {
        var (sin, cos) = Both(x);
        return Expr.Sum(sin * Expr.Exp(cos));
    }

    private static Expr Products(Expr x, Expr y) => MultiOutput.Apply(new ProductAndSum(), x, y) is [var product, var sum] ? Expr.Sum(Expr.Sin(product)) * Expr.Cast(sum, Expr.Sin(product).DType) : throw new InvalidOperationException();

    private static Expr PlainProducts(Expr x, Expr y) => Expr.Sum(Expr.Sin(x * y)) * Expr.Sum(x);

    private static readonly Tensor s_at = Tensor.Of([0.3, -1.2, 2.0]), s_other = Tensor.Of([0.7, 0.4, -1.1]);

    private static void Same(Func<Expr, Expr> expected, Func<Expr, Expr> actual)
    {
        Assert.Null(Close.Agree("at constants", expected(s_at).Value, actual(s_at).Value, 1e-13));
        Assert.Null(Close.Agree("at variables", expected(Expr.Variable("x", s_at)).Value, actual(Expr.Variable("x", s_at)).Value, 1e-13));
        Assert.Null(Close.Agree("traced", expected(s_at).Value, Graph.Trace(x => [actual(x[0])], [s_at.Type]).Evaluate(s_at)[0], 1e-13));
    }

    [Fact]
    public void Rule_5_values() => Same(Plain, Bundled);

    [Fact]
    public void Rule_5_reverse_mode_hands_the_rule_the_whole_bundle()
    {
        Same(Ad.Grad(Plain), Ad.Grad(Bundled));
        Same(Ad.Grad(x => PlainProducts(x, s_other)), Ad.Grad(x => Products(x, s_other)));
        Same(Ad.Grad(y => PlainProducts(s_other, y)), Ad.Grad(y => Products(s_other, y)));
        var op = new SinCos { Log = [] };
        Ad.Grad(x => Both(x, op) is var (sin, cos) ? Expr.Sum(sin * cos + sin) : x, s_at);
        Assert.Equal([(true, true)], op.Log);     // once, with all contributions of each part added
    }

    [Fact]
    public void Rule_5_forward_mode() => Same(x => Ad.Jvp(Plain, x, s_other).Tangent, x => Ad.Jvp(Bundled, x, s_other).Tangent);

    [Fact]
    public void Rule_5_forward_mode_in_one_of_two_arguments()
    {
        Same(x => Ad.Jvp(y => PlainProducts(x, y), x, s_other).Tangent, x => Ad.Jvp(y => Products(x, y), x, s_other).Tangent);
        Same(x => Ad.Jvp(y => PlainProducts(y, x), x, s_other).Tangent, x => Ad.Jvp(y => Products(y, x), x, s_other).Tangent);
    }

    [Fact]
    public void Rule_5_an_output_that_is_not_used_has_no_part_in_the_bundle()
    {
        var op = new SinCos { Log = [] };
        var gradient = Ad.Grad(x => Expr.Sum(Both(x, op).Cos), s_at);
        Assert.Equal([(false, true)], op.Log);
        Assert.Null(Close.Agree("−sin", gradient.Value, (-Expr.Sin(s_at)).Value, 1e-14));
        Same(Ad.Grad(x => Expr.Sum(Expr.Cos(x))), Ad.Grad(x => Expr.Sum(Both(x).Cos)));
        Same(x => Ad.Jvp(Expr.Sin, x, s_other).Tangent, x => Ad.Jvp(s => Both(s).Sin, x, s_other).Tangent);
        Same(Ad.Grad(x => Expr.Square(Expr.Sum(x))), Ad.Grad(x => Expr.Square(MultiOutput.Apply(new ProductAndSum(), x, x)[1])));
    }

    [Fact]
    public void Rule_5_second_order_in_all_mixes()
    {
        Same(Ad.Grad(x => Expr.Sum(Ad.Grad(Plain, x) * s_other)), Ad.Grad(x => Expr.Sum(Ad.Grad(Bundled, x) * s_other)));
        Same(x => Ad.Jvp(Ad.Grad(Plain), x, s_other).Tangent, x => Ad.Jvp(Ad.Grad(Bundled), x, s_other).Tangent);
        Same(Ad.Grad(x => Ad.Jvp(Plain, x, s_other).Tangent), Ad.Grad(x => Ad.Jvp(Bundled, x, s_other).Tangent));
        Same(Ad.Hessian(Plain), Ad.Hessian(Bundled));
        Same(Ad.Hessian(x => PlainProducts(x, s_other)), Ad.Hessian(x => Products(x, s_other)));
    }

    [Fact]
    public void Rule_5_over_a_batch()
    {
        var xs = Tensor.Of(new double[,] { { 0.3, -1.2, 2 }, { 1, 2, 3 } });
        Check(x => Bundled(x), x => Plain(x));
        Check(x => Ad.Grad(Bundled, x), x => Ad.Grad(Plain, x));
        Check(x => Products(x, s_other), x => PlainProducts(x, s_other));
        Check(x => Ad.Grad(s => Products(s, x), x), x => Ad.Grad(s => PlainProducts(s, x), x));
        Same(x => Ad.JacobianReverse(s => Expr.Sin(s) * Expr.Cos(s), x), x => Ad.JacobianReverse(s => Both(s) is var (sin, cos) ? sin * cos : s, x));
        Same(x => Ad.JacobianForward(s => Expr.Sin(s) * Expr.Cos(s), x), x => Ad.JacobianForward(s => Both(s) is var (sin, cos) ? sin * cos : s, x));

        void Check(Func<Expr, Expr> bundled, Func<Expr, Expr> plain)
        {
            var results = Graph.Trace(x => [bundled(x[0])], [s_at.Type]).Batch([xs], [true], 2)[0];
            for (int i = 0; i < 2; i++)
                Assert.Null(Close.Agree($"element {i}", plain(xs[i]).Value, results[i].Value, 1e-13));
        }
    }

    [Fact]
    public void Rule_5_bundles_carry_supports_per_part()
    {
        // cos is used everywhere, sin only where it is selected.
        var gradient = Ad.Grad(x =>
        {
            var (sin, cos) = Both(x);
            return Expr.Sum(Expr.Where(x > 0.0, Expr.Sqrt(sin), 0.0)) + Expr.Sum(cos);
        }, Tensor.Of([0.0, 1.0]));
        Assert.Null(Close.Agree("gradient", gradient.Value, Tensor.Of([0.0, Math.Cos(1) / (2 * Math.Sqrt(Math.Sin(1))) - Math.Sin(1)]), 1e-14));
    }

    [Fact]
    public void Rule_5_parts_of_constants_are_constants()
    {
        Assert.True(Both(0.5).Sin.IsConstant);
        Assert.Equal(Math.Sin(0.5), (double)Both(0.5).Sin, 1e-15);
    }
}
