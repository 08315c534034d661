using System.Runtime.CompilerServices;
using Xunit;

namespace Autodiff.Functional.Properties.Compilation;

/// <summary>With <see cref="CompileOptions.CheckNaN"/> the first NaN is an error that says all that its reader needs: the op and what it was called with, the step of a loop, the line, where it came from, what it reaches.</summary>
public sealed class NaNTests
{
    private sealed record Model(Expr[] Weights, Expr Bias);

    private static readonly CompileOptions s_checked = new() { CheckNaN = true };

    private static NotANumberException Error<P, R>(Func<P, R> f, P at) => Assert.Throws<NotANumberException>(() => Ad.Compile(f, s_checked).Run(at));

    private static void Says(Exception error, params string[] parts)
    {
        foreach (string part in parts)
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    /// <summary>The line after the one that asks, as an error writes it.</summary>
    private static string NextLine(int further = 0, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "") => $"{file}:line {line + 1 + further}.";

    [Fact]
    public void The_op_its_arguments_its_line_and_what_it_reaches_are_named()
    {
        string line = NextLine();
        var error = Error(x => (Expr.Sum(x), Expr.Exp(Expr.Log(x) * 2)), Expr.Constant(Tensor.Of([1.0, -2.0])));
        Assert.Equal("Log", error.Op);
        Says(error, "NaN at [1]", "as Log(-2)", line, "No argument of the op is NaN.", "It goes into the value.Item2.");
    }

    [Fact]
    public void Into_buffers_as_well()
    {
        var compiled = Ad.Compile(Expr.Log, s_checked);
        var into = new double[2];
        compiled.Run(Tensor.Of([1.0, Math.E]), into);
        Assert.Equal([0.0, 1.0], into);
        Says(Assert.Throws<NotANumberException>(() => compiled.Run(Tensor.Of([1.0, -1.0]), into)), "Log(-1)");
        compiled.Run(Tensor.Of([1.0, Math.E]), into);
        Assert.Equal([0.0, 1.0], into);
    }

    [Fact]
    public void A_NaN_that_comes_in_is_traced_to_the_path_of_the_argument()
    {
        var model = new Model([1.0, 2.0, double.NaN], 0.5);
        Says(Error((Model m) => m.Weights[0] + m.Weights[1] * Expr.Tanh(m.Weights[2]), model), "Tanh", "The argument.Weights[2] holds NaN already.", "It goes into the value.");
        Says(Error<Expr, Expr>(x => Expr.Sin(x) * double.NaN, 1.0), "Multiply", "A constant of the function holds NaN already.");
    }

    [Fact]
    public void What_a_function_masks_is_no_error()
    {
        var x = Tensor.Of([1.0, double.NaN]);
        Assert.Equal([1.0, 0.0], Ad.Compile((Expr x) => Expr.Where(Expr.IsNaN(x), 0, x), s_checked).Run(x).Value.ToArray<double>());
    }

    private static void IsSilent<P, R>(Func<P, R> f, P at)
    {
        foreach (var (plain, isChecked) in Structure.Leaves(f(at)).Zip(Structure.Leaves(Ad.Compile(f, s_checked).Run(at))))
            Assert.Equal(plain.Node.Value.ToArray<double>(), isChecked.Node.Value.ToArray<double>(), (x, y) => Math.Abs(x - y) <= 1e-15 * Math.Abs(x));
    }

    [Fact]
    public void What_a_rule_masks_is_no_error()
    {
        var root = (Expr v) => Expr.Sum(Expr.Where(v > 0, Expr.Sqrt(v), 0));
        IsSilent(Ad.Grad(root), Tensor.Of([1.0, 0.0, -1.0]));
        IsSilent(Ad.Grad((Expr v) => Expr.Norm(v)), Tensor.Of([0.0, 0.0]));
        IsSilent(Ad.Grad((Expr v) => Expr.Sum(Ad.Vmap((Expr x) => Ad.Cond(x > 0, Expr.Sqrt, y => y, x), v))), Tensor.Of([4.0, -1.0, 0.0]));
        IsSilent(Ad.Grad((Expr v) => Ad.Scan((c, x) => (c + Expr.Where(x > 0, Expr.Log(x) * c, x), c), 1.0, v).Carry), Tensor.Of([2.0, -1.0, 0.0, 3.0]));
        IsSilent((Expr v) => Ad.Vmap((Expr x) => Ad.While(c => c > 1, c => Expr.Sqrt(c - 1), x), v), Tensor.Of([0.5, 3.0, 40.0]));
        IsSilent((Expr v) => Expr.Sqrt(v)[1..], Tensor.Of([-1.0, 4.0]));
        IsSilent((Expr v) => Expr.Take(Expr.Sqrt(v), Tensor.Of([1, 1])), Tensor.Of([-1.0, 4.0]));
        IsSilent((Expr v) => Expr.Power(Expr.Sqrt(v), 0), Tensor.Of([-1.0, 4.0]));
    }

    [Fact]
    public void A_question_whether_it_is_NaN_is_answered()
    {
        IsSilent((Expr v) => Expr.Where(Expr.IsNaN(Expr.Log(v)), 0, Expr.Log(v)), Tensor.Of([-1.0, 4.0]));
        IsSilent((Expr v) => Expr.Where(Expr.Any(Expr.IsNaN(Expr.Log(v))), 1, 2), Tensor.Of([-1.0, 4.0]));
    }

    [Fact]
    public void A_number_that_depends_on_a_NaN_is_no_mask()
    {
        var at = Expr.Constant(Tensor.Of([-1.0, 4.0, 0.25]));
        string line = NextLine();
        var error = Error<Expr, Expr>(x => Expr.Where(Expr.Log(x) > 0, 1, 2), at);
        Says(error, "Log: ", "NaN at [0]", "as Log(-1)", line, "Less makes a number of it, on which the result depends.");
        Says(Error<Expr, Expr>(x => Expr.Where(Expr.Equal(Expr.Log(x), 3), 1, 2), at), "Log(-1)", "Equal makes a number of it");
        Says(Error<Expr, Expr>(x => Expr.Where(Expr.Log(x) > Expr.Sqrt(x), 1, 2), at), "(-1)", "Less makes a number of it");
        Says(Error<Expr, Expr>(x => Expr.ArgMax(Expr.Log(x), 0), at), "Log(-1)");
        Says(Error<Expr, Expr>(x => Expr.Cast(Expr.Log(x), DType.Int32), at), "Log(-1)");
        Says(Error<Expr, Expr>(x => Expr.Take(x, Expr.Cast(Expr.Log(x), DType.Int64)), at), "Log(-1)");
        Says(Error<Expr, Expr>(x => Ad.Cond(Expr.Log(x[0]) > 0, v => v, v => -v, x), at), "Log(-1)", "Less makes a number of it");
        Says(Error<Expr, Expr>(x => Expr.Cholesky(Expr.Log(x[0]) * Expr.Eye(2)), at), "Log(-1)");
    }

    [Fact]
    public void A_comparison_whose_answer_is_masked_is_no_error() =>
        IsSilent((Expr v) => Expr.Where(v > 0, Expr.Where(Expr.Log(v) > 1, v, 2), 0), Tensor.Of([-1.0, 4.0]));

    [Fact]
    public void Of_many_that_are_masked_the_one_that_is_not_is_named()
    {
        string line = NextLine(1);
        // In each step the root of a negative number is masked, in the fourth the logarithm is not.
        var error = Error<Expr, Expr>(x => Ad.Scan((c, row) => (c + Expr.Where(row > 9, Expr.Sqrt(row - 9), 0) + Expr.Log(3.5 - row), c), x, Tensor.Of([1.0, 2.0, 3.0, 4.0, 1.0])).Carry, 0.0);
        Says(error, "Log: ", "in step 4 of Scan", "as Log(-0.5)", line);
        var f = (Expr x) => (Expr.Where(x > 0, Expr.Sqrt(x), 0), Expr.Log(x), Expr.Where(Expr.Acos(x) > 1, x, 2));
        Says(Error(f, -0.5), "Log(-0.5)");
        Says(Error((Expr x) => (Expr.Where(x > 0, Expr.Sqrt(x), 0), Expr.Where(Expr.Asin(x - 1) > 1, x, 2)), -0.5), "Asin(-1.5)", "Less makes a number of it");
    }

    [Fact]
    public void What_is_tried_leaves_arguments_and_buffers_alone()
    {
        var compiled = Ad.Compile((Expr v) => Expr.Where(v > 0, Expr.Where(Expr.Log(v) > 1, v * 2, 2), v), s_checked);
        double[] memory = [-1.0, 4.0, 1.0];
        compiled.Run(Tensor.Of(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(memory)), memory);
        Assert.Equal([-1.0, 8.0, 2.0], memory);
    }

    [Fact]
    public void In_a_loop_the_step_and_the_line_of_the_body_are_named()
    {
        string line = NextLine();
        var error = Error<Expr, Expr>(x => Ad.Scan((c, row) => (Expr.Sqrt(c) - row, c), x, Tensor.Of([0.5, 0.5, 2.0, 0.5, 0.5])).Carry, 4.0);
        Says(error, "Sqrt: ", "in step 4 of Scan", "as Sqrt(-", line, "It goes into the value.");
    }

    [Fact]
    public void In_a_condition_in_a_branch_and_in_a_checkpoint()
    {
        Says(Error<Expr, Expr>(x => Ad.While(c => Expr.Log(c) > -1, c => c - 1, x), 1.5), "as Log(-0.5)", "in condition 3 of While", "NaNTests.cs:line");
        Says(Error<Expr, Expr>(x => Ad.Cond(x > 0, v => Expr.Sqrt(-v), v => v, x), 1.5), "as Sqrt(-1.5)", "in yes of Cond", "NaNTests.cs:line");
        Says(Error<Expr, Expr>(x => Ad.Checkpoint<Expr, Expr>(v => Expr.Log(v) * v)(x), -1.0), "as Log(-1)", "in body of Checkpoint", "NaNTests.cs:line");
        Says(Error<Expr, Expr>(x => Ad.ForLoop(3, (i, c) => Ad.Cond(c < 1, v => Expr.Log(v - 1), v => v - 1, c), x), 2.5), "Log(-0.5)", "in yes of Cond, in step 3 of Scan", "NaNTests.cs:line");
    }

    [Fact]
    public void In_a_gradient_the_line_is_that_of_the_function()
    {
        string line = NextLine();
        var loss = (Expr x) => Expr.Sqrt(x) * x;
        Says(Error<Expr, Expr>(Ad.Grad(loss), 0.0), "A transform made it of", line);
        Says(Error<Expr, Expr>(x => Ad.Vmap(loss, x), Tensor.Of([1.0, -1.0])), "Sqrt", line);
    }

    [Fact]
    public void In_the_gradient_of_a_loop_too()
    {
        string line = NextLine();
        var loss = (Expr x) => Ad.ForLoop(3, (i, c) => Expr.Sqrt(c) - 1, x);
        // 4 ↦ 1 ↦ 0 ↦ −1: at 0 the slope is infinite, and times no cotangent it is NaN.
        Says(Error<Expr, (Expr, Expr)>(x => (Ad.Grad(v => loss(v) * 0, x), x), 4.0), "of Scan", line);
    }

    [Fact]
    public void A_function_that_is_not_pure_is_told_so()
    {
        int calls = 0;
        Says(Error<Expr, Expr>(x => Expr.Log(calls++ == 0 ? x : Expr.Sin(Expr.Cos(x))), -1.0), "Log", "is it pure?");
    }

    [Fact]
    public void Nobody_elses_nodes_are_noted_and_none_later()
    {
        Says(Error<Expr, Expr>(x => Expr.Log(x), -1.0), "NaNTests.cs:line");
        Assert.True(SpinWait.SpinUntil(() => !Origins.AreNoted, TimeSpan.FromMinutes(1)));      // other tests may trace just now
    }
}
