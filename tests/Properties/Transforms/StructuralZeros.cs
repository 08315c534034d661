using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>
/// DESIGN section 4, by name: what was not selected has no influence, also where its derivative is infinite; a zero that was selected is an ordinary
/// number, and 0·∞ there is an honest NaN.
/// </summary>
public sealed class StructuralZeros
{
    private static readonly double[] s_zeroFour = [0, 4], s_oneZero = [1, 0];

    private static void Gradient(double[] expected, Func<Expr, Expr> f, double[] at)
    {
        Assert.Equal(expected, Ad.Grad(f, Tensor.Of(at)).Value.ToArray<double>());
        // The same when recorded and evaluated afterwards, and over a batch.
        Assert.Equal(expected, Ad.Grad(f, Expr.Variable("x", Tensor.Of(at))).Value.ToArray<double>());
        var batch = Graph.Trace(x => [Ad.Grad(f, x[0])], [new(DType.Float64, Shape.Of(at.Length))]).Batch([Expr.Stack([Tensor.Of(at), Tensor.Of(at)])], [true], 2)[0];
        Assert.Equal(expected, batch[1].Value.ToArray<double>());
    }

    private static double Slope(Func<Expr, Expr> f, double at) => (double)Ad.Grad(f, at);

    // ---- selected or not ----

    [Fact]
    public void Where_x_above_0_sqrt_x_else_0() => Gradient([0, 0.25, 0], x => Expr.Sum(Expr.Where(x > 0.0, Expr.Sqrt(x), 0.0)), [0, 4, -1]);

    [Fact]
    public void Where_x_above_0_x_log_x_else_0() => Gradient([0, 1, 0], x => Expr.Sum(Expr.Where(x > 0.0, x * Expr.Log(x), 0.0)), [0, 1, -1]);

    [Fact]
    public void Where_with_the_sides_exchanged() => Gradient([0, 0.25], x => Expr.Sum(Expr.Where(x <= 0.0, 0.0, Expr.Sqrt(x))), s_zeroFour);

    [Fact]
    public void Where_around_a_longer_computation() =>
        Gradient([0, Math.Exp(Math.Sqrt(Math.Log(Math.E))) / (2 * Math.E)], x => Expr.Sum(Expr.Where(x > 0.0, Expr.Exp(Expr.Sqrt(Expr.Log(x))), 1.0)), [0, Math.E]);

    [Fact]
    public void Where_inside_where() => Gradient([0, 0, 0.25], x => Expr.Sum(Expr.Where(x > -2.0, Expr.Where(x > 0.0, Expr.Sqrt(x), 0.0), Expr.Log(x + 1.0))), [-1, 0, 4]);

    [Fact]
    public void The_second_derivative_of_where() => Gradient([0, -1.0 / 32], x => Expr.Sum(Ad.Grad(s => Expr.Sum(Expr.Where(s > 0.0, Expr.Sqrt(s), 0.0)), x)), s_zeroFour);

    [Fact]
    public void The_logarithms_first_entry_at_1_0() => Gradient([1, 0], x => Expr.Log(x)[0], s_oneZero);

    [Fact]
    public void A_slice_of_logarithms() => Gradient([1, 0, 0.5], x => Expr.Sum(Expr.Log(x).Slice(0, 0, null, 2)), [1, 0, 2]);

    [Fact]
    public void A_slice_backwards() => Gradient([0, 0.25, 0.5], x => Expr.Sum(Expr.Sqrt(x).Slice(0, null, 0, -1)), [0, 4, 1]);

    [Fact]
    public void Gathered_entries() => Gradient([0, 0.5], x => Expr.Sum(Expr.Sqrt(x).Take(Tensor.Of(new[] { 1, 1 }))), s_zeroFour);

    [Fact]
    public void Entries_along_an_axis() => Gradient([0, 0.25], x => Expr.Sum(Expr.TakeAlongAxis(Expr.Sqrt(x), Tensor.Of(new[] { 1 }), 0)), s_zeroFour);

    [Fact]
    public void Scattered_entries_that_are_then_not_selected() =>
        Gradient([0, 0.25], x => Expr.ScatterAdd(Expr.Zeros(Shape.Of(3)), Tensor.Of(new[] { 0, 2 }), Expr.Sqrt(x))[2], s_zeroFour);

    [Fact]
    public void A_part_of_a_concatenation() => Gradient([0, 0.25], x => Expr.Sum(Expr.Concatenate([x, Expr.Sqrt(x)])[^1..]), s_zeroFour);

    [Fact]
    public void A_part_of_what_was_padded() => Gradient([0, 0.25], x => Expr.Pad(Expr.Sqrt(x), 1)[2], s_zeroFour);

    [Fact]
    public void Transposed_reshaped_and_stretched() =>
        Gradient([0, 0.75], x => Expr.Sum(Expr.Sqrt(x).Reshape(2, 1).Transpose().BroadcastTo(Shape.Of(3, 2))[.., 1..]), s_zeroFour);

    [Fact]
    public void Maximum_that_takes_the_other() => Gradient([0, 0.25], x => Expr.Sum(Expr.Maximum(Expr.Sqrt(x), 1.0)), s_zeroFour);

    [Fact]
    public void Minimum_that_takes_the_other() => Gradient([0, 0.25], x => Expr.Sum(Expr.Minimum(-Expr.Sqrt(x), -1.0)) * -1.0, s_zeroFour);

    [Fact]
    public void The_largest() => Gradient([0, 0.25], x => Expr.Max(Expr.Sqrt(x)), s_zeroFour);

    [Fact]
    public void The_smallest() => Gradient([0, -0.25], x => Expr.Min(-Expr.Sqrt(x)), s_zeroFour);

    [Fact]
    public void Clipped_as_users_clip() => Gradient([0, 0, 0.25], x => Expr.Sum(Expr.Minimum(Expr.Maximum(Expr.Sqrt(x), 1.0), 3.0)), [0, 16, 4]);

    [Fact]
    public void Relu_of_sqrt_at_its_kink_is_an_honest_NaN() => Gradient([double.NaN, 0.25], x => Expr.Sum(Expr.Relu(Expr.Sqrt(x))), s_zeroFour);

    [Fact]
    public void Relu_of_sqrt_minus_1() => Gradient([0, 0.25], x => Expr.Sum(Expr.Relu(Expr.Sqrt(x) - 1.0)), s_zeroFour);

    [Fact]
    public void A_row_of_a_product_of_matrices() =>
        Gradient([0.25, 0], x => Expr.MatMul(Expr.Eye(2) * Expr.Where(Expr.Equal(Expr.Eye(2), 1.0), Expr.Sqrt(x), 0.0), Tensor.Of(new double[,] { { 1 }, { 1 } }))[0, 0], [4, 0]);

    [Fact]
    public void A_column_of_a_product_of_matrices() =>
        Gradient([0.25, 0], x => Expr.MatMul(Tensor.Of(new double[,] { { 1, 1 } }), Expr.Eye(2) * Expr.Where(Expr.Equal(Expr.Eye(2), 1.0), Expr.Sqrt(x), 0.0))[0, 0], [4, 0]);

    [Fact]
    public void Sums_and_means_of_what_was_not_selected() => Gradient([0, 0.125], x => Expr.Stack([Expr.Mean(Expr.Where(x > 0.0, Expr.Sqrt(x), 0.0)), Expr.Sum(Expr.Log(x))])[0], s_zeroFour);

    [Fact]
    public void LogSumExp_and_norm_that_are_not_selected()
    {
        Gradient([0, 0], x => Expr.Sum(Expr.Where(x > 9.0, Expr.LogSumExp(Expr.Log(x)), 1.0)), [0, 0]);
        Gradient([0, 0], x => Expr.Where(Expr.Sum(x) > 9.0, Expr.Norm(Expr.Sqrt(x)), 1.0), [0, 0]);
        Gradient([0, 0], x => Expr.Where(Expr.Sum(x) > 9.0, Expr.Product(Expr.Log(x)), 1.0), [0, 0]);
    }

    [Fact]
    public void A_shared_subterm_selected_once() => Gradient([1, 0.25 + 1], x =>
    {
        var root = Expr.Sqrt(x);
        return Expr.Sum(Expr.Where(x > 0.0, root, 0.0) + x);
    }, s_zeroFour);

    [Fact]
    public void The_rows_of_a_reverse_Jacobian_have_a_support() =>
        Assert.Equal(Tensor.Of(new[,] { { double.PositiveInfinity, 0 }, { 0, 0.25 } }), Ad.JacobianReverse(Expr.Sqrt, Tensor.Of(s_zeroFour)).Value);

    // ---- selected zeros are ordinary numbers ----

    [Fact]
    public void Sqrt_squared_at_0_is_an_honest_NaN()
    {
        Assert.True(double.IsNaN(Slope(x => Expr.Square(Expr.Sqrt(x)), 0)));
        Assert.True(double.IsNaN(Slope(x => Expr.Sqrt(x) * Expr.Sqrt(x), 0)));
        Assert.Equal(1, Slope(x => Expr.Square(Expr.Sqrt(x)), 4));
    }

    [Fact]
    public void Exp_of_log_at_0_is_an_honest_NaN() => Assert.True(double.IsNaN(Slope(x => Expr.Exp(Expr.Log(x)), 0)));

    [Fact]
    public void A_mask_that_depends_on_the_seed_is_an_honest_NaN_when_multiplied() =>
        Assert.Equal([double.NaN, 0.25], Ad.Grad(x => Expr.Sum(Expr.Cast(x > 0.0, DType.Float64) * Expr.Sqrt(x)), Tensor.Of(s_zeroFour)).Value.ToArray<double>());

    [Fact]
    public void Selected_and_squared_is_an_honest_NaN() =>
        Assert.Equal([double.NaN, 1, 0], Ad.Grad(x => Expr.Sum(Expr.Where(x >= 0.0, Expr.Square(Expr.Sqrt(x)), 0.0)), Tensor.Of([0.0, 4, -1])).Value.ToArray<double>());

    [Fact]
    public void A_true_NaN_always_shows()
    {
        Assert.True(double.IsNaN(Slope(x => Expr.Where(x > -1.0, Expr.Sqrt(x), 0.0), -0.5)));
        Assert.True(double.IsNaN(Slope(x => Expr.Maximum(Expr.Sqrt(x), x * x), -0.5)));
        Assert.True(double.IsNaN(Slope(x => Expr.Max(Expr.Stack([Expr.Sqrt(x), x * x])), -0.5)));
        Assert.True(double.IsNaN(Slope(x => Expr.Abs(Expr.Sqrt(x)), -0.5)));
    }

    [Fact]
    public void An_infinite_slope_that_was_selected_is_infinite() => Gradient([double.PositiveInfinity, 0.25], x => Expr.Sum(Expr.Where(x >= 0.0, Expr.Sqrt(x), 0.0)), s_zeroFour);

    // ---- documented subgradients ----

    [Fact]
    public void LogSumExp_of_minus_infinities_has_zero_gradient() => Gradient([0, 0], x => Expr.LogSumExp(x), [double.NegativeInfinity, double.NegativeInfinity]);

    [Fact]
    public void Norm_at_0_has_the_subgradient_0() => Gradient([0, 0], x => Expr.Norm(x), [0, 0]);

    [Fact]
    public void The_second_derivative_of_abs_at_0_is_0() => Assert.Equal(0, (double)Ad.Grad(Ad.Grad(Expr.Abs), 0.0)); // found by a random program

    // ---- no cost where nothing is selected ----

    [Fact]
    public void A_graph_without_selecting_ops_has_no_guards()
    {
        var gradient = Ad.Grad(x => Expr.Sum(Expr.Sin(x) * Expr.Exp(x) / (1.0 + x * x)), Expr.Variable("x", Tensor.Of(s_zeroFour)));
        Assert.DoesNotContain(KahnOrder.From(gradient), visit => visit.Op is Guard || visit.Op.Name == "Where");
    }
}
