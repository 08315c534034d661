using Xunit;

namespace Autodiff.Functional.Properties.Ops;

/// <summary>
/// Float32 = Float64 up to Float32's rounding of inputs, steps and outputs, scaled by the conditioning; and every graph over double as a
/// generic-math number = over Float64's own kernels; integers = the same numbers in Float64. 40 or 20 random calls per op.
/// </summary>
public sealed class PrecisionLaws
{
    private const double Half = 5.96e-8;   // half the distance of 1 and the next float

    public static TheoryData<string> All => EachOp.Names(op => true);
    public static TheoryData<string> Witnessed => EachOp.Names(op => op.HasWitness);

    [Theory, MemberData(nameof(All))]
    public void Single_precision_is_double_precision_rounded(string op) => EachOp.Holds(op, 40, point =>
        Compare("f", point, point.At, op == "LogSoftmax" ? 1 : 0, point.F)); // its sum, 1 and a little where one element dominates, rounds at 1

    [Theory, MemberData(nameof(All))]
    public void Gradients_in_single_precision_are_those_in_double_precision_rounded(string op) => EachOp.Holds(op, 20, point => !point.HasDerivative ? null
        : Compare("∇f", point, [.. point.At, point.W], 1, atAndWeights => Expr.Concatenate(Ad.Grad<Expr[]>(
            x => Expr.Sum(Expr.Cast(point.F(x), atAndWeights[^1].DType) * atAndWeights[^1]), atAndWeights[..^1]).Select(Expr.Ravel))));

    /// <param name="what">The function.</param>
    /// <param name="point">The call.</param>
    /// <param name="inputs">All that rounding changes.</param>
    /// <param name="within">How large the terms are that may cancel within a step (for tanh, 1 − y²).</param>
    /// <param name="f">The function of these inputs.</param>
    private static string? Compare(string what, Point point, Expr[] inputs, double within, Func<Expr[], Expr> f)
    {
        Expr[] single = [.. inputs.Select(x => Expr.Cast(x, DType.Float32))], rounded = [.. single.Select(x => Expr.Cast(x, DType.Float64))];
        Expr actual = f(single), expected = f(rounded);
        if (actual.Shape != expected.Shape)
            return $"{what}: shapes {actual.Shape} and {expected.Shape}";
        if (!expected.DType.IsFloating())
            return Near.Tensors(what, expected, actual);
        // The first-order bound on what rounding can do: of each input, at each step, of the output.
        var bound = Expr.Cast(Expr.Abs(expected), DType.Float64);
        for (int i = 0; i < rounded.Length; i++)
        {
            int input = i;
            var jacobian = Ad.JacobianForward(x => Expr.Cast(f([.. rounded.Select((other, k) => k == input ? x : other)]), DType.Float64), rounded[i]);
            bound += Expr.Sum(Expr.Abs(jacobian * rounded[i]), Axes.Range(expected.Rank, rounded[i].Rank));
        }
        int steps = 8 + point.Case.Inputs.Sum(x => x.Size) / Math.Max(1, expected.Shape.Size);
        double[] a = Doubles(actual), e = Doubles(expected), b = Doubles(bound);
        for (int i = 0; i < e.Length; i++)
            if (Near.Numbers($"{what} in Float32 and Float64, at element {i}", e[i], a[i], steps * Half * (b[i] + within + Half)) is { } wrong)
                return wrong;
        return null;
    }

    /// <summary>Whole numbers from 1 to 5, so that nothing overflows and nothing is divided by 0.</summary>
    [Theory, MemberData(nameof(All))]
    public void Integers_give_what_the_same_numbers_give_in_double_precision(string op) => EachOp.Holds(op, 20, point =>
    {
        Expr[] whole = [.. point.At.Select(x => Expr.Maximum(1, Expr.Abs(Expr.Round(x))))];
        if (whole.Length == 0 || point.Op.Name == "Cast")
            return null;
        var expected = point.F(whole);
        foreach (var dtype in (ReadOnlySpan<DType>)[DType.Int32, DType.Int64])
        {
            Expr actual;
            try
            {
                actual = point.F([.. whole.Select(x => Expr.Cast(x, dtype))]);
            }
            catch (DTypeException refused) when (refused.Op == point.Op.Name)
            {
                continue;   // an op may take no integers, if it says so itself
            }
            if (Near.Tensors($"over {dtype}", Expr.Cast(expected, DType.Float64), Expr.Cast(actual, DType.Float64)) is { } wrong)
                return wrong;
        }
        return null;
    });

    [Theory, MemberData(nameof(Witnessed))]
    public void Generic_kernels_are_vector_kernels(string op) => EachOp.Holds(op, 20, point =>
    {
        if (point.At.Length == 0 || !point.Value.DType.IsFloating() || point.Value.DType == DType.Float32)
            return null;
        var result = point.Trace(point.F).Evaluate<double>([.. point.At.Select(x => new Numbers<double>(x.Shape, x.Value.ToImmutableArray<double>()))])[0];
        return Near.Tensors("over Float64 and over double", point.Value, Tensor.Of(result.Elements.AsSpan(), result.Shape));
    });

    private static double[] Doubles(Expr x) => Expr.Cast(x, DType.Float64).Value.ToArray<double>();
}
