using System.Numerics;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Whatever adds up along an axis does so with an error that grows at most with the logarithm of the length: 2¹⁸ and a few numbers, random and equal but for the first (where errors have one sign and
/// do not cancel), against exact sums; op by op, compiled with and without generated code, and batched.
/// </summary>
public sealed class LongSumLaws
{
    private const int N = (1 << 18) + 37;
    private const int Bits = 55;        // numbers from ¼ to 1 are multiples of 2⁻⁵⁵

    /// <summary>Exact sums of x and of x².</summary>
    private sealed record Sums(BigInteger OfX, BigInteger OfSquares, double OfExponentials)
    {
        public double Sum => (double)OfX * Math.ScaleB(1, -Bits);
        public double Squares => (double)OfSquares * Math.ScaleB(1, -2 * Bits);
        public double Variance => (double)(N * OfSquares - OfX * OfX) * Math.ScaleB(1, -2 * Bits) / N / N;
    }

    private static readonly Dictionary<string, (Func<Expr, Expr> Op, Func<Sums, double> Expected)> s_ops = new()
    {
        ["Sum"] = (x => Expr.Sum(x), sums => sums.Sum),
        ["Sum of columns"] = (x => Expr.Sum(Columns(x), 0)[1], sums => sums.Sum),
        ["Mean"] = (x => Expr.Mean(x) * N, sums => sums.Sum),
        ["Sum.where"] = (x => Expr.Sum(x, where: x > 0), sums => sums.Sum),
        ["Mean.where"] = (x => Expr.Mean(x, where: x > 0) * N, sums => sums.Sum),
        ["Norm"] = (x => Expr.Norm(x), sums => Math.Sqrt(sums.Squares)),
        ["Norm of columns"] = (x => Expr.Norm(Columns(x), 0)[1], sums => Math.Sqrt(sums.Squares)),
        ["Variance"] = (x => Expr.Variance(x), sums => sums.Variance),
        ["StandardDeviation"] = (x => Expr.StandardDeviation(x), sums => Math.Sqrt(sums.Variance)),
        ["StandardDeviation of columns"] = (x => Expr.StandardDeviation(Columns(x), 0)[1], sums => Math.Sqrt(sums.Variance)),
        ["LogSumExp"] = (x => Expr.LogSumExp(x), sums => Math.Log(sums.OfExponentials)),
        ["CumLogSumExp"] = (x => Expr.CumLogSumExp(x)[^1], sums => Math.Log(sums.OfExponentials)),
        ["CumSum"] = (x => Expr.CumSum(x)[^1], sums => sums.Sum),
        ["CumSum, reverse"] = (x => Expr.CumSum(x, 0, reverse: true)[0], sums => sums.Sum),
        ["CumSum of columns"] = (x => Expr.CumSum(Columns(x), 0)[^1, 1], sums => sums.Sum),
        ["LinearRecurrence"] = (x => Expr.LinearRecurrence(Expr.OnesLike(x), x)[^1], sums => sums.Sum),
        ["LinearRecurrence of columns"] = (x => Expr.LinearRecurrence(Expr.OnesLike(Columns(x)), Columns(x))[^1, 1], sums => sums.Sum),
        ["SegmentSum"] = (x => Expr.SegmentSum(x, Places(x), 2)[1], sums => sums.Sum),
        ["ScatterAdd of rows"] = (x => Expr.ScatterAdd(Expr.Zeros(Shape.Of(2, 3), x.DType), Places(x), Columns(x))[1, 1], sums => sums.Sum),
        ["At.Add"] = (x => Expr.Zeros(Shape.Of(2), x.DType).At(Places(x)).Add(x)[1], sums => sums.Sum),
        ["Dot"] = (x => Expr.Dot(x, x), sums => sums.Squares),
        ["Inner"] = (x => Expr.Inner(x, x), sums => sums.Squares),
        ["MatMul, few rows"] = (x => Expr.MatMul(Expr.Transpose(Columns(x)), Columns(x))[1, 1], sums => sums.Squares),
        ["MatMul, a vector"] = (x => Expr.MatMul(x, Columns(x))[1], sums => sums.Squares),
        ["MatMul, rows with a vector"] = (x => Expr.MatMul(Expr.Stack([x, x, x, x, x]), x)[1], sums => sums.Squares),
        ["MatMul, transposed"] = (x => Expr.MatMul(Expr.Stack([x, x]), Expr.Transpose(Expr.Stack([x, x, x])))[1, 1], sums => sums.Squares),
        ["MatMul, many rows"] = (x => Expr.MatMul(Expr.Transpose(Rows(x, 32)), Rows(x, 32)) is var products ? Expr.Sum(products * Expr.Eye(32, dtype: x.DType)) : x, sums => sums.Squares),
        ["TensorDot"] = (x => Expr.TensorDot(x, x, 1), sums => sums.Squares),
        ["Einsum"] = (x => Expr.Einsum("ij,ij->j", Columns(x), Columns(x))[1], sums => sums.Squares),
        ["the gradient of CumSum"] = (x => Ad.Grad(y => Expr.Sum(Expr.CumSum(y) * x), x)[0], sums => sums.Sum),
        ["the gradient of BroadcastTo"] = (x => Ad.Grad(y => Expr.Sum(Expr.BroadcastTo(y, x.Shape) * x), Expr.Cast(1.5, x.DType)), sums => sums.Sum),
        ["the gradient of Take"] = (x => Ad.Grad(y => Expr.Sum(Expr.Take(y, Places(x)) * x), Expr.Ones(Shape.Of(2), x.DType))[1], sums => sums.Sum),
        ["the gradient of MatMul"] = (x => Ad.Grad(w => Expr.Sum(Expr.MatMul(Columns(x), w) * x), Expr.Ones(Shape.Of(3), x.DType))[1], sums => sums.Squares),
    };

    private static Expr Columns(Expr x) => Expr.Stack([x * 0.5, x, x * 2], 1);
    private static Expr Rows(Expr x, int width) => Expr.Reshape(Expr.Pad(x, [(0, (width - N % width) % width)]), (N + width - 1) / width, width);
    private static Expr Places(Expr x) => Expr.Cast(Expr.OnesLike(x), DType.Int32);

    public static TheoryData<string> All => [.. s_ops.Keys];

    [Theory, MemberData(nameof(All))]
    public void The_error_does_not_grow_with_the_length(string op)
    {
        foreach (var dtype in (DType[])[DType.Float32, DType.Float64])
            foreach (bool equal in (bool[])[false, true])
            {
                if (equal && (op.StartsWith("Variance", StringComparison.Ordinal) || op.StartsWith("StandardDeviation", StringComparison.Ordinal)))
                    continue;       // 0, and so nothing to be relative to
                var (f, reference) = s_ops[op];
                var (x, sums) = Drawn(dtype, equal);
                double expected = reference(sums), ulps = dtype == DType.Float32 ? Math.ScaleB(1, -24) : Math.ScaleB(1, -53);
                foreach (var (mode, run) in new (string, Func<Expr>)[]
                {
                    ("op by op", () => f(x)),
                    ("compiled", () => Ad.Compile(f, new CompileOptions { Threads = 2 }).Run(x)),
                    ("compiled without code", () => Ad.Compile(f, new CompileOptions { GenerateCode = false, Threads = 1 }).Run(x)),
                    ("batched", () => Ad.Vmap(f)(Expr.Stack([x, x * 2]))[0]),
                })
                {
                    double error = Math.Abs(Loops.Elements(run())[0] / expected - 1) / ulps;
                    Assert.True(error <= 96, $"{op} of {N} {(equal ? "equal numbers" : "numbers")}, {dtype}, {mode}: off by {error:G3} half ulps");
                }
            }
    }

    private static (Expr X, Sums Sums) Drawn(DType dtype, bool equal)
    {
        var random = new Random(7);
        double[] x = [.. Enumerable.Range(0, N).Select(i => !equal ? 0.25 + 0.75 * random.NextDouble() : i == 0 ? 0.95 : 0.7).Select(element => dtype == DType.Float32 ? (float)element : element)];
        BigInteger sum = 0, squares = 0;
        foreach (double element in x)
        {
            BigInteger whole = (long)Math.ScaleB(element, Bits);
            sum += whole;
            squares += whole * whole;
        }
        // The reference of exponentials is in blocks, in double precision: its own error is some ulps of that.
        double exponentials = x.Chunk(1024).Sum(block => block.Sum(Math.Exp));
        return (Expr.Cast(Tensor.Of(x), dtype).Value, new(sum, squares, exponentials));
    }

    /// <summary>A counter of single precision stops at 2²⁴.</summary>
    [Fact]
    public void More_ones_than_a_narrow_counter_holds_are_counted()
    {
        const int count = (1 << 24) + (1 << 12);
        var ones = Expr.Ones(Shape.Of(count), DType.Float32);
        var zeros = Expr.Zeros(Shape.Of(count), DType.Int32);
        Assert.Equal(count, Loops.Elements(Expr.CumSum(ones)[^1])[0]);
        Assert.Equal(count, Loops.Elements(Ad.Compile((Expr x) => Expr.CumSum(x)[^1]).Run(ones))[0]);
        Assert.Equal(count, Loops.Elements(Expr.LinearRecurrence(ones, ones)[^1])[0]);
        Assert.Equal(count, Loops.Elements(Expr.SegmentSum(ones, zeros, 1))[0]);
        Assert.Equal(count, Loops.Elements(Ad.Compile(((Expr X, Expr Places) at) => Expr.SegmentSum(at.X, at.Places, 1)).Run((ones, zeros)))[0]);
        Assert.Equal(count, Loops.Elements(Expr.Dot(ones, ones))[0]);
        Assert.Equal(Math.Sqrt(count), Loops.Elements(Expr.Norm(ones))[0], 1e-3);
        Assert.Equal(count, Loops.Elements(Ad.Grad(x => Expr.CumSum(x)[^1], ones)).Sum());
    }

    /// <summary>A product of 2²⁰ factors near 1: each multiplication in single precision would round.</summary>
    [Fact]
    public void Long_products_in_single_precision_are_rounded_once()
    {
        const int count = 1 << 20;
        float factor = 1 + 40 * MathF.ScaleB(1, -23);
        double expected = Math.Exp(count * Math.Log((double)factor));
        var x = Expr.Full(Shape.Of(count), factor, DType.Float32);
        foreach (var f in (Func<Expr, Expr>[])[y => Expr.Product(y), y => Expr.CumProd(y)[^1], y => Expr.Product(y, where: y > 0)])
            foreach (var result in (Expr[])[f(x), Ad.Compile(f).Run(x)])
                Assert.Equal(1, Loops.Elements(result)[0] / expected, 2e-7);
    }
}
