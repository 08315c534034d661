using Autodiff.Functional.Properties.Kernels;
using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// First and second derivatives of smooth reductions and cumulative ops are within 16 ulp of Σ|terms| of references in 256 bits: at ties, beside ties, at magnitudes from 1e−300 to 1e300
/// (1e−30 to 1e30 in single precision); in reverse and forward mode, compiled with and without generated code, batched, along an inner axis and of views.
/// </summary>
public sealed class SmoothReductionLaws
{
    private const int N = 3;
    private static readonly double[] s_weights = [1.25, -0.75, 0.5];

    /// <param name="Op">The op along an axis, which is kept; with length 1 if it is reduced over.</param>
    /// <param name="Reference">Its outputs.</param>
    /// <param name="Power">The magnitudes that keep the value within range, as a part of the exponents that numbers have.</param>
    private sealed record Smooth(Func<Expr, int, Expr> Op, Func<Jet[], Jet[]> Reference, double Power = 1);

    private static readonly Dictionary<string, Smooth> s_smooth = new()
    {
        ["LogSumExp"] = new((x, axis) => Expr.LogSumExp(x, axis, keepDims: true), x => [LogSumExp(x)]),
        ["CumLogSumExp"] = new((x, axis) => Expr.CumLogSumExp(x, axis), x => [.. Prefixes(x).Select(LogSumExp)]),
        ["CumLogSumExp, reverse"] = new((x, axis) => Expr.CumLogSumExp(x, axis, reverse: true), x => [.. Enumerable.Range(0, N).Select(i => LogSumExp(x[i..]))]),
        ["Softmax"] = new(Expr.Softmax, x => [.. Terms(x).Select(term => term * Jet.Sum(Terms(x)).Inverse())]),
        ["LogSoftmax"] = new(Expr.LogSoftmax, x => [.. x.Select(element => element.Minus(Largest(x)) - Jet.Sum(Terms(x)).Log())]),
        ["Norm"] = new((x, axis) => Expr.Norm(x, axis, keepDims: true), x => [Norm(x)]),
        ["StandardDeviation"] = new((x, axis) => Expr.StandardDeviation(x, axis, keepDims: true), x => [Norm(Jet.Centered(x)) * (1 / Math.Sqrt(N))]),
        ["Variance"] = new((x, axis) => Expr.Variance(x, axis, keepDims: true, ddof: 1), x => [Jet.Sum(Jet.Centered(x).Select(d => d * d)) * 0.5]),
        ["Sum"] = new((x, axis) => Expr.Sum(x, axis, keepDims: true), x => [Jet.Sum(x)]),
        ["Mean"] = new((x, axis) => Expr.Mean(x, axis, keepDims: true), x => [Jet.Sum(x) * ((Precise)1 / N)]),
        ["Product"] = new((x, axis) => Expr.Product(x, axis, keepDims: true), x => [x.Aggregate((product, element) => product * element)], Power: 0.3),
        ["CumSum"] = new((x, axis) => Expr.CumSum(x, axis), x => [.. Prefixes(x).Select(Jet.Sum)]),
        ["CumProd"] = new((x, axis) => Expr.CumProd(x, axis), x => [.. Prefixes(x).Select(prefix => prefix.Aggregate((product, element) => product * element))], Power: 0.3),
        ["LinearRecurrence"] = new((x, axis) => Expr.LinearRecurrence(x, x, axis), x => [x[0], x[1] * x[0] + x[1], x[2] * (x[1] * x[0] + x[1]) + x[2]], Power: 0.3),
        ["Dot"] = new((x, axis) => Expr.Sum(x * x * 0.5, axis, keepDims: true), x => [Jet.Sum(x.Select(element => element * element)) * 0.5]),
        ["MatMul"] = new((x, axis) => axis == 0 ? Expr.Reshape(Expr.MatMul(x, x), 1) : Expr.Einsum("aib,aib->ab", x, x) is var squares ? Expr.ExpandDims(squares, 1) : x, x => [Jet.Sum(x.Select(element => element * element))]),
        ["Variance, where"] = new((x, axis) => Expr.Variance(x, axis, true, Expr.BroadcastTo(Expr.Constant(Tensor.Scalar(true)), x.Shape)), x => [Jet.Sum(Jet.Centered(x).Select(d => d * d)) * ((Precise)1 / N)]),
    };

    private static Jet[][] Prefixes(Jet[] x) => [.. Enumerable.Range(1, N).Select(length => x[..length])];
    private static Precise Largest(Jet[] x) => x.Select(element => element.Value).MaxBy(value => value.ToDouble());
    private static Jet[] Terms(Jet[] x) => [.. x.Select(element => element.Minus(Largest(x)).Exp())];
    private static Jet LogSumExp(Jet[] x) => Jet.Sum(Terms(x)).Log();
    private static Jet Norm(Jet[] x) => Jet.Sum(x.Select(element => element * element)).Sqrt();

    public static TheoryData<string> All => [.. s_smooth.Keys];

    [Theory, MemberData(nameof(All))]
    public void Derivatives_are_within_16_ulp_of_the_terms(string name) => Holds(name, DType.Float64);

    [Theory, MemberData(nameof(All))]
    public void Derivatives_in_single_precision_are_within_16_ulp_of_the_terms(string name) => Holds(name, DType.Float32);

    private static void Holds(string name, DType dtype)
    {
        var (op, reference, power) = s_smooth[name];
        Expr Loss(Expr x, int axis) => op(x, axis) is var y ? Expr.Sum(y * Expr.Reshape(Expr.Cast(Tensor.Of(s_weights[..y.Shape[axis]]), dtype), Shape.Ones(y.Rank).With(axis, y.Shape[axis]))) : y;
        Expr Along0(Expr x) => Loss(x, 0);
        CompileOptions plain = new() { GenerateCode = false, Threads = 1 }, code = new() { Threads = 1 };
        var vmap = Ad.Vmap(Ad.Grad(Along0));
        (string Mode, Func<Expr, Expr> Gradient)[] gradients =
        [
            ("reverse", Ad.Grad(Along0)), ("forward", x => Ad.JacobianForward(Along0, x)), ("batched", x => vmap(Expr.Stack([x, x * 0.5]))[0]),
            ("compiled", Ad.Compile(Ad.Grad(Along0), code).Run), ("compiled without code", Ad.Compile(Ad.Grad(Along0), plain).Run),
            ("forward, compiled", Ad.Compile((Expr x) => Ad.JacobianForward(Along0, x), code).Run),
            ("batched, compiled", Ad.Compile((Expr x) => vmap(Expr.Stack([x, x * 0.5]))[0], code).Run),
            ("along an inner axis", x => Expr.Reshape(Ad.Grad(columns => Loss(columns, 1), Columns(x)).Slice(0, 1).Slice(2, 0, 1), N)),
            ("along an inner axis, compiled", Ad.Compile((Expr x) => Expr.Reshape(Ad.Grad(columns => Loss(columns, 1), Columns(x)).Slice(0, 1).Slice(2, 0, 1), N), code).Run),
            ("of a view", x => Ad.Grad(Along0, Expr.Slice(Expr.Repeat(x, 2, 0), 0, null, null, 2))),
            ("in a loop", x => Ad.Scan((Expr carry, Expr row) => (Ad.Grad(Along0, row), carry), x, Expr.ExpandDims(x, 0)).Carry),
        ];
        (string Mode, Func<Expr, Expr> Hessian)[] hessians =
        [
            ("reverse", Ad.Hessian(Along0)), ("forward twice", x => Ad.JacobianForward(y => Ad.JacobianForward(Along0, y), x)),
            ("compiled", Ad.Compile(Ad.Hessian(Along0), code).Run), ("compiled without code", Ad.Compile(Ad.Hessian(Along0), plain).Run),
            ("batched", x => Ad.Vmap(Ad.Hessian(Along0))(Expr.Stack([x, x * 0.5]))[0]),
        ];
        int failed = 0, cases = Cases.Of(60);
        string first = "";
        for (int seed = 0; seed < cases; seed++)
        {
            double[] at = Draw(new Random(seed), dtype, power);
            Expr x = Expr.Cast(Tensor.Of(at), dtype).Value;
            var loss = reference(Jet.Variables(at)).Select((y, k) => y * s_weights[k]).Aggregate((sum, y) => sum + y);
            string? wrong = gradients.Select(mode => Compare($"gradient, {mode.Mode}", mode.Gradient(x), k => loss.Gradient(k), dtype))
                .Concat(hessians.Select(mode => Compare($"Hessian, {mode.Mode}", mode.Hessian(x), k => loss.Hessian(k / N, k % N), dtype))).FirstOrDefault(text => text is not null);
            if (wrong is null)
                continue;
            first = failed++ == 0 ? $"case {seed}, at [{string.Join(", ", at.Select(element => element.ToString("R", null)))}]: {wrong}" : first;
        }
        Assert.True(failed == 0, $"{name}: {failed} of {cases} cases. {first}");
    }

    /// <summary>Columns of which the one at (1, ·, 0) is x.</summary>
    private static Expr Columns(Expr x) => Expr.Stack([Expr.Stack([x * 0.5, x * 0.25], 1), Expr.Stack([x, x * 0.5], 1)]);

    private static string? Compare(string what, Expr actual, Func<int, (Precise Value, Precise Terms)> expected, DType dtype)
    {
        double[] elements = Loops.Elements(actual);
        var (ulp, largest, least) = dtype == DType.Float64 ? (Math.ScaleB(1, -52), 1020, Math.ScaleB(1, -1070)) : (Math.ScaleB(1, -23), 124, Math.ScaleB(1, -146));
        for (int k = 0; k < elements.Length; k++)
        {
            var (value, terms) = expected(k);
            if (!terms.IsZero && terms.Scale >= largest)
                continue;       // it may overflow
            double error = double.IsFinite(elements[k]) ? Math.Abs((value - elements[k]).ToDouble()) : double.PositiveInfinity;
            if (!(error <= 16 * (ulp * terms.ToDouble() + least)))
                return $"{what} at {k}: {elements[k]:R}, expected {value.ToDouble():R}; {error / (ulp * terms.ToDouble()):G3} ulp of the terms";
        }
        return null;
    }

    /// <summary>Ordinary numbers; ties, of any magnitude; beside ties; of different magnitudes; exponents that matter.</summary>
    private static double[] Draw(Random random, DType dtype, double power)
    {
        double range = power * (dtype == DType.Float64 ? 300 : 30);
        double Magnitude(double around) => (random.Next(2) == 0 ? 1 : -1) * (1 + random.NextDouble()) * Math.Pow(10, around);
        double anywhere = range * (2 * random.NextDouble() - 1);
        double tie = Round(Magnitude(random.Next(3) == 0 ? anywhere : random.NextDouble() * 18 * power));
        double[] at = random.Next(6) switch
        {
            0 => [.. Enumerable.Range(0, N).Select(_ => 4 * random.NextDouble() - 2)],
            1 => [tie, tie, tie],
            2 or 3 => [.. Enumerable.Range(0, N).Select(_ => Enumerable.Range(0, random.Next(3)).Aggregate(tie, (x, _) => dtype == DType.Float64 ? Math.BitIncrement(x) : MathF.BitIncrement((float)x)))],
            4 => [.. Enumerable.Range(0, N).Select(_ => Magnitude(anywhere * 0.45 + range * 0.2 * (2 * random.NextDouble() - 1)))],
            _ => [.. Enumerable.Range(0, N).Select(_ => (20 * random.NextDouble() - 10) * (power < 1 ? 0.1 : 1))],
        };
        return [.. at.Select(Round)];

        double Round(double x) => dtype == DType.Float64 ? x : (float)x;
    }
}
