using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>
/// Derivatives inside derivatives over the same point (Siskind and Pearlmutter 2005, "Perturbation confusion and referential transparency"): each is
/// taken in its own variable only, in every mix of modes and in batches, at constants, at variables and inside a trace.
/// </summary>
public sealed class PerturbationConfusion
{
    /// <summary>The derivative of a scalar function by one of the transforms.</summary>
    private static Expr D(Mode mode, Func<Expr, Expr> f, Expr at) => mode switch
    {
        Mode.Grad => Ad.Grad(f, at),
        Mode.Jvp => Ad.Jvp(f, at, 1.0).Tangent,
        Mode.Linearize => Ad.Linearize(f, at).Pushforward(1.0),
        Mode.Vmap => Ad.Vmap(Ad.Grad(f), Expr.Stack([at + 1.0, at]))[1],   // in a batch, with another point beside it
        _ => Ad.Vjp(f, at).Pullback(1.0),
    };

    public static TheoryData<Mode, Mode> Pairs
    {
        get
        {
            var pairs = new TheoryData<Mode, Mode>();
            foreach (var outer in Enum.GetValues<Mode>())
                foreach (var inner in Enum.GetValues<Mode>())
                    pairs.Add(outer, inner);
            return pairs;
        }
    }

    public static TheoryData<Mode, Mode, Mode> Triples
    {
        get
        {
            var triples = new TheoryData<Mode, Mode, Mode>();
            foreach (object[] pair in Pairs)
                foreach (var third in Enum.GetValues<Mode>())
                    triples.Add((Mode)pair[0], (Mode)pair[1], third);
            return triples;
        }
    }

    /// <summary>The function is the number at a point: computed at a constant, at a variable, and traced.</summary>
    private static void Is(double expected, Func<Expr, Expr> f, double at)
    {
        Assert.Equal(expected, (double)f(Expr.Scalar(at)), 1e-12);
        Assert.Equal(expected, (double)f(Expr.Variable("x", Tensor.Scalar(at))), 1e-12);
        Assert.Equal(expected, (double)Graph.Trace(x => [f(x[0])], [new(DType.Float64, Shape.Scalar)]).Evaluate(Tensor.Scalar(at))[0], 1e-12);
    }

    [Theory, MemberData(nameof(Pairs))]
    public void The_derivative_of_x_times_the_derivative_of_x_plus_y_is_1(Mode outer, Mode inner) => // d/dx (x · d/dy (x + y)) = 1
        Is(1, at => D(outer, x => x * D(inner, y => x + y, Expr.Scalar(1)), at), 3);

    [Theory, MemberData(nameof(Pairs))]
    public void The_same_at_y_equal_to_x(Mode outer, Mode inner) =>
        Is(1, at => D(outer, x => x * D(inner, y => x + y, x), at), 3);

    [Theory, MemberData(nameof(Pairs))]
    public void The_gradient_of_x_times_s_at_s_equal_to_x_is_x_and_not_2x(Mode outer, Mode inner)
    {
        Is(5, x => D(inner, s => x * s, x), 5);
        Is(1, at => D(outer, x => D(inner, s => x * s, x), at), 5);
    }

    [Theory, MemberData(nameof(Pairs))]
    public void The_derivative_of_x_times_the_derivative_of_xy_is_2x(Mode outer, Mode inner) =>
        Is(6, at => D(outer, x => x * D(inner, y => x * y, x), at), 3);

    [Theory, MemberData(nameof(Triples))]
    public void Three_levels_at_one_point(Mode first, Mode second, Mode third) =>
        // d/dz (x·y·z²) at z = y is 2xy²; y times that is 2xy³, its derivative in y at x is 6x³; x times that is 6x⁴, its derivative is 24x³.
        Is(192, at => D(first, x => x * D(second, y => y * D(third, z => x * y * z * z, y), x), at), 2);

    [Theory, MemberData(nameof(Triples))]
    public void Three_levels_closing_over_all_outer_ones(Mode first, Mode second, Mode third) =>
        // d/dz (xyz + z³) at z = x is xy + 3x²; d/dy of y·(xy + 3x²) at y = x is 2x² + 3x² = 5x²; d/dx of x·5x² = 15x².
        Is(60, at => D(first, x => x * D(second, y => y * D(third, z => x * y * z + z * z * z, x), x), at), 2);

    [Theory, MemberData(nameof(Triples))]
    public void The_third_derivative(Mode first, Mode second, Mode third) =>
        Is(-Math.Cos(0.7), at => D(first, x => D(second, y => D(third, Expr.Sin, y), x), at), 0.7);

    [Theory, MemberData(nameof(Pairs))]
    public void An_inner_derivative_that_ignores_its_variable_is_0(Mode outer, Mode inner) =>
        Is(0, at => D(outer, x => D(inner, _ => x * x, x), at), 3);

    [Theory, MemberData(nameof(Pairs))]
    public void A_gradient_map_inside_a_transform_is_in_the_transforms_variable(Mode outer, Mode inner)
    {
        Is(6, at => D(inner, x => x * x, at), 3);
        Is(2, at => D(outer, x => Ad.Gradients(x * x)[x], at), 3);
        // d/ds s²x at s = x is 2x², whose gradient is 4x; the derivative of x·4x is 8x.
        Is(24, at => D(outer, x => x * Ad.Gradients(D(inner, s => s * s * x, x))[x], at), 3);
    }
}
