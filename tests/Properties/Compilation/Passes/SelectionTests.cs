using Autodiff.Functional.Compilation;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>Which selections are left out, and which may not be.</summary>
public sealed class SelectionTests
{
    private static readonly Shape s_shape = Shape.Of(5);
    private static readonly Tensor s_mask = Tensor.Of(new[] { true, false, true, false, true });
    private static readonly Tensor s_numbers = Tensor.Of(new[] { double.NaN, double.PositiveInfinity, -0.0, 0.0, 2.5 });

    [Fact]
    public void A_selection_does_for_those_before_it() => Holds(1, (mask, x) =>
        Expr.Where(mask, Expr.Where(mask, x, 0.0) * 2 + Expr.Where(Expr.Not(mask), 0.0, Expr.Sin(x)), 1.0));

    [Fact]
    public void On_its_other_side_it_does_too() => Holds(1, (mask, x) => Expr.Where(mask, 1.0, Expr.Where(mask, 0.0, x) * 2));

    [Fact]
    public void What_is_used_elsewhere_is_selected() => Holds(2, (mask, x) =>
    {
        var selected = Expr.Where(mask, x, 0.0);
        return Expr.Where(mask, selected * 2, 1.0) + selected;
    });

    [Fact]
    public void Sums_and_masks_see_all_points() => Holds(4, (mask, x) =>
        Expr.Where(mask, x + Expr.Sum(Expr.Where(mask, 1.0, x)), Expr.Where(Expr.Greater(Expr.Where(mask, x, 0.0), 1.0), x, 2.0)));

    /// <summary>Of integers nothing is left out: where nothing is selected may be a division by zero.</summary>
    [Fact]
    public void Integers_are_selected() => Holds(2, (mask, x) =>
    {
        var divisor = Expr.Where(mask, Expr.Constant(Tensor.Of(new long[] { 1, 0, 2, 0, 3 })), 1L);
        return Expr.Cast(Expr.Where(mask, 6L / divisor, 0L), DType.Float64) + x;
    });

    [Fact]
    public void A_mask_of_chosen_constants_is_the_choice()
    {
        var program = Simplification.Apply(Traced((mask, x) =>
        {
            var chosen = Expr.Where(mask, Expr.Ones(s_shape), Expr.Zeros(s_shape));
            Expr where = Expr.NotEqual(chosen, Expr.Zeros(s_shape)), other = Expr.Equal(chosen, Expr.Zeros(s_shape));
            return Expr.Where(Expr.And(Expr.Or(where, other), Expr.And(where, where)), x, Expr.Where(Expr.And(other, where), x * 2, x * 3));
        }));
        program = DeadCode.Apply(Simplification.Apply(program));
        Assert.Equal(["Multiply", "Where"], program.Instructions.Where(instruction => instruction.Op is not Leaf).Select(instruction => instruction.Op.Name));
        Assert.Equal(0, program[program.Outputs[0]].Inputs[0]);
    }

    [Fact]
    public void A_derivative_has_one_guard_for_each_result()
    {
        // Rodrigues' sin(‖x‖)/‖x‖: each step back through the side that is taken is guarded.
        var graph = Graph.Trace(x => [Ad.Grad(v =>
        {
            Expr squared = v * v, length = Expr.Sqrt(squared);
            return Expr.Sum(Expr.Where(Expr.Equal(squared, 0.0), v, Expr.Sin(length) / length * Expr.Exp(-length)));
        }, x[0])], [new(DType.Float64, s_shape)]);
        var before = Pipeline.Of(new()).TakeWhile(pass => pass.Name != "selections").Aggregate(Functional.Compilation.Program.Of(graph).Program, (program, pass) => pass.Apply(program));
        var after = DeadCode.Apply(Selections.Apply(before));
        Assert.True(Count(before) > Count(after) && Count(after) <= 3, $"before\n{before}\nafter\n{after}");
        Assert.Equal(before.Evaluate(s_numbers)[0], after.Evaluate(s_numbers)[0]);
    }

    private static Functional.Compilation.Program Traced(Func<Expr, Expr, Expr> f) =>
        Functional.Compilation.Program.Of(Graph.Trace(x => [f(x[0], x[1])], [new(DType.Bool, s_shape), new(DType.Float64, s_shape)])).Program;

    private static int Count(Functional.Compilation.Program program) => program.Instructions.Count(instruction => instruction.Op is Where or Guard);

    private static void Holds(int left, Func<Expr, Expr, Expr> f)
    {
        var before = CommonSubexpressions.Apply(Traced(f));
        var after = DeadCode.Apply(Selections.Apply(before));
        Assert.Equal(left, Count(after));
        Assert.Equal(before.Evaluate(s_mask, s_numbers)[0], after.Evaluate(s_mask, s_numbers)[0]);
    }
}
