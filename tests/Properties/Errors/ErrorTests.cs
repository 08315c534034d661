using Xunit;

namespace Autodiff.Functional.Properties.Errors;

/// <summary>Errors by what they say: where the user made the mistake, with the op's name, what was expected, what came, and a remedy.</summary>
public sealed class ErrorTests
{
    private static readonly Expr s_vector = Tensor.Of([1.0, 2, 3]), s_matrix = Tensor.Of(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }),
        s_mask = Tensor.Of([true, false, true]), s_single = Tensor.Of([1f, 2, 3]), s_whole = Tensor.Of([1, 2, 3]);

    /// <summary>The error that an action throws: its op is the one the user called, and its text holds all of these.</summary>
    private static void Says<T>(string op, Action action, params string[] texts) where T : AutodiffException
    {
        var error = Assert.Throws<T>(action);
        Assert.Equal(op, error.Op);
        Assert.StartsWith($"{op}: expected {error.Expected}; got {error.Got}.", error.Message, StringComparison.Ordinal);
        Assert.All(texts, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("Autodiff.Functional.", error.Message, StringComparison.Ordinal);
    }

    // ---- shapes ----

    [Fact]
    public void Shapes_that_do_not_broadcast() => Says<ShapeException>("Add", () => _ = s_vector + Expr.Ones(Shape.Of(2)), "(3,) and (2,)", "broadcast", "3 against 2");

    [Fact]
    public void The_op_is_the_one_that_was_called()
    {
        Says<ShapeException>("Maximum", () => Expr.Maximum(s_vector, Expr.Ones(Shape.Of(2))));
        Says<ShapeException>("Less", () => _ = s_vector < Expr.Ones(Shape.Of(2)));
        Says<ShapeException>("Where", () => Expr.Where(s_mask, Expr.Ones(Shape.Of(2)), 0.0));
        Says<ShapeException>("Power", () => Expr.Power(s_vector, Expr.Ones(Shape.Of(2))));
    }

    [Fact]
    public void Inner_dimensions_of_a_product() => Says<ShapeException>("MatMul", () => Expr.MatMul(s_matrix, s_matrix), "(2, 3) × (2, 3)", "k = 3", "k = 2", "Transpose");

    [Fact]
    public void A_scalar_in_a_product() => Says<ShapeException>("MatMul", () => Expr.MatMul(s_matrix, 2.0), "(2, 3) × ()", "*");

    [Fact]
    public void Elements_that_do_not_fit() => Says<ShapeException>("Reshape", () => s_matrix.Reshape(4, 2), "6 in (2, 3)", "(4, 2)", "−1");

    [Fact]
    public void Two_open_dimensions() => Says<ShapeException>("Reshape", () => s_matrix.Reshape(-1, -1), "at most one of them −1", "(-1, -1)");

    [Fact]
    public void An_axis_that_is_longer_than_1() => Says<ShapeException>("Squeeze", () => s_matrix.Squeeze(0), "length 2 at axis 0 of (2, 3)");

    [Fact]
    public void Parts_that_differ()
    {
        Says<ShapeException>("Concatenate", () => Expr.Concatenate([s_matrix, s_matrix[.., ..2]]), "axis 0", "(2, 3) and (2, 2)");
        Says<ShapeException>("Stack", () => Expr.Stack([s_matrix, s_vector]), "(2, 3) and (3,)");
        Says<ShapeException>("Stack", () => Expr.Stack([]), "none");
    }

    [Fact]
    public void Stretching_that_does_not_work() => Says<ShapeException>("BroadcastTo", () => s_vector.BroadcastTo(Shape.Of(3, 2)), "(3,)", "(3, 2)");

    [Fact]
    public void Reductions_over_nothing()
    {
        var empty = Expr.Zeros(Shape.Of(0, 3));
        Says<ShapeException>("Max", () => empty.Max(0), "(0, 3)");
        Says<ShapeException>("Min", () => empty.Min(0));
        Says<ShapeException>("Mean", () => empty.Mean(), "(0, 3)");
        Says<ShapeException>("ArgMax", () => empty.ArgMax(0));
        Says<ShapeException>("LogSumExp", () => empty.LogSumExp());
    }

    [Fact]
    public void A_gradient_of_a_vector()
    {
        Says<ShapeException>("Grad", () => Ad.Grad(x => x * 2.0, s_vector), "scalar", "(3,)", "Sum", "Jacobian");
        Says<ShapeException>("ValueAndGrad", () => Ad.ValueAndGrad(x => x * 2.0, s_vector));
        Says<ShapeException>("Gradients", () => Ad.Gradients(Expr.Variable("x", Shape.Of(3))), "(3,)");
    }

    [Fact]
    public void Directions_of_another_shape()
    {
        Says<ShapeException>("Jvp", () => Ad.Jvp(Expr.Sin, s_vector, s_matrix), "tangent", "(3,)", "(2, 3)");
        Says<ShapeException>("Vjp", () => Ad.Vjp(Expr.Sin, s_vector).Pullback(s_matrix), "cotangent", "(3,)", "(2, 3)");
    }

    [Fact]
    public void Arguments_of_a_graph()
    {
        var graph = Graph.Trace(x => [x[0] * 2.0], [new(DType.Float64, Shape.Of(3))]);
        Says<ShapeException>("Graph.Evaluate", () => graph.Evaluate(Tensor.Scalar(1.0)), "(3,)", "parameter 0", "()");
        Says<StructureException>("Graph.Evaluate", () => graph.Evaluate(), "1 arguments", "0");
        Says<DTypeException>("Graph.Call", () => graph.Call(s_single), "Float64", "Float32", "Cast");
        Says<ShapeException>("Graph.Batch", () => graph.Batch([s_vector], [true], 2), "leading axis of length 2", "(3,)");
    }

    [Fact]
    public void Values()
    {
        Says<ShapeException>("Shape.Of", () => Shape.Of(2, -1), "≥ 0", "(2, -1)");
        Says<ShapeException>("Shape.Of", () => Shape.Of(1 << 20, 1 << 20), "2³¹");
        Says<ShapeException>("(double)", () => _ = (double)s_vector, "one element", "(3,)");
        Says<ShapeException>("Tensor.Of", () => Tensor.Of(new[] { 1.0 }, Shape.Of(2)), "2 elements for the shape (2,)", "1");
        Says<DTypeException>("Tensor.ToArray", () => s_single.Value.ToArray<double>(), "Double", "Float32");
        Says<DTypeException>("Tensor.Of", () => Tensor.Of(new[] { 1m }), "Decimal");
    }

    // ---- dtypes ----

    [Fact]
    public void Two_strong_dtypes() => Says<DTypeException>("Add", () => _ = s_vector + s_single, "Float64 and Float32", "Cast");

    [Fact]
    public void A_mask_in_arithmetic()
    {
        Says<DTypeException>("Multiply", () => _ = s_mask * s_vector, "Bool", "Cast", "Where");
        Says<DTypeException>("Sin", () => Expr.Sin(s_mask), "Bool");
        Says<DTypeException>("Max", () => s_mask.Max(), "Any");
    }

    [Fact]
    public void Numbers_in_logic()
    {
        Says<DTypeException>("And", () => _ = s_mask & s_vector, "Bool", "Float64", "Compare");
        Says<DTypeException>("Not", () => _ = !s_vector, "Bool");
        Says<DTypeException>("Where", () => Expr.Where(s_vector, 1.0, 0.0), "Bool", "Float64", "Compare");
        Says<DTypeException>("Any", () => s_vector.Any());
    }

    [Fact]
    public void Indices_that_are_no_integers() => Says<DTypeException>("Take", () => s_vector.Take(s_single), "Int32 or Int64", "Float32", "Cast");

    [Fact]
    public void Derivatives_in_integers()
    {
        Says<DTypeException>("Grad", () => Ad.Grad(x => Expr.Sum(x), s_whole), "parameter 0", "Int32", "Cast", "Float64");
        Says<DTypeException>("Grad", () => Ad.Grad(x => x.ArgMax(), s_vector), "value", "Int64");
        Says<DTypeException>("Jacobian", () => Ad.Jacobian(x => x > 0.0, s_vector), "value", "Bool");
        Says<DTypeException>("Jvp", () => Ad.Jvp(Expr.Sin, s_vector, s_single), "tangent", "Float64", "Float32", "Cast");
    }

    // ---- axes and indices ----

    [Fact]
    public void Axes_outside_the_rank()
    {
        Says<AxisException>("Sum", () => s_matrix.Sum(2), "-2 … 1", "(2, 3)", "2");
        Says<AxisException>("Mean", () => s_matrix.Mean(-3), "-3");
        Says<AxisException>("Max", () => s_matrix.Max(5));
        Says<AxisException>("ArgMin", () => s_matrix.ArgMin(5));
        Says<AxisException>("Concatenate", () => Expr.Concatenate([s_vector, s_vector], 1));
        Says<AxisException>("Slice", () => s_vector.Slice(1, 0));
        Says<AxisException>("Take", () => s_vector.Take(s_whole, 1));
        Says<AxisException>("Softmax", () => s_vector.Softmax(1));
        Says<AxisException>("ExpandDims", () => s_vector.ExpandDims(3));
        Says<AxisException>("Sum", () => Expr.Scalar(1.0).Sum(0), "scalar");
    }

    [Fact]
    public void An_axis_named_twice() => Says<AxisException>("Sum", () => s_matrix.Sum([0, -2]), "once", "[0, -2]", "(2, 3)");

    [Fact]
    public void An_order_that_is_none()
    {
        Says<AxisException>("Transpose", () => s_matrix.Transpose([0]), "2 axes", "[0]");
        Says<AxisException>("Transpose", () => s_matrix.Transpose([1, 1]), "once");
    }

    [Fact]
    public void Indices_outside_an_axis()
    {
        Says<IndexException>("Expr[]", () => _ = s_vector[3], "below 3", "axis 0", "(3,)", "3");
        Says<IndexException>("Expr[]", () => _ = s_vector[2..5], "0..3", "2..5");
        Says<AxisException>("Expr[]", () => _ = s_vector[0, 0], "1", "2");
        Says<IndexException>("Take", () => s_vector.Take(s_whole), "-3 … 2", "axis 0", "3");
        Says<IndexException>("Tensor[]", () => _ = s_vector.Value[3]);
    }

    // ---- values ----

    [Fact]
    public void A_value_that_is_missing_names_all_variables_without_one()
    {
        Expr a = Expr.Variable("alpha", Shape.Scalar), b = Expr.Variable("beta", Shape.Scalar), c = Expr.Variable("gamma", Tensor.Scalar(1.0));
        var y = Expr.Sin(a * c) + b * a;
        Says<MissingValueException>("Value", () => _ = y.Value, "'alpha'", "'beta'", "Expr.Variable(name, value)", "Graph.Evaluate");
        Assert.DoesNotContain("gamma", Assert.Throws<MissingValueException>(() => (double)y).Message, StringComparison.Ordinal);
        Assert.Single(Assert.Throws<MissingValueException>(() => y.Value).Message.Split("'alpha'")[1..]);
    }

    [Fact]
    public void A_captured_variable_without_value()
    {
        var captured = Expr.Variable("beta", Shape.Scalar);
        var graph = Graph.Trace(x => [x[0] * Expr.Sin(captured)], [new(DType.Float64, Shape.Scalar)]);
        Says<MissingValueException>("Value", () => graph.Evaluate(Tensor.Scalar(1.0)), "'beta'");
        Assert.Contains("beta", Ad.Grad(x => x * captured, 3.0).ToString(), StringComparison.Ordinal);   // a derivative needs no value
    }

    [Fact]
    public void A_value_inside_a_transform_that_has_none() =>
        Says<MissingValueException>("Value", () => Graph.Trace(x => [(double)x[0] > 0 ? x[0] : -x[0]], [new(DType.Float64, Shape.Scalar)]), "concrete value", "Where");

    [Fact]
    public void A_value_inside_a_gradient_of_an_open_variable() =>
        Says<MissingValueException>("Value", () => Ad.Grad(x => (double)x > 0 ? x : -x, Expr.Variable("open", Shape.Scalar)), "'open'");

    // ---- foreign nodes, structures ----

    [Fact]
    public void Parameters_that_are_none()
    {
        var x = Expr.Variable("x", Tensor.Scalar(1.0));
        Says<ForeignVariableException>("Graph.Of", () => Graph.Of([x, x], [x]), "once", "x", "parameter 1");
        Says<ForeignVariableException>("Graph.Of", () => Graph.Of([Expr.Scalar(1.0)], [x]), "constant", "variable");
    }

    [Fact]
    public void A_selector_that_selects_nothing()
    {
        var jacobian = Ad.Jacobian<Expr, (Expr A, Expr B)>(x => (x, x * x), 3.0);
        Says<ForeignVariableException>("Jacobian[]", () => _ = jacobian[r => r.A * 2.0], "picks one of the values", "Select a member");
        Assert.Equal(6, (double)jacobian[r => r.B]);
    }

    [Fact]
    public void Structures_that_can_not_be_taken_apart()
    {
        Says<StructureException>("Grad", () => Ad.Grad<List<string>>(_ => 1.0, ["x"]), "List<String>", "tuple", "array");
        Says<StructureException>("Vjp", () => Ad.Vjp<Expr[], (int, string)>(x => (1, ""), [1.0]), "value", "Int32");
    }

    [Fact]
    public void Structures_that_differ()
    {
        Says<StructureException>("Jvp", () => Ad.Jvp<Expr[], Expr>(x => x[0], [1.0, 2.0], [1.0]), "tangent with 2", "1");
        Says<StructureException>("Vjp", () => Ad.Vjp<Expr[], Expr[]>(x => x, [1.0, 2.0]).Pullback([1.0]), "cotangent with 2", "1");
    }

    [Fact]
    public void Nothing_where_something_must_be()
    {
        Assert.Throws<ArgumentNullException>(() => Expr.Sin(null!));
        Assert.Throws<ArgumentNullException>(() => Ad.Grad(null!, 1.0));
        Says<StructureException>("Grad", () => Ad.Grad<Expr[]>(x => x[0], [1.0, null!]), "null", "[1]");
    }
}
