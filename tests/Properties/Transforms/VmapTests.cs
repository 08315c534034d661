using Xunit;

namespace Autodiff.Functional.Properties.Transforms;

/// <summary>Vmap over records, axes in every form, what it closes over, and its errors by what they say.</summary>
public sealed class VmapTests
{
    private sealed record Model(Expr Weight, Expr Bias, string Name);

    private static readonly Expr s_x = Tensor.Of(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }), s_y = Tensor.Of([1.0, 0, -1]);
    private static readonly Model s_model = new(Tensor.Of([0.5, -0.25]), Expr.Scalar(0.1), "line");

    private static Expr Loss(Model m, Expr x, Expr y) => Expr.Square(Expr.Sum(m.Weight * x) + m.Bias - y);

    private static void Says<T>(Action action, params string[] texts) where T : AutodiffException
    {
        var error = Assert.Throws<T>(action);
        Assert.Equal("Vmap", error.Op);
        Assert.All(texts, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Gradients_for_each_example_in_the_models_type()
    {
        Func<(Expr X, Expr Y), Model> each = Ad.Vmap(((Expr X, Expr Y) e) => Ad.Grad(m => Loss(m, e.X, e.Y), s_model));
        var gradients = each((s_x, s_y));
        Assert.Equal(("line", Shape.Of(3, 2), Shape.Of(3)), (gradients.Name, gradients.Weight.Shape, gradients.Bias.Shape));
        for (int i = 0; i < 3; i++)
        {
            var one = Ad.Grad(m => Loss(m, s_x[i], s_y[i]), s_model);
            Assert.Equal(one.Weight.Value, gradients.Weight[i].Value);
            Assert.Equal(one.Bias.Value, gradients.Bias[i].Value);
        }
    }

    [Fact]
    public void A_batch_of_models()   // two models, each on all the data: an ensemble
    {
        var both = new Model(Tensor.Of(new double[,] { { 1, 0 }, { 1, 1 } }), Tensor.Of([1.0, 2]), "two");
        Assert.Equal([1.0, 3, 5, 6, 14, 22], Ad.Vmap(m => Ad.Vmap(x => Expr.Sum(m.Weight * x) * m.Bias, s_x), both).Value.ToArray<double>());
    }

    [Fact]
    public void Pairs_by_two_batches()
    {
        var distances = Ad.Vmap(a => Ad.Vmap(b => Expr.Sum(Expr.Square(a - b)), s_x), s_x);
        Assert.Equal([0.0, 8, 32, 8, 0, 8, 32, 8, 0], distances.Value.ToArray<double>());
    }

    [Fact]
    public void What_it_closes_over_is_differentiated_outside()
    {
        // d/ds Σᵢ Σⱼ s·xᵢⱼ·s at s = 3
        Assert.Equal(2 * 3 * 21.0, (double)Ad.Grad(s => Expr.Sum(Ad.Vmap(row => s * Expr.Sum(row) * s, s_x)), 3.0));
        // And its own derivative inside: d/ds of the sum over i of d/dz(z·s·yᵢ) at z = s is Σ yᵢ.
        Assert.Equal(0.0, (double)Ad.Grad(s => Expr.Sum(Ad.Vmap(y => Ad.Grad(z => z * s * y, s), s_y)), 3.0));
        Assert.Equal([2.0, 0, -2], Ad.Vmap(y => Ad.Grad(s => Ad.Grad(z => z * z * s * y, s), 1.0), s_y * 0.5).Value.ToArray<double>());
    }

    [Fact]
    public void What_is_not_batched_keeps_its_value() =>   // so the function may branch on it
        Assert.Equal([2.0, 0, -2], Ad.Vmap(p => (double)p.Item2 > 1 ? p.Item1 * p.Item2 : p.Item1, (s_y, Expr.Scalar(2.0)), BatchAxes.Of(0, null)).Value.ToArray<double>());

    [Fact]
    public void Values_that_do_not_depend_on_the_batch()
    {
        var (each, shared, repeated) = Ad.Vmap<Expr, (Expr, Expr, Expr)>(y => (2.0 * y, Expr.Sin(s_x[0]), 7.0), s_y, outAxes: BatchAxes.Of(0, null, 0));
        Assert.Equal((Shape.Of(3), Shape.Of(2), Shape.Of(3)), (each.Shape, shared.Shape, repeated.Shape));
        Assert.Equal([7.0, 7, 7], repeated.Value.ToArray<double>());
    }

    [Fact]
    public void Axes_in_every_form()
    {
        Assert.Equal([9.0, 12], Ad.Vmap(column => Expr.Sum(column), s_x, inAxes: 1).Value.ToArray<double>());
        Assert.Equal([9.0, 12], Ad.Vmap(column => Expr.Sum(column), inAxes: -1)(s_x).Value.ToArray<double>());
        Assert.Equal(s_x.Transpose().Value, Ad.Vmap(row => row, s_x, outAxes: -1).Value);
        Assert.Equal(s_x.Value, Ad.Vmap(column => column, s_x, 1, 1).Value);
        Assert.Equal([3.0, 0, -11], Ad.Vmap(p => p.Item1 * Expr.Sum(p.Item2), (s_y, s_x.Transpose()), BatchAxes.By(path => path == ".Item1" ? 0 : -1)).Value.ToArray<double>());
    }

    [Fact]
    public void Axes_are_values()
    {
        Assert.Equal(default, (BatchAxes)0);
        Assert.Equal(BatchAxes.Of(0, null), BatchAxes.Of(0, null));
        Assert.Equal(BatchAxes.Of(0, null).GetHashCode(), BatchAxes.Of(0, null).GetHashCode());
        Assert.True(BatchAxes.Of(0, null) != BatchAxes.Of(null, 0) && BatchAxes.None != default(BatchAxes) && BatchAxes.All(1) == 1);
        Assert.Equal(["0", "-1", "none", "[0, none]", "by path"], ((BatchAxes[])[0, -1, BatchAxes.None, BatchAxes.Of(0, null), BatchAxes.By(_ => 0)]).Select(axes => axes.ToString()));
    }

    [Fact]
    public void By_given_structures()
    {
        var pair = Structure.Tuple(Structure.Node, Structure.Untouched<string>());
        var (sum, text) = Ad.Vmap(p => (2.0 * p.Item1, p.Item2), (s_y, "kept"), pair, pair);
        Assert.Equal([2.0, 0, -2], sum.Value.ToArray<double>());
        Assert.Equal("kept", text);
    }

    [Fact]
    public void Masks_and_indices_are_batched_too()
    {
        Assert.Equal([2.0, 3, 6], Ad.Vmap(p => p.Item1.Take(p.Item2), (s_x, (Expr)Tensor.Of([1, 0, 1]))).Value.ToArray<double>());
        Assert.Equal([10.0, 30, 10], Ad.Vmap(i => Expr.Take(Tensor.Of([10.0, 20, 30]), i), Tensor.Of([0, 2, -3])).Value.ToArray<double>());
    }

    // ---- what it costs: seen in the graph ----

    private static IEnumerable<Expr> Nodes(string op, Expr result) => KahnOrder.From(result).Where(visit => visit.Op.Name == op).Select(visit => visit.Node);

    [Fact]
    public void A_shared_matrix_is_one_product_on_either_side()
    {
        Expr x = Expr.Variable("x", Shape.Of(7, 3)), w = Expr.Variable("w", Shape.Of(3, 5));
        Assert.Equal(Shape.Of(7, 5), Assert.Single(Nodes("MatMul", Ad.Vmap(row => Expr.MatMul(row, w), x))).Shape);
        Assert.Equal(Shape.Of(7, 5), Assert.Single(Nodes("MatMul", Ad.Vmap(row => Expr.MatMul(w.Transpose(), row), x))).Shape);
        Assert.Equal(Shape.Of(14, 5), Assert.Single(Nodes("MatMul", Ad.Vmap(m => Expr.MatMul(w.Transpose(), m), Expr.Variable("m", Shape.Of(7, 3, 2))))).Shape);
    }

    [Fact]
    public void A_shared_table_is_not_copied()
    {
        Expr table = Expr.Variable("table", Shape.Of(1000, 4)), indices = Expr.Variable("indices", Shape.Of(7), DType.Int64);
        Assert.Same(table, Assert.Single(Nodes("Take", Ad.Vmap(i => table.Take(i), indices))).Inputs[0]);
        Assert.Same(indices, Assert.Single(Nodes("ScatterAdd", Ad.Vmap(t => Expr.ScatterAdd(t, indices, Expr.Ones(Shape.Of(7))), Expr.Variable("t", Shape.Of(9, 1000))))).Inputs[1]);
    }

    [Fact]
    public void A_shared_matrix_is_factored_once() =>
        Assert.Equal(2, Assert.Single(Nodes("Lu", Ad.Vmap(b => Expr.Solve(Expr.Variable("a", Shape.Of(3, 3)), b), Expr.Variable("b", Shape.Of(7, 3))))).Inputs[0].Rank);

    [Fact]
    public void A_singular_matrix_spoils_its_own_element() =>
        Assert.Equal([2.0, double.NaN], Ad.Vmap(a => Expr.Solve(a, Expr.Ones(Shape.Of(1)))[0], Tensor.Of(new double[,,] { { { 0.5 } }, { { 0 } } })).Value.ToArray<double>());

    // ---- errors ----

    [Fact]
    public void A_value_inside() => Says("Value", [() => Ad.Vmap(y => (double)y > 0 ? y : -y, s_y), () => Ad.Vmap(y => Ad.Grad(x => (double)x > 0 ? x : -x, y), s_y)]);

    private static void Says(string op, Action[] actions) => Assert.All(actions, action =>
    {
        var error = Assert.Throws<MissingValueException>(action);
        Assert.Equal(op, error.Op);
        Assert.All((string[])["inside Vmap", "Where", "Ad.Cond", "Ad.Scan", "Ad.While"], text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    });

    [Fact]
    public void Sizes_that_differ() => Says<ShapeException>(() => Ad.Vmap(p => p.Item2.Weight * p.Item1, (s_y, new Model(s_x[..2], s_y[..2], "")), 0),
        "one size", "3 at axis 0 of the argument.Item1 (3,)", "2 at axis 0 of the argument.Item2.Weight (2, 2)", "BatchAxes.None");

    [Fact]
    public void No_leaf_with_an_axis() => Says<AxisException>(() => Ad.Vmap(y => y, s_y, BatchAxes.None), "at least one leaf", "call the function");

    [Fact]
    public void An_axis_outside_the_rank()
    {
        Says<AxisException>(() => Ad.Vmap(y => y, s_y, inAxes: 1), "-1 … 0 for the shape (3,)", "1 at the argument");
        Says<AxisException>(() => Ad.Vmap(m => m.Weight * m.Bias, s_model), "a scalar at the argument.Bias", "close over it");
        Says<AxisException>(() => Ad.Vmap(y => y, s_y, outAxes: -2), "-1 … 0 for the value", "(3,)", "-2");
        Says<AxisException>(() => Ad.Vmap(p => (p.Item1, p.Item2), (s_x, s_y), outAxes: 1), "the value.Item2");
    }

    [Fact]
    public void A_value_that_depends_on_the_batch_without_an_axis() =>
        Says<AxisException>(() => Ad.Vmap<Expr, (Expr, Expr)>(y => (7.0, Expr.Sin(y)), s_y, outAxes: BatchAxes.None), "an out axis", "none for the value.Item2", "reduce over that outside");

    [Fact]
    public void Another_number_of_axes()
    {
        Says<AxisException>(() => Ad.Vmap(m => m.Weight, s_model, BatchAxes.Of(0)), "as many in axes", ".Weight, .Bias", "got 1", "BatchAxes.By");
        Says<AxisException>(() => Ad.Vmap(y => y, s_y, outAxes: BatchAxes.Of(0, 0)), "as many out axes");
    }

    [Fact]
    public void Structures_without_nodes()
    {
        Says<StructureException>(() => Ad.Vmap(text => s_y, "text"), "parameters with an Expr", "String");
        Says<StructureException>(() => Ad.Vmap<Expr, string>(y => "text", s_y), "a value with an Expr", "String");
    }
}
