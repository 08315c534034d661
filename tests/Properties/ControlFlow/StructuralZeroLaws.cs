using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.ControlFlow;

/// <summary>
/// Supports go through loops and branches as they go through what these stand for: at singular points, with selections in the body, a gradient is finite where the
/// unrolled one is, and the same. Where one is not finite the other is not: ∞ may be NaN there, since zeros and infinities meet in another order (one of 12 000 second derivatives).
/// </summary>
public sealed class StructuralZeroLaws(ITestOutputHelper output)
{
    [Fact]
    public void A_scans_gradient_is_the_unrolled_one() => Same(600, body => (Looped.Of(body).Scan, Looped.Of(body).Unroll), (f, x) => Ad.Grad<Expr[]>(i => Loss(f(i)), x));

    [Fact]
    public void So_is_that_of_a_part_of_its_results() => Same(400, body => (Looped.Of(body).Scan, Looped.Of(body).Unroll), (f, x) => Ad.Grad<Expr[]>(i => Expr.Sum(Expr.Square(Expr.Ravel(f(i)[0])[..1])), x));

    [Fact]
    public void And_its_second_derivative() => Same(200, body => (Looped.Of(body).Scan, Looped.Of(body).Unroll), (f, x) => Ad.Grad<Expr[]>(i => Loss(Ad.Grad<Expr[]>(k => Loss(f(k)), i)), x));

    private void Same(int cases, Func<Program, (Func<Expr[], Expr[]>, Func<Expr[], Expr[]>)> both, Func<Func<Expr[], Expr[]>, Expr[], Expr[]> of) => Law.Holds(output, cases, Singular.All, body =>
    {
        var (loop, plain) = both(body);
        Expr[] expected = of(plain, body.At), actual = of(loop, body.At);
        return actual.Zip(expected, (a, b) => Close.Agree($"{Looped.Of(body)}", NaNForInfinity(a.Value), NaNForInfinity(b.Value), 1e-9)).FirstOrDefault(wrong => wrong is not null);
    });

    private static Tensor NaNForInfinity(Tensor x) => Tensor.Of([.. x.ToArray<double>().Select(e => double.IsFinite(e) ? e : double.NaN)], x.Shape);

    private static Expr Loss(Expr[] results) => results.Select(Singular.Weighed).Aggregate((a, b) => a + 2 * b);
}
