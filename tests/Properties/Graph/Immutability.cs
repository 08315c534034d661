using Xunit;
using Xunit.Abstractions;

namespace Autodiff.Functional.Properties.Graphs;

/// <summary>Nothing that was made ever changes: not by building on it, not through an array that was passed in, not through one that was given out.</summary>
public sealed class Immutability(ITestOutputHelper output)
{
    [Fact]
    public void Building_evaluating_and_differentiating_change_no_node() => Law.Holds(output, 200, Programs.Plain, p =>
    {
        var root = p.Loss([.. p.Inputs.Select((x, i) => Expr.Variable($"x{i}", x))]);
        string before = root.Print();
        Tensor[] values = [.. KahnOrder.From(root).Select(v => v.Node.Value)];
        double[][] entries = [.. values.Where(v => v.DType == DType.Float64).Select(v => v.ToArray<double>())];
        _ = Ad.Gradients(Expr.Square(root)).Select(e => e.Value.Value).ToList();
        _ = p.Run(p.At).Value;
        return root.Print() != before ? "the graph has changed"
            : entries.Zip(values.Where(v => v.DType == DType.Float64)).Any(e => !e.First.SequenceEqual(e.Second.ToArray<double>())) ? "a value has changed" : null;
    });

    [Fact]
    public void Arrays_passed_in_are_copied()
    {
        double[] vector = [1, 2, 3];
        double[,] matrix = { { 1, 2 }, { 3, 4 } };
        double[][] jagged = [[1, 2], [3, 4]];
        var list = new List<double> { 1, 2 };
        int[] dimensions = [3];
        Tensor[] tensors = [Tensor.Of(vector), Tensor.Of(vector, Shape.Of(3)), Tensor.Of(matrix), Tensor.Of(jagged), Tensor.Of(list), Tensor.Of((ReadOnlySpan<double>)vector), Tensor.Of(vector, Shape.Of(dimensions))];
        Expr[] nodes = [.. tensors.Select(Expr.Constant)];
        var variable = Expr.Variable("x", tensors[0]);
        var doubled = variable * 2.0;
        string[] before = [.. tensors.Select(t => t.ToString())];

        (vector[0], matrix[0, 0], jagged[0][0], list[0], dimensions[0]) = (99, 99, 99, 99, 99);
        Assert.Equal(before, tensors.Select(t => t.ToString()));
        Assert.Equal(before, nodes.Select(n => n.Value.ToString()));
        Assert.Equal([2, 4, 6], doubled.Value.ToArray<double>());
    }

    [Fact]
    public void Arrays_given_out_are_copies()
    {
        var tensor = Tensor.Of(new double[,] { { 1, 2 }, { 3, 4 } });
        tensor.ToArray<double>()[0] = 99;
        ((double[,])tensor.ToMultidimensionalArray())[0, 0] = 99;
        ((double[][])tensor.ToJaggedArray())[0][0] = 99;
        Assert.Equal(Tensor.Of(new double[,] { { 1, 2 }, { 3, 4 } }), tensor);
    }

    [Fact]
    public void Axes_and_inputs_passed_in_are_copied()
    {
        int[] axes = [0];
        var x = Expr.Variable("x", Tensor.Of(new double[,] { { 1, 2 }, { 3, 4 } }));
        var sum = Expr.Sum(x, axes);
        Expr[] parts = [x, x * 2.0, x * 3.0];
        var stacked = Expr.Stack(parts);
        string before = sum.Print() + stacked.Print();
        axes[0] = 1;
        parts[0] = Expr.Scalar(0.0);
        Assert.Equal(before, sum.Print() + stacked.Print());
        Assert.Equal([4, 6], sum.Value.ToArray<double>());
        Assert.Equal(2, stacked.Value.ToArray<double>()[1]);
    }

    [Fact]
    public void A_structure_passed_in_stays_as_it_is()
    {
        Expr[] at = [1.0, 2.0];
        var (a, b) = (at[0], at[1]);
        Expr[]? seen = null;
        var gradient = Ad.Grad<Expr[]>(x =>
        {
            seen = x;
            return x[0] * x[1];
        }, at);
        Assert.Same(a, at[0]);
        Assert.Same(b, at[1]);
        Assert.NotSame(at, seen);
        Assert.NotSame(at, gradient);
    }

    [Fact]
    public void A_function_that_writes_into_its_parameters_array_harms_nobody()
    {
        Expr[] at = [3.0, 2.0];
        var gradient = Ad.Grad<Expr[]>(x =>
        {
            var result = x[0] * x[1];
            x[0] = 0.0;
            return result;
        }, at);
        Assert.Equal(2, (double)gradient[0]);
        Assert.Equal(3, (double)gradient[1]);
        Assert.Equal(3, (double)at[0]);
    }

    [Fact]
    public void Views_share_and_results_do_not_alias()
    {
        var tensor = Tensor.Of([1.0, 2, 3, 4]);
        var view = tensor[1..3];
        Assert.Equal([2, 3], view.ToArray<double>());
        var sum = (view + (Expr)view).Value;
        Assert.Equal([1, 2, 3, 4], tensor.ToArray<double>());
        Assert.Equal([4, 6], sum.ToArray<double>());
    }
}
